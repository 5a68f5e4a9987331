"""Opening the database, refusing what is not ours, and the one way to write."""

from __future__ import annotations

import errno
import fcntl
import os
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from threading import Barrier, Event, Thread

import pytest

from oo_cli.home import make_folders, open_or_prepare
from oo_data import catalog, errors
from oo_data.env import Paths
from oo_data.store import db, health, migrations, profile
from oo_data.store.db import Store

OURS = db.APPLICATION_ID
PRAGMAS = {
    "journal_mode": "delete",
    "synchronous": 3,
    "secure_delete": 1,
    "foreign_keys": 1,
    "temp_store": 2,
    "trusted_schema": 0,
    "cell_size_check": 1,
    "mmap_size": 0,
    "busy_timeout": 50,
    "application_id": 0x6F4F3031,
    "user_version": db.SCHEMA_VERSION,
}


def pragma(conn: sqlite3.Connection, name: str) -> object:
    """The value in force."""
    return conn.execute(f"pragma {name}").fetchone()[0]


def test_pragmas_hold_on_every_connection(store: Store) -> None:
    """None of them is stored in the file, so a connection that forgot one would leave text or lose commits."""
    with closing(db.open_store(store.path)) as second:
        for conn in (store.conn, second.conn):
            assert {name: pragma(conn, name) for name in PRAGMAS} == PRAGMAS


def test_pragmas_do_not_rest_on_how_sqlite_was_built(store: Store) -> None:
    """Some builds have secure_delete and others by default; ours are set whatever was in force before."""
    opposite = (
        "journal_mode=truncate", "synchronous=off", "secure_delete=off", "foreign_keys=off", "temp_store=file",
        "trusted_schema=on", "cell_size_check=off", "mmap_size=1048576",
    )  # fmt: skip
    for setting in opposite:
        store.conn.execute(f"pragma {setting}")
    assert all(pragma(store.conn, setting.split("=")[0]) != PRAGMAS[setting.split("=")[0]] for setting in opposite)
    store.conn.executescript(db.PRAGMAS)
    assert {name: pragma(store.conn, name) for name in PRAGMAS} == PRAGMAS


def test_tables_are_strict(store: Store) -> None:
    """A column holds what its type says, so that no text slips into one that is kept in the clear as a number."""
    strict = {row[1] for row in store.conn.execute("pragma table_list") if row[5]}
    assert {entry.where for entry in catalog.tables()} - strict == {"_sqlite_migrations"}
    with pytest.raises(sqlite3.IntegrityError):
        store.conn.execute("insert into consent values ('source.x', 'call the doctor', 0)")


def make(path: Path, application: int, version: int, *statements: str) -> None:
    """A database of somebody's."""
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        for statement in (f"pragma application_id={application}", f"pragma user_version={version}", *statements):
            conn.execute(statement)


def overwrite(path: Path, at: int, data: bytes) -> None:
    """Damage a file in place."""
    with open(path, "r+b") as file:
        file.seek(at)
        file.write(data)


def ours_then(change: Callable[[Path], None]) -> Callable[[Path], None]:
    """A sound database of ours with something done to it."""

    def arrange(path: Path) -> None:
        make(path, OURS, db.SCHEMA_VERSION, "create table t (a)")
        change(path)

    return arrange


def write_a_letter(path: Path) -> None:
    """A file that was never a database."""
    path.write_bytes(b"call the doctor " * 400)


REFUSED: dict[str, tuple[Callable[[Path], None], type[Exception]]] = {
    "another application": (lambda p: make(p, 7, 1, "create table t (a)"), errors.DataDamagedError),
    "no application, with tables": (lambda p: make(p, 0, 0, "create table t (a)"), errors.DataDamagedError),
    "no application, with a version": (lambda p: make(p, 0, 9), errors.DataDamagedError),
    "newer": (lambda p: make(p, OURS, db.SCHEMA_VERSION + 1, "create table t (a)"), errors.DataNewerError),
    "not a database": (write_a_letter, errors.DataDamagedError),
    "the header gone": (ours_then(lambda p: overwrite(p, 0, bytes(100))), errors.DataDamagedError),
    "cut short": (ours_then(lambda p: os.truncate(p, 700)), errors.DataDamagedError),
    "the schema's page broken": (ours_then(lambda p: overwrite(p, 100, b"\xff" * 900)), errors.DataDamagedError),
    "a folder": (lambda p: p.mkdir(), errors.CannotWriteError),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_ours_is_left_as_it_is(paths: Paths, case: str) -> None:
    """A foreign, damaged or newer file gets its own error with a next step, and not one byte is written."""
    arrange, expected = REFUSED[case]
    path = Path(paths.database)
    path.parent.mkdir(parents=True)
    arrange(path)
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(expected) as caught:
        open_or_prepare(paths)
    assert isinstance(caught.value, errors.OoError)
    assert caught.value.hint
    assert (path.read_bytes() if path.is_file() else b"") == before
    assert [found.name for found in path.parent.iterdir()] == ["oo.db"]


@pytest.mark.parametrize(("application", "version"), [(0, 0), (OURS, 0)], ids=["empty", "older"])
def test_an_older_database_asks_for_its_migration(tmp_path: Path, application: int, version: int) -> None:
    """Opening never changes a schema by itself."""
    path = tmp_path / "oo.db"
    make(path, application, version)
    with pytest.raises(db.OldSchemaError):
        db.open_store(str(path))


def test_a_look_beside_a_first_start(tmp_path: Path) -> None:
    """A database that is being made while it is looked at is ours: it was empty, and then it was whole."""
    path = tmp_path / "oo.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        conn.set_trace_callback(lambda sql: make(path, OURS, db.SCHEMA_VERSION) if sql == "begin" else None)
        db.check_version(conn)
        assert not conn.in_transaction


def test_folders_found_open_are_closed(tmp_path: Path, paths: Paths) -> None:
    """What somebody made by hand becomes the owner's alone; the home itself is the person's to open."""
    Path(paths.data).mkdir(parents=True)
    for folder in (paths.home, paths.data):
        Path(folder).chmod(0o755)
    make_folders(paths)
    modes = [Path(folder).stat().st_mode & 0o777 for folder in (paths.home, paths.data, paths.config, paths.state)]
    assert modes == [0o755, 0o700, 0o700, 0o700]
    (tmp_path / "file").touch()
    with pytest.raises(errors.CannotWriteError):
        make_folders(Paths({"OO_HOME": str(tmp_path / "file")}))


def sqlite_error(code: int) -> sqlite3.Error:
    """An error of SQLite's with its code, as the module raises it; 0 for one without."""
    error = sqlite3.OperationalError("call the doctor")
    if code:
        error.sqlite_errorcode = code
    return error


KNOWN = errors.DataNewerError("known")
TOLD: list[tuple[Exception, type[errors.OoError], str]] = [
    (OSError(errno.ENOSPC, "call the doctor"), errors.CannotWriteError, "full"),
    (OSError(errno.EDQUOT, ""), errors.CannotWriteError, "full"),
    (OSError(errno.EROFS, ""), errors.CannotWriteError, "cannot write"),
    (PermissionError(errno.EACCES, ""), errors.CannotWriteError, "cannot write"),
    (PermissionError(errno.EPERM, ""), errors.CannotWriteError, "cannot write"),
    (IsADirectoryError(errno.EISDIR, ""), errors.CannotWriteError, "IsADirectoryError"),
    (sqlite_error(sqlite3.SQLITE_BUSY), errors.DataLockedError, "Another oO"),
    (sqlite_error(sqlite3.SQLITE_BUSY_SNAPSHOT), errors.DataLockedError, "Another oO"),
    (sqlite_error(sqlite3.SQLITE_LOCKED), errors.DataLockedError, "Another oO"),
    (sqlite_error(sqlite3.SQLITE_FULL), errors.CannotWriteError, "full"),
    (sqlite_error(sqlite3.SQLITE_READONLY), errors.CannotWriteError, "cannot write"),
    (sqlite_error(sqlite3.SQLITE_READONLY_DBMOVED), errors.DataLockedError, "was forgotten"),
    (sqlite_error(sqlite3.SQLITE_CANTOPEN), errors.CannotWriteError, "cannot write"),
    (sqlite_error(sqlite3.SQLITE_PERM), errors.CannotWriteError, "cannot write"),
    (sqlite_error(sqlite3.SQLITE_IOERR_WRITE), errors.CannotWriteError, "cannot write"),
    (sqlite_error(sqlite3.SQLITE_CORRUPT), errors.DataDamagedError, "damaged"),
    (sqlite_error(sqlite3.SQLITE_NOTADB), errors.DataDamagedError, "damaged"),
    (sqlite_error(sqlite3.SQLITE_CONSTRAINT), errors.OoError, "refused"),
    (sqlite3.OperationalError("Could not decode to UTF-8 column 'x'"), errors.DataDamagedError, "damaged"),
    (sqlite_error(0), errors.OoError, "refused"),
]


@pytest.mark.parametrize(("error", "expected", "says"), TOLD, ids=lambda value: str(value)[:40])
def test_told(error: Exception, expected: type[errors.OoError], says: str) -> None:
    """Each failure keeps its published exit code, and no word from outside gets into the line."""
    told = db.told(error)
    assert type(told) is expected
    assert says in told.message
    assert told.hint
    assert "doctor" not in told.message


def test_told_leaves_our_own_errors_alone() -> None:
    """An error that has its words already keeps them."""
    assert db.told(KNOWN) is KNOWN


def test_a_write_after_the_home_was_forgotten(store: Store) -> None:
    """A database that was removed under whoever has it open takes nothing more, and says why."""
    os.unlink(store.path)
    with pytest.raises(errors.DataLockedError, match="forgotten"), store.write() as conn:
        profile.set_meta(conn, "a", "1")


def is_free(store: Store) -> bool:
    """Whether the write lock can be had at once."""
    with open(Path(store.path).with_name("write.lock")) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def test_write_commits(store: Store) -> None:
    """What was written is there for others once the block is left, and not before."""
    with closing(db.open_store(store.path)) as other:
        with store.write() as conn:
            profile.set_meta(conn, "a", "1")
            assert not is_free(store)
            assert profile.meta(other.conn, "a") is None
        assert profile.meta(other.conn, "a") == "1"
    assert is_free(store)
    assert Path(store.path).with_name("write.lock").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (KeyError("a"), KeyError),
        (KeyboardInterrupt(), KeyboardInterrupt),
        (sqlite_error(sqlite3.SQLITE_FULL), errors.CannotWriteError),
        (KNOWN, errors.DataNewerError),
    ],
    ids=repr,
)
def test_write_rolls_back(store: Store, raised: BaseException, expected: type[BaseException]) -> None:
    """Whatever ends the block early, nothing of it stays and the lock is free."""

    def fail() -> None:
        with store.write() as conn:
            profile.set_meta(conn, "a", "1")
            raise raised

    with pytest.raises(expected):
        fail()
    assert profile.meta(store.conn, "a") is None
    assert not store.conn.in_transaction
    assert is_free(store)


def test_a_write_inside_a_write_is_refused(store: Store) -> None:
    """It would wait for its own lock; the outer one goes on."""
    with store.write() as conn:
        with pytest.raises(RuntimeError), store.write():
            pass
        profile.set_meta(conn, "a", "1")
    assert profile.meta(store.conn, "a") == "1"


def add_many(path: str, name: int, count: int) -> float:
    """Write many small transactions that each read first, as a process of its own; the longest wait in seconds."""
    longest = 0.0
    with closing(db.open_store(path)) as store:
        for number in range(count):
            begun = time.monotonic()
            with store.write() as conn:
                longest = max(longest, time.monotonic() - begun)
                total = int(profile.meta(conn, "total") or 0)
                profile.set_meta(conn, "total", str(total + 1))
                db.append_event(conn, f"{name}.{number}", number, "TipShown", "s", "{}")
    return longest


def test_many_processes_write_at_once(store: Store) -> None:
    """No increment is lost and nobody starves: SQLite's own waiting gives up or takes seconds here."""
    with ProcessPoolExecutor(6, mp_context=get_context("spawn")) as pool:
        waits = list(pool.map(add_many, [store.path] * 6, range(6), [25] * 6))
    assert profile.meta(store.conn, "total") == "150"
    assert store.conn.execute("select count(*) from event").fetchone() == (150,)
    assert max(waits) < 20
    health.check(store.conn)


def hold(path: str, held: Event, asked: Event) -> None:
    """Shut everybody out under the lock of all writers for longer than SQLite would go on asking."""
    with closing(db.open_store(path)) as store, store.write() as conn:
        profile.set_meta(conn, "a", "1")
        conn.execute("pragma cache_size=1")
        conn.execute(
            "with n (i) as (values (1) union all select i + 1 from n where i < 200)"
            " insert into meta select 'n' || i, hex(randomblob(2000)) from n"
        )  # spills: nobody may read
        held.set()
        asked.wait()
        time.sleep(db.BUSY_SECONDS + 0.3)


def test_a_reader_waits_its_turn(store: Store) -> None:
    """A line of writers without a gap keeps a reader waiting, and no longer; asking again and again found none."""
    held, asked = Event(), Event()
    writer = Thread(target=hold, args=(store.path, held, asked))
    writer.start()
    held.wait()
    begun = time.monotonic()
    asked.set()
    with closing(db.open_store(store.path)) as other:
        assert profile.meta(other.conn, "a") == "1"
    assert time.monotonic() - begun > db.BUSY_SECONDS
    writer.join()


@pytest.mark.parametrize("form", ["{}", "/{}", "{}/a%41?b=c#d&e f", "{}/\udcff", "relative"])
def test_a_home_may_have_any_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    """Also one that means something in an address; a look at what is not there makes nothing."""
    monkeypatch.chdir(tmp_path)
    folder = form.format(tmp_path)
    path = f"{folder}/oo.db"
    with pytest.raises(db.NoneThereError):
        db.open_store(path)
    assert list(tmp_path.rglob("*.db")) == []
    migrations.prepare(path)
    with closing(db.open_store(path)) as store, store.write() as conn:
        profile.set_meta(conn, "a", "1")
    with closing(db.open_store(path)) as store:
        assert profile.meta(store.conn, "a") == "1"
    assert db.identity(path) is not None


def test_append_event_only_once(store: Store) -> None:
    """The same id twice is one event, so that a repeated command counts once."""
    with store.write() as conn:
        assert db.append_event(conn, "a", 1, "TipShown", "s", "{}")
        assert not db.append_event(conn, "a", 2, "TipShown", "s", "{}")
    assert store.conn.execute("select count(*) from event").fetchone() == (1,)


def test_one_made_while_it_is_looked_for(store: Store, tmp_path: Path) -> None:
    """Is there or is not: a first start elsewhere, in the middle of a look, is no trouble with the home."""
    ready = Path(store.path)
    for turn in range(150):
        place, gate = tmp_path / f"{turn}.db", Barrier(2)

        def make(place: Path = place, gate: Barrier = gate, turn: int = turn) -> None:
            gate.wait()
            time.sleep(turn % 50 * 1e-5)
            os.link(ready, place)

        other = Thread(target=make)
        other.start()
        gate.wait()
        while True:
            try:
                db.open_store(str(place)).close()
                break
            except db.NoneThereError:
                continue
        other.join()
