"""Two doors to one home, and clocks that go wrong: what was seen can be answered, and no word is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from oo_cli.usecases import feedback, settings
from oo_cli.usecases.recommend import recommend, tip_of
from oo_cli.usecases.refresh import refresh
from oo_data.contracts.event import FeedbackGiven, TipShown
from oo_data.contracts.tip import RecommendRequest, Silence, Tip
from oo_data.errors import BadUsageError
from oo_data.store import records, shelf, tips
from tests.brain import Home, home_at
from tests.fakes import DAY, MINUTE


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A list of twenty, with a shelf."""
    with home_at(tmp_path, *(f"task {at}" for at in range(20))) as opened:
        opened.refresh()
        yield opened


def shown(home: Home) -> Counter[str]:
    """Impressions by surface."""
    return Counter(entry.event.surface for entry in home.logged(TipShown) if isinstance(entry.event, TipShown))


def test_a_tip_picked_before_a_refresh_can_be_said_and_done(home: Home) -> None:
    """A refresh that commits between the pick and the screen takes neither the words nor the way to the source."""
    picked = shelf.pick(home.house.store, home.clock.now, ambient=False)
    home.clock.advance(MINUTE)
    refresh(home.another())
    tip = tip_of(home.house, picked, home.clock.now, ambient=False)
    assert tip.text.startswith("task ")
    shelf.record_shown(home.house.store, home.clock.now, "tip", picked)
    reacted = feedback.react(home.house, "done")
    assert (reacted.text, reacted.in_source) == (tip.text, True)
    assert list(home.source.done) == [tip.text]


def test_what_nobody_saw_goes_with_the_refresh_after(home: Home) -> None:
    """Rows that are kept for a screen under way do not pile up."""
    conn = home.house.store.conn
    counts = []
    for _ in range(5):
        home.clock.advance(MINUTE)
        home.refresh()
        counts.append(conn.execute("select count(*) from tip").fetchone()[0])
    assert len(set(counts)) == 1


def test_one_done_from_two_houses_at_once(home: Home) -> None:
    """The second of two that wait for the lock is told, and writes nothing."""
    tip = home.ask()
    slow = home.overtaken()
    assert recommend(slow, RecommendRequest(home.clock.now, "tip", True))
    slow.store.meanwhile = lambda: feedback.react(home.house, "done", tip_id=tip.id)
    home.clock.advance(1000)
    with pytest.raises(BadUsageError, match="done already"):
        feedback.react(slow, "done", tip_id=tip.id)
    slow.close()
    assert len(home.logged(FeedbackGiven)) == 1
    assert [c.ref for c in records.completions(home.house.store.conn, 0)] == [tip.subject]
    assert feedback.undo(home.house).text in [task.handle for task in home.source.reading.tasks]
    assert tips.muted(home.house.store.conn, home.clock.now) == {}


def test_a_setting_set_while_a_refresh_runs_holds(home: Home) -> None:
    """The refresh writes silences of the settings as they are when it commits."""
    slow, said = home.overtaken(), list[str]()

    def zero() -> None:
        settings.assign(home.house, "tips.per_day", "0")
        said.append("0")

    slow.store.meanwhile = zero
    refresh(slow)
    slow.close()
    assert said == ["0"]
    assert isinstance(recommend(home.house, RecommendRequest(home.clock.now, "tip", True)), Silence)


def test_a_pause_taken_back_is_over_on_every_surface(home: Home) -> None:
    """Reactions that no longer stand keep nobody quiet, also after a refresh made spans of them."""
    for _ in range(2):
        home.ask()
        feedback.react(home.house, "no")
        home.clock.advance(MINUTE)
    home.refresh()
    held = recommend(home.house, RecommendRequest(home.clock.now, "face", False))
    assert isinstance(held, Silence)
    feedback.undo(home.house)
    feedback.undo(home.house)
    ended = home.house.store.conn.execute("select count(*) from silence where reason = 'cool-down'").fetchone()
    assert ended == (0,)


def test_a_clock_once_ahead_shuts_nothing_for_good(home: Home) -> None:
    """Tips seen under a clock a year ahead count against no day after it is set right."""
    settings.assign(home.house, "tips.per_day", "3")
    right = home.clock.now
    home.clock.advance(300 * DAY)
    home.refresh()
    for _ in range(3):
        home.ask()
        feedback.react(home.house, "no", "not now")
        home.clock.advance(20 * MINUTE)
    for day in range(1, 4):
        home.clock.now = right + day * DAY
        home.refresh()
        for surface, asked in (("tip", True), ("face", False)):
            assert home.ask("face" if surface == "face" else "tip", asked).text


def test_a_reaction_after_a_clock_was_ahead_brings_no_long_pause(home: Home) -> None:
    """Refusals that lie in the future are none yet: the next reaction does not silence surfaces until then."""
    right = home.clock.now
    home.clock.advance(300 * DAY)
    home.refresh()
    for _ in range(3):
        home.ask()
        feedback.react(home.house, "no", "not now")
        home.clock.advance(20 * MINUTE)
    home.clock.now = right + DAY
    home.refresh()
    home.ask()
    feedback.react(home.house, "done")
    said = recommend(home.house, RecommendRequest(home.clock.now, "face", False))
    assert isinstance(said, Tip)


def test_impressions_with_two_surfaces(home: Home) -> None:
    """Two surfaces that take turns write at most one impression each in ten minutes, not one a turn."""
    for _ in range(50):
        home.ask("tip")
        home.ask("face")
        home.clock.advance(1000)
    assert (shown(home)["tip"], shown(home)["face"] <= 1) == (1, True)
    home.clock.advance(10 * MINUTE)
    home.ask("tip")
    assert shown(home)["tip"] == 2


@pytest.mark.parametrize("back", [MINUTE, 4 * MINUTE])
def test_impressions_under_a_clock_that_steps_back(home: Home, back: int) -> None:
    """A step back costs at most one more impression of each surface, however often the tip is printed."""
    for _ in range(3):
        home.ask("tip")
        home.ask("face")
        home.clock.advance(1000)
    home.clock.advance(-back)
    for _ in range(30):
        home.ask("tip")
        home.ask("face")
        home.clock.advance(500)
    assert max(shown(home).values()) <= 2


def test_a_clock_set_right_by_a_year_counts_each_print_once(home: Home) -> None:
    """After a clock was far ahead, a prompt does not log every line it prints."""
    right = home.clock.now
    home.clock.advance(300 * DAY)
    home.refresh()
    home.ask()
    home.clock.now = right
    home.refresh()
    before = shown(home)["tip"]
    for _ in range(20):
        home.ask()
    assert shown(home)["tip"] == before + 1


def test_lasting_mutes_do_not_inflate_the_shelf(tmp_path: Path) -> None:
    """What is done here, but still listed by its source, is not made up for by as many more tips."""
    with home_at(tmp_path / "long", *(f"t{at}" for at in range(150))) as home:
        home.refresh()
        conn = home.house.store.conn
        before = len(tips.on_shelf(conn, home.clock.now))
        refs = sorted(task.ref for task in records.tasks(conn))[:60]
        with home.house.store.write():
            for ref in refs:
                tips.mute(conn, ref, tips.FOREVER, tips.DONE_HERE, f"event-{ref}")
        home.refresh()
        after = tips.on_shelf(conn, home.clock.now)
        assert 0 < len(after) <= before
        assert not {tip.subject for tip in after} & set(refs)
