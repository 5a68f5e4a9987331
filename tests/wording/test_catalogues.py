"""The catalogues: complete, alike, and in each language's own grammar."""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import Formatter

import pytest

from oo_cli.engine.wording.catalogue import Catalogue, catalogue
from oo_cli.engine.wording.languages import PLURALS
from oo_cli.engine.wording.sentence import ALONE, FIRST, HINTS, SECOND
from tests.wording.examples import LANGUAGES, WIDEST

CATEGORIES = {"en": {"one", "other"}, "de": {"one", "other"}, "ru": {"one", "few", "many", "other"}}
ALONE_ONLY = {*ALONE, "advice"}
every_language = pytest.mark.parametrize("language", LANGUAGES)


def messages(words: Catalogue) -> Iterator[str]:
    """Every text a person may read, unfilled."""
    yield from (words.unnamed, *words.pairs.values(), *words.weekdays, *words.months, *words.dates.values())
    for forms in words.counts.values():
        yield from forms.values()
    for phrases in words.reasons.values():
        for form in phrases.values():
            yield from form


def slots(message: str) -> set[str]:
    """The names of what a message is filled with."""
    return {name for _, name, _, _ in Formatter().parse(message) if name is not None}


def test_every_language_has_a_catalogue() -> None:
    """A language is spoken when it has plural rules and a file, never one of them."""
    assert set(PLURALS) == set(CATEGORIES) == set(LANGUAGES)
    assert all(catalogue(language).language == language for language in PLURALS)


@every_language
def test_the_keys_are_those_of_english(language: str) -> None:
    """Nothing is missing from a translation, and nothing is left over."""
    words, english = catalogue(language), catalogue("en")
    assert (len(words.weekdays), len(words.months)) == (7, 12)
    assert {"12", "24"} <= set(words.clock) <= {"12", "24", "noon", "midnight"}
    for own, model in ((words.dates, english.dates), (words.counts, english.counts), (words.reasons, english.reasons)):
        assert set(own) == set(model)


@every_language
def test_counts_have_every_plural_category(language: str) -> None:
    """A number never lacks its form (CLDR); an exact number may have one of its own."""
    for name, forms in catalogue(language).counts.items():
        assert {form for form in forms if not form.startswith("=")} == CATEGORIES[language], name
        assert all(re.fullmatch(r"=\d+", form) for form in set(forms) - CATEGORIES[language])
        assert all(slots(message) <= {"n"} for message in forms.values())
        # Only a form for one number alone may leave the number out.
        spoken = {form for form in forms if "{n}" not in forms[form]}
        assert spoken <= {"=1", "=2"} | ({"one"} if PLURALS[language](21) != "one" else set()), name


@every_language
def test_messages_are_filled_with_what_their_reason_offers(language: str) -> None:
    """A translation uses no slot that English does not know for that reason."""
    words, english = catalogue(language), catalogue("en")
    for reason, phrases in words.reasons.items():
        offered = {"days", "ago", "on"} if reason == "late" else {"since", "ago"} if reason == "age" else set()
        for form in english.reasons[reason].values():
            offered |= set().union(*map(slots, form))
        assert all(slots(message) <= offered for form in phrases.values() for message in form), reason


@every_language
def test_every_reason_can_be_said_in_several_ways(language: str) -> None:
    """Three sentences each, no two the same, so that words need not come twice in a row."""
    for reason, phrases in catalogue(language).reasons.items():
        assert len(set(phrases["alone"])) == len(phrases["alone"]) == 3, reason


@every_language
def test_every_pair_can_be_said_in_two_ways(language: str) -> None:
    """Each reason lends phrases to every frame, and there are at least two frames or two phrases."""
    words = catalogue(language)
    for reason, phrases in words.reasons.items():
        if reason in ALONE_ONLY:
            assert set(phrases) == {"alone"}
            continue
        assert set(phrases) == {"alone", *words.pairs}, reason
        assert len(words.pairs) * min(len(phrases[form]) for form in words.pairs) >= 2, reason


@every_language
def test_sentences_are_calm_and_whole(language: str) -> None:
    """Sentences end with a full stop; nobody cheers, commands or blames; no stray blank."""
    words = catalogue(language)
    for message in messages(words):
        assert message == " ".join(message.split())
        assert not re.search(r"[!?…]|\b(should|must|great|finally|solltest|musst|endlich|должен|наконец)\b", message)
    for phrases in words.reasons.values():
        assert all(message.endswith(".") for message in phrases["alone"])
        assert not any(message.endswith(".") for form in words.pairs for message in phrases.get(form, ()))


def test_the_lists_of_reasons_agree() -> None:
    """What can be true can be said, ranked and hinted at; only what pairs is put beside another."""
    reasons = set(catalogue("en").reasons) - {"advice"}
    assert reasons == set(FIRST) == set(WIDEST)
    assert len(FIRST) == len(set(FIRST))
    assert set(SECOND) <= reasons - ALONE_ONLY
    assert {reason for hinted in HINTS.values() for reason in hinted} == reasons - {"next"}


@pytest.mark.parametrize(
    ("number", "category"),
    [
        *((n, "one") for n in (1, 21, 31, 101, 121, 1001)),
        *((n, "few") for n in (2, 3, 4, 22, 34, 102, 1004)),
        *((n, "many") for n in (0, 5, 9, 10, 11, 12, 13, 14, 15, 19, 20, 25, 100, 111, 112, 114, 1011)),
    ],
)
def test_russian_counts(number: int, category: str) -> None:
    """The categories of CLDR for whole numbers, the teens apart."""
    assert PLURALS["ru"](number) == category


@pytest.mark.parametrize(
    ("language", "name", "number", "said"),
    [
        ("en", "ago.days", 1, "yesterday"),
        ("en", "times", 3, "3 times"),
        ("de", "since.weeks", 3, "seit 3 Wochen"),
        ("de", "ago.days", 2, "vor 2 Tagen"),
        ("de", "every.months", 1, "jeden Monat"),
        ("de", "every.weeks", 1, "jede Woche"),
        ("de", "every.years", 1, "jedes Jahr"),
        ("ru", "days", 1, "1 день"),
        ("ru", "days", 12, "12 дней"),
        ("ru", "days", 22, "22 дня"),
        ("ru", "ago.weeks", 1, "неделю назад"),
        ("ru", "ago.weeks", 21, "21 неделю назад"),
        ("ru", "ago.years", 5, "5 лет назад"),
        ("ru", "minutes", 21, "около 21 минуты"),
        ("ru", "minutes", 22, "около 22 минут"),
        ("ru", "guess.minutes", 2, "где-то 2 минуты"),
        ("ru", "hours", 1, "около часа"),
        ("ru", "every.days", 3, "раз в 3 дня"),
        ("ru", "times", 2, "дважды"),
        ("ru", "times", 5, "5 раз"),
        ("ru", "siblings", 21, "21 открытой задачи"),
        ("ru", "siblings", 4, "4 открытых задач"),
    ],
)
def test_numbers_in_their_case(language: str, name: str, number: int, said: str) -> None:
    """Numbers and what they count, in the case that the phrase around them takes."""
    assert catalogue(language).counted(name, number) == said
