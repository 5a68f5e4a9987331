"""The health of every part, each finding with its repair."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

from oo_agents import registry
from oo_cli.engine.when import DAY_MS
from oo_cli.house import House
from oo_cli.usecases.agents import own_folder
from oo_cli.usecases.pull import is_local
from oo_cli.usecases.status import CALENDAR
from oo_data.errors import OoError
from oo_data.store import db, health, keys, profile, words

if TYPE_CHECKING:
    from sqlite3 import Connection

YEAR_MS = 365 * DAY_MS

Level = Literal["ok", "note", "bad"]


class Finding(NamedTuple):
    """One checked fact. `exit_code` is what `oo doctor` ends with if this is the first bad one."""

    part: str
    level: Level
    says: str
    exit_code: int = 0


def examine(house: House, offline: bool, custody_says: Callable[[House], str]) -> list[Finding]:
    """Check everything; nothing is changed, and nothing leaves the machine with `offline`."""
    found = list(_folders(house))
    found += _agents(house)
    if not house.exists:
        return [*found, Finding("database", "note", "There is none yet. Start with: oo add, or oo connect")]
    try:
        conn = house.store.conn
    except OoError as error:
        return [*found, Finding("database", "bad", error.line(), error.exit_code)]
    found.append(_tried("database", lambda: _database(conn)))
    found.append(_tried("key", lambda: custody_says(house)))
    found += _key_age(house)
    memory = words.is_available(house.paths)
    found.append(
        Finding("memory", "ok", "Words of the shelf lie in memory only.")
        if memory
        else Finding("memory", "note", "No memory-backed directory: oo tip unseals its words, which takes longer.")
    )
    for source in profile.sources(conn):
        found.append(_source(house, source, offline))
    found.append(_model(house, offline))
    return found


def _folders(house: House) -> Iterator[Finding]:
    bad = False
    for folder in (house.paths.data, house.paths.config, house.paths.state):
        if not os.path.isdir(folder):
            continue
        mode = os.stat(folder)
        if mode.st_uid != os.getuid():
            bad = True
            yield Finding("folders", "bad", f"{folder} belongs to another user. Take it back with chown.", 8)
        elif stat.S_IMODE(mode.st_mode) & 0o077:
            bad = True
            yield Finding("folders", "bad", f"{folder} is open to others. Close it: chmod 700 {folder}", 8)
        elif not os.access(folder, os.W_OK):
            bad = True
            yield Finding("folders", "bad", f"{folder} cannot be written. Check the disk and its mode.", 8)
    if not bad:
        yield Finding("folders", "ok", "For you only.")


def _database(conn: Connection) -> str:
    health.check(conn)
    return f"Sound, schema {db.SCHEMA_VERSION}."


def _key_age(house: House) -> Iterator[Finding]:
    key = keys.home_key(house.store.conn)
    if key is not None and house.clock.now_ms() - key.since > YEAR_MS:
        yield Finding("key", "note", "It is more than a year old. Put a new one in its place: oo key rotate")


def _agents(house: House) -> Iterator[Finding]:
    try:
        found = registry.discover(own_folder(house), third_party=False)
    except OoError as error:
        yield Finding("agents", "bad", error.line(), error.exit_code)
        return
    broken = [entry for entry in found if entry.problem]
    for entry in broken:
        yield Finding("agents", "note", f"{entry.problem} Mend it: oo agents check {entry.id}")
    yield Finding("agents", "ok", f"{len(found) - len(broken)} with sound manifests.")


def _source(house: House, source: str, offline: bool) -> Finding:
    if offline and not is_local(profile.sources(house.store.conn)[source]):
        return Finding(source, "note", "Not tried (--offline).")

    def read() -> str:
        reading = house.source(source).read(house.clock.now_ms())
        return "Read." if source == CALENDAR else f"{len(reading.tasks)} open tasks read."

    return _tried(source, read)


def _model(house: House, offline: bool) -> Finding:
    try:
        named = house.llm is not None
    except OoError as error:
        return Finding("model", "bad", error.line(), error.exit_code)
    if not named:
        return Finding("model", "ok", "None is named; oO words tips itself. To name one: docs/models.md")
    from oo_cli.usecases.model_health import health_line

    level, says = health_line(house, offline)
    return Finding("model", level, says)


def _tried(part: str, attempt: Callable[[], str]) -> Finding:
    try:
        return Finding(part, "ok", attempt())
    except OoError as error:
        return Finding(part, "bad", error.line(), error.exit_code)
