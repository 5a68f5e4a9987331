"""Which half hours stay open, how a day's tips are spread, and what never happens: a day shut altogether."""

from __future__ import annotations

import time
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.engine import gate
from oo_cli.engine.gate.openings import LEAST_OPEN, ROOM, SLOT_MS, merged, peak_factors
from oo_cli.engine.moments.rhythm import Rhythm
from oo_cli.engine.when import DAY_MS, HOUR_MS, day_after, local, midnight
from oo_data.contracts.agent import ParamValue
from oo_data.contracts.profile import Pref
from oo_data.contracts.tip import SilentSpan
from tests.moments.people import MIDNIGHT, punctual, reacted, scattered
from tests.unit.examples import BERLIN, NOW, moments, ms, zones

IGNORED = [gate.IGNORED] * 30
Prefs = dict[tuple[str, str], Pref]


def pref(key: str, value: ParamValue, source: str = "user", scope: str = gate.QUIET_SCOPE) -> Prefs:
    """One preference."""
    return {(scope, key): Pref(scope, key, source, value, 0, 0)}


def of(reason: str, found: list[SilentSpan], prefix: str = "") -> list[SilentSpan]:
    """The spans of one reason, and of one kind by the beginning of their id."""
    return [span for span in found if span.reason == reason and span.id.startswith(prefix)]


def shut(found: list[SilentSpan], at: int) -> bool:
    """Whether a surface that speaks by itself is silent then whatever it has shown."""
    return any(span.from_at <= at < span.until_at and not span.after_shown for span in found)


def evening_person(weary: bool = True, now: int = NOW, zone: ZoneInfo = BERLIN) -> gate.Known:
    """Someone who does things in the evening and, if weary, has ignored everything of late."""
    reactions = reacted(*IGNORED, until=now - DAY_MS) if weary else []
    done = [at - NOW + now for at in punctual(60, (18, 19, 20))]
    return gate.Known(Rhythm.of(done, now, zone), reactions)


def test_without_anything_known_settings_alone_silence() -> None:
    """The three arguments of old make the spans of old."""
    assert {span.origin for span in gate.spans({}, NOW, BERLIN)} == {gate.ORIGIN}
    assert gate.spans({}, NOW, BERLIN, gate.Known()) == gate.spans({}, NOW, BERLIN)


def test_unlikely_moments_are_shut_and_the_likely_ones_open() -> None:
    """Few tips for an evening person are kept for the evening, today and tomorrow."""
    found = gate.spans({}, NOW, BERLIN, evening_person())
    assert of("unlikely-moment", found)
    for day in (0, 1):
        assert not shut(found, MIDNIGHT + day * DAY_MS + 19 * HOUR_MS)
        assert shut(found, MIDNIGHT + day * DAY_MS + 14 * HOUR_MS)


def test_a_day_has_the_same_shape_wherever_it_is_lived() -> None:
    """Hours and days are those of the person's zone, whatever zone the machine has."""
    shapes = []
    for name in ("Asia/Tokyo", "America/Phoenix"):  # without clock changes
        zone = ZoneInfo(name)
        now = midnight(date(2026, 12, 1), zone) + 20 * HOUR_MS  # elsewhere another day
        found = gate.spans(pref("peak_hours", (9, 20)), now, zone, evening_person(now=now, zone=zone))
        assert {span.reason for span in found} >= {"habituation", "unlikely-moment", "quiet-hours"}
        shapes.append([(s.id, local(s.from_at, zone).isoformat()[:19], s.until_at - s.from_at) for s in found])
    assert shapes[0] == shapes[1]
    assert ("fewer.2026-12-01", "2026-12-01T00:00:00", DAY_MS) in shapes[0]


def test_more_tips_leave_more_moments_open() -> None:
    """Beside the least, each tip of a day has two open half hours, so that there is a choice."""
    known = evening_person(weary=False)
    tips = gate.allowance(gate.TIPS_PER_DAY, [], NOW)
    found = gate.spans({}, NOW, BERLIN, known)
    for begin in (NOW, NOW + DAY_MS):
        assert sum(not shut(found, at) for at in range(begin, begin + DAY_MS, SLOT_MS)) >= ROOM * tips > LEAST_OPEN


def test_little_history_shuts_no_moment() -> None:
    """Nine active half hours are no rhythm."""
    known = gate.Known(Rhythm.of(punctual(5, (9,)), NOW, BERLIN), reacted(*IGNORED))
    assert of("unlikely-moment", gate.spans({}, NOW, BERLIN, known)) == []


@given(st.integers(0, 9), st.integers(1, 100), st.integers(0, 30), zones, moments)
def test_no_day_is_shut_altogether(seed: int, dial: int, ignored: int, zone: ZoneInfo, now: int) -> None:
    """Whatever was learned, each day ahead keeps open half hours, and the spans stay few, distinct and forward."""
    done = [at - NOW + now for at in scattered(seed, 60, 30)]
    reactions = reacted(*[gate.IGNORED] * ignored, until=now - DAY_MS)
    known = gate.Known(Rhythm.of(done, now, zone), reactions)
    found = gate.spans(pref("tips.per_day", dial, scope=gate.GLOBAL_SCOPE), now, zone, known)
    for begin in (now, now + DAY_MS):
        ahead = range(begin // SLOT_MS * SLOT_MS + SLOT_MS, begin + DAY_MS, SLOT_MS)
        assert sum(not shut(found, at) for at in ahead) >= LEAST_OPEN - 1
    assert len(found) <= 60
    assert len({(span.id, span.origin) for span in found}) == len(found)
    assert all(span.from_at < span.until_at and span.until_at > now for span in found if span.reason != "habituation")
    assert all(span.binding == "ambient" for span in found if span.origin == gate.MOMENT_ORIGIN)


def test_neighbouring_half_hours_are_one_span() -> None:
    """Shut half hours side by side make one stretch."""
    stretches = [
        (span.from_at, span.until_at) for span in of("unlikely-moment", gate.spans({}, NOW, BERLIN, evening_person()))
    ]
    assert stretches == merged(stretches)
    assert len(stretches) <= 6


def test_the_same_question_has_the_same_answer() -> None:
    """Spans and their ids are deterministic."""
    assert gate.spans({}, NOW, BERLIN, evening_person()) == gate.spans({}, NOW, BERLIN, evening_person())


def test_peak_hours_of_ones_own_stay_open() -> None:
    """An hour that the person named is likelier than its neighbours, which are as usual."""
    done = scattered(2, 400, 60)
    known = gate.Known(Rhythm.of(done, NOW, BERLIN), reacted(*IGNORED, until=NOW - DAY_MS))
    peaks = pref("peak_hours", (13, 14, 20))
    for hour in (13, 14, 20):
        assert not shut(gate.spans(peaks, NOW, BERLIN, known), MIDNIGHT + DAY_MS + hour * HOUR_MS)
    default = pref("peak_hours", (13, 14, 20), "default")
    assert gate.spans(default, NOW, BERLIN, known) == gate.spans({}, NOW, BERLIN, known)
    no_hour = pref("preferred_hour", "at noon")
    assert gate.spans(no_hour, NOW, BERLIN, known) == gate.spans({}, NOW, BERLIN, known)


@pytest.mark.parametrize(
    ("known", "factors"),
    [
        ({}, {}),
        (pref("preferred_hour", 13), {13: 2.0}),
        (pref("preferred_hour", 13.0, "inferred"), {13: 1.25}),
        (pref("peak_hours", (9, 24)), {9: 2.0, 0: 2.0}),
        (pref("peak_hours", (9, 13)) | pref("preferred_hour", 13, "inferred"), {9: 2.0, 13: 2.0}),
        (pref("peak_hours", (9, 13), "inferred") | pref("preferred_hour", 13), {9: 1.25, 13: 2.0}),
        (pref("peak_hours", (9, 13), "default") | pref("preferred_hour", 13), {13: 2.0}),
    ],
)
def test_peak_hours_and_the_preferred_one(known: Prefs, factors: dict[int, float]) -> None:
    """Each counts without the other, the stronger where they meet; the person's own word more than a guess."""
    assert peak_factors(known) == [factors.get(hour, 1.0) for hour in range(24)]


def test_windows_of_an_even_day_are_even() -> None:
    """Five tips between seven and ten at night are three hours apart."""
    prefs = pref("tips.per_day", 8, scope=gate.GLOBAL_SCOPE)
    found = of("habituation", gate.spans(prefs, NOW, BERLIN, gate.Known(reactions=[])), "pace.2026-12-01")
    assert [(span.from_at - MIDNIGHT) / HOUR_MS for span in found] == [0, 10, 13, 16, 19]


def test_the_day_is_cut_into_one_window_a_tip() -> None:
    """Windows follow one another from midnight to midnight, one tip in each, most when the person is active."""
    known = evening_person()
    tips = gate.allowance(gate.TIPS_PER_DAY, known.reactions or [], NOW)
    found = of("habituation", gate.spans({}, NOW, BERLIN, known), "pace.2026-12-01")
    assert len(found) == tips
    assert (found[0].from_at, found[-1].until_at) == (MIDNIGHT, MIDNIGHT + DAY_MS)
    assert [span.until_at for span in found[:-1]] == [span.from_at for span in found[1:]]
    assert {span.after_shown for span in found} == {1}
    assert all(span.from_at > MIDNIGHT + 15 * HOUR_MS for span in found[1:])


@pytest.mark.parametrize("known", [evening_person(), gate.Known(reactions=[])])
def test_windows_stay_where_they_are_through_the_day(known: gate.Known) -> None:
    """A refresh later in the day finds the same windows, so that a second tip does not slip into the first one's."""
    night, now, later = (
        of("habituation", gate.spans({}, at, BERLIN, known), "pace.2026-12-01")
        for at in (NOW - 5 * HOUR_MS, NOW, NOW + HOUR_MS)
    )
    assert now == later
    if known.rhythm is None:
        assert night == now
        assert now[0].until_at > MIDNIGHT + 7 * HOUR_MS, "the night holds no window of its own"


def test_a_large_budget_shares_windows() -> None:
    """A hundred tips a day make no hundred windows."""
    prefs = pref("tips.per_day", 100, scope=gate.GLOBAL_SCOPE)
    found = of("habituation", gate.spans(prefs, NOW, BERLIN, gate.Known(reactions=[])), "pace.2026-12-01")
    assert len(found) == 12
    assert sum(span.after_shown for span in found) >= gate.allowance(100, [], NOW)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns", "America/Havana"])
@pytest.mark.parametrize("day", ["2026-03-28", "2026-03-29", "2026-04-04", "2026-10-24", "2026-10-25", "2026-11-01"])
def test_windows_are_whole_on_days_of_a_clock_change(zone: str, day: str) -> None:
    """A day of 23, 24½ or 25 hours is covered once, from its own midnight to the next."""
    here = ZoneInfo(zone)
    now = ms(f"{day}T12:00")
    found = of("habituation", gate.spans({}, now, here, gate.Known(reactions=[])), "pace.")
    first = midnight(local(now, here).date(), here)
    last = midnight(day_after(day_after(local(now, here).date())), here)
    assert merged((span.from_at, span.until_at) for span in found) == [(first, last)]
    assert sum(span.until_at - span.from_at for span in found) == last - first


def test_busy_stretches_are_joined_and_cut() -> None:
    """What a calendar holds is joined where it overlaps, from now to two days ahead, and binds no one who asked."""
    hour = HOUR_MS
    busy = [(NOW - hour, NOW + hour), (NOW + hour // 2, NOW + 2 * hour), (NOW + 9 * hour, NOW + 9 * hour), (0, 1)]
    found = of("busy", gate.spans({}, NOW, BERLIN, gate.Known(busy=[*busy, (NOW + 40 * hour, NOW + 99 * hour)])))
    assert [(span.id, span.from_at, span.until_at, span.binding) for span in found] == [
        ("busy.0", NOW, NOW + 2 * hour, "ambient"),
        ("busy.1", NOW + 40 * hour, NOW + 48 * hour, "ambient"),
    ]


def test_busy_time_takes_no_open_half_hours() -> None:
    """Where the likely evening is taken, the next likely hours are open instead."""
    evening = (MIDNIGHT + 17 * HOUR_MS, MIDNIGHT + 22 * HOUR_MS)
    found = gate.spans({}, NOW, BERLIN, evening_person()._replace(busy=[evening]))
    assert any(not shut(found, at) for at in range(NOW, evening[0], SLOT_MS))


def test_off_is_off() -> None:
    """With the dial at none there is nothing to spread."""
    prefs = pref("tips.per_day", 0, scope=gate.GLOBAL_SCOPE)
    assert gate.spans(prefs, NOW, BERLIN, evening_person()) == gate.spans(prefs, NOW, BERLIN)


@pytest.mark.parametrize(("best", "silent"), [(None, False), (0.3, False), (0.01, True)])
def test_nothing_worth_saying_is_silence(best: float | None, silent: bool) -> None:
    """When the best candidate is hardly welcome, surfaces that speak by themselves do not."""
    found = of("nothing-fresh", gate.spans({}, NOW, BERLIN, gate.Known(best=best)))
    until = NOW + 3 * HOUR_MS
    stale = SilentSpan("stale", NOW, until, "nothing-fresh", 0, "ambient", gate.MOMENT_ORIGIN)
    assert found == ([stale] if silent else [])


def test_two_days_of_spans_cost_little() -> None:
    """Predicting 96 half hours and making spans of them fits its 50 ms of CPU."""
    known = evening_person()
    took = []
    for _ in range(3):
        begin = time.process_time()
        gate.spans({}, NOW, BERLIN, known)
        took.append(time.process_time() - begin)
    assert min(took) < 0.05 * 4  # a busy machine is slow by itself
