"""Consents: what may flow, granted and withdrawn; a withdrawal takes back what came from it."""

from __future__ import annotations

from oo_agents import registry
from oo_cli.house import House
from oo_cli.usecases.connect import disconnect
from oo_data.contracts.event import ConsentChanged
from oo_data.errors import BadUsageError, ConnectionNeededError
from oo_data.store import erase, profile, words


def known_keys() -> tuple[str, ...]:
    """Every consent that this version can ask for."""
    return ("source.todotxt", "source.todoist", *(f"agent.{agent}" for agent in registry.names()))


def listing(house: House) -> dict[str, bool]:
    """Each known consent and whether it holds."""
    asked = profile.consents(house.store.conn) if house.exists else {}
    return {key: asked.get(key, (False, 0))[0] for key in known_keys()}


def grant(house: House, key: str) -> None:
    """Allow a flow. A source is allowed by connecting it."""
    _check(key)
    if key.startswith("source.") and key.removeprefix("source.") not in profile.sources(house.store.conn):
        source = key.removeprefix("source.")
        raise ConnectionNeededError(f"{source} is not connected.", f"Run: oo connect {source}")
    _set(house, key, True)


def revoke(house: House, key: str) -> list[str]:
    """Stop a flow at once and erase what came from it; what was erased, in words."""
    _check(key)
    if key.startswith("source."):
        source = key.removeprefix("source.")
        if source in profile.sources(house.store.conn):
            return disconnect(house, source)
        _set(house, key, False)
        return []
    agent = key.removeprefix("agent.")
    conn = house.store.conn
    now = house.clock.now_ms()
    with house.store.write():
        profile.set_consent(conn, key, False, now)
        house.bus.publish(conn, ConsentChanged(key, 0), now)
        erased = erase.agent(conn, agent)
    erase.compact(house.store)
    words.clear(house.paths)
    house.bus.deliver()
    return [f"{count} {what}" for what, count in erased.items() if count]


def _set(house: House, key: str, granted: bool) -> None:
    conn = house.store.conn
    now = house.clock.now_ms()
    with house.store.write():
        profile.set_consent(conn, key, granted, now)
        house.bus.publish(conn, ConsentChanged(key, int(granted)), now)
    house.bus.deliver()


def _check(key: str) -> None:
    if key not in known_keys():
        raise BadUsageError("There is no such consent.", "See: oo consent")
