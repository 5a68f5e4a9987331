"""What a mood says: for half a day, for a week, and about energy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.engine.features import mood
from oo_data.contracts.feature import Feature
from oo_data.contracts.signal import MoodSignal
from tests.fakes import DAY, HOUR, MINUTE, TUESDAY

MOODS = st.lists(st.builds(MoodSignal, st.integers(TUESDAY - 20 * DAY, TUESDAY + 5 * DAY), st.integers(1, 5)))


def said(*moods: tuple[int, int]) -> list[MoodSignal]:
    """Moods so many hours ago."""
    return [MoodSignal(TUESDAY - hours * HOUR, score) for hours, score in moods]


def test_both_features() -> None:
    """The newest mood until it is half a day old, the mean of seven days for a day, both of the source mood."""
    assert mood.features(said((1, 4), (30, 1), (24 * 8, 5)), TUESDAY) == (
        Feature("mood.last", 4.0, TUESDAY, TUESDAY + 11 * HOUR, ("mood",)),
        Feature("mood.mean_7d", 2.5, TUESDAY, TUESDAY + DAY, ("mood",)),
    )


def test_what_is_not_known_is_absent() -> None:
    """An old mood is no feeling of now, and one from a clock that went wrong is none at all."""
    assert [f.key for f in mood.features(said((12, 4)), TUESDAY)] == ["mood.mean_7d"]
    assert mood.features(said((24 * 7, 4), (-1, 2)), TUESDAY) == ()
    assert mood.features([], TUESDAY) == ()


@pytest.mark.parametrize(
    ("moods", "energy"),
    [
        ([(1, 1)], "low"), ([(1, 2)], "low"), ([(1, 3)], "medium"), ([(1, 4)], None), ([(1, 5)], None), ([], None),
        ([(2, 1), (1, 5)], None), ([(1, 1), (2, 5)], "low"), ([(20, 2), (40, 2)], "low"), ([(20, 2), (40, 3)], None),
        ([(1, 4), (20, 1), (40, 1)], None),
    ],
)  # fmt: skip
def test_energy(moods: list[tuple[int, int]], energy: str | None) -> None:
    """Feeling low narrows to easy things; what was said last counts before the week."""
    assert mood.energy(said(*moods), TUESDAY) == energy


@given(MOODS)
def test_any_moods(moods: list[MoodSignal]) -> None:
    """Whatever was said in whatever order: values stay in 1..5, nothing is fresh once its time is over."""
    for feature in mood.features(moods, TUESDAY):
        assert isinstance(feature.value, float)
        assert 1 <= feature.value <= 5
        assert TUESDAY < feature.fresh_until <= TUESDAY + DAY
    assert mood.features(moods, TUESDAY) == mood.features(moods[::-1], TUESDAY) or len({m.at for m in moods}) < len(
        moods
    )
    later = mood.last(moods, TUESDAY + 12 * HOUR + MINUTE)
    assert later is None or later.at > TUESDAY
