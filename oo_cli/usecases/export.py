"""Everything that oO holds about the person, in one file that needs no oO to be read."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from oo_cli.house import REF_KEY, House
from oo_data import catalog
from oo_data.errors import BadUsageError, CannotWriteError, OoError
from oo_data.store import db, dump, profile
from oo_data.store.dump import Row

FORMAT = 1
FOLDER = "oO"
LISTS = ("todo.txt", "done.txt")
# Facts of `meta` that belong to this machine: where its key lies, and which one that is.
EXPORTS = "exports"  # where exports were written to
OF_THIS_MACHINE = ("custody", "key", "home", EXPORTS)
OWN_LIST = "lists/todo.txt"  # stands for the path of the list that oO keeps
KEPT_PATHS = 100

Progress = Callable[[str, int, int], None]


class Written(NamedTuple):
    """What an export holds. `unread` counts texts that open with no key any more."""

    path: str
    rows: dict[str, int]
    files: int
    unread: int


def usual_name(house: House) -> str:
    """A name with the day in it."""
    day = datetime.fromtimestamp(house.clock.now_ms() / 1000, house.zone)
    return f"oo-export-{day:%Y-%m-%d}.zip"


def export(house: House, path: str, progress: Progress | None = None) -> Written:
    """Write the export, readable by the person only; a file that was cut off is no export, and `oo forget` names it.

    Raises `BadUsageError` where there is a file of that name already or nothing to export, `CannotWriteError`.
    """
    if not house.exists:
        raise BadUsageError("There is nothing to export yet.", "Start with: oo add, or oo connect")
    path = os.path.abspath(os.path.expanduser(path))
    house.sealer  # noqa: B018 - a locked vault is told before a file is made
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise BadUsageError("There is a file of that name already.", "Name another one: oo export PATH") from None
    except OSError as error:
        raise db.told(error) from error
    try:
        with open(handle, "wb") as file:
            note(house, path)  # before there is a word in it: one that is cut off is to be named too
            with ZipFile(file, "w", ZIP_DEFLATED) as archive:
                written = _write(house, archive, path, progress)
            file.flush()
            os.fsync(handle)
    except BaseException as error:
        os.unlink(path)
        if isinstance(error, OSError):
            raise CannotWriteError("The export could not be written.", "Is the disk full?") from error
        raise
    return written


def paths(house: House) -> list[str]:
    """Where exports were written to, that are still there."""
    return [path for path, inode in _noted(house) if inode and _inode(path) == inode]


def note(house: House, path: str) -> None:
    """Remember the file that was just made there, so that `oo forget` can name it, and knows it from another."""
    kept = [known for known in _noted(house) if known[0] != path and os.path.lexists(known[0])]
    with house.store.write() as conn:
        profile.set_meta(conn, EXPORTS, json.dumps([*kept, (path, _inode(path))][-KEPT_PATHS:]))


def delete(house: House) -> list[str]:
    """Delete the exports that are still there; where they lay. One that cannot be deleted is left."""
    deleted = []
    for path in paths(house):
        with suppress(OSError):
            os.unlink(path)
            deleted.append(path)
    return deleted


def _noted(house: House) -> list[tuple[str, int]]:
    known = json.loads(profile.meta(house.store.conn, EXPORTS) or "[]")
    return [(each, _inode(each)) if isinstance(each, str) else (each[0], each[1]) for each in known]


def _inode(path: str) -> int:
    """What tells a file from another of the same name; 0 where there is none."""
    try:
        return os.lstat(path).st_ino
    except OSError:
        return 0


def _write(house: House, archive: ZipFile, path: str, progress: Progress | None) -> Written:
    conn = house.store.conn
    # One look at all tables: a refresh that commits meanwhile is in it whole, or not at all.
    conn.execute("begin")
    try:
        total = sum(dump.count(conn, table) for table in dump.tables())
        told = _Told(house, progress, total)
        rows = {table: _table(archive, table, told) for table in dump.tables()}
    finally:
        conn.execute("rollback")
    files = [_file(archive, house, name) for name in LISTS]
    facts = {
        "format": FORMAT,
        "schema": db.SCHEMA_VERSION,
        "written_at": datetime.fromtimestamp(house.clock.now_ms() / 1000, UTC).isoformat(timespec="seconds"),
        "rows": rows,
        "unread": told.unread,
    }
    archive.writestr(_entry("manifest.json"), json.dumps(facts, indent=1))
    archive.writestr(_entry("README.md"), _readme())
    return Written(path, rows, sum(files), told.unread)


class _Told:
    """Rows opened for reading, counted as they go."""

    def __init__(self, house: House, progress: Progress | None, total: int) -> None:
        self._house, self._progress, self._total = house, progress, total
        self._done = self.unread = 0

    def rows(self, table: str) -> Iterator[Row]:
        """The rows of a table, with their texts open and without what belongs to this machine alone."""
        sealed = dump.sealed_columns(table)
        for row in dump.rows(self._house.store.conn, table):
            self._done += 1
            if self._progress is not None and self._done % 500 == 0:
                self._progress("rows", self._done, self._total)
            if _stays(table, row):
                continue
            if table == "source":
                own = row["watch_path"] == self._house.paths.todo_file
                row |= {"cursor": None, "watch_mark": None, "watch_path": OWN_LIST if own else row["watch_path"]}
            for column, named in sealed.items():
                if row[column] is not None:
                    row[column] = self._open(row[column], table, column, row[named])
            yield row

    def _open(self, sealed: bytes, table: str, column: str, row: str) -> str | None:
        try:
            return self._house.sealer.unseal(sealed, table, column, row)
        except OoError:
            self.unread += 1
            return None


def _stays(table: str, row: Row) -> bool:
    """Whether a row is left out: logins, addresses, and facts of this machine."""
    if table == "secret":
        return bool(row["name"] != REF_KEY)
    return table == "meta" and row["key"] in OF_THIS_MACHINE


def _table(archive: ZipFile, table: str, told: _Told) -> int:
    count = 0
    with archive.open(_entry(f"data/{table}.jsonl"), "w", force_zip64=True) as file:
        for row in told.rows(table):
            file.write(json.dumps(row, ensure_ascii=False, default=_plain).encode("utf-8", "surrogatepass") + b"\n")
            count += 1
    return count


def _plain(value: Any) -> str:
    return bytes(value).hex()


def _file(archive: ZipFile, house: House, name: str) -> int:
    try:
        with open(os.path.join(house.paths.data, name), "rb") as file:
            content = file.read()
    except FileNotFoundError:
        return 0
    archive.writestr(_entry(f"lists/{name}"), content)
    return 1


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(f"{FOLDER}/{name}")
    entry.external_attr = 0o600 << 16
    entry.compress_type = ZIP_DEFLATED
    return entry


def _readme() -> str:
    lines = [
        "# Your data in oO",
        "",
        "Everything that oO held about you when this was written, in the clear: keep it as you keep a diary.",
        "`data` has one file a table, one JSON object a line. Times are milliseconds since 1970-01-01 UTC. A `ref`",
        "stands for one of your tasks, projects or labels: an HMAC-SHA-256 of its id where it lives, under the key",
        "`ref-key` in `secret.jsonl`. `lists` has the task list that oO keeps for you. What oO seals is open here.",
        "",
        "Not in it: logins and addresses of channels, the key of this machine, writes that still wait to be sent.",
        "",
        "To take it into an empty oO: `oo import FILE`. Sources elsewhere then want to be connected again.",
        "",
        "| file | what | form |",
        "|---|---|---|",
    ]
    kept = [entry for entry in catalog.tables() if entry.exported]
    return "\n".join([*lines, *(f"| `data/{e.where}.jsonl` | {e.what} | {e.form} |" for e in kept)]) + "\n"
