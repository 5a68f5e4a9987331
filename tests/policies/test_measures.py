"""Figures made of scores, the conditions of a promotion, and the picture."""

from __future__ import annotations

import random
from xml.etree import ElementTree

import pytest

from oo_cli.engine.evaluation import measures, picture, promotion
from oo_cli.engine.evaluation.contest import Score
from oo_cli.engine.evaluation.promotion import Evidence, Online
from oo_cli.engine.offpolicy.bootstrap import Interval
from tests.fakes import BERLIN, HOUR, TUESDAY

SEASONED = Evidence(60, Interval(0.02, -0.005, 0.05, 20), Online(150, 9, 0.5, 0.9), None)


def score(day: int, hit: float, likely: float | None = None) -> Score:
    """One answer on a day, right or wrong."""
    return Score(str(day), hit, hit, hit or 0.5, likely)


def test_calibration_of_honest_and_of_boastful_answers() -> None:
    """Stated chances that come true have no gap; certainty that is right half the time has a gap of a half."""
    chance = random.Random(1)
    honest = [score(at, float(chance.random() < 0.3), 0.3) for at in range(5000)]
    found = measures.calibration(honest)
    assert found is not None
    assert found.ece < 0.02
    assert found.brier == pytest.approx(0.21, abs=0.01)
    boastful = measures.calibration([score(at, float(at % 2), 1.0) for at in range(10)])
    assert boastful is not None
    assert (boastful.ece, boastful.brier, boastful.bins) == (0.5, 0.5, (measures.Bin(1.0, 0.5, 10),))


def test_without_stated_chances_there_is_no_calibration() -> None:
    """An order alone cannot be held to a probability."""
    assert measures.calibration([score(1, 1.0)]) is None


def test_a_difference_is_taken_in_pairs() -> None:
    """Two rankers that share every hard moment differ by exactly what sets them apart."""
    one = [score(at, float(at % 2)) for at in range(40)]
    found = measures.difference(one, one, "hit1", random.Random(1))
    assert found is not None
    assert (found.low, found.high) == (0.0, 0.0)
    better = [score(at, 1.0) for at in range(40)]
    gained = measures.difference(better, one, "reciprocal", random.Random(1))
    assert gained is not None
    assert gained.value == 0.25
    assert gained.low > 0


def test_accuracy_needs_scores() -> None:
    """No moments, no figures."""
    assert measures.accuracy([], random.Random(1)) is None


def test_acceptance_is_told_by_local_hour() -> None:
    """Ten in Berlin is hour 10."""
    found = measures.by_hour([(TUESDAY, True), (TUESDAY + 1, False), (TUESDAY + HOUR, False)], BERLIN)
    assert found == [measures.Hour(10, 2, 1), measures.Hour(11, 1, 0)]


def test_full_evidence_lacks_nothing() -> None:
    """At the thresholds a promotion is open."""
    assert promotion.missing(SEASONED) == []


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        (SEASONED._replace(moments=49), "1 more replayed moments"),
        (SEASONED._replace(mrr=Interval(0.02, -0.011, 0.05, 20)), "lower bound -0.011, needed -0.01"),
        (SEASONED._replace(mrr=None), "lower bound unknown"),
        (SEASONED._replace(online=Online(99, 9, 0.5, 0.9)), "1 more decisions in shadow"),
        (SEASONED._replace(online=Online(150, 6, 0.5, 0.9)), "1 more days in shadow"),
        (SEASONED._replace(online=Online(150, 9, 0.1, 0.4)), "40% of its choices"),
        (SEASONED._replace(gain=Interval(-0.1, -0.2, -0.01, 20)), "reactions speak against it"),
    ],
)
def test_each_shortfall_is_named(evidence: Evidence, said: str) -> None:
    """Whatever is short of its threshold stands in the way, with the number that is missing."""
    (line,) = promotion.missing(evidence)
    assert said in line


def test_the_picture_is_sound_and_names_every_ranker() -> None:
    """The SVG parses, holds every name escaped, and says so when there is nothing to draw."""
    mrr = {"value": 0.5, "low": 0.4, "high": None}
    report = {
        "rankers": [{"name": "a<b", "policy": True, "MRR": mrr}],
        "calibration": {"ranker": {"curve": [{"stated": 0.1, "came_true": 0.2}, {"stated": 0.9, "came_true": 0.8}]}},
        "acceptance": [{"hour": 9, "shown": 2, "accepted": 1}],
    }
    drawn = ElementTree.fromstring(picture.svg(report))  # noqa: S314 - our own words
    assert "a<b" in "".join(drawn.itertext())
    empty = picture.svg({"rankers": [], "calibration": {}, "acceptance": []})
    assert "Too little" in "".join(ElementTree.fromstring(empty).itertext())  # noqa: S314
