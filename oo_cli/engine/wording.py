"""Words without a model: the title as the person wrote it, and one short reason that is true of this moment."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from oo_cli.engine.when import DAY_MS, Due, due_of, local
from oo_data.contracts.feature import TaskFeatures
from oo_data.text import Untrusted, cut, show

TIP_CELLS, REASON_CELLS = 100, 90
OLD_DAYS = 14
_PRIORITY = {4: "top priority", 3: "high priority"}
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def tip_text(title: Untrusted) -> str:
    """The title, safe to show, whole where it fits; a blank one gets a name so that a tip is never empty."""
    return show(title, TIP_CELLS) or "(a task without a name)"


def reason(task: TaskFeatures, now: int, zone: ZoneInfo) -> str:
    """At most two facts about the task, the strongest first."""
    facts = [fact for fact in (_due(task, now, zone), _PRIORITY.get(task.priority), _age(task, now)) if fact]
    if task.minutes and len(facts) < 2:
        facts.append(f"about {_count(task.minutes, 'minute')}")
    if not facts:
        return "Next on your list."
    said = ", ".join(facts[:2])
    return cut(said[0].upper() + said[1:] + ".", REASON_CELLS)


def _due(task: TaskFeatures, now: int, zone: ZoneInfo) -> str | None:
    due = due_of(task.due, zone)
    if due is None:
        return None
    days = (due.day - local(now, zone).date()).days
    if days < -1:
        return f"{_count(-days, 'day')} late"
    if days == -1:
        return "due yesterday"
    if days <= 1:
        day = "today" if days == 0 else "tomorrow"
        if due.timed and due.at < now:
            return f"was due today at {_clock(due, zone)}"
        return f"due {day} at {_clock(due, zone)}" if due.timed else f"due {day}"
    if days < 7:
        return f"due on {_WEEKDAYS[due.day.weekday()]}"
    return f"due on {due.day.day} {_MONTHS[due.day.month - 1]}" if days < 60 else None


def _clock(due: Due, zone: ZoneInfo) -> str:
    return local(due.at, zone).strftime("%H:%M")


def _age(task: TaskFeatures, now: int) -> str | None:
    if task.added_at is None:
        return None
    days = (now - task.added_at) // DAY_MS
    if days < OLD_DAYS:
        return None
    if days < 60:
        return f"on your list for {_count(days // 7, 'week')}"
    return f"on your list for {_count(days // 30, 'month')}" if days < 730 else "on your list for years"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


ADVICE_REASON = "What oO noticed."


def advice_text(snippet: str) -> str:
    """An agent's sentence as a tip of its own."""
    return show(snippet, TIP_CELLS)
