"""Connecting and disconnecting sources: consent first, then the login, and on the way out everything derived."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable

from oo_agents import registry
from oo_cli.engine import gate
from oo_cli.house import House
from oo_data import catalog
from oo_data.contracts.event import ConsentChanged, SourceConnected, SourceDisconnected
from oo_data.errors import BadUsageError, ConnectionNeededError, DataLockedError
from oo_data.ports import Source
from oo_data.secret import Secret
from oo_data.store import erase, profile, tips, words

TODOIST_TOKEN = "todoist.token"  # noqa: S105 - the name under which it lies sealed


def connect_todotxt(house: House, path: str | None) -> str:
    """Connect a todo.txt: an existing file, or one that oO starts in its own place; the path."""
    if path is not None:
        path = os.path.abspath(os.path.expanduser(path))
        if not os.path.exists(path) or not stat.S_ISREG(os.stat(path).st_mode):
            raise BadUsageError("There is no such file.", "Give the path of an existing todo.txt.")
    target = path or house.paths.todo_file
    _grant(house, "todotxt", target)
    return target


def connect_todoist(house: House, token: Secret, chosen_for_remote: bool, source: Callable[[Secret], Source]) -> None:
    """Connect Todoist with a token that is tried before it is kept.

    Raises `DataLockedError` where the key lies in a file nobody chose: a remote login wants that choice by name.
    """
    if not chosen_for_remote:
        raise DataLockedError(
            "There is no keyring here, so the login would be sealed with a key in a file.",
            "If that is what you want, run: oo key --file (or set OO_KEY), then connect again.",
        )
    if not token.reveal():
        raise BadUsageError("No token came on standard input.", "Pipe it in: oo connect todoist --token-stdin < file")
    known = profile.consents(house.store.conn).get("source.todoist", (False, 0))[0]
    _set_consent(house, "source.todoist", True)
    try:
        source(token).read(house.clock.now_ms())
    except Exception:
        if not known:
            _set_consent(house, "source.todoist", False)
        raise
    house.keep_secret(TODOIST_TOKEN, token.reveal())
    _grant(house, "todoist", None)


def disconnect(house: House, source: str) -> list[str]:
    """Stop reading a source, forget its login and erase what came from it; what was erased, in words."""
    conn = house.store.conn
    if source not in profile.sources(conn):
        raise ConnectionNeededError(f"{source} is not connected.", "See: oo sources")
    now = house.clock.now_ms()
    with house.store.write():
        profile.set_consent(conn, f"source.{source}", False, now)
        house.bus.publish(conn, ConsentChanged(f"source.{source}", 0), now)
        erased = erase.source(conn, source)
        tips.replace_silences(conn, now, gate.ORIGIN, gate.spans(profile.prefs(conn), now, house.zone))
        house.bus.publish(conn, SourceDisconnected(source), now)
    erase.compact(house.store)
    words.clear(house.paths)
    house.bus.deliver()
    return [f"{count} {catalog.entry(table).what}" for table, count in erased.items() if count]


def _grant(house: House, source: str, watch_path: str | None) -> None:
    conn = house.store.conn
    now = house.clock.now_ms()
    asked = profile.consents(conn)
    with house.store.write():
        profile.connect_source(conn, source, now, watch_path)
        wanted = [f"source.{source}", *(f"agent.{agent}" for agent in registry.names())]
        for key in wanted:
            if key == f"source.{source}" or key not in asked:
                profile.set_consent(conn, key, True, now)
                house.bus.publish(conn, ConsentChanged(key, 1), now)
        house.bus.publish(conn, SourceConnected(source), now)
    house.bus.deliver()


def _set_consent(house: House, key: str, granted: bool) -> None:
    conn = house.store.conn
    now = house.clock.now_ms()
    with house.store.write():
        profile.set_consent(conn, key, granted, now)
        house.bus.publish(conn, ConsentChanged(key, int(granted)), now)
    house.bus.deliver()
