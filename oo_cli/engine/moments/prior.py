"""The weights that a new person starts from: what other people's days taught benchmarks/train_moments.py."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from oo_cli.engine.moments.habits import NAMES


class Prior(NamedTuple):
    """Mean and standard deviation of each weight of `NAMES`, and the logarithm of the shape of everyone's day."""

    mean: tuple[float, ...]
    spread: tuple[float, ...]
    everyone: tuple[float, ...]


@cache
def shipped() -> Prior:
    """The prior in this package."""
    return parse(json.loads(Path(__file__).with_name("prior.json").read_text(encoding="ascii")))


def parse(told: Mapping[str, Any]) -> Prior:
    """A prior as its file has it; raises KeyError where a weight is missing."""
    weights = told["weights"]
    mean, spread = (tuple(weights[name][column] for name in NAMES) for column in (0, 1))
    return Prior(mean, spread, tuple(told["everyone"]))
