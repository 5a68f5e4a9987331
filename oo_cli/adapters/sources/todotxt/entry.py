"""A task as it is typed at `oo add`, made into a line that every todo.txt program reads the same way."""

from __future__ import annotations

import re
from datetime import date, timedelta

from oo_cli.adapters.sources.todotxt.file import one_line
from oo_cli.adapters.sources.todotxt.line import head
from oo_cli.adapters.sources.todotxt.task import BAD_DUE, BAD_RULE, BAD_START, NO_TASK, parse
from oo_data.errors import BadUsageError

MAX_CHARS = 10_000
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DATED = re.compile(r"(?<!\S)(due|t):([A-Za-z]+)(?!\S)")
_FORMS = {
    BAD_DUE: "Write due:2026-12-01, due:2026-12-01T17:30, due:today, due:tomorrow or due:friday.",
    BAD_START: "Write t:2026-12-01.",
    BAD_RULE: "Write rec:1w to count from the day it is done, rec:+1m from its due date; d, b, w, m or y.",
    NO_TASK: 'Say what to do: oo add "Call the dentist due:2026-12-01 +health @phone".',
}


def compose(text: str, today: date) -> str:
    """The line to append: created today unless it says when, day words made dates. Raises `BadUsageError`."""
    line = _DATED.sub(lambda found: f"{found[1]}:{_day(found[2], today)}", one_line(text))
    if len(line) > MAX_CHARS:
        raise BadUsageError("That is too long for one task.", "Keep it to a sentence.")
    done, priority, days, rest = head(line)
    if done:  # no task begins its life done: the x is a word of it
        line = f"{today} {line}"
    elif not days:
        line = f"({priority}) {today} {rest}" if priority else f"{today} {rest}"
    problems = parse(line).problems
    if problems:
        form = _FORMS.get(problems[0], "Write dates as 2026-12-01.")
        raise BadUsageError(f"That cannot be added: {problems[0]}.", form)
    return line


def _day(word: str, today: date) -> str:
    """The date that a day word names, today's weekday being today; any other word as it is."""
    low = word.lower()
    if low in ("today", "tomorrow"):
        return str(today + timedelta(days=low == "tomorrow"))
    for number, name in enumerate(WEEKDAYS):
        if len(low) >= 3 and name.startswith(low):
            return str(today + timedelta(days=(number - today.weekday()) % 7))
    return word
