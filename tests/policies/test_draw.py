"""The hold-out in a house: off unless asked for, drawn ahead, ended at once, and answered honestly."""

from __future__ import annotations

import pytest

from oo_cli.engine.evaluation.holdout import block_of
from oo_cli.house import House
from oo_cli.usecases import holdout
from oo_data.contracts.event import HeldOut
from oo_data.contracts.profile import Pref
from oo_data.store import events, profile, records, shelf
from tests.fakes import DAY, HOUR, TUESDAY, FixedClock
from tests.policies.world import done


def agree(house: House, share: float) -> None:
    """Consent to the hold-out, with a share."""
    with house.store.write() as conn:
        profile.set_consent(conn, holdout.CONSENT, True, house.clock.now_ms())
        profile.set_meta(conn, holdout.SEED, "5e" * 32)  # the same lots in every run
        profile.save_prefs(conn, [Pref("global", holdout.SHARE, "user", share, 0, house.clock.now_ms())])


def draw(house: House) -> list[HeldOut]:
    """Draw as a refresh does; every draw logged so far."""
    with house.store.write():
        holdout.draw(house, house.clock.now_ms())
    logged = events.since(house.store.conn, 0, (HeldOut,))
    return [entry.event for entry in logged if isinstance(entry.event, HeldOut)]


def silences(house: House) -> list[tuple[int, int]]:
    """The silences of the hold-out that lie beside the shelf."""
    rows = house.store.conn.execute("select from_at, until_at from silence where origin = 'holdout' order by from_at")
    return [(begin, end) for begin, end in rows]


@pytest.mark.parametrize(("consent", "share"), [(False, 0.5), (True, 0.0)])
def test_nothing_is_held_out_unasked(house: House, consent: bool, share: float) -> None:
    """It takes both the consent and a share."""
    agree(house, share)
    with house.store.write() as conn:
        profile.set_consent(conn, holdout.CONSENT, consent, TUESDAY)
    assert draw(house) == []
    assert silences(house) == []


def test_half_days_are_drawn_once_and_ahead(house: House, clock: FixedClock) -> None:
    """Each coming half day has one lot, also after more refreshes; the one under way is never cut."""
    agree(house, 0.5)
    first = draw(house)
    assert [event.subject for event in first] == ["2026-12-01.pm", "2026-12-02.am", "2026-12-02.pm", "2026-12-03.am"]
    assert draw(house) == first
    clock.advance(DAY)
    later = draw(house)
    assert later[:4] == first
    assert len({event.subject for event in later}) == len(later) == 6
    for _ in range(5):
        clock.advance(6 * HOUR)
        drawn = {event.subject: event for event in draw(house)}
        held = [event.until for event in drawn.values() if event.held and event.until > clock.now]
        assert [end for _, end in silences(house)] == sorted(held)


def test_a_held_half_day_answers_who_asks(house: House, clock: FixedClock) -> None:
    """The silence holds for what speaks by itself; a typed command is not bound."""
    agree(house, 0.5)
    for _ in range(40):
        draw(house)
        begin, end = next(iter(silences(house)), (0, 0))
        if begin:
            break
        clock.advance(DAY)
    ambient = shelf.pick(house.store, begin + 1, ambient=True)
    assert (ambient.kind, ambient.reason, ambient.until) == (shelf.SILENCE, "hold-out", end)
    assert shelf.pick(house.store, begin + 1, ambient=False).kind != shelf.SILENCE


def test_withdrawing_ends_it_at_once(house: House, clock: FixedClock) -> None:
    """No silence and no lot is left, and drawing anew starts afresh."""
    agree(house, 0.5)
    draw(house)
    clock.advance(HOUR)
    holdout.stop(house)
    assert silences(house) == []
    clock.advance(5 * DAY)
    assert holdout.answer(house)["half_days"] == 0
    agree(house, 0.5)
    assert len(draw(house)) == 4


def live(house: House, clock: FixedClock, days: int, with_tips: int, without: int) -> None:
    """Days of somebody who completes so much in a half day with tips, and so much in one without."""
    for _ in range(days // 2):
        draw(house)
        clock.advance(2 * DAY)
    finished = []
    for event in draw(house):
        begin = block_of(event.subject, house.zone).begin
        count = without if event.held else with_tips
        finished += [done(f"{event.subject}-{at}", begin + HOUR + at * 60_000) for at in range(count)]
    with house.store.write() as conn:
        records.add_completions(conn, [found for found in finished if found.at < clock.now])


def test_an_effect_is_told_with_its_interval(house: House, clock: FixedClock) -> None:
    """Somebody who finishes three things with tips and one without is told so."""
    agree(house, 0.5)
    live(house, clock, 40, 3, 1)
    found = holdout.answer(house)
    assert found["half_days"] >= 78
    assert found["verdict"] == "help"
    assert found["effect"]["value"] == pytest.approx(2.0, abs=0.1)
    assert "They do." in holdout.lines(found)


def test_no_effect_is_not_talked_up(house: House, clock: FixedClock) -> None:
    """Where nothing differs, the answer is that it cannot be told, with what it would take."""
    agree(house, 0.5)
    live(house, clock, 40, 2, 2)
    found = holdout.answer(house)
    assert (found["verdict"], found["effect"]["value"]) == ("cannot tell yet", 0.0)
    assert found["more_half_days"] > 0
    assert "Cannot tell yet" in holdout.lines(found)[2]


def test_harm_is_told_too(house: House, clock: FixedClock) -> None:
    """Somebody who does better without tips is told that as plainly."""
    agree(house, 0.5)
    live(house, clock, 40, 1, 3)
    assert holdout.answer(house)["verdict"] == "hinder"
