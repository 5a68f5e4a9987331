"""Values as people say them."""

from __future__ import annotations

import pytest

from oo_agents.kit.units import UNITS
from oo_cli.engine.told import told, trouble
from oo_data.contracts.agent import ParamValue
from oo_data.errors import OoError


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (22, "hour", "22:00"), (7, "hour", "7:00"), ((9, 10, 11), "hours", "9, 10, 11"), ((), "hours", "none"),
        (1.4142, "per day", "1.4 a day"), (12, "a day", "12 a day"), (2.5, "days", "2.5 days"), (1.0, "days", "1 day"),
        (28, "whole days", "28 days"), (365.2, "days", "365 days"), (0.4, "share", "40 %"), (-0.123, "trend", "-0.12"),
        ("", "timezone", "none"), ("Europe/Berlin", "timezone", "Europe/Berlin"), ("on", "", "on"), (3, "", "3"),
        (("health", "home"), "areas", "health, home"), (("a" * 24,), "refs", "1 project"),
        (("a" * 24, "0" * 24), "refs", "2 projects"), ((), "refs", "none"), ("\x1b[31mred", "", "red"),
    ],
)  # fmt: skip
def test_a_value_is_told_in_its_unit(value: ParamValue, unit: str, text: str) -> None:
    """No reference, no escape and no bare float reaches the person."""
    assert told(value, unit) == text


def test_every_unit_is_told_as_something() -> None:
    """A unit that this room does not know is a plain number, never a failure."""
    for unit, (_, many, *_) in UNITS.items():
        assert told((1, 2) if many else 1, unit)


def test_an_error_is_told_in_words() -> None:
    """No name of a class reaches the person."""
    assert trouble("ConnectionNeededError") == "connection needed"
    assert trouble("OSError") == "OSError"
    for kind in OoError.__subclasses__():
        assert trouble(kind.__name__).replace(" ", "").islower()
        assert "error" not in trouble(kind.__name__)
