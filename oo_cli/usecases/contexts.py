"""Contexts: what the person is about now, said by hand or by a schedule, and which tasks that speaks for."""

from __future__ import annotations

from typing import NamedTuple

from oo_cli.engine import contexts as engine
from oo_cli.engine.when import HOUR_MS
from oo_cli.house import House
from oo_cli.usecases import aftermath
from oo_data.contracts.event import ContextChanged
from oo_data.contracts.feature import Feature
from oo_data.contracts.signal import ContextSignal
from oo_data.errors import BadUsageError, ConsentMissingError
from oo_data.names import clean, identity
from oo_data.store import contexts as store
from oo_data.store import erase, keys, profile
from oo_data.store.contexts import Context

NAME_LENGTH = 32
OFF = "off"
SOURCE = "context"  # what their names are sealed under
ACTIVE = "context.active"
AUTO = "context.auto"  # the consent to look for signs


class Known(NamedTuple):
    """One context for the person. `on`: by hand, by a sign or by schedule, as `how` says; `since` is UTC ms."""

    name: str
    on: bool
    how: str
    schedule: str
    since: int
    signs: int


def listing(house: House) -> list[Known]:
    """All contexts by name."""
    if not house.exists:
        return []
    now = house.clock.now_ms()
    signs = store.signs(house.store.conn)
    found = []
    for c in store.contexts(house.store.conn):
        scheduled = engine.scheduled(c.schedule, now, house.zone)
        how = "by hand" if c.active else "by a sign" if c.present else "by schedule" if scheduled else ""
        found.append(Known(_name(house, c), bool(how), how, c.schedule, c.since, len(signs.get(c.ref, ()))))
    return sorted(found, key=lambda known: identity(known.name))


def switch(house: House, name: str, also: bool = False) -> bool:
    """Switch a context on by hand and, unless `also`, the others that were so off; whether it is a new one."""
    cleaned, ref = _named(house, name)
    now = house.clock.now_ms()
    sealed = house.sealer.seal(cleaned, "context", "name", ref, source=SOURCE, at=None)
    with house.store.write() as conn:
        known = {context.ref: context for context in store.contexts(conn)}
        for other in known.values():
            if other.active and other.ref != ref and not also:
                _turn(house, other, False, now)
        _turn(house, known.get(ref, Context(ref, sealed, False, "", now)), True, now)
        profile.outdate_shelf(conn)
    house.bus.deliver()
    return ref not in known


def switch_off(house: House) -> int:
    """End every context that was switched on by hand; how many those were."""
    if not house.exists:
        return 0
    now = house.clock.now_ms()
    with house.store.write() as conn:
        ended = [context for context in store.contexts(conn) if context.active]
        for context in ended:
            _turn(house, context, False, now)
        if ended:
            profile.outdate_shelf(conn)
    house.bus.deliver()
    return len(ended)


def schedule(house: House, name: str, text: str) -> tuple[bool, str]:
    """Have a context come on by itself ("off": no more); whether it is a new one, and its schedule, normalised."""
    cleaned, ref = _named(house, name)
    try:
        normal = "" if text.strip().casefold() == OFF else engine.normal(engine.parse(text))
    except ValueError:
        hint = 'Try: --schedule "mon-fri 9:00-17:00, sat 10-12", or --schedule off'
        raise BadUsageError("That is not a schedule.", hint) from None
    sealed = house.sealer.seal(cleaned, "context", "name", ref, source=SOURCE, at=None)
    with house.store.write() as conn:
        known = {context.ref: context for context in store.contexts(conn)}
        before = known.get(ref, Context(ref, sealed, False, "", house.clock.now_ms()))
        store.save(conn, before._replace(schedule=normal))
        profile.outdate_shelf(conn)
    return ref not in known, normal


def bind(house: House, name: str, sign: str) -> None:
    """Let what the machine sees now ("network" or "battery") stand for a context.

    Raises `ConsentMissingError` without the consent `context.auto`, `BadUsageError` where the sign is not seen.
    """
    cleaned, ref = _named(house, name)
    _require(house)
    seen = house.doors.signs(house)
    if sign not in seen:
        raise BadUsageError(f"No {sign} is seen just now.", "Try again where it is.")
    sealed = house.sealer.seal(cleaned, "context", "name", ref, source=SOURCE, at=None)
    with house.store.write() as conn:
        _require(house)
        known = {context.ref: context for context in store.contexts(conn)}
        store.save(conn, known.get(ref, Context(ref, sealed, False, "", house.clock.now_ms()))._replace(present=True))
        store.add_sign(conn, ref, house.refs.sign(sign, seen[sign]))
        profile.outdate_shelf(conn)


def unbind(house: House, name: str) -> int:
    """Let no sign stand for a context any more; how many there were."""
    _, ref = _named(house, name)
    with house.store.write() as conn:
        dropped = store.drop_signs(conn, ref)
        profile.outdate_shelf(conn)
    return dropped


def look(house: House) -> None:
    """Switch contexts by the signs that are seen now; without consent, or without any signs kept, nothing is read."""
    conn = house.store.conn
    if AUTO not in profile.granted(conn) or not store.signs(conn):
        return
    seen = {house.refs.sign(kind, value) for kind, value in house.doors.signs(house).items()}
    with house.store.write():
        kept = store.signs(conn)  # of this moment: a withdrawal in between has left none
        for context in store.contexts(conn):
            present = not seen.isdisjoint(kept.get(context.ref, ()))
            if present != context.present:
                store.save(conn, context._replace(present=present))
                house.bus.publish(conn, ContextChanged(context.ref, int(present)), house.clock.now_ms())
                profile.outdate_shelf(conn)


def forget_signs(house: House) -> int:
    """Withdraw the consent `context.auto` and erase every sign, both at once; how many there were."""
    with house.store.write() as conn:
        if AUTO in profile.granted(conn):
            house.record_consent(conn, AUTO, False)
        dropped = store.drop_signs(conn)
        profile.outdate_shelf(conn)
    erase.compact(house.store)
    house.bus.deliver()
    return dropped


def _require(house: House) -> None:
    if AUTO not in profile.granted(house.store.conn):
        raise ConsentMissingError("oO may not look where this machine is.", f"Allow it with: oo consent grant {AUTO}")


def remove(house: House, name: str) -> None:
    """Erase a context and the record of its changes, and shut older copies to it.

    Raises `BadUsageError` where there is none of that name.
    """
    _, ref = _named(house, name)
    if ref not in {context.ref for context in store.contexts(house.store.conn)}:
        raise BadUsageError("There is no such context.", "See: oo context")
    aftermath.owe(house)
    with house.store.write() as conn:
        store.remove(conn, ref)
        keys.outdate(conn, SOURCE)
        profile.outdate_shelf(conn)
    aftermath.settle_soon(house)


def active_refs(house: House, now: int) -> frozenset[str]:
    """The references of the contexts that are on at an instant (UTC ms)."""
    known = store.contexts(house.store.conn)
    return engine.active([ContextSignal(c.ref, c.active or c.present, c.schedule) for c in known], now, house.zone)


def preferred_refs(house: House, now: int) -> frozenset[str]:
    """The labels and projects that bear the name of a context that is on, as tasks refer to them."""
    on = active_refs(house, now)
    names = [_name(house, context) for context in store.contexts(house.store.conn) if context.ref in on]
    spelled = [spelling for name in names for spelling in engine.spellings(name)]
    labels = {house.refs.label(name) for name in spelled}
    projects = {house.refs.project(source, name) for source in profile.sources(house.store.conn) for name in spelled}
    return frozenset(labels | projects)


def features(house: House, now: int) -> tuple[Feature, ...]:
    """How many contexts are on; a schedule may change that, so it is fresh for an hour."""
    return (Feature(ACTIVE, float(len(active_refs(house, now))), now, now + HOUR_MS, (SOURCE,)),)


def _turn(house: House, context: Context, active: bool, now: int) -> None:
    """Switch by hand, inside the caller's write transaction; what is so already is left alone."""
    conn = house.store.conn
    if context.active != active:
        store.save(conn, context._replace(active=active, since=now))
        house.bus.publish(conn, ContextChanged(context.ref, int(active)), now)


def _named(house: House, name: str) -> tuple[str, str]:
    cleaned = clean(name, NAME_LENGTH)
    if identity(cleaned) == OFF:
        raise BadUsageError("A context cannot be called off.", "To end those you switched on: oo context off")
    return cleaned, house.refs.context(identity(cleaned))


def _name(house: House, context: Context) -> str:
    return house.sealer.unseal(context.name, "context", "name", context.ref)
