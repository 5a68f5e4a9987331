"""Where the home lies: whose it is, who else can read it, whether it can grow, and what was left in it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress

from oo_cli.house import House
from oo_cli.usecases.findings import Finding
from oo_data.env import Paths
from oo_data.store import db, egress, erase, events, migrations
from oo_data.store.shelf import CLOCK_SLACK_MS

FREE_WANTED = migrations.FREE_BYTES_WANTED
DYING_MS = 5 * 60_000  # a request takes a minute at most


def close(paths: Paths) -> list[str]:
    """Close to others what is this person's own and stands open; what was closed. Raises `CannotWriteError`."""
    closed = []
    for path, wanted, found in _own_places(paths):
        if found.st_uid == os.geteuid() and found.st_mode & 0o077 and not stat.S_ISLNK(found.st_mode):
            try:
                os.chmod(path, wanted)
            except OSError as error:
                raise db.told(error) from error
            closed.append(path)
    return closed


def places(paths: Paths) -> Iterator[Finding]:
    """Folders and files: this person's own, and open to nobody else."""
    sound = True
    for path, wanted, found in _own_places(paths):
        kind = "folders" if wanted == 0o700 else "files"
        if found.st_uid != os.geteuid():
            sound = False
            yield Finding(kind, "bad", f"{path} belongs to another user.", 8, f"Take it back: sudo chown $USER {path}")
        elif stat.S_ISLNK(found.st_mode):
            sound = False
            yield Finding(kind, "bad", f"{path} is a link.", 8, "Put what it points to in its place.")
        elif found.st_mode & 0o077:
            sound = False
            yield Finding(kind, "bad", f"{path} is open to others.", 8, "Close it: oo doctor --fix")
        elif not os.access(path, os.W_OK):
            sound = False
            yield Finding(kind, "bad", f"{path} cannot be written.", 8, "Check the disk and its mode.")
    if sound:
        yield Finding("folders", "ok", "Yours, and open to nobody else.")


def _own_places(paths: Paths) -> Iterator[tuple[str, int, os.stat_result]]:
    """Each folder and file of this home that there is, with the mode it should have and the state it is in."""
    folders = [folder for folder in (paths.data, paths.config, paths.state) if os.path.isdir(folder)]
    words = (paths.todo_file, f"{paths.data}/done.txt")  # the person's own files, with modes of their own
    files = [path for path in (*erase.files_of(paths), *erase.key_files_of(paths)) if path not in words]
    for path, wanted in (*((folder, 0o700) for folder in folders), *((path, 0o600) for path in files)):
        with suppress(FileNotFoundError):  # a journal may end between two looks
            yield path, wanted, os.lstat(path)


def room(paths: Paths) -> Finding:
    """Whether the disk has room to migrate and to compact."""
    found = os.statvfs(paths.data)
    free = found.f_bavail * found.f_frsize
    if free < FREE_WANTED + os.path.getsize(paths.database):
        return Finding("disk", "bad", f"Only {free >> 20} MB are free.", 8, f"Free {FREE_WANTED >> 20} MB.")
    return Finding("disk", "ok", "Enough space.")


def clock(house: House) -> Finding:
    """Whether the log holds a time to come: somebody set the clock back."""
    last = events.last_at(house.store.conn)
    if last - house.clock.now_ms() <= CLOCK_SLACK_MS:
        return Finding("clock", "ok", "Not behind the log.")
    return Finding(
        "clock", "note", "The clock is behind what was logged.", 0, "If it is right now: oo refresh. Order is kept."
    )


def ledger(house: House) -> Finding:
    """Whether every request that began has an end."""
    since = house.clock.now_ms() - DYING_MS
    died = sum(row.status == "sending" and row.at < since for row in egress.recent(house.store, 1000))
    if died:
        return Finding("ledger", "note", f"{died} requests were cut off with their process.", 0, "See: oo egress")
    return Finding("ledger", "ok", "Every request has its end.")


def leftovers(paths: Paths) -> Iterator[Finding]:
    """What a crash or the person left beside the database."""
    if os.path.lexists(migrations.backup_path(paths.database)):
        yield Finding(
            "leftovers",
            "note",
            "A copy from before a migration is here.",
            0,
            "The next migration or oo forget ends it.",
        )
    aside = erase.set_aside_of(paths)
    if aside:
        yield Finding(
            "leftovers", "note", f"Set aside as damaged: {', '.join(map(os.path.basename, aside))}.", 0,
            "When you need it no more, remove it; oo forget does too.",
        )  # fmt: skip
