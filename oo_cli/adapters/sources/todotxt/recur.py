"""Recurring tasks: the `rec:` tag and the line that follows a ticked one.

The rules are those that topydo, simpletask and sleek share: the person's other programs must agree with ours.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from oo_cli.adapters.sources.todotxt.line import head

RULE = re.compile(r"(\+?)([1-9][0-9]{0,3})([dwmyb])")
_RULE_TAG = re.compile(rf"(?<!\S)rec:{RULE.pattern}(?!\S)")
_DAYS = {"d": 1.0, "w": 7.0, "m": 30.4, "y": 365.25, "b": 1.4}


def period(rule: str | None) -> float | None:
    """The days between two occurrences, about; a business day counts as 7/5. None where nothing recurs."""
    found = RULE.fullmatch(rule or "")
    return int(found[2]) * _DAYS[found[3]] if found else None


def next_occurrence(raw: str, today: date) -> str | None:
    """The line to follow this open one when it is ticked today; None where it does not recur.

    A strict rule (`+`) counts from the due date, any other from today. `t:` keeps its distance to `due:`.
    """
    rule = _RULE_TAG.search(raw)
    if rule is None:
        return None
    strict, count, unit = rule[1] == "+", int(rule[2]), rule[3]
    due, start = _dated(raw, "due"), _dated(raw, "t")
    try:
        if start and not due:
            moved = {"t": _later(start if strict else today, count, unit)}
        else:
            moved = {"due": _later(due if due and strict else today, count, unit)}
            if due and start:
                moved["t"] = moved["due"] - (due - start)
    except (ValueError, OverflowError):  # beyond the last year of the calendar
        return None
    return _moved(raw, moved, today)


def _moved(raw: str, moved: dict[str, date], today: date) -> str:
    line = raw.lstrip("\ufeff")
    _, _, days, rest = head(line)
    if days:
        at = len(line) - len(rest) - 11
        line = f"{line[:at]}{today}{line[at + 10 :]}"
    for key, day in moved.items():
        old = _dated(line, key)
        if old is None:
            line = f"{line.rstrip()} {key}:{day}"
        else:
            line = re.sub(rf"(?<!\S){key}:{old}(?=T|\s|$)", f"{key}:{day}", line, count=1)
    return line


def _dated(raw: str, key: str) -> date | None:
    """The first possible date that the line gives under `key`."""
    for found in re.finditer(rf"(?<!\S){key}:([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})(?=T|\s|$)", raw):
        try:
            return date.fromisoformat(found[1])
        except ValueError:
            continue
    return None


def _later(day: date, count: int, unit: str) -> date:
    if unit == "b":
        while count:
            day += timedelta(days=1)
            count -= day.weekday() < 5
        return day
    if unit in "dw":
        return day + timedelta(days=count * (7 if unit == "w" else 1))
    return _months_later(day, count * (12 if unit == "y" else 1))


def _months_later(day: date, count: int) -> date:
    """The same day of a later month, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    last = (date(year, month + 1, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return date(year, month + 1, min(day.day, last.day))
