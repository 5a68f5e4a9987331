"""The profile: every value in force, where it came from, and the person's own word over all others."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Any, NamedTuple

from oo_agents import registry
from oo_agents.kit.units import fit
from oo_cli.engine import gate
from oo_cli.engine.areas.shipped import AREAS
from oo_cli.engine.orchestrator import limits
from oo_cli.engine.told import told
from oo_cli.house import House
from oo_cli.usecases import holdout
from oo_cli.usecases.agents import own_folder
from oo_data.contracts.agent import ParamValue
from oo_data.contracts.event import PrefSet
from oo_data.contracts.profile import Pref, spell
from oo_data.errors import BadUsageError
from oo_data.store import profile, tips


class Setting(NamedTuple):
    """Something to be set that belongs to no agent: a number within bounds, or one of some words."""

    default: int | float | str
    about: str
    unit: str = ""
    least: float = 0
    most: float = 0
    words: tuple[str, ...] = ()


class Known(NamedTuple):
    """What a setting is: its default, its unit, what it does, and what an inferred value counts as evidence."""

    default: ParamValue
    unit: str
    about: str
    counted: str


REF = re.compile("[0-9a-f]{24}")  # free words would lie unsealed
GLOBALS: dict[str, Setting] = {
    "tips.per_day": Setting(gate.TIPS_PER_DAY, "the most tips in a day; 0 is none", "a day", 0, 100),
    "tips.pause": Setting(gate.PAUSE_MINUTES, "quiet after tips you did not want", "minutes", 0, 240),
    limits.SETTING: Setting(limits.SECONDS, limits.ABOUT, "seconds", limits.LEAST_SECONDS, limits.MOST_SECONDS),
    "face.theme": Setting("dark", "the face on black, or on white", words=("dark", "light")),
    "face.clock": Setting("off", "the time at the lower edge of the face", words=("off", "on")),
    "face.mouse": Setting("off", "clicks and the wheel reach the face", words=("off", "on")),
    "face.discreet": Setting("off", "the face starts hidden; h shows it", words=("off", "on")),
    holdout.SHARE: Setting(holdout.SHARE_BOUNDS[0], holdout.ABOUT, "share", *holdout.SHARE_BOUNDS[1:]),
}

# What the agents' parameters do. One that is not named here is told by its unit alone.
ABOUT = {
    "time-of-day.preferred_hour": "around when you do most",
    "time-of-day.quiet_start": "when quiet hours begin",
    "time-of-day.quiet_end": "when quiet hours end",
    "time-of-day.peak_hours": "when you get most done",
    "momentum.engagement_trend": "doing less (-) or more (+)",
    "momentum.baseline_completions_per_day": "what you usually get done",
    "momentum.stdev": "how much that varies",
    "overdue-task.lateness_tolerance_days": "how late is normal for you",
    "overdue-task.project_realness": "how far due dates are meant",
    "recent-patterns.lookback_days": "how far back it looks",
    "recent-patterns.weekly_cycle": "how much weekdays differ",
    "recent-patterns.daily_cycle": "how much hours differ",
    "focus-area.preferred_areas": "where you get most done",
}

# What a value of each unit looks like.
TAKES = {
    "hour": "a whole hour, like 22:00",
    "hours": "whole hours with commas between, like 9, 10, 11",
    "days": "a number of days",
    "whole days": "a whole number of days",
    "per day": "a number",
    "share": "a share, like 40 %",
    "trend": "a number",
    "refs": "one or two areas, like work, health",
}

MACHINES_OWN = "tz"  # the zone is the machine's, or TZ; what is inferred of it serves a cold start only


def listing(house: House, name: str = "") -> list[dict[str, Any]]:
    """Every known setting, or one, with value, origin and evidence; `at` (UTC ms) is None where it never changed.

    Raises `BadUsageError` for a name that is none.
    """
    values = profile.prefs(house.store.conn) if house.exists else {}
    changed = profile.prefs_changed_at(house.store.conn) if house.exists else {}
    known = _known(house)
    wanted = [_split(house, name)] if name else list(known)
    found = []
    for scope, key in wanted:
        is_ = known[scope, key]
        pref = values.get((scope, key), Pref(scope, key, "default", is_.default, 0, 0))
        found.append(
            {
                "name": _name(scope, key),
                "value": list(pref.value) if isinstance(pref.value, tuple) else pref.value,
                "told": told(pref.value, is_.unit),
                "unit": is_.unit,
                "source": pref.source,
                "by": scope if pref.source == "inferred" else None,
                "evidence": pref.evidence if pref.source == "inferred" else 0,
                "counted": is_.counted,
                "at": changed.get((scope, key)),
                "about": is_.about,
            }
        )
    return found


def history(house: House, name: str) -> list[dict[str, Any]]:
    """How a setting's value came to be, newest first: the last twenty changes."""
    scope, key = _split(house, name)
    is_ = _known(house)[scope, key]
    changes = profile.pref_changes(house.store.conn, scope, key) if house.exists else []
    return [
        {
            "at": change.at,
            "told": told(is_.default if change.value is None else change.value, is_.unit),
            "source": change.source,
            "by": scope if change.source == "inferred" else None,
            "evidence": change.evidence if change.source == "inferred" else 0,
        }
        for change in changes
    ]


def assign(house: House, name: str, text: str) -> None:
    """Set a value; it wins over inference until it is unset, and the gate obeys it at once."""
    scope, key = _split(house, name)
    value = _parse(house, scope, key, text)
    now = house.clock.now_ms()
    with house.store.write() as conn:
        profile.save_prefs(conn, [Pref(scope, key, "user", value, 0, now)])
        house.bus.publish(conn, PrefSet(f"{scope}.{key}", spell(value)), now)
        obey(house, now)
    house.bus.deliver()


def unset(house: House, name: str) -> bool:
    """Give a value back to inference; whether there was one of the person's own."""
    scope, key = _split(house, name)
    now = house.clock.now_ms()
    with house.store.write() as conn:
        removed = profile.drop_pref(conn, scope, key, "user", now)
        if removed:
            house.bus.publish(conn, PrefSet(f"{scope}.{key}", ""), now)
        obey(house, now)
    house.bus.deliver()
    return removed


def obey(house: House, now: int) -> None:
    """Have the gate and the hold-out follow the settings as they are, inside the caller's write."""
    conn = house.store.conn
    holdout.draw(house, now)
    tips.replace_silences(conn, now, gate.ORIGIN, gate.spans(profile.prefs(conn), now, house.zone))


def fits(house: House, scope: str, key: str, value: ParamValue) -> bool:
    """Whether there is such a setting here, and it takes that value as it is."""
    is_ = _known(house).get((scope, key))
    if is_ is None:
        return False
    if scope != gate.GLOBAL_SCOPE:
        return fit(is_.unit, value) == value and _are_refs(is_.unit, value)
    try:
        return global_value(GLOBALS[key], str(value)) == value
    except BadUsageError:
        return False


def _known(house: House) -> dict[tuple[str, str], Known]:
    """Every setting: those of no agent first, then each agent's."""
    manifests = [e.manifest for e in registry.discover(own_folder(house)) if e.manifest and not e.problem]
    found = {(gate.GLOBAL_SCOPE, key): Known(own.default, own.unit, own.about, "") for key, own in GLOBALS.items()}
    for manifest in manifests:
        for p in manifest.params:
            if p.name != MACHINES_OWN:
                counted = "reactions" if p.min_history else "completions"
                about = ABOUT.get(_name(manifest.id, p.name), "")
                found[manifest.id, p.name] = Known(p.default, p.unit, about, counted)
    return found


def _name(scope: str, key: str) -> str:
    return key if scope == gate.GLOBAL_SCOPE else f"{scope}.{key}"


def _split(house: House, name: str) -> tuple[str, str]:
    for scope, key in _known(house):
        if _name(scope, key) == name:
            return scope, key
    near = get_close_matches(name, [_name(*known) for known in _known(house)], 1)
    raise BadUsageError("There is no such setting.", f"Did you mean {near[0]}?" if near else "See: oo profile show")


def _parse(house: House, scope: str, key: str, text: str) -> ParamValue:
    """A value as its setting takes it: numbers, or words, one or many with commas between; also as it is shown."""
    if scope == gate.GLOBAL_SCOPE:
        return global_value(GLOBALS[key], text)
    unit = _known(house)[scope, key].unit
    items = [_item(part.strip(), unit) for part in text.split(",") if part.strip()]
    single = fit(unit, items[0]) if len(items) == 1 else None
    found = fit(unit, tuple(items)) if single is None else single
    if found is None:
        raise BadUsageError(
            f"That does not fit this setting. It takes {TAKES.get(unit, unit)}.", "See: oo profile show"
        )
    if not _are_refs(unit, found):
        raise BadUsageError("There is no such area.", f"One of: {', '.join(AREAS)}.")
    return found


def _are_refs(unit: str, value: ParamValue) -> bool:
    """Whether a value of references holds none but those, and areas."""
    if unit != "refs" or not isinstance(value, tuple):
        return True
    return all(each in AREAS or REF.fullmatch(str(each)) for each in value)


def global_value(setting: Setting, typed: str) -> ParamValue:
    """The value that was typed for a setting of no agent. Raises `BadUsageError` naming what it takes."""
    text = typed.strip().casefold()
    if setting.words:
        if text not in setting.words:
            raise BadUsageError(f"It is one of: {', '.join(setting.words)}.", "See: oo profile show")
        return text
    value = _item(text, setting.unit)
    whole = isinstance(setting.default, int)
    if isinstance(value, str) or (whole and not isinstance(value, int)) or not setting.least <= value <= setting.most:
        kind = "whole number" if whole else "number"
        raise BadUsageError(f"It is a {kind} between {setting.least:g} and {setting.most:g}.", "See: oo profile show")
    return value if whole else float(value)


def _item(text: str, unit: str) -> int | float | str:
    """A number or a word; hours may be written 22:00, shares 40 %."""
    if unit in ("hour", "hours"):
        text = text.removesuffix(":00")
    if unit == "share" and text.endswith("%"):
        percent = _item(text[:-1].strip(), "")
        return text if isinstance(percent, str) else percent / 100
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
