"""A home on disk: its folders, for its owner only, and its database, made or brought up to date where it is not."""

from __future__ import annotations

import os
from contextlib import suppress

from oo_data.env import Paths
from oo_data.errors import BadUsageError, CannotWriteError, DataDamagedError, DataLockedError
from oo_data.store import db
from oo_data.store.db import Store

OPENINGS = 3  # how often it is looked for while others make it, bring it up to date or forget it
NOBODY = 65534  # how Linux names an owner that a namespace does not know


def open_or_prepare(paths: Paths, may_begin: bool = True) -> Store:
    """Open the database; make or migrate it first where that is needed, unless there is none and none may be begun."""
    close_folders(paths)
    for _ in range(OPENINGS):
        with suppress(db.OldSchemaError, db.NoneThereError):
            return _open(paths)
        if not db.exists(paths.database):
            if not may_begin:
                raise gone()
            make_folders(paths)
        from oo_data.store import migrations

        migrations.prepare(paths.database)
    raise gone()


def _open(paths: Paths) -> Store:
    if _is_emptied(paths):
        raise DataDamagedError("The database has been emptied.", "Put a backup in its place. See: oo doctor")
    return db.open_store(paths.database)


def _is_emptied(paths: Paths) -> bool:
    """Whether an empty database is what is left of a full one: the key's lock is made once the database stands."""
    if not (db.is_empty(paths.database) and os.path.exists(f"{paths.key_file}.lock")):
        return False
    with suppress(OSError):
        os.close(db.locked(db.lock_path(paths.database)))  # whoever makes it just now holds this until it stands
    return db.is_empty(paths.database)


def gone() -> DataLockedError:
    """What is said to whatever outlives its home."""
    return DataLockedError(*db.GONE)


def make_folders(paths: Paths) -> None:
    """The directories of a home, for its owner only; one found open is closed."""
    folders = (*([paths.home] if paths.home else []), paths.data, paths.config, paths.state)
    for left in range(OPENINGS - 1, -1, -1):
        try:
            for folder in folders:
                os.makedirs(folder, mode=0o700, exist_ok=True)
        except OSError as error:
            # A forget that ends elsewhere removes a folder as soon as it is empty, also one just made.
            if not (left and isinstance(error, FileNotFoundError | FileExistsError)):
                raise CannotWriteError("oO cannot make its home.", "Check OO_HOME or HOME.") from error
        if all(map(os.path.isdir, folders)):
            break
    close_folders(paths)


def close_folders(paths: Paths) -> None:
    """Close those of its folders that others could look into; refuse one that is another's. A read-only disk may be."""
    for folder in (paths.data, paths.config, paths.state):
        try:
            found = os.stat(folder)
        except OSError:
            continue
        if found.st_uid != os.geteuid():
            raise CannotWriteError("A folder of oO's belongs to another user.", "See: oo doctor")
        if found.st_mode & 0o077:
            with suppress(OSError):
                os.chmod(folder, 0o700)


def refuse_root(paths: Paths) -> None:
    """Raise `BadUsageError` for root in another person's home: what root wrote there, they could not change."""
    if os.geteuid() != 0:
        return
    if owner_of(paths.data) not in (0, NOBODY):
        raise BadUsageError("oO does not run as root in another person's home.", "Run it again without sudo.")


def owner_of(place: str) -> int:
    """The user to whom a place belongs, or would, if it were made: the owner of the nearest folder there is."""
    while True:
        try:
            return os.lstat(place).st_uid
        except OSError:  # not there, or not any more
            place = os.path.dirname(place)
