"""The health of every part, each finding with its repair."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from oo_agents import registry
from oo_cli.adapters.listener import is_foreign
from oo_cli.engine.told import counted
from oo_cli.engine.when import DAY_MS, local
from oo_cli.house import House
from oo_cli.usecases import agenda, doctor_home, mirror, trace
from oo_cli.usecases.agents import own_folder
from oo_cli.usecases.findings import Finding
from oo_cli.usecases.pull import is_local
from oo_cli.usecases.status import CALENDAR
from oo_data.errors import BadUsageError, DataDamagedError, OoError
from oo_data.store import db, erase, health, keys, profile, words

if TYPE_CHECKING:
    from sqlite3 import Connection

YEAR_MS = 365 * DAY_MS


def examine(house: House, offline: bool, custody_says: Callable[[House], str]) -> list[Finding]:
    """Check everything; nothing is changed, and nothing leaves the machine with `offline`."""
    found = [*doctor_home.places(house.paths), *_agents(house)]
    if not house.exists:
        return [*found, Finding("database", "note", "There is none yet.", 0, "Start with: oo add, or oo connect")]
    found += [doctor_home.room(house.paths), *doctor_home.leftovers(house.paths)]
    try:
        conn = house.store.conn
    except OoError as error:
        return [*found, _bad("database", error)]
    found.append(_tried("database", lambda: _database(conn)))
    if found[-1].level == "bad":
        return found  # what else it says cannot be trusted
    found += [doctor_home.clock(house), doctor_home.ledger(house)]
    found.append(_tried("key", lambda: custody_says(house)))
    found += _key_age(house)
    found.append(_memory(house))
    found += [Finding("timers", "note", alert.says) for alert in agenda.alerts(house)]
    found += [_source(house, source, offline) for source in profile.sources(conn)]
    found.append(_model(house, offline))
    return [*found, *trace.health(house), *mirror.health(house)]


def set_aside(house: House) -> str:
    """Rename a damaged database, so that the next command begins anew; its new name.

    Raises `BadUsageError` where it is sound or absent, `DataNewerError` where only a newer oO understands it.
    """
    if not house.exists:
        raise BadUsageError("There is no database.", "Start with: oo add, or oo connect")
    try:
        _database(house.store.conn)
    except DataDamagedError:
        house.close()
        stamp: datetime = local(house.clock.now_ms(), house.zone)
        target = erase.set_aside(house.paths, f"{stamp:%Y%m%d-%H%M%S}")
        words.clear(house.paths)
        return target
    raise BadUsageError("The database is sound; it stays where it is.", "See: oo doctor")


def _memory(house: House) -> Finding:
    if words.is_available(house.paths):
        return Finding("memory", "ok", "Words of the shelf lie in memory only.")
    return Finding("memory", "note", "No memory-backed directory: oo tip unseals its words, which takes longer.")


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
        yield _bad("agents", error)
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
        return "Read." if source == CALENDAR else f"{counted(len(reading.tasks), 'open tasks')} read."

    return _tried(source, read)


def _model(house: House, offline: bool) -> Finding:
    try:
        named = house.llm is not None
    except OoError as error:
        return _bad("model", error)
    if not named:
        return Finding("model", "ok", "None is named; oO words tips itself. To name one: docs/models.md")
    from oo_cli.usecases.model_health import health_line, port_here

    port = port_here(house)
    if port and is_foreign(port):
        return Finding("model", "bad", f"At port {port} listens a program of another user.", 6, "Free that port.")
    level, says = health_line(house, offline)
    return Finding("model", level, says)


def _tried(part: str, attempt: Callable[[], str]) -> Finding:
    try:
        return Finding(part, "ok", attempt())
    except OoError as error:
        return _bad(part, error)


def _bad(part: str, error: OoError) -> Finding:
    return Finding(part, "bad", error.message, error.exit_code, error.hint)
