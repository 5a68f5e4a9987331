"""What an answer must be to be shown, in the order in which it is looked at; and what holds whatever comes."""

from __future__ import annotations

import json
import re
import unicodedata
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.engine.areas.shipped import shipped
from oo_cli.engine.orchestrator import guard, prompt, titles
from oo_cli.engine.orchestrator.prompt import Offer, Prompt
from oo_data.text import Untrusted, width

OFFERS = (
    Offer("rent", "Pay the rent", "Due today."),
    Offer("mum", "Call Grandma", "Waiting for 12 days."),
    Offer("lawn", "Mow the lawn", "The oldest of your tasks."),
)
GERMAN = (Offer("miete", "Miete überweisen", "Heute fällig."), Offer("anruf", "Oma anrufen", "Wartet seit 12 Tagen."))
RUSSIAN = (Offer("a", "Оплатить квартиру", "Срок сегодня."), Offer("b", "Позвонить бабушке", "Ждёт 12 дней."))


def asked(offers: tuple[Offer, ...] = OFFERS, language: str = "en") -> Prompt:
    """A prompt with these offers."""
    return prompt.build(offers, language, 1, Random(7))


def said(text: object, place: int = 0, question: Prompt | None = None) -> guard.Worded | guard.Rejected:
    """The verdict on a well-formed answer."""
    question = question or asked()
    chosen = list(question.offered)[place]
    return guard.validate(json.dumps({"candidate_id": chosen, "tip": text}, ensure_ascii=False), question)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Pay the rent now and it is off your mind.", 0),
        ("The rent is due today, so open your banking app first.", 0),
        ("Grandma has waited 12 days; a short call will do.", 1),
        ("Twelve days already: Grandma would love to hear you.", 1),
        ("The lawn is your oldest task — a first strip counts.", 2),
    ],
)
def test_good_sentences_pass(text: str, place: int) -> None:
    """A plain sentence on the task and its facts is shown, whichever of the offers it is about."""
    expected = guard.Rejected("claim") if text.startswith("Twelve") else guard.Worded(OFFERS[place].subject, text)
    assert said(text, place) == expected


@pytest.mark.parametrize(
    ("offers", "language", "text"),
    [
        (GERMAN, "de", "Die Miete ist heute fällig, am besten gleich überweisen."),
        (RUSSIAN, "ru", "Квартиру лучше оплатить сразу, и станет спокойнее."),
    ],
)
def test_other_languages_pass(offers: tuple[Offer, ...], language: str, text: str) -> None:
    """A sentence in the person's own language is as good; forms of a word count as the word."""
    question = asked(offers, language)
    assert said(text, 0, question) == guard.Worded(offers[0].subject, text)


BAD = {
    "seven": ("Rent, x", "length"),
    "too wide": ("Pay the rent " + "and breathe " * 8, "length"),
    "a truth as text": (True, "not-the-shape"),
    "a zero-width sign": ("Pay the rent\u200b and breathe out.", "unseen-signs"),
    "a line end": ("Pay the rent\nand breathe out.", "unseen-signs"),
    "an emoji": ("Pay the rent \U0001f525 and breathe.", "unseen-signs"),
    "a tag character": ("Pay the rent and breathe\U000e0041.", "unseen-signs"),
    "two alphabets": ("Pay the r\u0435nt and breathe out.", "disguised"),
    "a link": ("Pay the rent at bank.example today.", "link"),
    "a command": ("Pay the rent with `rm` and breathe.", "command"),
    "markup": ("Pay the <b>rent</b> and breathe.", "markup"),
    "a credential": ("Pay the rent with your password.", "secret"),
    "in disguise": ("Pay the rent with your p4ssw0rd.", "secret"),
    "medical": ("Pay the rent and take the pills.", "medical"),
    "the app itself": ("Pay the rent, says your profile.", "inside"),
    "a refusal": ("Sorry, the rent is beyond me today.", "refusal"),
    "a question of signs": ("Pay the rent; 100% worth it = calm.", "signs"),
    "a number": ("Pay the rent, all 900 of it.", "number"),
    "a number elsewhere written": ("Pay the rent, all \u0669\u0660\u0660 of it.", "number"),
    "another day": ("Pay the rent before tomorrow comes.", "claim"),
    "a weekday": ("Pay the rent before Friday comes.", "claim"),
    "a deadline": ("Pay the rent before the deadline.", "claim"),
    "an id": ("Pay the rent, it is task {id} here.", "number"),
    "the canary": ("Pay the rent, {canary} and breathe.", "leak"),
    "the fixed prompt": ("Rent: a calm, thoughtful friend would say it.", "leak"),
    "another matter": ("Water the plants before they wilt.", "another-matter"),
    "an echo": ("Pay the rent, pay the rent.", "echo"),
    "another task": ("Pay the rent, then see Grandma.", "another-task"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_sentences_are_turned_down(case: str) -> None:
    """Each rule has its own word, so that it can be told and counted."""
    text, code = BAD[case]
    question = asked()
    if isinstance(text, str):
        text = text.replace("{id}", next(iter(question.offered))).replace("{canary}", question.canary)
    assert said(text, 0, question) == guard.Rejected(code)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (" " * 4001, "too-large"), ("", "not-json"), ("null", "not-the-shape"), ("{", "not-json"),
        ("[" * 3000, "not-json"), ('{"tip": "a"}', "not-the-shape"), ("\ufeff{}", "not-json"),
        ('{"candidate_id": "a", "tip": "b", "more": "c"}', "not-the-shape"),
        ('{"candidate_id": {"a": "b"}, "tip": "c"}', "foreign-id"), ('{"candidate_id": 1, "tip": "c"}', "not-json"),
        ("Sure! {}", "not-json"), ("```json\n{}\n``` and more", "not-json"),
    ],
)  # fmt: skip
def test_what_is_no_answer(answer: str, code: str) -> None:
    """One flat object with two texts, or nothing."""
    assert guard.validate(answer, asked()) == guard.Rejected(code)


def shaped(question: Prompt) -> st.SearchStrategy[str]:
    """Answers of the right shape with any sentence, often one made of words that are known here."""
    known = "Pay the rent Grandma lawn today tomorrow 900 12 http://evil.example sudo password \u202e <b> and breathe"
    words = st.sampled_from(known.split())
    text = st.text(max_size=120) | st.lists(words, max_size=12).map(" ".join)
    return st.builds(
        lambda name, tip: json.dumps({"candidate_id": name, "tip": tip}), st.sampled_from(list(question.offered)), text
    )


@given(st.data())
def test_whatever_is_shown_is_harmless(data: st.DataObject) -> None:
    """A sentence that passes is short, plain, on one line, with no number or sign of its own, about its own task."""
    question = asked()
    found = guard.validate(data.draw(shaped(question) | st.text()), question)
    if isinstance(found, guard.Rejected):
        return
    offer = next(offer for offer in OFFERS if offer.subject == found.subject)
    assert len(found.text) >= 8
    assert width(found.text) <= 90
    assert not {unicodedata.category(char)[0] for char in found.text} & {"C"}
    assert set(re.findall(r"\d+", found.text)) <= set(re.findall(r"\d+", f"{offer.title} {offer.facts}"))
    assert not re.search(r"[<>\[\]{}`|\\@#=/]|://|\.\w\w", found.text)


@given(st.text())
def test_nothing_breaks_the_guard(answer: str) -> None:
    """Any text at all gets a verdict."""
    assert isinstance(guard.validate(answer, asked()), guard.Worded | guard.Rejected)


@given(st.text(max_size=500))
def test_clean_titles_are_plain(raw: str) -> None:
    """What a model reads is one line of at most eighty columns without control or hidden characters."""
    clean = titles.clean(Untrusted(raw))
    assert width(clean) <= 80
    assert not [char for char in clean if unicodedata.category(char) in ("Cc", "Cs", "Co", "Cn")]
    assert "<|" not in clean or "|>" not in clean
    titles.is_suspicious(Untrusted(raw))


def test_ordinary_titles_are_sent() -> None:
    """The lists must not silence the model on what people really write."""
    known = [title for area in shipped().values() for row in area.titles for title in row]
    flagged = [title for title in known if titles.is_suspicious(Untrusted(title))]
    assert len(known) > 300
    assert len(flagged) <= 0.04 * len(known), flagged


@given(st.lists(st.tuples(st.text(max_size=200), st.text(max_size=90)), min_size=1, max_size=5))
def test_the_prompt_keeps_its_bounds(given_offers: list[tuple[str, str]]) -> None:
    """At most three offers and, for more than one, 450 tokens; ids are distinct and mean nothing."""
    offers = [Offer(str(at), titles.clean(Untrusted(title)), facts) for at, (title, facts) in enumerate(given_offers)]
    question = prompt.build(offers, "ru", 1, Random(3))
    assert 1 <= len(question.offered) <= 3
    assert len(question.offered) == 1 or question.tokens <= prompt.MOST_TOKENS
    assert [offer.subject for offer in question.offered.values()] == [str(at) for at in range(len(question.offered))]
    assert all(re.fullmatch(r"[a-z]{2}\d\d", name) for name in question.offered)
    assert json.loads(question.request.user)["tasks"][0]["title"] == offers[0].title


def test_the_fixed_prompt_is_short() -> None:
    """Three ordinary offers fit with room to spare, in every language."""
    assert asked().tokens <= 300
    assert asked(RUSSIAN, "ru").tokens <= 350
