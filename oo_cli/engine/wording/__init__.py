"""Words without a model: the title as the person wrote it, and one short sentence that is true of this moment."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from oo_cli.engine.wording.catalogue import catalogue
from oo_cli.engine.wording.facts import Context, Facts, context_of, facts_of
from oo_cli.engine.wording.languages import ENGLISH, Locale, locale_from, locale_of
from oo_cli.engine.wording.sentence import KEEP, REASON_CELLS, Said, say, say_advice
from oo_data.contracts.feature import TaskFeatures
from oo_data.text import Untrusted, show

__all__ = [
    "ADVICE_REASON", "ENGLISH", "KEEP", "REASON_CELLS", "TIP_CELLS", "Context", "Facts", "Locale", "Said",
    "advice_text", "context_of", "facts_of", "locale_from", "locale_of", "reason", "say", "say_advice", "tip_text",
]  # fmt: skip

TIP_CELLS = 100
ADVICE_REASON = "What oO noticed."


def tip_text(title: Untrusted, locale: Locale = ENGLISH) -> str:
    """The title, safe to show, whole where it fits; a blank one gets a name so that a tip is never empty."""
    return show(title, TIP_CELLS) or catalogue(locale.language).unnamed


def advice_text(snippet: str) -> str:
    """An agent's sentence as a tip of its own."""
    return show(snippet, TIP_CELLS)


def reason(task: TaskFeatures, now: int, zone: ZoneInfo) -> str:
    """What the task alone tells, in the plainest English."""
    return say(facts_of(task, now, zone), ENGLISH).reason
