"""Which language, clock and order of dates a person reads, and how each language counts.

Regions and plural rules are those of Unicode CLDR 44 (`timeData`, English date formats, `plurals`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

# Two letters a region.
_TWELVE_HOURS = (
    "AE AG AL AR AS AU BB BD BH BM BN BO BS BT CA CL CO CR CU CY DJ DM DO DZ EC EG EH ER ET FJ FM GD GH GM GR GT GU "
    "GY HK HN IN IQ JM JO KH KI KN KP KR KW KY LB LC LR LS LY MH MO MP MR MW MX MY NA NI NZ OM PA PE PG PH PK PR PS "
    "PW PY QA SA SB SD SG SL SO SS SV SY SZ TC TD TN TO TT TW UM US UY VC VE VG VI VU WS YE ZM"
)
_MONTH_FIRST = "AS BI CA GU MH MP PH PR UM US VI"


class Locale(NamedTuple):
    """How to speak: a language there is a catalogue for, the clock, and whether a date begins with its month."""

    language: str
    twelve_hours: bool = False
    month_first: bool = False


ENGLISH = Locale("en")


def _one_or_other(number: int) -> str:
    return "one" if number == 1 else "other"


def _east_slavic(number: int) -> str:
    if number % 10 == 1 and number % 100 != 11:
        return "one"
    if 2 <= number % 10 <= 4 and not 12 <= number % 100 <= 14:
        return "few"
    return "many"


# The plural category of a whole number, by language; a language is spoken when it stands here.
PLURALS: Mapping[str, Callable[[int], str]] = {"en": _one_or_other, "de": _one_or_other, "ru": _east_slavic}


def locale_of(words: str, clock: str | None = None) -> Locale:
    """The locale of a language tag, POSIX or BCP 47 ("de_AT.UTF-8", "en-US"); English where it is not spoken here.

    `clock` is the tag that rules times and dates, where that is another. Without a region: 24 hours, day first.
    """
    language, _ = _parts(words)
    _, region = _parts(words if clock is None else clock)
    twelve_hours, month_first = (bool(region) and region in listed for listed in (_TWELVE_HOURS, _MONTH_FIRST))
    return Locale(language if language in PLURALS else "en", twelve_hours, month_first)


def locale_from(environ: Mapping[str, str]) -> Locale:
    """The locale that the environment asks for, by POSIX precedence: LC_ALL, then the category, then LANG."""

    def asked(category: str) -> str:
        return environ.get("LC_ALL") or environ.get(category) or environ.get("LANG", "")

    return locale_of(asked("LC_MESSAGES"), asked("LC_TIME"))


def _parts(tag: str) -> tuple[str, str]:
    """Language and region of a tag, "" where it names none."""
    language, *others = tag.partition(".")[0].partition("@")[0].replace("-", "_").split("_")
    return language.lower(), next((part.upper() for part in others if len(part) == 2 and part.isalpha()), "")
