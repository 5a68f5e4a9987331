"""Connecting and disconnecting sources: consent first, then the login, and on the way out everything derived."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from contextlib import nullcontext
from typing import NamedTuple

from oo_agents import registry
from oo_cli.engine import gate
from oo_cli.engine.told import counted
from oo_cli.house import House
from oo_cli.usecases import aftermath
from oo_data import catalog
from oo_data.contracts.event import SourceConnected, SourceDisconnected
from oo_data.errors import BadUsageError, ConnectionNeededError, DataLockedError
from oo_data.store import erase, profile, tips


def connect_todotxt(house: House, path: str | None) -> str:
    """Connect a todo.txt: an existing file, or one that oO starts in its own place; the path."""
    if path is not None:
        path = os.path.abspath(os.path.expanduser(path))
        if not os.path.exists(path) or not stat.S_ISREG(os.stat(path).st_mode):
            raise BadUsageError("There is no such file.", "Give the path of an existing todo.txt.")
    target = path or house.paths.todo_file
    _grant(house, "todotxt", target)
    return target


def connect_taskwarrior(house: House, path: str, write: bool) -> None:
    """Connect the Taskwarrior whose tasks are in the file at `path`; one of another folder is forgotten first."""
    before = source_file(house, "taskwarrior")
    if before is not None and before != path:
        disconnect(house, "taskwarrior")
    _grant(house, "taskwarrior", path)
    if write:
        set_consent(house, "taskwarrior.write", True)


def source_file(house: House, source: str = "todotxt") -> str | None:
    """The file that a connected source watches."""
    state = profile.sources(house.store.conn).get(source) if house.exists else None
    return state.watch_path if state is not None else None


def connect_remote(
    house: House,
    source: str,
    chosen_for_remote: bool,
    log_in: Callable[[], None],
    write: bool = False,
    watch_path: str | None = None,
) -> None:
    """Connect a remote source: the consent first, then the login, which is kept only if it works.

    Raises `DataLockedError` where the key lies in a file nobody chose: a remote login wants that choice by name.
    """
    if not chosen_for_remote:
        raise DataLockedError(
            "There is no keyring here, so the login would be sealed with a key in a file.",
            "If that is what you want, run: oo key --file (or set OO_KEY), then connect again.",
        )
    known = profile.consents(house.store.conn).get(f"source.{source}", (False, 0))[0]
    set_consent(house, f"source.{source}", True)
    try:
        log_in()
    except BaseException:
        if not known:
            with house.store.write() as conn:
                house.record_consent(conn, f"source.{source}", False)
                profile.drop_secrets(conn, source)
            house.bus.deliver()
        raise
    _grant(house, source, watch_path)
    if write:
        set_consent(house, f"{source}.write", True)


class Left(NamedTuple):
    """What disconnecting erased, in words, and whether the provider ended the login too."""

    erased: tuple[str, ...]
    told: bool


def connected(house: House, source: str) -> None:
    """Raise `ConnectionNeededError` where the source is not connected."""
    if not house.exists or source not in profile.sources(house.store.conn):
        raise ConnectionNeededError(f"{source} is not connected.", "See: oo sources")


def disconnect(house: House, source: str, offline: bool = False) -> Left:
    """End the login, stop reading a source, and erase what came from it, also if the provider cannot be reached.

    Older copies are shut. `offline`: the provider is not told.
    """
    conn = house.store.conn
    connected(house, source)
    now = house.clock.now_ms()
    aftermath.owe(house)
    leaving = nullcontext(False) if offline else house.doors.leave(house, source)
    with leaving as told, house.store.write():
        for key in (f"source.{source}", f"{source}.write"):
            if key in profile.granted(conn):
                house.record_consent(conn, key, False)
        erased = erase.source(conn, source)
        tips.replace_silences(conn, now, gate.MOMENT_ORIGIN, ())
        tips.replace_silences(conn, now, gate.ORIGIN, gate.spans(profile.prefs(conn), now, house.zone))
        house.bus.publish(conn, SourceDisconnected(source), now)
    aftermath.settle_soon(house)
    house.bus.deliver()
    return Left(tuple(counted(count, catalog.entry(table).what) for table, count in erased.items() if count), told)


def _grant(house: House, source: str, watch_path: str | None) -> None:
    conn = house.store.conn
    now = house.clock.now_ms()
    asked = profile.consents(conn)
    with house.store.write():
        profile.connect_source(conn, source, now, watch_path)
        wanted = [f"source.{source}", *(f"agent.{agent}" for agent in registry.names())]
        for key in wanted:
            if key == f"source.{source}" or key not in asked:
                house.record_consent(conn, key, True)
        house.bus.publish(conn, SourceConnected(source), now)
    house.bus.deliver()


def set_consent(house: House, key: str, granted: bool, mark: str = "") -> None:
    """Record a consent or its withdrawal, and say that it changed. `mark`: what it was given for, kept with it."""
    with house.store.write() as conn:
        house.record_consent(conn, key, granted)
        if mark:
            profile.set_meta(conn, key, mark)
    house.bus.deliver()
