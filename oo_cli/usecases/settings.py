"""The profile: every value in force, where it came from, and the person's own word over all others."""

from __future__ import annotations

from typing import Any

from oo_agents import registry
from oo_agents.kit.units import fit
from oo_cli.engine import gate
from oo_cli.house import House
from oo_data.contracts.agent import ParamValue
from oo_data.contracts.profile import Pref
from oo_data.errors import BadUsageError
from oo_data.store import profile, tips

# Settings that belong to no agent, with their defaults and bounds.
GLOBALS: dict[str, tuple[int, int, int]] = {"tips.per_day": (gate.TIPS_PER_DAY, 0, 100)}

MACHINES_OWN = "tz"  # the zone is the machine's, or TZ; what is inferred of it serves a cold start only


def listing(house: House) -> list[dict[str, Any]]:
    """Every known setting with value, source and evidence."""
    known = profile.prefs(house.store.conn) if house.exists else {}
    found = []
    for (scope, key), default in _defaults().items():
        pref = known.get((scope, key), Pref(scope, key, "default", default, 0, 0))
        value = list(pref.value) if isinstance(pref.value, tuple) else pref.value
        found.append(
            {
                "name": _name(scope, key),
                "value": value,
                "source": pref.source,
                "evidence": pref.evidence,
                "at": pref.at,
            }
        )
    return found


def assign(house: House, name: str, text: str) -> None:
    """Set a value; it wins over inference until it is unset, and the gate obeys it at once."""
    scope, key = _split(name)
    value = _parse(key, _known()[scope, key][1], text)
    now = house.clock.now_ms()
    with house.store.write() as conn:
        profile.save_prefs(conn, [Pref(scope, key, "user", value, 0, now)])
        tips.replace_silences(conn, now, gate.ORIGIN, gate.spans(profile.prefs(conn), now, house.zone))


def unset(house: House, name: str) -> bool:
    """Give a value back to inference; whether there was one of the person's own."""
    scope, key = _split(name)
    now = house.clock.now_ms()
    with house.store.write() as conn:
        removed = profile.drop_pref(conn, scope, key, "user")
        tips.replace_silences(conn, now, gate.ORIGIN, gate.spans(profile.prefs(conn), now, house.zone))
    return removed


def _defaults() -> dict[tuple[str, str], ParamValue]:
    return {at: default for at, (default, _) in _known().items()}


def _known() -> dict[tuple[str, str], tuple[ParamValue, str]]:
    """Every setting with its default and, for an agent's, its unit."""
    own: dict[tuple[str, str], tuple[ParamValue, str]] = {
        (gate.GLOBAL_SCOPE, key): (spec[0], "") for key, spec in GLOBALS.items()
    }
    for manifest in registry.manifests():
        own |= {(manifest.id, p.name): (p.default, p.unit) for p in manifest.params if p.name != MACHINES_OWN}
    return own


def _name(scope: str, key: str) -> str:
    return key if scope == gate.GLOBAL_SCOPE else f"{scope}.{key}"


def _split(name: str) -> tuple[str, str]:
    for scope, key in _defaults():
        if _name(scope, key) == name:
            return scope, key
    raise BadUsageError("There is no such setting.", "See: oo profile show")


def _parse(key: str, unit: str, text: str) -> ParamValue:
    """A value as its setting takes it: numbers, or words, one or many with commas between."""
    items = [_item(part.strip()) for part in text.split(",") if part.strip()]
    if unit:
        single = fit(unit, items[0]) if len(items) == 1 else None
        found = fit(unit, tuple(items)) if single is None else single
        if found is None:
            raise BadUsageError(f"That is not a value in {unit}.", "See: oo profile show")
        return found
    _, least, most = GLOBALS[key]
    if len(items) != 1 or not isinstance(items[0], int) or not least <= items[0] <= most:
        raise BadUsageError(f"It is a whole number between {least} and {most}.", "See: oo profile show")
    return items[0]


def _item(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
