"""Taking an export into an empty home, whole or not at all."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple
from zipfile import BadZipFile, ZipFile

from oo_cli.house import REF_KEY, House
from oo_cli.usecases.export import FOLDER, FORMAT, LISTS, OF_THIS_MACHINE, OWN_LIST, Progress
from oo_cli.usecases.pull import LOCAL
from oo_data.errors import BadUsageError, DataDamagedError, DataNewerError
from oo_data.store import db, dump, keys, profile, whole
from oo_data.store.dump import Row

BEGUN = ("meta", "secret")  # what a home has as soon as it has a key
LINE_BYTES = 4 * 1024 * 1024
TOTAL_BYTES = 2 * 1024**3
LIST_BYTES = 64 * 1024 * 1024
MANIFEST_BYTES = 1024 * 1024


class Restored(NamedTuple):
    """What was taken in. `login` names the sources that want to be connected again."""

    rows: dict[str, int]
    files: int
    login: tuple[str, ...]


def restore(house: House, path: str, progress: Progress | None = None) -> Restored:
    """Take an export in.

    Raises `BadUsageError` where this home is in use or the file is not there, `DataNewerError` for the export of a
    newer oO, `DataDamagedError` for one with any other fault; nothing is taken in then.
    """
    if house.exists:
        _refuse_where_used(house)
    try:
        with ZipFile(os.path.expanduser(path)) as archive:
            _check(archive)
            return _take(house, archive, progress)
    except (FileNotFoundError, IsADirectoryError):
        raise BadUsageError("There is no such file.", "Give the path of what oo export wrote.") from None
    except (BadZipFile, KeyError, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
        raise _damaged() from error
    except OSError as error:
        raise db.told(error) from error


def _refuse_where_used(house: House) -> None:
    if any(dump.count(house.store.conn, table) for table in dump.tables() if table not in BEGUN):
        raise BadUsageError("This oO is in use already.", "Set OO_HOME to an empty place, or run: oo forget")


def _check(archive: ZipFile) -> None:
    facts = _object(_whole(archive, "manifest.json", MANIFEST_BYTES))
    written, schema = facts.get("format"), facts.get("schema")
    if not isinstance(written, int) or not isinstance(schema, int):
        raise _damaged()
    if written > FORMAT or schema > db.SCHEMA_VERSION:
        raise DataNewerError("The export was written by a newer oO.", "Update oO; nothing was imported.")
    if sum(entry.file_size for entry in archive.infolist()) > TOTAL_BYTES:
        raise _damaged()


def _take(house: House, archive: ZipFile, progress: Progress | None) -> Restored:
    house.sealer  # noqa: B018 - makes the first key where there is none, before the write that uses it
    tables = dump.tables()
    texts: dict[bytes, str] = {}
    counts: dict[str, int] = {}
    made: list[str] = []
    try:
        with house.store.write() as conn:
            _refuse_where_used(house)  # another process may have begun meanwhile
            for done, table in enumerate(tables, 1):
                counts[table] = dump.insert(conn, table, _rows(house, archive, table, texts))
                if progress is not None:
                    progress("tables", done, len(tables))
            _seal(house, texts)
            profile.outdate_shelf(conn)
            made += [name for name in LISTS if _put_back(house, archive, name)]
            states = profile.sources(conn)
    except BaseException:
        for name in made:
            os.unlink(os.path.join(house.paths.data, name))
        raise
    return Restored(counts, len(made), tuple(id for id in states if id not in LOCAL))


def _seal(house: House, texts: dict[bytes, str]) -> None:
    """Put each text sealed where its stand-in lies: the clear one never comes into the database."""
    conn = house.store.conn
    for text in keys.texts(conn):
        place = (text.table, text.column, text.row)
        keys.replace(conn, text, house.sealer.seal(texts[text.sealed], *place, source=text.source, at=text.at))


def _rows(house: House, archive: ZipFile, table: str, texts: dict[bytes, str]) -> Iterator[Row]:
    """The rows of a table as this home has them, a stand-in for each text that is to be sealed."""
    sealed = dump.sealed_columns(table)
    with archive.open(f"{FOLDER}/data/{table}.jsonl") as file:
        while line := file.readline(LINE_BYTES):
            row = _object(line)
            if _of_elsewhere(table, row):
                continue
            if table == "source":
                row |= {"cursor": None, "watch_mark": None}
                row["watch_path"] = (
                    house.paths.todo_file if row.get("watch_path") == OWN_LIST else row.get("watch_path")
                )
            for column in sealed:
                if row.get(column) is not None:
                    stand_in = os.urandom(16)
                    texts[stand_in] = _text(row[column])
                    row[column] = stand_in
            yield row


def _of_elsewhere(table: str, row: Row) -> bool:
    """Whether a row speaks of another machine: its key, its logins, the channels whose addresses are not here."""
    if table == "meta":
        return row.get("key") in OF_THIS_MACHINE
    if table == "secret":
        return row.get("name") != REF_KEY
    return table == "consent" and str(row.get("key")).startswith(("notify.", "phone"))


def _put_back(house: House, archive: ZipFile, name: str) -> bool:
    """Write one of oO's own lists where there is none; whether it was written."""
    path = os.path.join(house.paths.data, name)
    if f"{FOLDER}/lists/{name}" not in archive.namelist():
        return False
    content = _whole(archive, f"lists/{name}", LIST_BYTES)
    try:
        with open(path, "rb") as file:
            if file.read() == content:
                return False
    except FileNotFoundError:
        whole.write(path, content)  # killed half-way, it leaves nothing that the next try would take for another's
        return True
    raise BadUsageError(f"There is another {name} in this home already.", "Move it away, then import again.")


def _whole(archive: ZipFile, name: str, most: int) -> bytes:
    with archive.open(f"{FOLDER}/{name}") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise _damaged()
    return content


def _object(line: bytes) -> Row:
    try:
        found = json.loads(line.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError) as error:
        raise _damaged() from error
    if not isinstance(found, dict):
        raise _damaged()
    return found


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _damaged()
    return value


def _damaged() -> DataDamagedError:
    return DataDamagedError("This is no export of oO, or a damaged one.", "Nothing was imported. Try an older export.")
