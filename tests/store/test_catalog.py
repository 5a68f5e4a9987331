"""The two tests that close the catalogue: nothing exists outside of it, and nothing in it survives a forget."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import closing
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from oo_cli.house import House
from oo_cli.usecases.forget import forget
from oo_cli.usecases.residue import Seeker, scan
from oo_data import catalog
from oo_data.env import Paths
from oo_data.store import profile, words
from oo_data.store.db import Store
from tests.fakes import FixedClock, destroy_key, house_at
from tests.store.conftest import rows

MARK = "Canary7Doctor"
# Columns that take certain words only.
FIXED = {
    ("pref", "source"): "user",
    ("decision", "stage"): "live",
    ("tip", "kind"): "todo",
    ("silence", "binding"): "always",
    ("outbox", "kind"): "close",
    ("outbox", "state"): "waiting",
    ("pref_log", "source"): "user",
    ("register", "source"): "user",
    ("effort", "energy"): "low",
    ("area", "origin"): "user",
    ("policy", "stage"): "live",
}

# A person's whole life with oO, in a process that notes every file it opens to write.
LIFE = """
import json, os, sys
from oo_cli.main import run

written, codes = set(), {}

def watch(event, arguments):
    at = {"open": 0, "sqlite3.connect": 0, "os.rename": 1, "os.link": 1, "os.symlink": 1}.get(event)
    if at is None or event == "open" and not arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        return
    if not isinstance(arguments[at], int):
        written.add(os.fsdecode(arguments[at]).removeprefix("file://").removesuffix("?mode=rw"))

sys.addaudithook(watch)
for line in sys.argv[1:]:
    codes[line] = run(line.split())
print(json.dumps([codes, sorted(written)]), file=sys.stderr)
"""
COMMANDS = (
    "add Call the dentist due:2026-11-20", "add Water the plants rec:1d due:2026-12-01", "add Read a book", "refresh",
    "tip", "done", "undo", "tip", "later 2h", "tip", "no too many", "key --file", "why", "log", "status", "sources",
    "agents", "egress", "doctor", "profile set tips.per_day 9", "consent revoke agent.momentum",
    "consent grant agent.momentum", "refresh", "disconnect todotxt", "connect todotxt", "forget --dry-run",
)  # fmt: skip


def listed(name: str) -> bool:
    """Whether a file of the home is a catalogue entry."""
    return any(fnmatchcase(name, entry.where) for entry in (*catalog.files(), *catalog.key_files()))


def test_every_table_is_listed(store: Store) -> None:
    """A table that the catalogue does not know would escape forget, disconnect and the person's eyes."""
    rows = store.conn.execute(
        "select name from sqlite_schema where type = 'table' and name not like 'sqlite\\_%' escape '\\'"
    )
    assert sorted(name for (name,) in rows) == sorted(entry.where for entry in catalog.tables())


def test_every_file_of_a_life_is_listed(child_environ: dict[str, str], tmp_path: Path) -> None:
    """Every file written under a home, be it for an instant, is a catalogue entry; nothing is written elsewhere."""
    del child_environ["OO_KEY"]
    child_environ |= {"HOME": str(tmp_path), "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    child_environ |= {"PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", LIFE, *COMMANDS], env=child_environ, capture_output=True, text=True, timeout=60
    )
    codes, written = json.loads(done.stderr.splitlines()[-1])
    assert codes == dict.fromkeys(COMMANDS, 0), done.stderr
    home = Path(child_environ["OO_HOME"])
    memory = tuple(Paths(child_environ).memory_dirs())
    left = [str(file) for file in home.rglob("*") if not file.is_dir()]
    outside = [name for name in written if not name.startswith((str(home), *memory, "/dev/null", ":memory:"))]
    assert outside == []
    names = {os.path.relpath(name, home) for name in (*left, *written) if name.startswith(str(home))}
    assert [name for name in sorted(names) if not listed(name)] == []
    assert {
        "data/oo.db",
        "data/write.lock",
        "data/todo.txt",
        "state/refresh.lock",
        "config/key",
        "config/key.new",
    } <= names


def test_entries_are_found_by_their_place() -> None:
    """No place stands twice, and the page in docs has a line for each."""
    places = [entry.where for entry in catalog.ENTRIES]
    assert len(set(places)) == len(places)
    assert catalog.entry("data/oo.db").kind == "file"
    page = catalog.markdown().splitlines()
    assert [line.split(" | ")[1].strip("`") for line in page[2:]] == places


def mark_every_table(house: House) -> set[str]:
    """The marker in every column that can hold it, sealed where a column is read back; the tables that hold it."""
    conn = house.store.conn
    for entry in (catalog.entry("source"), *(e for e in catalog.tables() if e.where != "source")):
        row: list[object] = []
        for _, name, kind, *_ in conn.execute(f"pragma table_xinfo('{entry.where}')").fetchall():
            if kind == "BLOB" and (entry.where, name) in {("tip", "text"), ("secret", "sealed")}:
                row.append(house.sealer.seal(MARK, entry.where, name, MARK, source=MARK, at=None))
            elif kind in ("TEXT", "BLOB"):
                row.append(FIXED.get((entry.where, name), MARK if kind == "TEXT" else MARK.encode()))
            else:
                row.append(1)
        with house.store.write():
            marks = ",".join("?" * len(row))
            conn.execute(f"insert or replace into {entry.where} values ({marks})", row)  # noqa: S608 - our own names
    return {entry.where for entry in catalog.tables() if MARK in str(rows(house.store, entry.where))}


def mark_every_file(house: House) -> list[Path]:
    """The marker in every file of the catalogue, beside what the database and the key file hold already."""
    made = []
    for entry in (*catalog.files(), *catalog.key_files()):
        path = Path(house.paths.home, entry.where.replace("*", "1f"))
        if entry.where != "data/oo.db":
            with path.open("a") as file:
                file.write(MARK)
        made.append(path)
    words.write(house.paths, [(MARK, MARK, MARK, "null")])
    return made


@pytest.fixture
def canary(tmp_path: Path, clock: FixedClock, paths: Paths) -> House:
    """A home with the marker in every place of the catalogue."""
    house = house_at(tmp_path, clock)
    assert mark_every_table(house) == {entry.where for entry in catalog.tables()}
    house.close()
    made = mark_every_file(house)
    assert all(scan([str(path)], [MARK]).hits for path in made)
    return house


def files_holding(folders: list[str], word: str) -> list[str]:
    """Files whose bytes or name hold the word in any spelling."""
    seeker = Seeker([word])
    found = []
    for folder in folders:
        for place, _, names in os.walk(folder):
            for name in names:
                path = os.path.join(place, name)
                held = Path(path).read_bytes() + os.fsencode(name)
                found += [path] if seeker.holds(held) else []
    return found


def test_the_canary_is_gone(canary: House, tmp_path: Path) -> None:
    """After a forget no byte of any place is left, in no encoding, on disk or in memory, and neither is the key."""
    key = Path(canary.paths.key_file).read_text().removesuffix(MARK)
    Path(canary.paths.key_file).write_text(key)
    folders = [str(tmp_path), *canary.paths.memory_dirs()]
    assert len(files_holding(folders, MARK)) >= len(catalog.files())
    receipt = forget(canary, destroy_key)
    assert [files_holding(folders, word) for word in (MARK, key.strip())] == [[], []]
    assert list(tmp_path.iterdir()) == []
    assert not any(os.path.exists(folder) for folder in folders[1:])
    assert (receipt.keys, receipt.kept) == (["key file"], [])
    # Beside the marked row: where the key is, which key it is, and the key that sealed the marked secret.
    several = {"meta": 3, "data_key": 2, "_sqlite_migrations": receipt.rows["_sqlite_migrations"]}
    assert receipt.rows == dict.fromkeys(receipt.rows, 1) | several
    assert set(receipt.rows) == {entry.where for entry in catalog.tables()}
    assert receipt.files == len(catalog.files()) - 2  # the mark, and the journal that SQLite itself removed
    assert receipt.scan is not None
    assert (receipt.scan.words, receipt.scan.files, receipt.scan.hits) == (1, 0, ())


@pytest.mark.parametrize("holds", [MARK, "something of the person's own"])
def test_a_foreign_file_is_left_and_named(canary: House, holds: str) -> None:
    """What oO did not make stays where it is; should it hold one of the words, the receipt says so."""
    key = Path(canary.paths.key_file)
    key.write_text(key.read_text().removesuffix(MARK))
    foreign = Path(canary.paths.data, "notes.md")
    foreign.write_text(f"{holds}\n")
    receipt = forget(canary, destroy_key)
    assert foreign.read_text() == f"{holds}\n"
    assert [str(file) for file in Path(canary.paths.home).rglob("*") if not file.is_dir()] == [str(foreign)]
    assert receipt.kept == [str(foreign)]
    assert receipt.scan is not None
    assert receipt.scan.hits == ((str(foreign),) if holds == MARK else ())


def test_sealed_text_does_not_show(house: House) -> None:
    """The canary test could not fail on sealed columns if sealing did nothing."""
    house.keep_secret("ref-key", MARK)
    house.close()
    with closing(house.store.conn):
        assert profile.secrets(house.store.conn)["ref-key"]
    assert scan([house.paths.database], [MARK]).hits == ()
