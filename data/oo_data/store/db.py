"""Opening the one database: pragmas, the version check, and the only way to write.

On the path of `oo tip`: plain sqlite3, and errors are imported where they are raised.
"""

import fcntl
import os
import sqlite3

TYPE_CHECKING = False  # as in typing, which would have to be imported
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType
    from typing import Any

    from _typeshed import SupportsLenAndGetItem

    from oo_data.errors import OoError

    Parameters = SupportsLenAndGetItem[Any] | Mapping[str, Any]

APPLICATION_ID = 0x6F4F3031  # "oO01"
SCHEMA_VERSION = 17
BUSY_SECONDS = 5.0
POLL_SECONDS = 0.05  # how long SQLite itself asks again before its caller queues

# Set on every connection: none of them is stored in the file, and each guards against text left behind or a
# lost commit (rollback journal and EXTRA survive a crash at any point; MEMORY keeps sorts out of /var/tmp).
PRAGMAS = """
pragma journal_mode=DELETE;
pragma synchronous=EXTRA;
pragma secure_delete=ON;
pragma foreign_keys=ON;
pragma temp_store=MEMORY;
pragma trusted_schema=OFF;
pragma cell_size_check=ON;
pragma mmap_size=0;
"""

GONE = ("This home was forgotten.", "Start oO anew.")  # said to whatever outlives its home

# Statements are fixed: a table or column that SQLite does not know was there when they were written.
_OF_DAMAGE = ("Could not decode to UTF-8", "no such ", " has no column named ")


class Store:
    """One open database. Reads go through `conn`; every write goes through `with store.write():`."""

    __slots__ = ("conn", "path")

    def __init__(self, conn: "Connection", path: str) -> None:
        self.conn = conn
        self.path = path

    def write(self) -> "Write":
        """A write transaction under the fair lock; commits on leaving, rolls back on an error."""
        return Write(self.conn)

    def close(self) -> None:
        """Close the connection."""
        self.conn.close()


class Connection(sqlite3.Connection):
    """A connection whose reads queue with the writers, once SQLite's own asking again came to nothing.

    A writer shuts readers out for nearly all of its commit, so one that only polls may miss every gap between many.
    """

    lock_path = ""
    holds_lock = False  # within a `Write`, which must not wait for itself

    def execute(self, sql: str, parameters: "Parameters" = ()) -> sqlite3.Cursor:
        """As sqlite3 has it, but fair among many processes."""
        return self._fairly(super().execute, sql, parameters)

    def executescript(self, script: str) -> sqlite3.Cursor:
        """The same for statements that may be run twice."""
        return self._fairly(super().executescript, script)

    def _fairly(self, run: "Callable[..., sqlite3.Cursor]", *arguments: object) -> sqlite3.Cursor:
        try:
            return run(*arguments)
        except UnicodeDecodeError:  # SQLite quotes a schema that it cannot read, and Python not even the quotation
            raise _damaged() from None
        except sqlite3.OperationalError as error:
            if self.holds_lock or not is_busy(error):
                raise
            try:
                fd = locked(self.lock_path)
            except OSError:  # a home that cannot be written has no queue
                raise error from None
        try:
            return insist(run, *arguments)
        finally:
            os.close(fd)


class Write:
    """`BEGIN IMMEDIATE` inside an flock, because SQLite's own waiting is unfair among many writers."""

    __slots__ = ("_conn", "_fd")

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._fd = -1

    def __enter__(self) -> Connection:
        if self._conn.in_transaction:
            raise RuntimeError("a write inside a write would wait for itself")
        try:
            self._fd = locked(self._conn.lock_path)
            self._conn.holds_lock = True
            insist(self._conn.execute, "begin immediate")
        except (OSError, sqlite3.Error) as error:
            self._release()
            raise told(error) from error
        return self._conn

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: "TracebackType | None"
    ) -> None:
        try:
            if kind is None:
                insist(self._conn.execute, "commit")
        except sqlite3.Error as failed:
            raise told(failed) from failed
        finally:
            if self._conn.in_transaction:
                self._conn.execute("rollback")
            self._release()
        if isinstance(error, sqlite3.Error):
            raise told(error) from error

    def _release(self) -> None:
        self._conn.holds_lock = False
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def locked(path: str) -> int:
    """Wait for the lock of all writers; its descriptor, to be closed."""
    fd = os.open(path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    fcntl.flock(fd, fcntl.LOCK_EX)
    return fd


def insist(run: "Callable[..., sqlite3.Cursor]", *arguments: object) -> sqlite3.Cursor:
    """Run under the lock, where only a program that knows nothing of it can be in the way, and not for long."""
    for _ in range(round(BUSY_SECONDS / POLL_SECONDS) - 1):
        try:
            return run(*arguments)
        except sqlite3.OperationalError as error:
            if not is_busy(error):
                raise
    return run(*arguments)


def is_busy(error: sqlite3.Error) -> bool:
    """Whether another connection was in the way, so that asking again may help."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def lock_path(path: str) -> str:
    """The file whose flock every writer of this database holds."""
    return os.path.join(os.path.dirname(path), "write.lock")


def exists(path: str) -> bool:
    """Whether there is a database at all."""
    return os.path.exists(path)


def identity(path: str) -> tuple[int, int] | None:
    """Which file the database is, device and inode; None where there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def is_empty(path: str) -> bool:
    """Whether the database is a file without a byte."""
    try:
        return not os.path.getsize(path)
    except OSError:
        return False


def is_anothers(path: str) -> bool:
    """Whether the database belongs to another user, root's look into somebody's home included."""
    return os.stat(path).st_uid != os.geteuid()


def open_store(path: str) -> Store:
    """Open an existing, current database.

    Raises `DataDamagedError`, `DataNewerError`, `NoneThereError`, or `OldSchemaError` where `migrations.prepare` must
    run first.
    """
    conn = _connected(path)
    conn.lock_path = lock_path(path)
    try:
        check_version(conn)
        conn.executescript(PRAGMAS)
    except sqlite3.Error as error:
        conn.close()
        raise told(error) from error
    except BaseException:
        conn.close()
        raise
    return Store(conn, path)


def _connected(path: str, is_first_try: bool = True) -> Connection:
    # After two slashes a host is named, none here: or the first folder of a path like //home would be taken for one.
    place = ("file://" if path.startswith("/") else "file:") + _quoted(path)
    try:
        return sqlite3.connect(
            f"{place}?mode=rw",  # never made here: it may have been removed since it was seen
            uri=True, timeout=POLL_SECONDS, isolation_level=None, cached_statements=32, factory=Connection,
        )  # fmt: skip
    except sqlite3.Error as error:
        if not exists(path):
            raise NoneThereError from error
        if is_first_try:  # a first start elsewhere may have made it just after it was missed
            return _connected(path, is_first_try=False)
        raise told(error) from error


def _quoted(path: str) -> str:
    return path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def append_event(conn: sqlite3.Connection, event_id: str, at: int, kind: str, subject: str, data: str) -> bool:
    """Append one row to the log; False where that id is already there. `data` is a JSON object."""
    row = (event_id, at, kind, subject, data)
    sql = "insert or ignore into event (id, at, type, subject, data) values (?, ?, ?, ?, ?)"
    return conn.execute(sql, row).rowcount == 1


class NoneThereError(Exception):
    """There is no database."""


class OldSchemaError(Exception):
    """The database must be migrated before use."""


def check_version(conn: sqlite3.Connection) -> None:
    """Refuse a foreign, damaged or newer database without writing a byte to it."""
    if _version(conn) == (APPLICATION_ID, SCHEMA_VERSION):
        return
    conn.execute("begin")  # one look at all of it: another first start may be making the database just now
    try:
        application, version = _version(conn)
        has_tables = conn.execute("select 1 from sqlite_schema limit 1").fetchone() is not None
    finally:
        conn.execute("rollback")
    if (application, version) == (APPLICATION_ID, SCHEMA_VERSION):
        return
    if application != APPLICATION_ID and (application or version or has_tables):
        from oo_data.errors import DataDamagedError

        raise DataDamagedError("The database is not one of oO's.", "Move it away, or set OO_HOME to another place.")
    if version > SCHEMA_VERSION:
        from oo_data.errors import DataNewerError

        raise DataNewerError("The database was written by a newer oO.", "Update oO; nothing was changed.")
    raise OldSchemaError


def _version(conn: sqlite3.Connection) -> tuple[int, int]:
    (application,) = conn.execute("pragma application_id").fetchone()
    (version,) = conn.execute("pragma user_version").fetchone()
    return application, version


def told(error: Exception) -> "OoError":
    """The person's words for an error of SQLite or the file system."""
    from errno import EACCES, EDQUOT, ENOSPC, EPERM, EROFS

    from oo_data import errors

    if isinstance(error, errors.OoError):
        return error
    if isinstance(error, OSError):
        if error.errno in (ENOSPC, EDQUOT):
            return errors.CannotWriteError("The disk is full.", "Free some space; nothing was lost.")
        if error.errno in (EROFS, EACCES, EPERM):
            return errors.CannotWriteError("oO cannot write to its home.", "Check its owner and mode with: oo doctor")
        return errors.CannotWriteError(f"A file of oO failed ({type(error).__name__}).", "See: oo doctor")
    if isinstance(error, sqlite3.OperationalError) and any(said in str(error) for said in _OF_DAMAGE):
        return _damaged()
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if isinstance(error, sqlite3.Error) and is_busy(error):
        return errors.DataLockedError("Another oO is writing.", "Try again in a moment.")
    if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_READONLY_DBMOVED:
        return errors.DataLockedError(*GONE)
    if code == sqlite3.SQLITE_FULL:
        return errors.CannotWriteError("The disk is full.", "Free some space; nothing was lost.")
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_IOERR):
        return errors.CannotWriteError("oO cannot write to its home.", "Check its owner and mode with: oo doctor")
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return _damaged()
    return errors.OoError(f"The database refused ({type(error).__name__}).", "See: oo doctor")


def _damaged() -> "OoError":
    from oo_data.errors import DataDamagedError

    return DataDamagedError("The database is damaged; it was left as it is.", "See: oo doctor")
