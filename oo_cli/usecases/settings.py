"""The profile: every value in force, where it came from, and the person's own word over all others."""

from __future__ import annotations

from typing import Any

from oo_agents import registry
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
    value = _parse(_defaults()[scope, key], text, GLOBALS.get(key))
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
    own: dict[tuple[str, str], ParamValue] = {(gate.GLOBAL_SCOPE, key): spec[0] for key, spec in GLOBALS.items()}
    for manifest in registry.manifests():
        own |= {(manifest.id, param.name): param.default for param in manifest.params if param.name != MACHINES_OWN}
    return own


def _name(scope: str, key: str) -> str:
    return key if scope == gate.GLOBAL_SCOPE else f"{scope}.{key}"


def _split(name: str) -> tuple[str, str]:
    for scope, key in _defaults():
        if _name(scope, key) == name:
            return scope, key
    raise BadUsageError("There is no such setting.", "See: oo profile show")


def _parse(default: ParamValue, text: str, bounds: tuple[int, int, int] | None) -> ParamValue:
    try:
        if isinstance(default, tuple):
            parts = [part.strip() for part in text.split(",") if part.strip()]
            return tuple(int(part) for part in parts) if all(isinstance(v, int) for v in default) else tuple(parts)
        value: ParamValue = text if isinstance(default, str) else type(default)(text)
    except ValueError:
        raise BadUsageError("That is not a value for this setting.", "See: oo profile show") from None
    low_high = bounds[1:] if bounds else ((0, 23) if isinstance(default, int) else None)
    if low_high and isinstance(value, (int, float)) and not low_high[0] <= value <= low_high[1]:
        raise BadUsageError(f"It must lie between {low_high[0]} and {low_high[1]}.", "See: oo profile show")
    return value
