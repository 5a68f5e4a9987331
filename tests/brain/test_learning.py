"""What is learnt from the past: all of it, once, and nothing that oO itself brought about."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from oo_cli.engine.candidates import candidates
from oo_cli.engine.ranker.replay import MOST
from oo_cli.usecases import contexts, feedback
from oo_cli.usecases.decide import learnt_from
from oo_cli.usecases.reactions import unprompted
from oo_data.contracts.event import TipIgnored
from oo_data.store import history, policies, records
from tests.brain import Home, home_at
from tests.conftest import Oo
from tests.fakes import BERLIN, DAY, HOUR, MINUTE, TUESDAY
from tests.unit.examples import task

MARK = 1000


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Nothing listed, nothing done."""
    with home_at(tmp_path) as opened:
        yield opened


@pytest.fixture
def used(home: Home) -> Home:
    """Six open tasks and thirty ticks, learnt."""
    home.lists(*home.open_tasks(6))
    home.did(*home.past(30))
    home.refresh()
    return home


def seen(home: Home) -> int:
    """The decisions behind the ranker."""
    return int(home.model("ranker").get("seen", 0))


def mark(home: Home) -> None:
    """Count a thousand decisions more, which nothing but learning anew takes away."""
    stored = policies.model(home.house.store.conn, "ranker")
    assert stored is not None
    row = json.loads(stored.state)
    state = json.loads(row["state"])
    home.keep("ranker", json.dumps({**row, "state": json.dumps({**state, "seen": state["seen"] + MARK})}))


def test_a_history_after_an_empty_start_is_learnt_fully(home: Home) -> None:
    """Whose past arrives after the first refresh is known as well as whose past was there."""
    home.lists(*home.open_tasks(6))
    home.refresh()
    assert seen(home) == 0
    home.did(*home.past(MOST + 30))
    home.refresh()
    late = home.model("ranker")
    with home.house.store.write() as conn:
        conn.execute("delete from model")
    home.refresh()
    assert late == home.model("ranker")
    assert late["seen"] > MOST


def test_new_ticks_are_learnt_on_top(used: Home) -> None:
    """A tick made in the source is one decision more, and nothing is learnt twice."""
    mark(used)
    before = seen(used)
    used.clock.advance(HOUR)
    used.did(used.ticked("new", used.clock.now - 5 * MINUTE))
    for _ in range(3):
        used.refresh()
        used.clock.advance(MINUTE)
    assert seen(used) == before + 1


def test_ticks_of_a_day_do_not_make_it_learn_anew(used: Home) -> None:
    """A tick in an editor has a day and no hour: it lands before what is learnt, and disturbs nothing."""
    mark(used)
    before = seen(used)
    used.clock.advance(6 * HOUR)
    for at in range(3):
        day_only = used.ticked(f"editor{at}", TUESDAY + 2 * HOUR)._replace(timed=False)
        used.did(used.ticked(f"timed{at}", used.clock.now - 5 * MINUTE), day_only)
        used.refresh()
        used.clock.advance(20 * MINUTE)
    assert seen(used) == before + 3


def test_a_tick_taken_back_is_unlearnt(used: Home) -> None:
    """What the source takes back leaves no trace in what was learnt."""
    used.clock.advance(HOUR)
    now = used.clock.now
    used.refresh()
    before = {name: used.model(name) for name in ("ranker", "rhythm")}
    used.did(used.ticked("slip", now - 10 * MINUTE))
    used.refresh()
    assert seen(used) == before["ranker"]["seen"] + 1
    (slip,) = (c for c in records.completions(used.house.store.conn, 0) if c.at == now - 10 * MINUTE)
    used.source.reading = used.source.reading._replace(done=used.source.reading.done[:-1])
    with used.house.store.write() as conn:
        history.retract(conn, [slip])
    used.refresh()
    assert {name: used.model(name) for name in ("ranker", "rhythm")} == before


def test_done_undone_and_done_again_is_learnt_once(used: Home) -> None:
    """A reaction taken back is unlearnt, and the same reaction later counts once."""
    tip = used.ask()
    feedback.react(used.house, "done")
    used.clock.advance(MINUTE)
    used.refresh()
    assert learnt_from(used.house) == 1
    feedback.undo(used.house)
    used.clock.advance(MINUTE)
    used.refresh()
    assert learnt_from(used.house) == 0
    used.clock.advance(10 * MINUTE)
    feedback.react(used.house, "done", tip_id=tip.id)
    used.refresh()
    assert learnt_from(used.house) == 1
    done = [c.ref for c in records.completions(used.house.store.conn, 0)]
    assert done.count(tip.subject) == 1


def test_the_last_of_several_answers_is_the_one_learnt(used: Home) -> None:
    """Five times "not this" to one tip is one opinion."""
    used.ask()
    for _ in range(5):
        feedback.react(used.house, "no")
    used.refresh()
    assert learnt_from(used.house) == 1


def test_answers_to_tips_are_no_decisions(used: Home) -> None:
    """Who ticks what oO has just named did not choose it; who ticks the same elsewhere did."""
    mark(used)
    before = seen(used)
    used.clock.advance(HOUR)
    used.refresh()
    tip = used.ask()
    feedback.react(used.house, "done")
    answered_at = used.clock.now
    used.clock.advance(HOUR)
    used.refresh()
    assert seen(used) == before
    used.did(used.ticked("own", used.clock.now - 5 * MINUTE))
    used.refresh()
    assert seen(used) == before + 1
    known = records.completions(used.house.store.conn, 0)
    changed = [(c.ref, c.at) for c, own in zip(known, unprompted(used.house, known), strict=True) if c != own]
    assert changed == [(tip.subject, answered_at)]
    assert {c.timed for c in known} == {True}


def test_ignored_is_counted_once(home: Home) -> None:
    """A tip that stood on a screen all morning, under new ids after each refresh, was ignored once."""
    home.lists(*home.open_tasks(20))
    home.refresh()
    subject = home.ask("face").subject
    for _ in range(7):
        home.clock.advance(15 * MINUTE)
        home.refresh()
        home.ask("face")
    for _ in range(3):
        home.clock.advance(8 * HOUR)
        home.refresh()
    ignored = [entry.event.about for entry in home.logged(TipIgnored) if isinstance(entry.event, TipIgnored)]
    assert ignored.count(subject) == 1
    assert learnt_from(home.house) == 1


def test_an_ignored_subject_makes_room(home: Home) -> None:
    """What nobody answered is not said again first, and comes back after some days of rest."""
    added = home.clock.now - DAY
    home.lists(*(home.source.task(f"t{at}", added_at=added) for at in range(3)))
    home.refresh()
    first = home.ask().subject
    home.clock.advance(DAY)
    home.refresh()  # notes what ran out
    home.refresh()
    assert home.ask().subject != first
    home.clock.advance(40 * DAY)
    home.refresh()
    assert home.ask().subject == first


def test_an_active_context_lifts_its_tasks(home: Home) -> None:
    """The person's own word goes before dates, marks and habits; without it those decide."""
    pressing = home.source.task("tax", due="2026-12-01", priority=4, added_at=home.clock.now - DAY)
    plain = home.source.task("drill", labels=("garage",), added_at=home.clock.now - 200 * DAY)
    home.lists(pressing, plain)
    home.refresh()
    assert home.ask().text == "tax"
    contexts.switch(home.house, "garage")
    home.refresh()
    assert home.ask().text == "drill"
    contexts.switch_off(home.house)
    home.refresh()
    assert home.ask().text == "tax"


@pytest.mark.parametrize(
    ("due", "every", "offered"),
    [
        ("2026-12-08", 7.0, False),
        ("2026-12-05", 7.0, False),
        ("2026-12-04", 7.0, True),
        ("2026-12-01", 7.0, True),
        ("2026-11-20", 7.0, True),
        ("2026-12-02", 1.0, False),
        ("2026-12-02", None, False),
        ("2026-12-03", 4.0, True),
        (None, 7.0, True),
    ],
)
def test_a_routine_rests_for_half_its_period(due: str | None, every: float | None, offered: bool) -> None:
    """A routine ticked early is not named again at once; a single task with the same date is."""
    routine = task(due=due, recurring=True, every_days=every)
    granted = frozenset(("source.todotxt",))
    assert bool(candidates([routine], [], (), granted, TUESDAY, BERLIN)) == offered
    assert candidates([routine._replace(recurring=False)], [], (), granted, TUESDAY, BERLIN)


def test_little_time_finds_something_on_a_list_without_times(oo: Oo, tmp_path: Path) -> None:
    """Where nothing says how long it takes, something is offered; what is known to fit goes before that."""
    file = tmp_path / "todo.txt"
    file.write_text("Call the dentist\nSort the cellar\n")
    assert oo("connect", "todotxt", "--file", str(file)).code == 0
    assert json.loads(oo("tip", "--for", "2m", "--json").out)["tip"]["text"] in ("Call the dentist", "Sort the cellar")
    file.write_text("(A) Call the dentist\nSort the cellar est:3h\nWater the plants est:2m\n")
    assert json.loads(oo("tip", "--for", "2m", "--json").out)["tip"]["text"] == "Water the plants"
    file.write_text("Sort the cellar est:3h\n")
    assert json.loads(oo("tip", "--for", "2m", "--json").out)["silence"]["reason"] == "nothing-fits"
