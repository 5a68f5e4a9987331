"""When a policy may take the live one's place: what it must have shown, offline and online.

Why these figures: docs/evaluation.md.
"""

from __future__ import annotations

from typing import NamedTuple

from oo_cli.engine.offpolicy.bootstrap import Interval

MOMENTS = 50  # replayed moments
MARGIN = -0.01  # the lower bound of the difference in MRR may not lie below
DECISIONS = 100  # decisions in shadow
DAYS = 7  # local days on which these were made
NEAR = 10  # its choice counts as near when it is among the live policy's first ten
NEAR_SHARE = 0.5  # least share of choices that are near


class Online(NamedTuple):
    """A shadow beside the live policy: decisions, their local days, shares of same and of near choices."""

    decisions: int
    days: int
    same: float
    near: float


class Evidence(NamedTuple):
    """All that speaks for or against a policy. `mrr` is its difference to the live one, in pairs.

    `gain` is the difference in reward that off-policy estimates see, where the data support a claim.
    """

    moments: int
    mrr: Interval | None
    online: Online
    gain: Interval | None


def missing(evidence: Evidence) -> list[str]:
    """What stands in the way of a promotion, in words; nothing where nothing does."""
    found = []
    online = evidence.online
    if evidence.moments < MOMENTS:
        found.append(f"{MOMENTS - evidence.moments} more replayed moments (of {MOMENTS})")
    elif evidence.mrr is None or evidence.mrr.low < MARGIN:
        low = "unknown" if evidence.mrr is None else f"{evidence.mrr.low:+.3f}"
        found.append(f"MRR not worse than the live policy's: lower bound {low}, needed {MARGIN:+.2f}")
    if online.decisions < DECISIONS:
        found.append(f"{DECISIONS - online.decisions} more decisions in shadow (of {DECISIONS})")
    if online.days < DAYS:
        found.append(f"{DAYS - online.days} more days in shadow (of {DAYS})")
    if online.decisions and online.near < NEAR_SHARE:
        found.append(
            f"agreement: {online.near:.0%} of its choices are among the live policy's first {NEAR},"
            f" needed {NEAR_SHARE:.0%}"
        )
    if evidence.gain is not None and evidence.gain.high < 0:
        found.append("reactions speak against it: off-policy, its reward is lower")
    return found
