"""One speaks, the others watch: the live choice is never touched by a shadow, and shadows stay cheap."""

from __future__ import annotations

import random

from oo_cli.engine.policies import epsilon_greedy as greedy
from oo_cli.engine.policies import stages
from oo_cli.engine.policies.urgency import Urgency
from oo_data.contracts.tip import Decision
from tests.fakes import DAY, TUESDAY
from tests.policies.world import MOMENT, NOBODY, Fixed, todo


def decision(verdict: stages.Verdict) -> Decision:
    """A verdict as it would be logged."""
    row = (verdict.policy, verdict.stage, "open", verdict.chosen, verdict.ranking.propensity, verdict.scores, "m")
    return Decision("id", TUESDAY, *row)


def test_the_first_policy_is_heard_and_the_others_are_logged() -> None:
    """The live ranking is the first policy's; every shadow has a verdict of its own."""
    candidates = [todo("a"), todo("b")]
    live, shadow = stages.decide((Fixed("one", "b", "a"), Fixed("two", "a", "b")), candidates, MOMENT)
    assert (live.policy, live.stage, live.chosen) == ("one", "live", "b")
    assert (shadow.policy, shadow.stage, shadow.chosen) == ("two", "shadow", "a")


def test_a_live_policy_that_cannot_rank_gives_way_to_urgency() -> None:
    """There is a tip also where the live policy has no model yet, and the log says who gave it."""
    verdicts = stages.decide((Fixed("ranker"), Urgency(), Fixed("other", "a")), [todo("a"), todo("b")], MOMENT)
    assert [(v.policy, v.stage) for v in verdicts] == [("urgency", "live"), ("other", "shadow")]
    assert verdicts[0].chosen == "a"


def test_nothing_to_choose_from_is_no_choice() -> None:
    """Without candidates nobody chooses, and nobody takes another's place."""
    verdicts = stages.decide((Fixed("ranker"), Urgency()), [], MOMENT)
    assert [(v.policy, v.chosen) for v in verdicts] == [("ranker", None), ("urgency", None)]


def test_a_shadow_sees_a_pool() -> None:
    """Of 5,000 candidates a shadow ranks the live policy's first 200, the most pressing and the newest of the rest."""
    many = [todo(f"t{at:04}", added_at=TUESDAY - at * DAY) for at in range(5000)]
    many[4000] = todo("pressing", due="2026-11-01", added_at=TUESDAY - 9000 * DAY)
    names = [candidate.subject for candidate in many]
    shadow = Fixed("two", *names)
    stages.decide((Fixed("one", *reversed(names)), shadow), many, MOMENT)
    seen = {candidate.subject for candidate in shadow.asked}
    assert len(seen) <= stages.POOL + 2 * stages.EDGE
    assert {"t4999", "t0000", "t0049", "pressing"} <= seen
    assert "t2000" not in seen


def test_a_decision_logs_twenty_at_most() -> None:
    """The log holds the live policy's first twenty, and five of a shadow that learns nothing from them."""
    many = [todo(f"t{at:02}") for at in range(60)]
    names = [candidate.subject for candidate in many]
    learner = greedy.EpsilonGreedy(greedy.fresh(), NOBODY, random.Random(1))
    live, plain, learning = stages.decide((Fixed("one", *reversed(names)), Fixed("two", *names), learner), many, MOMENT)
    assert (len(live.scores), len(plain.scores), len(learning.scores)) == (20, 5, 20)


def test_a_learner_logs_what_the_live_policy_may_show() -> None:
    """The features of the live policy's first dozen are there when a reaction to one of them comes."""
    many = [todo(f"t{at:02}") for at in range(60)]
    ahead = [f"t{at:02}" for at in reversed(range(60))]
    learner = greedy.EpsilonGreedy(greedy.fresh(), NOBODY, random.Random(1))
    _, shadow = stages.decide((Fixed("one", *ahead), learner), many, MOMENT)
    assert set(ahead[:12]) <= shadow.scores.keys()


def test_chances_come_from_the_log() -> None:
    """A random policy's probabilities are logged with its decision; a fixed one is certain of its choice."""
    candidates = [todo(f"t{at}") for at in range(3)]
    learner = greedy.EpsilonGreedy(greedy.fresh(), NOBODY, random.Random(1))
    fixed, drawn = stages.decide((Fixed("one", "t1", "t0"), learner), candidates, MOMENT)
    assert stages.chances(decision(fixed)) == {"t1": 1.0}
    chances = stages.chances(decision(drawn))
    assert sum(chances.values()) == 1.0
    assert chances[drawn.chosen or ""] == drawn.ranking.propensity
    assert stages.chances(decision(fixed)._replace(chosen=None)) == {}
