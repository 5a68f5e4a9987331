"""What one line of a todo.txt file means: the format's own rules, and the tags that programs agree on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from oo_cli.adapters.sources.todotxt.line import head, identity, is_day
from oo_cli.adapters.sources.todotxt.recur import RULE

BAD_HEAD = "impossible date at the start"
BAD_DUE = "impossible due date"
BAD_START = "impossible t: date"
BAD_RULE = "unknown rec: rule"
NO_TASK = "a line without a task"

_TIMED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?)?")
_SPAN = re.compile(r"(?:([0-9]{1,3})h)?(?:([0-9]{1,4})m)?")
_SURROGATES = re.compile("[\ud800-\udfff]+")
_CONTROLS = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f]")
_RANKS = {"A": 4, "B": 3, "C": 2}


@dataclass(frozen=True, slots=True)
class Task:
    """One line, read. `title` is "" where there is no task; `problems` are fixed words, not text from it.

    `text` is the line without mark, dates and priority; `title` lacks also the known tags, and the projects
    and contexts that stand at its end. `due` is a day or a floating local time; `start` is a day.
    """

    raw: str
    identity: str
    done: bool
    completed: date | None
    created: date | None
    priority: int
    text: str
    title: str
    project: str | None
    contexts: tuple[str, ...]
    due: str | None
    start: str | None
    rule: str | None
    minutes: int | None
    hidden: bool
    problems: tuple[str, ...]


def parse(raw: str) -> Task:
    """Read one line, given without its newline; no line makes it fail."""
    done, priority, days, rest = head(raw)
    problems: list[str] = []
    dates = [_possible(day) for day in days]
    if None in dates:
        problems.append(BAD_HEAD)
    tags, words = _tags(rest.split(), problems)
    same = identity(raw)
    title = _title(words) if same else ""
    if not title:
        problems = [NO_TASK] if raw.strip("\ufeff").strip() else []
    if _CONTROLS.search(raw):
        problems.append("control characters")
    if _SURROGATES.search(raw):
        problems.append("bytes that are not UTF-8")
    return Task(
        raw=raw,
        identity=same,
        done=done,
        completed=dates[0] if done and dates else None,
        created=dates[-1] if len(dates) > done else None,
        priority=_RANKS.get(priority or tags.get("pri", ""), 1),
        text=_clean(rest.strip()),
        title=_clean(title),
        project=next(iter(_names("+", words)), None),
        contexts=_names("@", words),
        due=tags.get("due"),
        start=tags.get("t"),
        rule=tags.get("rec"),
        minutes=_minutes(tags.get("est", "")),
        hidden="h" in tags,
        problems=tuple(problems),
    )


def _tags(words: list[str], problems: list[str]) -> tuple[dict[str, str], list[str]]:
    """The known tags by name, the first of each that can be read, and the words that are none."""
    tags: dict[str, str] = {}
    others: list[str] = []
    for word in words:
        name, _, value = word.partition(":")
        problem = _fault(name, value)
        if problem is None:
            others.append(word)
        elif problem:
            problems.append(problem)
        else:
            tags.setdefault(name, value)
    return tags, others


def _fault(name: str, value: str) -> str | None:
    """What is wrong with a known tag, "" where nothing is, None for a word that is not one."""
    match name:
        case "due" if value:
            return "" if _TIMED.fullmatch(value) and _possible(value[:10]) else BAD_DUE
        case "t" if value[:1].isdigit():
            return "" if is_day(value) and _possible(value) else BAD_START
        case "rec" if value:
            return "" if RULE.fullmatch(value) else BAD_RULE
        case "pri" if len(value) == 1 and "A" <= value <= "Z":
            return ""
        case "est" if _minutes(value):
            return ""
        case "h" if value == "1":
            return ""
    return None


def _title(words: list[str]) -> str:
    """The words up to the projects and contexts at the end, or all of them where no others can be read."""
    end = len(words)
    while end and len(words[end - 1]) > 1 and words[end - 1][0] in "+@":
        end -= 1
    for title in (" ".join(words[:end]), " ".join(words)):
        if _readable(title):
            return title
    return ""


def _names(sign: str, words: list[str]) -> tuple[str, ...]:
    return tuple(_clean(word[1:]) for word in words if word[0] == sign and word != sign)


def _readable(text: str) -> bool:
    """Whether it holds a letter, digit or symbol such as an emoji, not mere punctuation or broken bytes."""
    return any(char.isalnum() or (char > "\u2190" and char.isprintable()) for char in text)


def _clean(text: str) -> str:
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)


def _possible(day: str) -> date | None:
    """The day, or None where the calendar has no such day."""
    try:
        return date.fromisoformat(day)
    except ValueError:
        return None


def _minutes(value: str) -> int | None:
    found = _SPAN.fullmatch(value)
    return (int(found[1] or 0) * 60 + int(found[2] or 0) or None) if found else None
