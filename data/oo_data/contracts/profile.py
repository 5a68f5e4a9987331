"""What oO holds true about the person, and where each value came from."""

from __future__ import annotations

from typing import NamedTuple

from oo_data.contracts.agent import ParamValue


class Pref(NamedTuple):
    """One preference. `source` is user, inferred or default; `evidence` counts the observations behind it.

    `at` is UTC milliseconds.
    """

    scope: str
    key: str
    source: str
    value: ParamValue
    evidence: int
    at: int
