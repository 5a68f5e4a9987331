"""Promotion on evidence only, rollback without any, and values that are not claimed where they cannot be known."""

from __future__ import annotations

import random

import pytest

from oo_cli.engine.policies import epsilon_greedy as greedy
from oo_cli.house import House
from oo_cli.usecases import compare, evaluate, policies
from oo_cli.usecases.decide import stage_of
from oo_data.contracts.event import PolicyChanged
from oo_data.errors import BadUsageError
from oo_data.store import events, records
from oo_data.store import policies as store
from tests.fakes import DAY, HOUR, FixedClock
from tests.policies.conftest import Decide, React
from tests.policies.world import Fixed, newest_first_life, punctual_life, todo

TWO = [todo("a", due="2026-12-01"), todo("b")]


def live_through(house: House, days: int, punctual: bool = False) -> None:
    """Give the house a past of somebody who does the newest thing each day, or else what is due."""
    now = house.clock.now_ms()
    life = punctual_life(days, now) if punctual else newest_first_life(days, random.Random(1), now)
    with house.store.write() as conn:
        records.replace_tasks(conn, "todotxt", now, life.tasks)
        records.add_completions(conn, life.done)


def season(clock: FixedClock, decided: Decide, count: int, apart: int) -> None:
    """Let the policies decide so often, so far apart (ms)."""
    for _ in range(count):
        decided(TWO, Fixed("ranker", "a", "b"))
        clock.advance(apart)


def live(house: House) -> str:
    """The policy that is live."""
    return next(name for name, stage in stage_of(house).items() if stage == "live")


def test_a_promotion_without_evidence_is_refused(house: House) -> None:
    """On the first day nothing can be promoted, and the refusal names what is missing."""
    with pytest.raises(BadUsageError, match=r"50 more replayed moments.*100 more decisions.*7 more days"):
        policies.promote(house, greedy.NAME)
    assert live(house) == "ranker"


def test_a_promotion_with_evidence_happens_and_is_undone(house: House, clock: FixedClock, decided: Decide) -> None:
    """With a past, a hundred decisions in shadow and a week, it goes live; rollback restores what was live."""
    season(clock, decided, 101, 2 * HOUR)
    live_through(house, 60, punctual=True)
    assert policies.promote(house, "urgency") == "ranker"
    assert live(house) == "urgency"
    logged = [entry.event for entry in events.since(house.store.conn, 0, (PolicyChanged,))]
    assert logged == [PolicyChanged("ranker", "shadow"), PolicyChanged("urgency", "live")]
    assert policies.rollback(house) == "ranker"
    assert live(house) == "ranker"
    with pytest.raises(BadUsageError, match="No policy was promoted"):
        policies.rollback(house)


def test_a_worse_policy_is_refused_whatever_its_days(house: House, clock: FixedClock, decided: Decide) -> None:
    """Where the past is of newest first, urgency has no business, and the refusal says by how much."""
    season(clock, decided, 101, 2 * HOUR)
    live_through(house, 60)
    with pytest.raises(BadUsageError, match=r"^Not yet: MRR not worse than the live policy's: lower bound -0\.\d+"):
        policies.promote(house, "urgency")


def test_days_count_not_decisions_alone(house: House, clock: FixedClock, decided: Decide) -> None:
    """A hundred decisions in one hour are one day of experience."""
    season(clock, decided, 101, 1000)
    live_through(house, 60, punctual=True)
    with pytest.raises(BadUsageError, match=r"^Not yet: 6 more days in shadow \(of 7\)\.$"):
        policies.promote(house, "urgency")


@pytest.mark.parametrize(
    ("name", "said"), [("nonsense", "no such policy"), ("ranker", "live already"), ("orchestrator", "a model")]
)
def test_what_cannot_go_live_is_refused(house: House, name: str, said: str) -> None:
    """An unknown policy, the live one, and one that needs a model are told apart."""
    with pytest.raises(BadUsageError, match=said):
        policies.promote(house, name)


def test_the_report_compares_in_pairs(house: House, clock: FixedClock, decided: Decide) -> None:
    """Each shadow has its difference to the live policy, its agreement, and what it lacks."""
    season(clock, decided, 3, HOUR)
    live_through(house, 55, punctual=True)
    found = {entry["id"]: entry for entry in policies.report(house)}
    urgency = found["urgency"]
    assert urgency["offline"]["moments"] == 55
    assert abs(urgency["offline"]["MRR_difference"]["value"]) < 0.01
    assert urgency["online"] == {"decisions": 3, "days": 1, "same": 1.0, "near": 1.0}
    assert urgency["missing"] == ["97 more decisions in shadow (of 100)", "6 more days in shadow (of 7)"]
    assert found["ranker"]["missing"] == []


def test_the_evaluation_tells_newest_first(house: House) -> None:
    """On a past of newest first, that baseline leads, with an interval, and blind choice does not."""
    live_through(house, 55)
    heard: list[tuple[int, int]] = []
    found = evaluate.evaluate(house, told=lambda at, of: heard.append((at, of)))
    ranked = {entry["name"]: entry for entry in found["rankers"]}
    assert (found["moments"], found["enough"]) == (55, True)
    assert ranked["newest"]["hit@1"]["value"] == 1.0
    assert ranked["random"]["MRR"]["high"] < 0.5
    assert ranked["ranker"]["hit@1"]["value"] > 0.8
    assert 0 <= found["calibration"]["ranker"]["Brier"] < 0.25
    assert heard[-1] == (55, 55)


def test_too_short_a_past_is_told_as_such(house: House) -> None:
    """Below the number of moments that it takes there are no figures, only that number."""
    live_through(house, 12)
    found = evaluate.evaluate(house)
    assert (found["moments"], found["needed"], found["enough"], found["rankers"]) == (12, 50, False, [])


def test_days_bound_the_replay(house: House) -> None:
    """Only the last so many days are replayed."""
    live_through(house, 60)
    assert evaluate.evaluate(house, days=30)["moments"] == 30
    assert evaluate.contest(house, days=10).moments == 10


def test_only_the_choice_itself_is_a_sample(house: House, decided: Decide, react: React) -> None:
    """What was shown after the first had gone is no sample: its probability is unknown. One outcome per decision."""
    first = decided(TWO)[0]
    react(first, "no")
    react(first, "done", subject="b")
    second = decided(TWO)[0]
    react(second, "done", subject="b")
    samples = compare.samples(house)
    assert [sample.reward for sample in samples["urgency"]] == [0.0]
    assert [sample.target for sample in samples["urgency"]] == [1.0]


def test_no_claim_without_exploration(house: House, clock: FixedClock, decided: Decide, react: React) -> None:
    """A live policy that never tries another thing cannot value a shadow that would."""
    for at in range(40):
        row = decided([todo("a", due="2026-12-01"), todo(f"x{at}", started=True, priority=4)])[0]
        react(row, "no")
        clock.advance(DAY // 4)
    found = {entry["policy"]: entry for entry in compare.off_policy(compare.samples(house))}
    assert found["urgency"]["supported"]
    assert found["urgency"]["values"]["IPS"]["value"] == 0.0
    assert not found[greedy.NAME]["supported"]
    assert compare.gain(compare.samples(house)[greedy.NAME]) is None


def test_one_day_is_no_evidence(house: House, decided: Decide, react: React) -> None:
    """However many decisions a day has, it is one day."""
    for _ in range(40):
        react(decided(TWO)[0], "done")
    (urgency,) = (entry for entry in compare.off_policy(compare.samples(house)) if entry["policy"] == "urgency")
    assert (urgency["decisions"], urgency["days"], urgency["supported"]) == (40, 1, False)
    assert urgency["values"]["IPS"]["low"] is None


def test_an_exploring_policy_values_the_others(house: House, clock: FixedClock, decided: Decide, react: React) -> None:
    """While epsilon-greedy is live, its log says what urgency would have earned."""
    with house.store.write() as conn:
        store.set_stage(conn, greedy.NAME, "live", 1)
        store.set_stage(conn, "ranker", "shadow", 1)
    for _ in range(60):
        row = decided(TWO)[0]
        react(row, "done" if row.chosen == "a" else "no")
        clock.advance(DAY // 4)
    found = {entry["policy"]: entry for entry in compare.off_policy(compare.samples(house))}
    assert found["urgency"]["supported"]
    assert found["urgency"]["values"]["DR"]["value"] == pytest.approx(1.0, abs=0.15)
