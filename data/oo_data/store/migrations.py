"""Making the database, and bringing an older one up to date, step by step of the schema.

Imported only when the version in the file differs from `db.SCHEMA_VERSION`.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from oo_data.errors import CannotWriteError, DataDamagedError
from oo_data.store import db, decisions
from oo_data.store.schema import STEPS

if TYPE_CHECKING:
    from sqlite_utils import Migrations

FREE_BYTES_WANTED = 16 * 1024 * 1024


def migrations() -> Migrations:
    """All migrations, oldest first."""
    from sqlite_utils import Migrations

    steps = Migrations("oo")
    for version, (name, script) in enumerate(STEPS, 1):
        steps(name=f"m{version:04}_{name}")(_step(script, version))
    return steps


def _step(script: str, version: int) -> Callable[[object], None]:
    def step(database: object) -> None:
        _run(database, script, version)

    return step


def build(conn: sqlite3.Connection) -> None:
    """Make every table in an empty database."""
    _lend(conn)
    for _, script in STEPS:
        conn.executescript(script)


def _lend(conn: sqlite3.Connection) -> None:
    """What scripts call and SQLite has not."""
    conn.create_function("packed", 1, decisions.pack, deterministic=True)


def _run(database: object, script: str, version: int) -> None:
    """Run a script statement by statement, because `executescript` would commit the surrounding transaction."""
    conn: sqlite3.Connection = database.conn  # type: ignore[attr-defined]
    _lend(conn)
    for statement in script.split(";"):
        if statement.strip():
            conn.execute(statement)
    conn.execute(f"pragma application_id={db.APPLICATION_ID}")
    conn.execute(f"pragma user_version={version}")


def prepare(path: str) -> None:
    """Make the database, or bring an older one up to date, behind a backup that is deleted on success.

    Raises `CannotWriteError` when the disk is full or read-only; the database is then unchanged.
    """
    from sqlite_utils import Database

    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with _alone(path), closing(_connect(path)) as conn:
            conn.executescript(db.PRAGMAS)
            if os.path.getsize(path):
                _check_sound(conn)
                _back_up(conn, path)
            database = Database(conn)
            # One transaction round all of them: what sqlite-utils notes down commits with what it speaks of.
            with database.atomic():
                migrations().apply(database)
            drop_backup(path)
    except (OSError, sqlite3.Error) as error:
        raise db.told(error) from error


def backup_path(path: str) -> str:
    """Where the copy made before a migration lies, sealed as the original is."""
    return f"{path}.before-migration"


@contextmanager
def _alone(path: str) -> Iterator[None]:
    """Under the lock of all writers, so that of several first starts at once one makes the database."""
    fd = os.open(db.lock_path(path), os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def _connect(path: str) -> sqlite3.Connection:
    os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
    return sqlite3.connect(path, timeout=db.BUSY_SECONDS, isolation_level=None)


def _check_sound(conn: sqlite3.Connection) -> None:
    (verdict,) = conn.execute("pragma quick_check(1)").fetchone()
    if verdict != "ok":
        raise DataDamagedError("The database is damaged; it was left as it is.", "See: oo doctor")


def _back_up(conn: sqlite3.Connection, path: str) -> None:
    stat = os.statvfs(os.path.dirname(path))
    if stat.f_bavail * stat.f_frsize < FREE_BYTES_WANTED + os.path.getsize(path):
        raise CannotWriteError("Too little free space to migrate safely.", "Free 16 MB; nothing was changed.")
    target = backup_path(path)
    drop_backup(path)
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
    conn.execute("vacuum into ?", (target,))


def drop_backup(path: str) -> None:
    """Remove the copy, where there is one: the migration is done, or made anew. Raises `OSError`."""
    try:
        os.unlink(backup_path(path))
    except FileNotFoundError:
        return
