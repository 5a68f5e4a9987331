"""The message catalogues: one JSON file a language, the same keys in each.

`counts` hold plural forms by CLDR category, or by an exact number as "=2" (as in ICU MessageFormat); only they see
a number, so a message is a plain string whatever it counts. Cases and prepositions live in the forms too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, time
from functools import cache
from pathlib import Path
from typing import NamedTuple

from oo_cli.engine.wording.languages import PLURALS, Locale

NEAR_DAYS = 300  # within so many days a date needs no year


class Catalogue(NamedTuple):
    """All that can be said in one language.

    `pairs` are the frames that join two phrases of one form; `reasons` hold, for each reason, whole sentences
    ("alone") and the phrases it lends to each of those frames.
    """

    language: str
    unnamed: str
    weekdays: Sequence[str]
    months: Sequence[str]
    dates: Mapping[str, str]
    on: str
    clock: Mapping[str, str]
    counts: Mapping[str, Mapping[str, str]]
    pairs: Mapping[str, str]
    reasons: Mapping[str, Mapping[str, Sequence[str]]]

    def counted(self, name: str, number: int) -> str:
        """A number with what it counts, in the form that the language asks for."""
        forms = self.counts[name]
        return (forms.get(f"={number}") or forms[PLURALS[self.language](number)]).format(n=number)

    def dated(self, day: date, today: date, locale: Locale) -> str:
        """Day and month, and the year where the day alone could be taken for another's."""
        order = "month first" if locale.month_first else "day first"
        pattern = self.dates[order if abs((day - today).days) <= NEAR_DAYS else f"{order}, year"]
        return pattern.format(day=day.day, month=self.months[day.month - 1], year=day.year)

    def on_day(self, day: date, today: date, locale: Locale) -> str:
        """ "On" a day: its weekday within six days either way, its date beyond."""
        if abs((day - today).days) < 7:
            return self.weekdays[day.weekday()]
        return self.on.format(date=self.dated(day, today, locale))

    def timed(self, clock: time, locale: Locale, dated: bool = False) -> str:
        """A time of day on the clock the person reads; `dated` where a day is named beside it.

        Twelve o'clock has its name, where the language has one: few know which of the two is PM.
        """
        if locale.twelve_hours:
            # Midnight belongs to the day before as much as to the one that is named.
            name = "noon" if clock == time(12) else "midnight" if clock == time(0) and not dated else ""
            if name in self.clock:
                return self.clock[name]
            half = "AM" if clock.hour < 12 else "PM"
            return self.clock["12"].format(hour=(clock.hour - 1) % 12 + 1, minute=clock.minute, half=half)
        return self.clock["24"].format(hour=clock.hour, minute=clock.minute)


@cache
def catalogue(language: str) -> Catalogue:
    """The catalogue of a language, read once."""
    file = Path(__file__).with_name(f"{language}.json")
    return Catalogue(language, **json.loads(file.read_text(encoding="utf-8")))
