"""Consents: what may flow, granted and withdrawn; a withdrawal takes back what came from it."""

from __future__ import annotations

from difflib import get_close_matches

from oo_agents import registry
from oo_cli.adapters.trace.places import CONSENT as TRACE
from oo_cli.engine import gate
from oo_cli.engine.told import counted
from oo_cli.house import House
from oo_cli.usecases import aftermath, agenda, contexts, flows, holdout, mirror, moods, notify, own, phone, trace
from oo_cli.usecases.agents import own_folder
from oo_cli.usecases.areas import AT_GATEWAY
from oo_cli.usecases.connect import disconnect, set_consent
from oo_cli.usecases.flows import WRITE, Flow
from oo_data.contracts.llm import ALIASES, PLACES, consent_key
from oo_data.errors import BadUsageError, ConnectionNeededError
from oo_data.store import erase, keys, outbox, profile, tips

MODELS = tuple(consent_key(alias, place) for alias in ALIASES for place in PLACES)


def listing(house: House) -> dict[str, bool]:
    """Each known consent and whether it holds."""
    asked = profile.consents(house.store.conn) if house.exists else {}
    return {key: asked.get(key, (False, 0))[0] for key in flows.flows(house)}


def flow_of(house: House, key: str) -> Flow:
    """What one consent lets happen. Raises `BadUsageError` for a key that nothing here asks for."""
    known = flows.flows(house)
    if key in known:
        return known[key]
    if flows.designed(key):
        raise BadUsageError("Nothing here asks for that consent yet.", "See: oo consent")
    near = get_close_matches(key, known, 1)
    raise BadUsageError("There is no such consent.", f"Did you mean {near[0]}?" if near else "See: oo consent")


def lines(flow: Flow) -> list[str]:
    """A consent in words, for a person who is about to give it."""
    told = [f"what flows   {flow.what}", f"to whom      {flow.to}"]
    for label, parts in (("what stays", flow.kept), ("dropped", flow.dropped), ("exactly", flow.exact)):
        told += [f"{label if not at else '':<12} {part}" for at, part in enumerate(parts)]
    return told


def grant(house: House, key: str) -> None:
    """Allow a flow. A source is allowed by connecting it, and only a connected one can be written to."""
    flow_of(house, key)
    if key.startswith(notify.PREFIX):
        name = key.removeprefix(notify.PREFIX)
        raise BadUsageError("A channel is switched on by a first message.", f"Run: oo notify on {name}")
    source = key.removeprefix("source.").removesuffix(WRITE)
    about_source = key not in own.CONSENTS and (key.startswith("source.") or key.endswith(WRITE))
    if about_source and source not in profile.sources(house.store.conn):
        raise ConnectionNeededError(f"{source} is not connected.", f"Run: oo connect {source}")
    set_consent(house, key, True, _mark_of(house, key))


def _mark_of(house: House, key: str) -> str:
    """What a consent is given for, where it is for an agent that oO does not bring along."""
    agents = registry.discover(own_folder(house)) if key.startswith("agent.") else ()
    theirs = (entry for entry in agents if entry.origin != "ours" and not entry.problem)
    return next((registry.mark(entry) for entry in theirs if key == f"agent.{entry.id}"), "")


def revoke(house: House, key: str) -> list[str]:
    """Stop a flow at once and erase what came from it; what was erased, in words."""
    flow_of(house, key)
    if key == own.MOOD:
        return [counted(count, what) for what, count in moods.forget(house, withdraw=True).items() if count]
    if key == holdout.CONSENT:
        return [counted(count, what) for what, count in holdout.stop(house).items() if count]
    if key == phone.CONSENT:
        return [counted(dropped, "devices")] if (dropped := phone.switch_off(house)) else []
    if key in MODELS:
        return _stop_asking(house, key)
    if key == agenda.MIRROR:
        return [counted(dropped, "events of other homes")] if (dropped := mirror.stop(house)) else []
    if key == contexts.AUTO:
        return [counted(dropped, "signs of contexts")] if (dropped := contexts.forget_signs(house)) else []
    if key == TRACE:
        return [counted(dropped, "notes of what was listed")] if (dropped := trace.stop(house)) else []
    if key.startswith(notify.PREFIX):
        return ["its address"] if notify.switch_off(house, key.removeprefix(notify.PREFIX)) else []
    if key.startswith("source."):
        source = key.removeprefix("source.")
        if source in profile.sources(house.store.conn):
            return list(disconnect(house, source).erased)
        set_consent(house, key, False)
        return []
    if key.endswith(WRITE):
        return _stop_writing(house, key)
    return _stop_agent(house, key)


def _stop_agent(house: House, key: str) -> list[str]:
    """Withdraw the consent and erase what the agent made."""
    now = house.clock.now_ms()
    aftermath.owe(house)
    with house.store.write() as conn:
        house.record_consent(conn, key, False)
        erased = erase.agent(conn, key.removeprefix("agent."))
        keys.outdate(conn, keys.MIXED)
        tips.replace_silences(conn, now, gate.ORIGIN, gate.spans(profile.prefs(conn), now, house.zone))
    aftermath.settle_soon(house)
    house.bus.deliver()
    return [counted(count, what) for what, count in erased.items() if count]


def _stop_writing(house: House, key: str) -> list[str]:
    """Withdraw the consent and drop what still waits, both at once; the gate itself stops what is under way."""
    with house.store.write() as conn:
        house.record_consent(conn, key, False)
        dropped = outbox.drop_source(conn, key.removesuffix(WRITE))
    house.bus.deliver()
    return [counted(dropped, "waiting writes")] if dropped else []


def _stop_asking(house: House, key: str) -> list[str]:
    """Withdraw the consent and erase what models said under it; the next look at the shelf words those tips anew."""
    aftermath.owe(house)
    with house.store.write() as conn:
        house.record_consent(conn, key, False)
        erased = erase.model_words(conn, key)
        if key in AT_GATEWAY:
            erased |= erase.from_gateway(conn)
        keys.outdate(conn, keys.MIXED)
        if erased["wordings"]:
            profile.outdate_shelf(conn)
    aftermath.settle_soon(house)
    house.bus.deliver()
    return [counted(count, what) for what, count in erased.items() if count]
