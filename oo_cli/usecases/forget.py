"""Forgetting everything, so that it can be killed at any point and finished by the next start."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from oo_cli.house import House, make_folders
from oo_cli.usecases import cron, export
from oo_cli.usecases.pull import is_local
from oo_cli.usecases.residue import Scan, scan
from oo_data.env import Paths
from oo_data.errors import DataLockedError, OoError
from oo_data.store import contexts, db, egress, erase, habits, health, locks, moods, profile, tips, words
from oo_data.store.db import Store

NO_LOGIN = frozenset(("calendar",))  # read with a password or a secret address, which are the person's to end
WAIT_TENTHS = 300  # half a minute for a refresh that is under way
DestroyKey = Callable[[House], list[str]]
Found = TypeVar("Found")


@dataclass(slots=True)
class Receipt:
    """What was forgotten, in counts; shown once and kept nowhere."""

    rows: dict[str, int] = field(default_factory=dict)
    files: int = 0
    bytes: int = 0
    keys: list[str] = field(default_factory=list)
    own_list: str = ""
    kept: list[str] = field(default_factory=list)
    external: list[str] = field(default_factory=list)
    scan: Scan | None = None


def plan(house: House) -> Receipt:
    """What `forget` would reach, without touching anything."""
    receipt = _survey(house)
    if os.path.lexists(house.paths.todo_file):
        receipt.own_list = house.paths.todo_file
    receipt.external += [f"the login at {source}: oO ends it there first" for source in _remote(house)]
    return receipt


def _survey(house: House) -> Receipt:
    receipt = Receipt()
    receipt.rows = _count_rows(house)
    found = erase.files_of(house.paths)
    receipt.files = len(found)
    receipt.bytes = sum(os.lstat(path).st_size for path in found)
    receipt.external = _external(house)
    return receipt


def forget(house: House, destroy_key: DestroyKey) -> Receipt:
    """Destroy the key, then every file, then look for residues byte by byte.

    The mark comes first: a start that finds it finishes the work, so nothing is ever half forgotten.
    """
    receipt = _survey(house)
    make_folders(house.paths)
    alone = _alone(house)
    memory = house.paths.memory_dirs()  # named by the data folder, so asked for while it is there
    needles = _needles(house)
    os.close(os.open(house.paths.forgetting, os.O_CREAT | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
    receipt.external += [*stop_clock(house), *_sign_out(house)]
    receipt.keys = destroy_key(house)
    house.close()
    finish(house.paths)
    os.close(alone)
    words.clear_folders(memory)
    receipt.kept = _left(house.paths, memory)
    receipt.scan = scan(receipt.kept, needles)
    return receipt


def stop_clock(house: House) -> list[str]:
    """Take oO's job out of the machine's clockwork, so that nothing starts it again; where that failed, the way."""
    left = []
    for clockwork in house.doors.clockworks(house):
        try:
            cron.remove(house, (clockwork,))
        except OoError:
            left.append(f"a job in {clockwork.name} that could not be removed; see: oo cron status")
    return left


def _sign_out(house: House) -> list[str]:
    """End the logins at their providers; where the person has to do it, the way."""
    left = []
    for source in _remote(house):
        try:
            with house.doors.leave(house, source) as told:
                if told:
                    continue
        except OoError:
            pass
        left.append(f"the login at {source}, which was not told: remove it there, under Settings, Integrations")
    return left


def _remote(house: House) -> tuple[str, ...]:
    """The connected sources with a login that oO can end at their provider."""
    states = _read(house, lambda store: profile.sources(store.conn)) or {}
    return tuple(state.id for state in states.values() if not is_local(state) and state.id not in NO_LOGIN)


def finish(paths: Paths) -> None:
    """Remove memory, key files, files and folders; safe to repeat, and the mark goes last."""
    words.clear(paths)
    try:
        for path in (*erase.key_files_of(paths), *erase.files_of(paths)):
            erase.unlink(path)
        if os.path.lexists(paths.forgetting):
            os.unlink(paths.forgetting)
    except OSError as error:
        raise db.told(error) from error
    erase.remove_folders(paths)


def _read(house: House, read: Callable[[Store], Found]) -> Found | None:
    """What `read` finds, or None: a database that is absent, damaged or locked away can still be forgotten."""
    if not house.exists:
        return None
    try:
        return health.reading(lambda: read(house.store))
    except OoError:
        return None


def _count_rows(house: House) -> dict[str, int]:
    return _read(house, lambda store: erase.count_rows(store.conn)) or {}


def _external(house: House) -> list[str]:
    """Places that oO does not own and therefore leaves: files of the person's, grants at a provider."""
    found = []
    states = _read(house, lambda store: profile.sources(store.conn)) or {}
    for state in states.values():
        if state.watch_path and state.watch_path not in (house.paths.todo_file,):
            found.append(f"your own file is left as it is: {state.watch_path}")
        if state.id in NO_LOGIN and not is_local(state):
            found.append(f"an app password or secret address made for {state.id}: end it where you made it")
    written = _read(house, lambda store: export.paths(house)) or []
    found += [f"what you exported to {path}: delete it yourself" for path in written]
    asked = _read(house, lambda store: egress.hosts(store.conn, "llm.")) or []
    found += [f"what the model gateway at {host} kept of your requests" for host in asked]
    if house.environ.get("OO_KEY"):
        found.append("OO_KEY is set in your environment; unset it yourself")
    return found


def _needles(house: House) -> list[str]:
    """Words that must not be found afterwards: everything readable on the shelf, and the logins."""
    found: set[str] = set()

    def unseal(store: Store) -> None:
        for tip_id, sealed in tips.sealed_texts(store.conn).items():
            found.add(house.sealer.unseal(sealed, "tip", "text", tip_id))
        for name, sealed in profile.secrets(store.conn).items():
            found.add(house.sealer.unseal(sealed, "secret", "sealed", name))
        for context in contexts.contexts(store.conn):
            found.add(house.sealer.unseal(context.name, "context", "name", context.ref))
        for habit in habits.habits(store.conn):
            found.add(house.sealer.unseal(habit.name, "habit", "name", habit.ref))
        for mood in moods.since(store.conn, 0):
            if mood.note:
                found.add(house.sealer.unseal(mood.note, "mood", "note", mood.id))

    _read(house, unseal)
    return sorted(found)


def _alone(house: House) -> int:
    """Let no refresh put anything back meanwhile; the lock's descriptor."""
    for _ in range(WAIT_TENTHS):
        fd = locks.take(f"{house.paths.state}/refresh.lock")
        if fd is not None:
            return fd
        time.sleep(0.1)
    raise DataLockedError("A refresh is running.", "Wait for it to end, then run it again; nothing was forgotten.")


def _left(paths: Paths, memory: list[str]) -> list[str]:
    """Whatever still lies under oO's own directories, and in memory."""
    found = [folder for folder in memory if os.path.exists(folder)]
    for root in dict.fromkeys(paths.roots()):
        for folder, _, names in os.walk(root):
            found += [os.path.join(folder, name) for name in names]
    return sorted(set(found))
