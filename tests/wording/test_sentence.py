"""The sentence: true to the facts in every language, short, and never the same twice in a row."""

from __future__ import annotations

import re
from datetime import date, time
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.engine.wording import ENGLISH, KEEP, REASON_CELLS, Facts, Locale, Said, say, say_advice
from oo_cli.engine.wording.sentence import FIRST, HINTS
from oo_data.text import width
from tests.wording.examples import LOCALES, TODAY, WIDEST, fact, facts, locales

US, GERMAN, RUSSIAN = Locale("en", twelve_hours=True, month_first=True), Locale("de"), Locale("ru")
PAIRS = [(one, other) for one in FIRST for other in FIRST if one != other]
HINT_OF = {reason: hint for hint, reasons in HINTS.items() for reason in reasons} | {"next": ""}


def well_formed(said: str) -> bool:
    """One calm sentence of a sane width, with nothing left to fill in."""
    return (
        (said[0].isupper() or said[0].isdigit())
        and said.endswith(".")
        and said.isprintable()
        and "  " not in said
        and not re.search(r"[{}!?_]|\.\.|,\.| ,", said)
        and width(said) <= REASON_CELLS
    )


def numbers_of(facts: Facts) -> set[int]:
    """Every number that the facts bear out, in each unit that it may be told in."""
    days = [facts.age_days, facts.last_done_days, (facts.today - facts.due).days if facts.due else None]
    spans = [abs(span) for span in days if span is not None]
    clocks = [clock for clock in (facts.at, facts.free_until) if clock] + [time(facts.usual_hour or 0)]
    told = {unit for span in spans for unit in (span, span // 7, span * 12 // 365, (span + 31) // 365)}
    told |= {number for clock in clocks for number in (clock.hour, (clock.hour - 1) % 12 + 1, clock.minute)}
    told |= {facts.project_open, facts.put_off, facts.minutes or 0, (facts.minutes or 0) // 60}
    told |= {facts.due.day, facts.due.year} if facts.due else set()
    every = facts.every_days
    told |= {round(every / size) for size in (1, 7, 30.4, 365.25)} if every and 1 <= every <= 4000 else set()
    return told


@given(facts, locales, st.integers(), st.lists(st.sampled_from(sorted(HINTS)), max_size=3))
def test_only_what_the_facts_bear_out(facts: Facts, locale: Locale, seed: int, hints: list[str]) -> None:
    """Whatever is true, in every language: one well-formed sentence whose numbers are all facts."""
    said = say(facts, locale, seed, (), hints).reason
    assert well_formed(said), said
    assert {int(number) for number in re.findall(r"\d+", said)} <= numbers_of(facts), said


@pytest.mark.parametrize("locale", LOCALES)
def test_every_pair_in_its_widest_words(locale: Locale) -> None:
    """All combinations of two reasons: whole, in at most ninety columns, and in more than one way each."""
    for one, other in PAIRS:
        both = fact(**(WIDEST[one] | WIDEST[other]))
        said = [say(both, locale, seed, (), (HINT_OF[one], HINT_OF[other])) for seed in range(6)]
        assert all(well_formed(each.reason) for each in said), said
        assert all(before != after for before, after in pairwise(said)), said


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("reason", FIRST)
def test_every_reason_is_said_when_it_is_all_there_is(reason: str, locale: Locale) -> None:
    """Three sentences for each, all about that reason or the stronger one it brings with it."""
    said = [say(fact(**WIDEST[reason]), locale, seed) for seed in range(3)]
    assert len({each.reason for each in said}) == 3
    assert all(well_formed(each.reason) for each in said)
    assert {each.id.partition(".")[0].partition("+")[0] for each in said} == {reason.partition(".")[0]}


@pytest.mark.parametrize(
    ("known", "locale", "said"),
    [
        ({"due": date(2026, 11, 27)}, ENGLISH, ["4 days late.", "Was due on Friday.", "It was due 4 days ago."]),
        ({"due": date(2026, 9, 3)}, US, ["Was due on September 3.", "Due since September 3."]),
        ({"due": TODAY, "at": time(18, 30)}, ENGLISH, ["Due today at 18:30.", "It is due at 18:30 today."]),
        ({"due": TODAY, "at": time(18, 30)}, US, ["Due today at 6:30 PM.", "It is due at 6:30 PM today."]),
        ({"due": TODAY, "at": time(8), "passed": True}, ENGLISH, ["Was due today at 08:00."]),
        ({"due": TODAY, "started": True}, ENGLISH, ["Due today, already started.", "Due today, already under way."]),
        ({"minutes": 10, "free_until": time(14, 30)}, ENGLISH, ["About 10 minutes, and you are free until 14:30."]),
        ({"minutes": 60, "guessed": True}, ENGLISH, ["Takes perhaps an hour.", "It takes perhaps an hour."]),
        (
            {"every_days": 14.0, "last_done_days": 16},
            ENGLISH,
            ["Last done 16 days ago.", "You last did it 16 days ago."],
        ),
        ({"put_off": 3}, ENGLISH, ["Put off 3 times so far.", "You have put it off 3 times."]),
        ({"due": date(2026, 11, 27)}, GERMAN, ["4 Tage überfällig.", "War am Freitag fällig."]),
        ({"due": TODAY, "at": time(18, 30)}, GERMAN, ["Heute um 18:30 Uhr fällig."]),
        ({"due": date(2026, 12, 4), "priority": 4}, GERMAN, ["Höchste Priorität, am Freitag fällig."]),
        ({"age_days": 640}, ENGLISH, ["On your list for over a year.", "You added it over a year ago."]),
        ({"age_days": 700}, GERMAN, ["Seit 2 Jahren auf deiner Liste."]),
        ({"age_days": 400, "priority": 3}, RUSSIAN, ["Высокий приоритет, в списке больше года."]),
        ({"age_days": 21}, GERMAN, ["Seit 3 Wochen auf deiner Liste.", "Du hast es vor 3 Wochen notiert."]),
        ({"due": date(2026, 9, 3)}, GERMAN, ["War am 3. September fällig.", "Fällig seit dem 3. September."]),
        ({"due": date(2026, 11, 27)}, RUSSIAN, ["Срок был в пятницу.", "Срок прошёл 4 дня назад."]),
        ({"due": date(2026, 11, 30)}, RUSSIAN, ["Срок был вчера."]),
        ({"due": date(2027, 1, 13)}, RUSSIAN, ["Срок — 13 января.", "Срок истекает 13 января."]),
        ({"age_days": 35, "priority": 3}, RUSSIAN, ["Высокий приоритет, в списке уже 5 недель."]),
        ({"due": TODAY, "minutes": 21}, RUSSIAN, ["Срок сегодня, займёт около 21 минуты."]),
        ({"project_open": 21}, RUSSIAN, ["Одна из 21 открытой задачи в проекте."]),
    ],
)
def test_sentences_in_words(known: dict[str, Any], locale: Locale, said: list[str]) -> None:
    """What the first seeds say, word for word."""
    assert [say(fact(**known), locale, seed).reason for seed in range(len(said))] == said


@given(facts, locales, st.integers(0, 10**6))
def test_words_are_settled_by_their_seed(facts: Facts, locale: Locale, seed: int) -> None:
    """Asked again, the same words; on the next turn, others."""
    assert say(facts, locale, seed) == say(facts, locale, seed)
    assert say(facts, locale, seed) != say(facts, locale, seed + 1)


@given(st.lists(facts, min_size=2, max_size=30), locales, st.integers(), st.integers(0, 3))
def test_never_the_same_words_twice_in_a_row(many: list[Facts], locale: Locale, seed: int, stride: int) -> None:
    """However the seeds fall, no wording follows itself."""
    said: list[Said] = []
    for turn, known in enumerate(many):
        said.append(say(known, locale, seed + turn * stride, [each.id for each in said]))
    assert all(before.id != after.id for before, after in pairwise(said))


def test_what_was_said_lately_is_avoided_while_there_is_other() -> None:
    """All ways of saying it come round before the first comes again, and only the last fourteen count."""
    due, said = fact(due=TODAY), [""] * 20
    for _ in range(6):
        said.append(say(due, ENGLISH, 0, said).id)
    assert said[-6:] == ["today.0", "today.1", "today.2"] * 2
    assert say(due, ENGLISH, 0, ["today.0", *[""] * KEEP]).id == "today.0"


@pytest.mark.parametrize(
    ("known", "hints", "said"),
    [
        ({"project_today": True, "priority": 4}, ("project",), "project.today.0"),
        ({"project_today": True, "priority": 4}, ("project", "priority"), "project.today+priority.top.noun00"),
        ({"project_today": True, "priority": 4}, (), "priority.top.0"),
        ({"minutes": 5, "free_until": time(12), "priority": 4}, ("priority", "minutes"), "priority.top+minutes.noun00"),
        ({"due": date(2026, 11, 29), "usual_hour": 10}, (), "late.0"),
        ({"project_last": True, "usual_hour": 10, "age_days": 40}, (), "project.last.0"),
        ({"due": TODAY, "project_last": True, "priority": 4}, ("project",), "today+project.last.noun00"),
        ({"due": date(2026, 12, 20), "usual_hour": 9}, ("hour",), "hour.0"),
        ({"age_days": 40, "minutes": 5}, ("due", "novelty", "age"), "age.0"),
        ({"age_days": 40, "minutes": 5}, ("novelty",), "age+minutes.noun00"),
        ({"age_days": 40, "oldest": True}, ("age",), "oldest.0"),
        ({"usual_hour": 9, "project_open": 4}, ("project: your hours", "project: open tasks"), "hour.0"),
        ({"usual_hour": 9, "follows": True}, ("beside: next after your last tick",), "follows.0"),
        ({"age_days": 0}, ("age: half an hour", "due: has a date"), "new.today.0"),
        ({"started": True, "minutes": 5}, (), "started.0"),
        ({"due": date(2026, 11, 29), "age_days": 40, "oldest": True}, (), "late.0"),
        ({"last_done_days": 1, "every_days": 91.2}, (), "routine.0"),
        ({"every_days": 14.0, "last_done_days": 16}, ("routine",), "last+routine.noun00"),
        ({"every_days": 1.4}, (), "next.0"),
        ({"put_off": 1, "project_open": 1}, (), "next.0"),
    ],
)
def test_which_reasons_are_given(known: dict[str, Any], hints: tuple[str, ...], said: str) -> None:
    """The strongest terms choose, unknown ones are passed over, a pressing date leads, kin are not piled up."""
    assert say(fact(**known), ENGLISH, 0, (), hints).id == said


def test_advice_has_its_own_few_words() -> None:
    """Advice is explained in turn, and never in the words just used."""
    said = [say_advice(ENGLISH, 0)]
    said.append(say_advice(ENGLISH, 0, [said[0].id]))
    assert [each.reason for each in said] == ["What oO noticed.", "From your own history."]
    assert say_advice(RUSSIAN, 1).reason == "Из твоей собственной истории."
