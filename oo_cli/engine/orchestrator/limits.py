"""How much a model may be asked: so long, so often, and not at all for a while after failing in a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from oo_cli.engine.when import MINUTE_MS

SECONDS, LEAST_SECONDS, MOST_SECONDS = 3, 1, 60
SETTING = "model.seconds"
ABOUT = "how long a refresh waits for a model"
CALLS_A_DAY = 1000
TOKENS_A_DAY = 600_000
FAILURES = 3  # in a row, and nothing is asked for
REST_MS = 10 * MINUTE_MS
WORDED = "model"
# The first part of a verdict on a request that led to no words; after the colon stands why.
FAILED, REJECTED, SKIPPED = "failed", "rejected", "skipped"


class Past(NamedTuple):
    """How one request ended, and whether the person was told; `at` is UTC ms."""

    at: int
    verdict: str
    told: bool


def streak(past: Sequence[Past]) -> Sequence[Past]:
    """The failures since the last answer that was used, newest first, as `past` is."""
    return past[: next((at for at, each in enumerate(past) if not is_failure(each.verdict)), len(past))]


def is_failure(verdict: str) -> bool:
    """Whether a request led to nothing."""
    return verdict.startswith((FAILED, REJECTED))


def is_resting(past: Sequence[Past], now: int) -> bool:
    """Whether models are left alone: three failures in a row, the last one less than ten minutes ago."""
    failed = streak(past)
    return len(failed) >= FAILURES and 0 <= now - failed[0].at < REST_MS


def is_spent(calls: int, tokens: int) -> bool:
    """Whether the day's requests or tokens are used up."""
    return calls >= CALLS_A_DAY or tokens >= TOKENS_A_DAY


def is_news(past: Sequence[Past], verdict: str) -> bool:
    """Whether the person should hear of this end of a request: once in a row of failures, once when it is over.

    That nothing came is told at once; a sentence that was not fit to show, when models are about to rest.
    """
    before = streak(past)
    told = any(each.told for each in before)
    if not is_failure(verdict):
        return told
    return not told and (verdict.startswith(FAILED) or len(before) + 1 >= FAILURES)
