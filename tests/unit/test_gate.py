"""When to keep quiet: quiet hours over midnight and clock changes, budgets, and whom each binds."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_agents import registry
from oo_cli.engine import gate
from oo_cli.engine.when import DAY_MS, HOUR_MS, local
from oo_data.contracts.agent import ParamValue
from oo_data.contracts.profile import Pref
from oo_data.contracts.tip import SilentSpan
from tests.unit.examples import BERLIN, NOW, moments, ms, zones

Prefs = dict[tuple[str, str], Pref]
hours = st.integers(0, 23)


def prefs(source: str = "user", **values: ParamValue) -> Prefs:
    """Preferences of one source by key; a budget is called `per_day`."""
    named = {
        (gate.GLOBAL_SCOPE, "tips.per_day") if key == "per_day" else (gate.QUIET_SCOPE, key): value
        for key, value in values.items()
    }
    return {(scope, key): Pref(scope, key, source, value, 0, 0) for (scope, key), value in named.items()}


def quiet(known: Prefs, now: int, zone: ZoneInfo = BERLIN) -> list[SilentSpan]:
    """The spans of quiet hours alone."""
    return [span for span in gate.spans(known, now, zone) if span.reason == "quiet-hours"]


def budget(known: Prefs, now: int = NOW) -> list[SilentSpan]:
    """All other spans."""
    return [span for span in gate.spans(known, now, BERLIN) if span.reason != "quiet-hours"]


@pytest.mark.parametrize(
    ("now", "days"),
    [
        ("2026-12-01T10:00", ["2026-12-01", "2026-12-02"]),
        ("2026-12-01T03:00", ["2026-11-30", "2026-12-01", "2026-12-02"]),
        ("2026-12-01T07:00", ["2026-12-01", "2026-12-02"]),
        ("2026-12-01T22:00", ["2026-12-01", "2026-12-02"]),
        ("2026-12-01T23:00", ["2026-12-01", "2026-12-02", "2026-12-03"]),
    ],
)
def test_default_quiet_hours_run_over_midnight(now: str, days: list[str]) -> None:
    """Ten at night to seven, every night that touches the next two days, also the one that is on."""
    found = quiet({}, ms(now))
    assert [span.id for span in found] == [f"quiet.{day}" for day in days]
    for span, day in zip(found, days, strict=True):
        assert span.from_at == ms(f"{day}T22:00")
        assert span.until_at == span.from_at + 9 * HOUR_MS
        assert (span.after_shown, span.origin, span.binding) == (0, gate.ORIGIN, "ambient")


@pytest.mark.parametrize(("evening", "length"), [("2026-03-28", 8), ("2026-10-24", 10), ("2026-12-01", 9)])
def test_a_night_is_as_long_as_the_clocks_make_it(evening: str, length: int) -> None:
    """Quiet hours follow the wall clock on the nights it changes."""
    span = quiet({}, ms(f"{evening}T20:00"))[0]
    assert span.until_at - span.from_at == length * HOUR_MS


def test_hours_within_a_day_and_none_at_all() -> None:
    """Quiet hours may lie within one day; equal ends mean none."""
    span = quiet(prefs(quiet_start=13, quiet_end=15), NOW)[0]
    assert (span.from_at, span.until_at) == (ms("2026-12-01T13:00"), ms("2026-12-01T15:00"))
    assert quiet(prefs(quiet_start=9, quiet_end=9), NOW) == []
    assert quiet(prefs(quiet_start=24 + 13, quiet_end=24 + 15), NOW)[0] == span


def test_the_gate_reads_what_the_agent_infers() -> None:
    """Scope, names and defaults of quiet hours are those of the agent that works them out."""
    (manifest,) = (manifest for manifest in registry.manifests() if manifest.id == gate.QUIET_SCOPE)
    defaults = {param.name: param.default for param in manifest.params}
    assert (defaults["quiet_start"], defaults["quiet_end"]) == (gate.QUIET_START, gate.QUIET_END)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Antarctica/Troll"])
def test_hours_that_are_skipped_leave_no_span(zone: str) -> None:
    """Quiet hours that lie in what a spring change skips do not end before they begin."""
    found = quiet(prefs(quiet_start=2, quiet_end=3), ms("2026-03-29T00:10"), ZoneInfo(zone))
    assert [span.id for span in found] == ["quiet.2026-03-30"]


@pytest.mark.parametrize(
    ("known", "binding"),
    [
        ({}, "ambient"),
        (prefs("inferred", quiet_start=23, quiet_end=6), "ambient"),
        (prefs("default", quiet_start=23), "ambient"),
        (prefs("user", quiet_start=23), "always"),
        (prefs("user", quiet_end=6), "always"),
        (prefs("inferred", quiet_start=23) | prefs("user", quiet_end=6), "always"),
        (prefs("user", quiet_start="late"), "ambient"),
    ],
)
def test_only_the_persons_own_hours_bind_always(known: Prefs, binding: str) -> None:
    """Who typed `oo tip` has asked: a guess or a default does not silence them, their own word does."""
    assert {span.binding for span in quiet(known, NOW)} == {binding}


@given(hours, hours, moments, st.integers(0, 2 * DAY_MS - 1), zones)
def test_spans_agree_with_the_wall_clock(start: int, end: int, now: int, ahead: int, zone: ZoneInfo) -> None:
    """An instant of the next two days is in a span exactly if its local hour is a quiet one."""
    found = quiet(prefs(quiet_start=start, quiet_end=end), now, zone)
    at = now + ahead
    hour = local(at, zone).hour
    asleep = start <= hour < end if start < end else start != end and not end <= hour < start
    assert any(span.from_at <= at < span.until_at for span in found) == asleep
    assert all(span.from_at < span.until_at and span.until_at > now for span in found)
    assert len({span.id for span in found}) == len(found)


@pytest.mark.parametrize(
    ("known", "limit", "binding"),
    [
        ({}, gate.TIPS_PER_DAY, "ambient"),
        (prefs("inferred", per_day=5), 5, "ambient"),
        (prefs("user", per_day=3), 3, "always"),
        (prefs("user", per_day=2.9), 2, "always"),
        (prefs("user", per_day="many"), gate.TIPS_PER_DAY, "ambient"),
    ],
)
def test_a_budget_for_today_and_tomorrow(known: Prefs, limit: int, binding: str) -> None:
    """Each local day has its budget; only the person's own binds typed commands."""
    assert budget(known) == [
        SilentSpan(
            f"budget.{day}", ms(f"{day}T00:00"), ms(f"{after}T00:00"), "daily-budget", limit, binding, gate.ORIGIN
        )
        for day, after in (("2026-12-01", "2026-12-02"), ("2026-12-02", "2026-12-03"))
    ]


def test_a_budget_of_none_is_off() -> None:
    """No tips a day means silence from the start of the day, not after a first tip."""
    found = budget(prefs("user", per_day=0))
    assert [(span.id, span.reason, span.after_shown, span.binding) for span in found] == [
        ("off.2026-12-01", "off", 0, "always"),
        ("off.2026-12-02", "off", 0, "always"),
    ]


def test_budgets_follow_the_length_of_the_day() -> None:
    """The day on which the clocks go back has one budget for its twenty-five hours."""
    today, tomorrow = budget({}, ms("2026-10-25T12:00"))
    assert today.until_at - today.from_at == 25 * HOUR_MS
    assert tomorrow.from_at == today.until_at


@given(moments, zones)
def test_nothing_open_lasts_until_midnight(now: int, zone: ZoneInfo) -> None:
    """Silence for want of tasks binds every door and ends with the local day."""
    span = gate.nothing_open(now, zone)
    assert span._replace(until_at=0) == SilentSpan("nothing-open", now, 0, "nothing-open", 0, "always", "shelf")
    assert span.until_at > now
    last = local(span.until_at - 1, zone)
    assert last.date() == local(now, zone).date()
    assert local(span.until_at, zone).date() >= last.date() + timedelta(days=1)
