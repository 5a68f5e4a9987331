"""Which language, clock and order of dates the environment asks for."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.engine.wording import ENGLISH, Locale, locale_from, locale_of
from oo_cli.engine.wording.catalogue import catalogue

US = Locale("en", twelve_hours=True, month_first=True)
TODAY = date(2026, 12, 1)


@pytest.mark.parametrize(
    ("tag", "locale"),
    [
        ("", ENGLISH),
        ("C", ENGLISH),
        ("C.UTF-8", ENGLISH),
        ("POSIX", ENGLISH),
        ("en", ENGLISH),
        ("en_GB.UTF-8", ENGLISH),
        ("en_US.UTF-8", US),
        ("en-US", US),
        ("EN-us", US),
        ("en_AU", Locale("en", twelve_hours=True)),
        ("de_DE@euro", Locale("de")),
        ("de", Locale("de")),
        ("ru_RU.KOI8-R", Locale("ru")),
        ("fr_FR.UTF-8", ENGLISH),
        ("zh_Hant_TW", Locale("en", twelve_hours=True)),
        ("ein Satz", ENGLISH),
    ],
)
def test_language_tags(tag: str, locale: Locale) -> None:
    """POSIX and BCP 47 tags alike; a language not spoken here is answered in English."""
    assert locale_of(tag) == locale


@given(st.text(max_size=40), st.none() | st.text(max_size=40))
def test_any_tag_gives_a_locale(words: str, clock: str | None) -> None:
    """Nonsense in the environment never stops a tip."""
    assert locale_of(words, clock).language in ("en", "de", "ru")


@pytest.mark.parametrize(
    ("environ", "locale"),
    [
        ({}, ENGLISH),
        ({"LANG": "de_DE.UTF-8"}, Locale("de")),
        ({"LANG": "de_DE.UTF-8", "LC_MESSAGES": "ru_RU.UTF-8"}, Locale("ru")),
        ({"LANG": "en_US.UTF-8", "LC_TIME": "de_DE.UTF-8"}, ENGLISH),
        ({"LANG": "en_US.UTF-8", "LC_TIME": ""}, US),
        ({"LANG": "de_DE.UTF-8", "LC_TIME": "en_US.UTF-8"}, Locale("de", twelve_hours=True, month_first=True)),
        ({"LANG": "de_DE.UTF-8", "LC_MESSAGES": "ru_RU.UTF-8", "LC_ALL": "en_US.UTF-8"}, US),
    ],
)
def test_the_environment_by_posix_precedence(environ: dict[str, str], locale: Locale) -> None:
    """LC_ALL before the category before LANG; LC_MESSAGES rules the words, LC_TIME clock and dates."""
    assert locale_from(environ) == locale


@pytest.mark.parametrize(
    ("clock", "twelve", "german"),
    [
        (time(0, 0), "midnight", "00:00 Uhr"),
        (time(0, 5), "12:05 AM", "00:05 Uhr"),
        (time(8, 5), "8:05 AM", "08:05 Uhr"),
        (time(12, 0), "noon", "12:00 Uhr"),
        (time(12, 30), "12:30 PM", "12:30 Uhr"),
        (time(13, 30), "1:30 PM", "13:30 Uhr"),
        (time(23, 59), "11:59 PM", "23:59 Uhr"),
    ],
)
def test_both_clocks(clock: time, twelve: str, german: str) -> None:
    """Midnight and noon have names on one clock, and are 00:00 and 12:00 on the other."""
    assert catalogue("en").timed(clock, US) == twelve
    assert catalogue("de").timed(clock, Locale("de")) == german


def test_midnight_of_a_day_is_a_time() -> None:
    """Beside a day that is named nobody could tell which midnight is meant; noon is only one."""
    assert catalogue("en").timed(time(0), US, dated=True) == "12:00 AM"
    assert catalogue("en").timed(time(12), US, dated=True) == "noon"
    assert catalogue("de").timed(time(12), Locale("de", twelve_hours=True)) == "12:00 PM"


@pytest.mark.parametrize(
    ("day", "locale", "said"),
    [
        (date(2026, 12, 4), ENGLISH, "on Friday"),
        (date(2026, 12, 8), ENGLISH, "on 8 December"),
        (date(2026, 12, 8), US, "on December 8"),
        (date(2027, 1, 29), US, "on January 29"),
        (date(2025, 5, 13), ENGLISH, "on 13 May 2025"),
        (date(2025, 5, 13), US, "on May 13, 2025"),
        (date(2026, 11, 25), Locale("de"), "am Mittwoch"),
        (date(2026, 5, 13), Locale("de"), "am 13. Mai"),
        (date(2025, 3, 1), Locale("de"), "am 1. März 2025"),
        (date(2026, 12, 8), Locale("ru"), "8 декабря"),
        (date(2026, 12, 2), Locale("ru"), "в среду"),
        (date(2026, 12, 7), Locale("ru"), "в понедельник"),
        (date(2026, 12, 5), Locale("ru", month_first=True), "в субботу"),
        (date(2026, 5, 13), Locale("ru", month_first=True), "13 мая"),
        (date(2025, 5, 13), Locale("ru"), "13 мая 2025 года"),
    ],
)
def test_days_in_their_case(day: date, locale: Locale, said: str) -> None:
    """Weekdays within six days, then dates; the year where it is long ago; in Russian accusative and genitive."""
    assert catalogue(locale.language).on_day(day, TODAY, locale) == said


def test_tuesday_in_russian() -> None:
    """The one weekday that takes another preposition."""
    assert catalogue("ru").on_day(date(2026, 12, 8), date(2026, 12, 3), Locale("ru")) == "во вторник"
