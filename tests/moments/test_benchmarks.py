"""The benchmarks run where there are no real histories, and say what they promise."""

from __future__ import annotations

import json
from operator import mul
from pathlib import Path
from random import Random

import pytest

from benchmarks import habituation, moments, when
from benchmarks.moment_lives import instants, lives
from benchmarks.train_moments import LEFT_OUT, rows_of, solve, train
from oo_cli.engine.moments.prior import parse, shipped


@pytest.fixture(autouse=True)
def no_histories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without anyone's history."""
    monkeypatch.setenv("OO_NEXTTASK_DIR", str(tmp_path))


def test_the_gate_beats_a_fixed_hourly_schedule() -> None:
    """In simulated lives with habituation: at least half as many again welcome per tip shown, with fewer tips."""
    found = habituation.summary([habituation.compare(seed, 12) for seed in range(100, 106)], 12)["schedules"]
    assert found["hourly"]["oo_ratio"]["ratio"] >= 1.5
    assert found["oo"]["tips_per_day"] < found["hourly"]["tips_per_day"] / 2


def test_the_timing_model_beats_both_baselines_on_made_up_lives() -> None:
    """On people it was not trained on it ranks and predicts better than their histogram and their mean."""
    found = moments.figures(lives()[:2])
    ours, table = found["macro"]["oo"], found["macro"]
    for other in ("constant", "histogram"):
        assert ours["auc"]["mean"] > table[other]["auc"]["mean"]
        assert ours["brier"]["mean"] < table[other]["brier"]["mean"]
    assert any(line.startswith("made-up-01") for line in moments.table(found))


def test_auc_counts_ties_half() -> None:
    """A constant forecast has an AUC of one half, a perfect one of one."""
    hits = [True, False, True, False]
    assert moments.measured(hits, [0.2] * 4)["auc"] == 0.5
    assert moments.measured(hits, [0.9, 0.1, 0.8, 0.2])["auc"] == 1.0
    assert moments.measured(hits, [0.9, 0.1, 0.8, 0.2])["brier"] == pytest.approx(0.025)


def test_training_finds_weights_that_tell_moments_apart() -> None:
    """A prior trained on one life scores its active half hours higher than its idle ones."""
    life = lives()[3]
    rows = rows_of(life._replace(done=life.done[:150]))
    prior = train([rows])
    features = [[*each[:-1], prior.everyone[half]] for each, half in zip(rows.features, rows.half, strict=True)]
    scores = [sum(map(mul, prior.mean, each)) for each in features]
    assert moments.measured(rows.active, scores)["auc"] > 0.7


def test_every_prior_in_the_repository_is_whole() -> None:
    """The shipped one and the ones without each person have all weights, and differ."""
    left_out = [parse(told) for told in json.loads(LEFT_OUT.read_text()).values()]
    assert len(left_out) == len({*left_out, shipped()}) - 1


def test_a_system_of_equations_is_solved() -> None:
    """Elimination gives back the vector that a positive definite matrix was multiplied with."""
    random = Random(1)
    root = [[random.uniform(-1, 1) for _ in range(5)] for _ in range(5)]
    matrix = [[sum(a * b for a, b in zip(x, y, strict=True)) + (x is y) for y in root] for x in root]
    expected = [1.0, -2.0, 3.0, 0.0, 0.5]
    right = [sum(a * b for a, b in zip(line, expected, strict=True)) for line in matrix]
    assert solve(matrix, right) == pytest.approx(expected)


def test_instants_know_the_past_only() -> None:
    """At each half hour the habits end before it begins."""
    life = lives()[1]
    for count, instant in enumerate(instants(life)):
        assert instant.habits.last_at < instant.slot * 1_800_000
        if count > 2000:
            break


def test_no_timing_data_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """Without the trial's rows the benchmark says so and claims nothing."""
    when.main()
    assert "no timing data" in capsys.readouterr().out
