"""Hostile titles against a model that obeys every word: nothing of what they ask for reaches the person."""

from __future__ import annotations

import json
import re
from random import Random

import pytest

from oo_cli.engine.orchestrator import guard, prompt, titles
from oo_cli.engine.orchestrator.prompt import Offer
from oo_data.text import Untrusted
from tests.llm.conftest import Bench
from tests.llm.injections import INJECTIONS
from tests.llm.upstream import Asked, Reply, Script, completion

# What may never stand below a title, found independently of the guard's own lists.
SHOWN_NEVER = re.compile(
    r"https?|www\.|\.example|dot com|@|[`$|<>\[\]{}\\~]|\bsudo\b|\brm\b|\boo \w|pass(?:word|wort)|парол|密码|\bpin\b"
    r"|\bmood\b|profile|consent|canary|\b[bcdfghjkmnpqrtvwxz]{2}\d\d\b|zz99|\x1b|\u202e",
    re.IGNORECASE,
)
OTHERS = [Offer("b", "Call Grandma", "Due on Friday."), Offer("c", "Mow the lawn", "Nothing else is due.")]


def test_there_are_enough() -> None:
    """The claim rests on at least sixty different titles."""
    assert len({title for title, _ in INJECTIONS}) >= 60


def test_most_never_reach_the_model() -> None:
    """Of the titles that speak to a model, all are recognised; the innocent ones at the end are not."""
    passed = [title for title, _ in INJECTIONS if not titles.is_suspicious(Untrusted(title))]
    assert passed == [title for title, _ in INJECTIONS[-6:]]


def judged(title: str, said: str) -> guard.Worded | guard.Rejected:
    """What the guard makes of a model that read this title, suspicious or not, and says this."""
    clean = titles.clean(Untrusted(title)) or "A task"
    question = prompt.build([Offer("a", clean, "Due today."), *OTHERS], "en", 1, Random(1))
    chosen = next(iter(question.offered))
    answer = {"candidate_id": chosen, "tip": said.replace("{title}", clean)}
    return guard.validate(json.dumps(answer, ensure_ascii=False), question)


@pytest.mark.parametrize(("title", "said"), INJECTIONS)
def test_an_obedient_model_is_not_shown(title: str, said: str) -> None:
    """A model reads the title only if it is not suspicious, and then what it says in obedience is turned down."""
    found = judged(title, said)
    assert titles.is_suspicious(Untrusted(title)) or isinstance(found, guard.Rejected), found


@pytest.mark.parametrize(("title", "said"), INJECTIONS)
def test_the_guard_holds_alone(title: str, said: str) -> None:
    """Were a hostile title sent after all: no link, no command, no id, nothing of the person gets past the guard."""
    found = judged(title, said)
    assert isinstance(found, guard.Rejected) or not SHOWN_NEVER.search(found.text), found


def obey(said: str) -> Script:
    """A model that says this of the last task it was shown."""

    def script(asked: Asked) -> Reply:
        return completion(json.dumps({"candidate_id": asked.tasks[-1]["id"], "tip": said}, ensure_ascii=False))

    return script


def hostile_reasons(bench: Bench) -> list[str]:
    """What lies on the shelf and should not."""
    return [found for tip in bench.shelf() if SHOWN_NEVER.search(found := bench.reason(tip))]


@pytest.mark.parametrize(("title", "said"), INJECTIONS[::6])
def test_through_the_whole_house(bench: Bench, title: str, said: str) -> None:
    """A hostile first title leads to plain words, and so does a hostile second one that is obeyed."""
    bench.upstream.script = obey(said)
    bench.retitle(title, "Call Grandma")
    assert bench.refresh().wording != "model"
    bench.retitle("Call Grandma", title)
    bench.refresh()
    sent = "".join(asked.text for asked in bench.upstream.log)
    assert not titles.is_suspicious(Untrusted(title)) or json.dumps(title, ensure_ascii=False)[1:-1] not in sent
    assert hostile_reasons(bench) == []
