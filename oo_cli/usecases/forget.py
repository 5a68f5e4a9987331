"""Forgetting everything, so that it can be killed at any point and finished by the next start.

In this order: the mark, the clock's jobs, the logins at their providers, the key, memory, every file, the mark.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TypeVar

from oo_cli.home import make_folders
from oo_cli.house import House
from oo_cli.usecases import cron, export
from oo_cli.usecases.pull import is_local
from oo_cli.usecases.residue import Scan, scan
from oo_data.env import Paths
from oo_data.errors import DataDamagedError, DataLockedError, OoError
from oo_data.store import egress, erase, health, keys, locks, profile, words
from oo_data.store.db import Store
from oo_data.store.profile import SourceState

PAGES = {"todoist": "https://app.todoist.com, under Settings, Integrations"}
NO_LOGIN = frozenset(("calendar",))  # read with a password or a secret address, which are the person's to end
# What others hold, by how its purpose begins in the ledger.
GIVEN_AWAY = {
    "llm.": "what the model gateway at {} kept of your requests",
    "notify": "what {} kept of the messages sent there",
    "trace.": "what {} kept of the traces sent there",
    "mirror": "what the stream at {} kept of the events sent there",
}
WAIT_TENTHS = 300  # half a minute for a refresh or a forget that is under way
_UNDER_WAY = ("A forget is under way.", "Wait for it to end, then run it again.")
DestroyKey = Callable[[House], list[str]]
Found = TypeVar("Found")


@dataclass(slots=True)
class Receipt:
    """What was forgotten, in counts; shown once and kept nowhere."""

    rows: dict[str, int] = field(default_factory=dict)
    files: int = 0
    bytes: int = 0
    jobs: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    own_list: str = ""
    exports: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    external: list[str] = field(default_factory=list)
    scan: Scan | None = None


def plan(house: House) -> Receipt:
    """What `forget` would reach, without touching anything."""
    receipt = _survey(house)
    if os.path.lexists(house.paths.todo_file):
        receipt.own_list = house.paths.todo_file
    receipt.exports = _read(house, lambda store: export.paths(house)) or []
    receipt.external += [f"the login at {source}: oO ends it there first" for source in _remote(house)]
    return receipt


def _survey(house: House) -> Receipt:
    receipt = Receipt()
    receipt.rows = _count_rows(house)
    found = erase.files_of(house.paths)
    receipt.files = len(found)
    receipt.bytes = sum(map(erase.size_of, found))
    receipt.jobs, _ = jobs(house)  # of the others, `stop_clock` tells
    receipt.external = _external(house)
    return receipt


def forget(house: House, destroy_key: DestroyKey, offline: bool = False, exports: bool = False) -> Receipt:
    """Destroy the key, then every file, then look for residues byte by byte.

    The mark comes first: a start that finds it does all of this again, so nothing is ever half forgotten. `offline`:
    no provider is told. `exports`: what was exported goes too, as long as it lies where it was written.
    """
    receipt = _survey(house)
    make_folders(house.paths)
    with ExitStack() as held:
        held.callback(os.close, take_refresh(house))
        needles = known_words(house)
        held.callback(os.close, _set_mark(house.paths))
        _carry_out(house, receipt, destroy_key, offline, exports)
    receipt.scan = scan(receipt.kept, needles)
    return receipt


def resume(house: House, destroy_key: DestroyKey) -> list[str] | None:
    """Finish a forget that was cut short, from the beginning: what is left for the person to do.

    None where another process has done so meanwhile: what is here then is a home begun anew, or nothing.
    """
    held = _take_marked(house.paths)
    if held is None:
        return None
    try:
        receipt = _survey(house)
        _carry_out(house, receipt, destroy_key)
    finally:
        for fd in held:
            os.close(fd)
    return receipt.external


def _carry_out(
    house: House, receipt: Receipt, destroy_key: DestroyKey, offline: bool = False, exports: bool = False
) -> None:
    """All that follows the mark; whoever calls holds it, and the lock of refreshes."""
    memory = house.paths.memory_dirs()  # named by the data folder, so asked for while it is there
    if exports:
        receipt.exports = _read(house, lambda store: export.delete(house)) or []
    receipt.jobs, refused = stop_clock(house)
    receipt.external += [*_exported(house), *refused, *_sign_out(house, offline)]
    receipt.keys = destroy_key(house)
    house.close()
    finish(house.paths)
    words.clear_folders(memory)
    receipt.kept = left(house.paths, memory)


def jobs(house: House) -> tuple[list[str], list[str]]:
    """The clockworks that start oO by themselves, and those that cannot be looked at."""
    found: list[str] = []
    unseen = []
    for clockwork in house.doors.clockworks(house):
        try:
            found += [clockwork.name] if cron.stands(house, clockwork) else []
        except OoError:
            unseen.append(clockwork.name)
    return found, unseen


def stop_clock(house: House) -> tuple[list[str], list[str]]:
    """Take oO's job out of the machine's clockworks: those that had it, and where that failed, the way."""
    gone: list[str] = []
    left = []
    for clockwork in house.doors.clockworks(house):
        try:
            gone += cron.remove(house, (clockwork,))
        except OoError:
            left.append(f"a job in {clockwork.name} that could not be removed; see: oo cron status")
    return gone, left


def _sign_out(house: House, offline: bool) -> list[str]:
    """End the logins at their providers; where the person has to do it, the way."""
    left = []
    for source in _remote(house):
        try:
            if not offline:
                with house.doors.leave(house, source) as told:
                    if told:
                        continue
        except OoError:
            pass
        left.append(not_told(source))
    return left


def not_told(source: str) -> str:
    """What the person has to do where a provider could not be told that its login ends."""
    return f"the login at {source}, which was not told: remove it at {PAGES.get(source, source)}"


def _remote(house: House) -> tuple[str, ...]:
    """The connected sources with a login that oO can end at their provider."""
    return tuple(state.id for state in _sources(house) if not is_local(state) and state.id not in NO_LOGIN)


def watched(house: House) -> list[str]:
    """The person's own files that connected sources read."""
    return [state.watch_path for state in _sources(house) if state.watch_path]


def _sources(house: House) -> tuple[SourceState, ...]:
    return tuple((_read(house, lambda store: profile.sources(store.conn)) or {}).values())


def finish(paths: Paths) -> None:
    """Remove memory, key files, files and folders; safe to repeat, and the mark goes last."""
    words.clear(paths)
    for path in (*erase.key_files_of(paths), *erase.files_of(paths), paths.forgetting):
        erase.unlink(path)
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
    found += [f"your own file is left as it is: {path}" for path in watched(house) if path != house.paths.todo_file]
    for state in _sources(house):
        if state.id in NO_LOGIN and not is_local(state):
            found.append(f"an app password or secret address made for {state.id}: end it where you made it")
    found += [said.format(host) for purpose, said in GIVEN_AWAY.items() for host in _hosts(house, purpose)]
    if house.environ.get("OO_KEY"):
        found.append("OO_KEY is set in your environment; unset it yourself")
    return found


def _exported(house: House) -> list[str]:
    written = _read(house, lambda store: export.paths(house)) or []
    return [f"what you exported to {path}: delete it yourself" for path in written]


def _hosts(house: House, purpose: str) -> list[str]:
    return _read(house, lambda store: egress.hosts(store.conn, purpose)) or []


def known_words(house: House) -> list[str]:
    """Words that must not be found afterwards: every text that lies sealed, and what stands inside a login's record."""
    found: set[str] = set()

    def unseal(store: Store) -> None:
        texts = [text for text in keys.texts(store.conn) if text.table != "vector"]  # those are numbers
        if not texts:
            return
        sealer = house.sealer  # here, so that a vault that is locked is asked for its key once, not for every text
        for text in texts:
            try:
                said = sealer.unseal(text.sealed, text.table, text.column, text.row)
            except (DataDamagedError, DataLockedError):
                continue  # it opens for nobody
            found.update((said, *_inside(said)))

    _read(house, unseal)
    return sorted(found)


def _inside(text: str) -> Iterator[str]:
    """The words of a record that is kept as JSON."""
    try:
        waiting = [json.loads(text)]
    except ValueError:
        return
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict | list):
            waiting += value.values() if isinstance(value, dict) else value


def take_refresh(house: House, tenths: int = WAIT_TENTHS) -> int:
    """Let no refresh put anything back meanwhile; the lock's descriptor. Raises `DataLockedError` after that long."""
    for _ in range(tenths):
        fd = locks.take(f"{house.paths.state}/refresh.lock")
        if fd is not None:
            return fd
        time.sleep(0.1)
    raise DataLockedError("A refresh is running.", "Wait for it to end, then run it again; nothing was forgotten.")


def _set_mark(paths: Paths) -> int:
    """Set the mark and hold it, so that whoever finds it can tell a forget under way from one that was cut short."""
    for _ in range(WAIT_TENTHS):
        make_folders(paths)  # another forget may have ended just now
        fd = locks.take(paths.forgetting)
        if fd is not None:
            return fd
        time.sleep(0.1)
    raise DataLockedError(*_UNDER_WAY)


def _take_marked(paths: Paths) -> tuple[int, int] | None:
    """The mark that a killed forget left, and the lock of refreshes; None once there is no mark."""
    for _ in range(WAIT_TENTHS):
        try:
            mark = locks.take(paths.forgetting, make=False)
        except OoError:
            if os.path.lexists(paths.forgetting):
                raise
            return None
        if mark is not None:
            alone = locks.take(f"{paths.state}/refresh.lock")
            if alone is not None:
                return mark, alone
            os.close(mark)
        time.sleep(0.1)
    raise DataLockedError(*_UNDER_WAY)


def left(paths: Paths, memory: list[str]) -> list[str]:
    """Whatever still lies under oO's own directories, and in memory."""
    found = [folder for folder in memory if os.path.exists(folder)]
    return sorted({*found, *files_in(paths.roots())})


def files_in(folders: Iterable[str]) -> list[str]:
    """Every file below some folders."""
    return [
        os.path.join(at, name)
        for folder in dict.fromkeys(folders)
        for at, _, names in os.walk(folder)
        for name in names
    ]
