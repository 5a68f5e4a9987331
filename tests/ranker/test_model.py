"""The person's weights: they move towards what was done, stay finite, and survive being kept."""

from __future__ import annotations

import time
from math import isfinite
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.engine.ranker.model import HALF_LIFE_MS, HARDEST, Model, Prior, shipped, softmax
from oo_cli.engine.ranker.past import Past
from oo_cli.engine.ranker.terms import NAMES, terms
from oo_cli.engine.when import DAY_MS
from oo_data.contracts.feature import TaskCompletion, TaskFeatures
from tests.ranker.world import BERLIN, NOON, crowd, history, hostile_tasks, hostile_ticks

SIZE = len(NAMES)


def rows_of(size: int, seed: int = 3) -> list[tuple[float, ...]]:
    """Random rows of the right width."""
    random = Random(seed)
    return [tuple(random.uniform(-2, 2) for _ in range(SIZE)) for _ in range(size)]


def test_the_shipped_prior_knows_every_term() -> None:
    """A term without a trained weight would be dead weight; the file is made anew when terms change."""
    assert sum(weight != 0 for weight in shipped().mean) > 0.9 * SIZE
    assert shipped().variance > 0 < shipped().temperature


@given(st.lists(st.floats(-1e300, 1e300), max_size=9))
def test_chances_sum_to_one(logits: list[float]) -> None:
    """Also for logits of any size."""
    chances = softmax(logits)
    assert all(0 <= chance <= 1 for chance in chances)
    assert not logits or sum(chances) == pytest.approx(1)


@given(hostile_tasks(), hostile_ticks(), st.data())
def test_learning_lifts_what_was_done_and_never_explodes(
    tasks: list[TaskFeatures], done: list[TaskCompletion], data: st.DataObject
) -> None:
    """Whatever a source says, weights stay finite and the chosen is likelier than before."""
    past = Past(BERLIN)
    for each in done:
        past.fold(each)
    rows, model = terms(tasks, past, NOON, BERLIN), Model.prior()
    right = data.draw(st.sets(st.integers(0, max(0, len(rows) - 1)), max_size=3))
    before = model.probabilities(rows)
    for day in range(5):
        model.learn(rows, right, NOON + day * DAY_MS)
    after = model.probabilities(rows)
    assert all(map(isfinite, model.mean))
    if 0 < len(right) < len(rows):
        assert model.seen == 5
        assert sum(after[at] for at in right) >= sum(before[at] for at in right) - 1e-9
    else:
        assert (model.seen, after) == (0, before)


def test_a_preference_is_learnt_in_a_few_decisions() -> None:
    """Someone who goes against one thing that the prior likes is understood within thirty decisions."""
    liked = NAMES.index("marked: as next")
    model, random, hits = Model.prior(), Random(5), 0
    for turn in range(60):
        rows = [tuple(random.random() * (2 if at == liked else at % 29 == 0) for at in range(SIZE)) for _ in range(5)]
        wish = [row[liked] for row in rows].index(min(row[liked] for row in rows))
        chances = model.probabilities(rows)
        hits += turn >= 30 and max(range(5), key=chances.__getitem__) == wish
        model.learn(rows, {wish}, NOON + turn)
    assert shipped().mean[liked] > 0
    assert hits >= 20


def test_what_was_learnt_fades_back_to_the_prior() -> None:
    """After years of silence a person is met almost as a stranger."""
    model, rows = Model.prior(), rows_of(5)
    model.learn(rows, {0}, NOON)
    far = max(abs(a - b) for a, b in zip(model.mean, shipped().mean, strict=True))
    model.learn(rows, {0}, NOON + 20 * HALF_LIFE_MS)
    fresh = Model.prior()
    fresh.learn(rows, {0}, NOON)
    assert far > 1e-3
    assert model.mean == pytest.approx(fresh.mean, abs=1e-4)


def test_a_round_trip_keeps_what_was_learnt() -> None:
    """The posterior lies in the store as numbers and goes on from there; of other terms it is learnt anew."""
    model, rows = Model.prior(), rows_of(20)
    for turn in range(5):
        model.learn(rows, {turn}, NOON + turn)
    back = Model.from_json(model.to_json())
    assert back is not None
    assert (back.seen, back.at) == (5, NOON + 4)
    model.learn(rows, {7}, NOON + 9)
    back.learn(rows, {7}, NOON + 9)
    assert back.mean == pytest.approx(model.mean, abs=1e-4)
    assert Model.from_json(model.to_json().replace('"version":1', '"version":0')) is None
    assert len(model.to_json()) < 200_000


def test_a_temperature_flattens_chances_and_keeps_the_order() -> None:
    """Calibration may change chances, never what comes first."""
    rows = rows_of(6)
    cold, warm = (Model(Prior(shipped().mean, 0.1, temperature)) for temperature in (1.0, 3.0))
    assert max(warm.probabilities(rows)) < max(cold.probabilities(rows))
    assert cold.logits(rows) == warm.logits(rows)


def test_the_right_one_is_learnt_also_far_down_a_long_list() -> None:
    """Only the likeliest are learnt against, but what was done is always among them."""
    rows, model = rows_of(HARDEST + 50), Model.prior()
    logits = model.logits(rows)
    last = min(range(len(rows)), key=logits.__getitem__)
    model.learn(rows, {last}, NOON)
    assert model.logits(rows)[last] > logits[last]


def test_the_same_life_gives_the_same_weights_quickly() -> None:
    """No chance is involved, and one decision among 200 costs at most 5 ms of processor time."""
    past = Past(BERLIN)
    for each in history(500):
        past.fold(each)
    rows, models = terms(crowd(200), past, NOON, BERLIN), (Model.prior(), Model.prior())
    start = time.process_time()
    for model in models:
        for turn in range(10):
            model.learn(rows, {turn}, NOON + turn)
    assert time.process_time() - start < 20 * 0.005 * 4
    assert models[0].to_json() == models[1].to_json()
