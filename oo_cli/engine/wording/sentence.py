"""One short sentence from facts: which of them are said, in which words, and never the words said just before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import time
from itertools import product
from typing import NamedTuple

from oo_cli.engine.wording.catalogue import Catalogue, catalogue
from oo_cli.engine.wording.facts import Facts
from oo_cli.engine.wording.languages import Locale

REASON_CELLS = 90
KEEP = 14  # wordings that are not said again while there are others
OLD_DAYS = 14
PUT_OFF_TIMES = 2
LONGEST_PERIOD = 3653  # days
LONG_LATE_DAYS = 60  # from here a date says more than a number of days
# Lengths of time in days, longest first. A month is the one that sources count with.
A_MONTH, OVER_A_YEAR = 31, 396
_UNITS = (("years", 365.25), ("months", 30.4), ("weeks", 7.0), ("days", 1.0))
_EXACT = 0.002  # how far a period may be off and still be called by its unit

Truths = Mapping[str, Mapping[str, str]]


class Said(NamedTuple):
    """The sentence, and which wording it is: the reasons given and the number of their phrases, no facts."""

    id: str
    reason: str


LATE = ("late", "late.long", "yesterday")
SOON = ("passed", "at", "today", "tomorrow.at", "tomorrow")
AHEAD = ("week", "day")
AGE = ("oldest", "age", "new.now", "new.today", "put_off")
PROJECT = ("follows", "project.last", "project.today", "project.open")
WEIGHT = ("priority.top", "priority.high", "starred")
EFFORT = ("fits", "minutes")
# Of one family one is said: two would repeat each other, pile up, or as "already started, takes an hour" mislead.
_FAMILIES = (
    (*LATE, *SOON, *AHEAD), WEIGHT, EFFORT, ("started", *EFFORT), (*LATE, *AGE, "hour"),
    (*AGE, *PROJECT, "hour", "started", "last"),
)  # fmt: skip
ALONE = ("fits", "next")
# What is said first, and what is worth saying beside it.
FIRST = (
    *LATE, *SOON, "fits", "started", "priority.top", "starred", "blocking", "follows", "week", "project.last", "last",
    "priority.high", "project.today", "hour", "day", "put_off", "oldest", "age", "new.now", "routine", "minutes",
    "new.today", "project.open", "next",
)  # fmt: skip
SECOND = (
    "week", "priority.top", "started", "minutes", "blocking", "last", "project.last", "follows", "starred",
    "priority.high", "hour", "oldest", "age",
)  # fmt: skip
_DUE = (*LATE, *SOON, *AHEAD)
# The reasons that may lie behind a term of a score, by its whole name or by what stands before its colon. Only those
# that hold are given, so a hint may offer more than its term means; other terms have no words.
HINTS: Mapping[str, Sequence[str]] = {
    "due": _DUE,
    "soonest": _DUE,
    "priority": ("priority.top", "priority.high"),
    "age": ("new.now", "new.today", "oldest", "age"),
    "newest": ("new.now", "new.today"),
    "newest: oldest of all": ("oldest",),
    "started": ("started",),
    "marked": ("starred",),
    "blocked": ("blocking",),
    "project": ("project.last", "project.today", "project.open"),
    "same: project as your last tick": ("project.last", "project.today"),
    "same: project as your last few ticks": ("project.last", "project.today"),
    "same: project, same sitting": ("project.last", "project.today"),
    "beside": ("follows",),
    "repeats": ("last", "routine"),
    "routine": ("last", "routine"),
    "hour": ("hour",),
    "project: your hours": ("hour",),
    "routine: your hours": ("hour",),
    "labels: your hours": ("hour",),
    "minutes": ("fits", "minutes"),
    "put_off": ("put_off",),
}


def say(facts: Facts, locale: Locale, seed: int = 0, avoid: Sequence[str] = (), hints: Sequence[str] = ()) -> Said:
    """One sentence of at most two facts, at most `REASON_CELLS` columns wide.

    Consecutive seeds give different words for the same facts; `avoid` are the ids said before, the newest last.
    `hints` name the terms that raised the score most, the strongest first: their reasons are preferred.
    """
    words = catalogue(locale.language)
    truths = _truths(facts, words, locale)
    first, second = _choice(truths, hints)
    options = _pairs(words, truths, first, second) if second else _alone(words, truths, first)
    return _pick(list(options), seed, avoid)


def say_advice(locale: Locale, seed: int = 0, avoid: Sequence[str] = ()) -> Said:
    """Why an agent's advice is said; which it is shows in the advice."""
    return _pick(list(_alone(catalogue(locale.language), {"advice": {}}, "advice")), seed, avoid)


def _pick(options: Sequence[Said], seed: int, avoid: Sequence[str]) -> Said:
    """The option whose turn it is among those not said lately, else the one said longest ago."""
    said_at = {said: at for at, said in enumerate(avoid[-KEEP:])}
    turn = seed % len(options)
    return min((*options[turn:], *options[:turn]), key=lambda option: said_at.get(option.id, -1))


def _alone(words: Catalogue, truths: Truths, reason: str) -> Iterator[Said]:
    for number, message in enumerate(words.reasons[reason]["alone"]):
        yield Said(f"{reason}.{number}", _sentence(message.format_map(truths[reason])))


def _pairs(words: Catalogue, truths: Truths, first: str, second: str) -> Iterator[Said]:
    """The two reasons in every frame; the catalogues are tested to leave no two too wide."""
    for form, frame in words.pairs.items():
        firsts, seconds = words.reasons[first][form], words.reasons[second][form]
        for (i, one), (j, two) in product(enumerate(firsts), enumerate(seconds)):
            said = _sentence(frame.format(one.format_map(truths[first]), two.format_map(truths[second])))
            yield Said(f"{first}+{second}.{form}{i}{j}", said)


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]


def _choice(truths: Truths, hints: Sequence[str]) -> tuple[str, str | None]:
    """The reason to give and the one beside it, if any. A date that presses leads even where it was not hinted."""
    pressing = [reason for reason in (*LATE, *SOON) if reason in truths]
    hinted = [reason for hint in hints for reason in _hinted(hint) if reason in truths]
    order = [*pressing, *hinted] if hinted else [reason for reason in FIRST if reason in truths]
    beside = [reason for reason in hinted if reason not in ALONE] if hinted else SECOND
    first = order[0]
    if first in ALONE:
        return first, None
    return first, next((reason for reason in beside if reason in truths and _goes_with(first, reason)), None)


def _hinted(term: str) -> Sequence[str]:
    return HINTS.get(term) or HINTS.get(term.partition(":")[0], ())


def _goes_with(first: str, second: str) -> bool:
    return first != second and not any(first in family and second in family for family in _FAMILIES)


def _truths(facts: Facts, words: Catalogue, locale: Locale) -> dict[str, dict[str, str]]:
    """Every reason that the facts bear out, with what its phrases are filled with."""
    truths: dict[str, dict[str, str]] = {"next": {}}
    truths.update(_due(facts, words, locale))
    truths.update(_age(facts, words))
    truths.update(_effort(facts, words, locale))
    truths.update(_habit(facts, words, locale))
    if facts.project_open > 1:
        truths["project.open"] = {"siblings": words.counted("siblings", facts.project_open)}
    if facts.put_off >= PUT_OFF_TIMES:
        truths["put_off"] = {"times": words.counted("times", facts.put_off)}
    plain = {
        "priority.top": facts.priority == 4,
        "priority.high": facts.priority == 3,
        "started": facts.started,
        "starred": facts.starred,
        "blocking": facts.blocking,
        "follows": facts.follows,
        "project.last": facts.project_last,
        "project.today": facts.project_today,
    }
    truths.update((reason, {}) for reason, holds in plain.items() if holds)
    return truths


def _due(facts: Facts, words: Catalogue, locale: Locale) -> Iterator[tuple[str, dict[str, str]]]:
    due, today = facts.due, facts.today
    if due is None:
        return
    days = (due - today).days
    clock = {"clock": words.timed(facts.at, locale, dated=True)} if facts.at else {}
    if days <= -LONG_LATE_DAYS:
        yield "late.long", {"date": words.dated(due, today, locale)}
    elif days < -1:
        on = words.on_day(due, today, locale)
        yield "late", {"days": words.counted("days", -days), "ago": words.counted("ago.days", -days), "on": on}
    elif days == -1:
        yield "yesterday", {}
    elif days == 0:
        yield ("passed" if facts.passed else "at") if clock else "today", clock
    elif days == 1:
        yield "tomorrow.at" if clock else "tomorrow", clock
    else:
        yield "week" if days < 7 else "day", {"on": words.on_day(due, today, locale)}


def _age(facts: Facts, words: Catalogue) -> Iterator[tuple[str, dict[str, str]]]:
    days = facts.age_days
    if days is None:
        return
    if facts.just_added:
        yield "new.now", {}
    elif days == 0:
        yield "new.today", {}
    if days >= OLD_DAYS:
        unit, number = _rounded(days)
        yield "age", {"since": words.counted(f"since.{unit}", number), "ago": words.counted(f"ago.{unit}", number)}
        if facts.oldest:
            yield "oldest", {}


def _rounded(days: int) -> tuple[str, int]:
    """A past of at least two weeks, in as few words as are true: "over a year" from 13 months on, then whole years."""
    if days >= OVER_A_YEAR:
        return "years", max(1, (days + A_MONTH) // 365)  # 23 months are two years
    return ("months", days * 12 // 365) if days >= 61 else ("weeks", days // 7)


def _effort(facts: Facts, words: Catalogue, locale: Locale) -> Iterator[tuple[str, dict[str, str]]]:
    if facts.minutes is None:
        return
    hours, rest = divmod(facts.minutes, 60)
    unit, number = ("minutes", facts.minutes) if rest else ("hours", hours)
    minutes = {"minutes": words.counted(f"guess.{unit}" if facts.guessed else unit, number)}
    yield "minutes", minutes
    if facts.free_until is not None:
        yield "fits", {**minutes, "clock": words.timed(facts.free_until, locale)}


def _habit(facts: Facts, words: Catalogue, locale: Locale) -> Iterator[tuple[str, dict[str, str]]]:
    if facts.usual_hour is not None:
        yield "hour", {"clock": words.timed(time(facts.usual_hour), locale)}
    days = facts.last_done_days or 0
    if days > (facts.every_days or 2) / 2:  # done more lately than that, it is no reason to do it again
        unit, number = _rounded(days) if days >= LONG_LATE_DAYS else ("days", days)
        yield "last", {"ago": words.counted(f"ago.{unit}", number)}
    every = _period(facts.every_days)
    if every is not None:
        yield "routine", {"every": words.counted(f"every.{every[0]}", every[1])}


def _period(days: float | None) -> tuple[str, int] | None:
    """A period in the largest unit that fits it; None where none does."""
    if days is None or not 1 <= days <= LONGEST_PERIOD:
        return None
    for unit, size in _UNITS:
        number = round(days / size)
        if number and abs(days / size - number) <= _EXACT:
            return unit, number
    return None
