"""`oo eval`: would oO have named the next thing? The person's own past, replayed without a look ahead."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from oo_cli.engine.evaluation import measures
from oo_cli.engine.evaluation.baselines import as_ranker, baselines
from oo_cli.engine.evaluation.contest import RANDOM, Scores, replay
from oo_cli.engine.evaluation.learner import Learner
from oo_cli.engine.evaluation.picture import svg
from oo_cli.engine.evaluation.promotion import MOMENTS
from oo_cli.engine.evaluation.reacting import Lesson, Reacting
from oo_cli.engine.policies import epsilon_greedy as greedy
from oo_cli.engine.policies.urgency import Urgency
from oo_cli.engine.ranker.replay import LEAD_MS, moments
from oo_cli.engine.when import DAY_MS
from oo_cli.house import House
from oo_cli.usecases.compare import OUTCOMES, interval, off_policy, samples, seeded
from oo_cli.usecases.decide import REFUSED
from oo_cli.usecases.reactions import unprompted
from oo_data.contracts.event import TipShown
from oo_data.errors import CannotWriteError
from oo_data.store import decisions, events, records
from oo_data.store import policies as store

DAYS = 90
MOST = 300  # completions replayed, the latest ones; some seconds
WARM = 100  # completions before them that rankers learn from

Told = Callable[[int, int], None]


class Contest(NamedTuple):
    """What a replay gave: the scores of everyone at the same moments."""

    scores: Scores
    policies: frozenset[str]

    @property
    def moments(self) -> int:
        """How many moments were replayed."""
        return len(self.scores[RANDOM])


NOBODY = Contest({RANDOM: ()}, frozenset())


def contest(house: House, days: int = DAYS, told: Told = lambda at, of: None) -> Contest:
    """Replay the last `days` (at most `MOST` moments) for every baseline and policy; `told` hears how far it is."""
    zone, conn, now = house.zone, house.store.conn, house.clock.now_ms()
    done = unprompted(house, records.completions(conn, 0))
    timed = [completion.at for completion in done if completion.timed]
    first = max(bisect_left(timed, now - days * DAY_MS), len(timed) - MOST, 0)
    if first == len(timed):
        return NOBODY
    since, warm = timed[first] - LEAD_MS, timed[max(0, first - WARM)] - LEAD_MS
    field = [
        *baselines(zone), as_ranker(Urgency(), zone), _reacting(house).contestant(), Learner(zone).contestant(),
    ]  # fmt: skip
    total = len(timed) - max(0, first - WARM)
    past = moments(records.tasks(conn), done, zone, warm - 1)
    scores = replay(past, field, zone, since, lambda count: told(min(count, total), total))
    return Contest(scores, frozenset(runner.name for runner in field if runner.policy))


def evaluate(house: House, days: int = DAYS, told: Told = lambda at, of: None) -> dict[str, Any]:
    """Accuracy, calibration, acceptance by hour and off-policy values, as JSON can hold them."""
    found = contest(house, days, told) if house.exists else NOBODY
    enough = found.moments >= MOMENTS
    return {
        "days": days,
        "moments": found.moments,
        "needed": MOMENTS,
        "enough": enough,
        "rankers": [_ranker(found, name) for name in found.scores] if enough else [],
        "calibration": _calibrations(found) if enough else {},
        "acceptance": [hour._asdict() for hour in measures.by_hour(_accepted(house), house.zone)],
        "off_policy": off_policy(samples(house)) if house.exists else [],
    }


def draw(report: Mapping[str, Any], path: str) -> None:
    """Write the report as an SVG. Raises `CannotWriteError`."""
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(svg(report))
    except OSError as error:
        raise CannotWriteError("The image could not be written.", "Give a path in a folder of your own.") from error


def _ranker(found: Contest, name: str) -> dict[str, Any]:
    accuracy = measures.accuracy(found.scores[name], seeded())
    return {
        "name": name,
        "policy": name in found.policies,
        "hit@1": interval(accuracy.hit1) if accuracy else None,
        "hit@3": interval(accuracy.hit3) if accuracy else None,
        "MRR": interval(accuracy.mrr) if accuracy else None,
    }


def _calibrations(found: Contest) -> dict[str, Any]:
    told = {name: measures.calibration(scores) for name, scores in found.scores.items()}
    return {
        name: {"ECE": c.ece, "Brier": c.brier, "answers": c.answers, "curve": [b._asdict() for b in c.bins]}
        for name, c in told.items()
        if c is not None
    }


def _accepted(house: House) -> list[tuple[int, bool]]:
    """When each tip with an outcome was first shown, and whether it was done."""
    if not house.exists:
        return []
    conn = house.store.conn
    first: dict[str, int] = {}
    for entry in events.latest(conn, (TipShown,), OUTCOMES):
        first[entry.event.subject] = entry.at  # newest first, so the first showing stands in the end
    outcomes = {outcome.tip_id: outcome for outcome in store.outcomes(conn, 0, OUTCOMES)}
    return [(first[tip], outcome.reaction == "done") for tip, outcome in outcomes.items() if tip in first]


def _reacting(house: House) -> Reacting:
    conn = house.store.conn
    lessons = []
    for outcome in store.outcomes(conn, 0, OUTCOMES):
        terms = decisions.scores_of(conn, outcome.decision_id, greedy.NAME, outcome.subject)
        if terms is not None:
            worth = greedy.reward(outcome.reaction, outcome.reason)
            lessons.append(Lesson(outcome.at, greedy.logged(terms), worth))
    seen = store.seen(conn, 0)
    shown = [(entry.subject, entry.at) for entry in seen if entry.what == "shown"]
    refused = [(entry.subject, entry.at) for entry in seen if entry.what in REFUSED]
    return Reacting(lessons, shown, refused, house.zone, seeded())
