"""The hold-out: fair lots, effects that are there are found, effects that are not are not claimed."""

from __future__ import annotations

import random
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.engine.evaluation import holdout
from oo_cli.engine.evaluation.holdout import Outcome
from oo_cli.engine.when import local
from tests.fakes import BERLIN, TUESDAY


def life(chance: random.Random, blocks: int, effect: float, share: float = 0.5) -> list[Outcome]:
    """Half days of somebody livelier on weekdays and mornings, who does `effect` more where tips are shown."""
    found = []
    for at in range(blocks):
        weekday, part = at // 2 % 7, holdout.PARTS[at % 2]
        held = chance.random() < share
        usual = 2.0 + 2.0 * (weekday < 5) + (part == "am") + (0.0 if held else effect)
        found.append(Outcome(f"{weekday}.{part}", held, sum(chance.random() < usual / 10 for _ in range(10))))
    return found


@given(st.integers(1_700_000_000_000, 1_900_000_000_000), st.sampled_from(["Europe/Berlin", "America/Havana", "UTC"]))
def test_half_days_follow_one_another_without_gaps(now: int, zone: str) -> None:
    """The blocks of the next days tile the time, and each is found again by its name."""
    found = holdout.blocks(now, ZoneInfo(zone))
    assert found[0].begin <= now < found[0].end
    assert all(one.end == two.begin for one, two in pairwise(found))
    assert [holdout.block_of(block.id, ZoneInfo(zone)) for block in found] == found


def test_a_half_day_begins_at_two() -> None:
    """Tuesday's second half begins at 14:00 and belongs to Tuesday's strata."""
    block = holdout.blocks(TUESDAY, BERLIN)[1]
    assert (block.id, block.stratum, local(block.begin, BERLIN).hour) == ("2026-12-01.pm", "1.pm", 14)


def test_lots_are_fair_and_fixed() -> None:
    """The share that is drawn is the share that was asked for; the same block has the same lot; homes differ."""
    names = [f"block-{at}" for at in range(5000)]
    held = {name for name in names if holdout.is_held(b"secret", name, 0.2)}
    assert len(held) / len(names) == pytest.approx(0.2, abs=0.02)
    assert held == {name for name in names if holdout.is_held(b"secret", name, 0.2)}
    assert held != {name for name in names if holdout.is_held(b"other", name, 0.2)}
    assert held <= {name for name in names if holdout.is_held(b"secret", name, 0.3)}
    assert not any(holdout.is_held(b"secret", name, 0.0) for name in names)


def test_silence_of_a_block_binds_ambient_surfaces_only() -> None:
    """Whoever types a command is answered in a held half day too."""
    block = holdout.blocks(TUESDAY, BERLIN)[1]
    span = holdout.span(block)
    assert (span.binding, span.reason, span.from_at, span.until_at) == ("ambient", "hold-out", block.begin, block.end)


def test_an_effect_that_is_there_is_found() -> None:
    """One more task per half day shows after two hundred half days, about as large as it is."""
    found = holdout.effect(life(random.Random(1), 200, 1.0), random.Random(2))
    assert found is not None
    assert found.low > 0
    assert found.value == pytest.approx(1.0, abs=0.5)
    assert found.p_value < 0.05


def test_no_effect_is_claimed_one_time_in_twenty_at_most() -> None:
    """In 100 lives without an effect the interval leaves out zero about five times."""
    chance = random.Random(5)
    claims = 0
    for _ in range(100):
        found = holdout.effect(life(chance, 60, 0.0), chance, rounds=200)
        claims += found is not None and not found.low <= 0 <= found.high
    assert claims <= 10


def test_intervals_hold_the_true_effect() -> None:
    """In 100 lives with an effect of 0.8 the interval holds it at least nine times in ten."""
    chance = random.Random(6)
    held = 0
    for _ in range(100):
        found = holdout.effect(life(chance, 60, 0.8), chance, rounds=200)
        assert found is not None
        held += found.low <= 0.8 <= found.high
    assert held >= 90


def test_a_lively_weekday_is_not_held_against_a_sunday() -> None:
    """Where only Sundays were held out and only Mondays not, nothing is compared."""
    outcomes = [Outcome("0.am", False, 9) for _ in range(30)] + [Outcome("6.am", True, 0) for _ in range(30)]
    assert holdout.effect(outcomes, random.Random(1)) is None


def test_too_few_blocks_tell_nothing() -> None:
    """Seven half days without tips are not enough, eight are."""
    outcomes = [Outcome("0.am", at < 7, at % 3) for at in range(40)]
    assert holdout.effect(outcomes, random.Random(1)) is None
    assert holdout.effect([*outcomes, Outcome("0.am", True, 1)], random.Random(1)) is not None


def test_smaller_effects_and_rarer_silence_take_longer() -> None:
    """Half the effect takes four times the half days; a tenth held out takes longer than a half."""
    outcomes = life(random.Random(1), 200, 0.0)
    usual = holdout.blocks_needed(outcomes, 0.5, 0.5)
    assert holdout.blocks_needed(outcomes, 0.5, 0.25) == pytest.approx(4 * usual, rel=0.2)
    assert holdout.blocks_needed(outcomes, 0.1, 0.5) > 2 * usual


def test_the_number_needed_is_enough() -> None:
    """With as many half days as were asked for, the effect is found in about four lives of five."""
    chance = random.Random(8)
    needed = holdout.blocks_needed(life(chance, 300, 0.0), 0.5, 1.0)
    found = [holdout.effect(life(chance, needed, 1.0), chance, rounds=150) for _ in range(60)]
    assert sum(one is not None and one.low > 0 for one in found) >= 40
