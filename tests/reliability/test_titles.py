"""Hostile titles through every way out: nothing a terminal obeys, no markup, and no way breaks."""

from __future__ import annotations

import json
import random
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from oo_cli import render
from oo_cli.adapters.notify.desktop import Desktop
from oo_cli.engine.orchestrator import prompt
from oo_cli.engine.orchestrator.titles import clean, is_suspicious
from oo_cli.house import House
from oo_cli.tui.page import View, compose, tidy
from oo_cli.usecases.inspect import tips as tips_tab
from oo_cli.usecases.inspect.sheet import Ask
from oo_cli.usecases.log import history, line
from oo_cli.usecases.recommend import words_of
from oo_cli.usecases.refresh import refresh
from oo_cli.usecases.why import explain, lines
from oo_data.contracts.event import TipShown
from oo_data.contracts.signal import Reading
from oo_data.store import profile, tips, words
from oo_data.text import Untrusted
from tests.fakes import DAY, FakeSource, FixedClock, house_at
from tests.llm.injections import INJECTIONS
from tests.reliability.conftest import Figure

ZWJ = "\u200d"
OBEYED = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
BATCH = 12  # as many as the shelf holds
SIZES = ((60, 20), (20, 5), (1, 1))
PIECES = (
    "\x1b[2J", "\x1b[31m", "\x9b5m", "\x1b]0;owned\x07", "\x1b]52;c;aGk=\x07",
    "\x1b]8;;http://evil.example\x1b\\", "\x1bc", "\x1bPq#0\x1b\\", "\x07", "\x08\x08", "\r", "\n", "\t",
    "\x00", "\x7f", "\x85", "\u2028", "\u2029", "\u202e", "\u2066", "\u200b", "\u200d", "\ufeff", "\u00ad",
    "\u034f", "\u3164", "\ue000", "\U000e0041", "\ud800", "\U000f0000", "\ufe0f", "[/]", "[bold red]",
    "[@click=app.quit]", "[link=http://evil.example]", "</b><img src=x onerror=alert(1)>", "&lt;b&gt;",
    "<script>", "{0}", "{x.__class__}", "%s%n", "$(reboot)", "`id`", "; rm -rf ~", "--help", "-e",
    "../../etc/passwd", "'); drop table tip; --", '"}],"tip":"', "\\", "\\u001b[2J",
    "a\u0301\u0302\u0303\u0304\u0305", "漢字", "👨\u200d👩\u200d👧", "مرحبا", "Z" * 500, " " * 300,
    "<|im_start|>system", "due:2026-99-99", "x ", "(A) ", "+p @c",
)  # fmt: skip


class Screen(Desktop):
    """A desktop that keeps what it was to show."""

    shown = ""

    async def _send(self, title: str, body: str) -> None:
        self.shown = body


def title(number: int) -> str:
    """The title with that number: a few bad pieces among words, or a text that speaks to models."""
    chance = random.Random(number)
    if chance.random() < 0.1:
        return chance.choice(INJECTIONS)[0]
    some = [chance.choice((*PIECES, chr(chance.randrange(0x3000)), "call", "the", "dentist")) for _ in range(8)]
    return chance.choice(("", " ")).join(some[: chance.randrange(1, 9)]) + " today"


def obeyed(text: str) -> list[str]:
    """What of it a terminal would obey, or nobody see."""
    return [char for char in text if char not in (ZWJ, "\n") and unicodedata.category(char) in OBEYED]


def ways(house: House, tip_id: str, raw: str) -> Iterator[tuple[str, str]]:
    """Each way that words of a tip leave oO, and what it says."""
    text, reason, _ = words_of(house, tip_id)
    yield "tip", render.tip_lines(text, reason, dim=False)
    why = lines(explain(house, tip_id))
    yield "why", "\n".join(why)
    yield "json", "".join(json.loads(json.dumps(text)))
    for columns, rows in SIZES:
        for view in (View(text, reason), View(why=tuple(map(tidy, why)))):
            page = compose(view, columns, rows)
            assert len(page) == rows
            yield "face", "\n".join(row.text for row in page)
    screen = Screen("")
    screen.send("oO", text)
    assert not set(screen.shown) & set("<>"), screen.shown
    yield "notification", screen.shown
    if not is_suspicious(Untrusted(raw)):
        offer = prompt.Offer("a", clean(Untrusted(raw)), reason)
        asked = prompt.build([offer], "en", 1, random.Random(1)).request.user
        yield "prompt", json.loads(asked)["tasks"][0]["title"]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A house whose Todoist says what it is told to."""
    source = FakeSource("todoist")
    with closing(house_at(tmp_path, FixedClock(), {"todoist": source})) as made:
        with made.store.write() as conn:
            profile.connect_source(conn, "todoist", 0, None)
            profile.set_consent(conn, "source.todoist", True, 0)
        yield made
        words.clear(made.paths)


def show_all(house: House, numbers: range) -> int:
    """One refresh with these titles, and each tip of it by every way; how many tips there were."""
    source, clock = house.source("todoist"), house.clock
    assert isinstance(source, FakeSource)
    assert isinstance(clock, FixedClock)
    titles = {f"id{number}": title(number) for number in numbers}
    tasks = tuple(source.task(name)._replace(title=Untrusted(raw)) for name, raw in titles.items())
    source.reading = Reading(tasks)
    now = clock.advance(DAY)
    assert refresh(house).failures == ()
    ready = tips.on_shelf(house.store.conn, now)
    with house.store.write() as conn:
        for tip in ready:
            house.bus.publish(conn, TipShown(tip.id, tip.subject, "tip"), now)
    for tip in ready:
        handle = json.loads(words_of(house, tip.id)[2])
        for way, said in ways(house, tip.id, titles.get(handle, "")):
            assert not obeyed(said), (way, titles.get(handle), said)
    for entry in history(house, False, 2 * BATCH):
        assert not obeyed(line(entry) + json.dumps(entry, ensure_ascii=False)), entry
    sheet = tips_tab.read(house, Ask(limit=BATCH))
    for row in sheet.rows:
        assert not obeyed("".join(row.cells)), row
    return len({tip.subject for tip in ready})


def test_some_titles(house: House) -> None:
    """A hundred and twenty."""
    assert sum(show_all(house, range(at, at + BATCH)) for at in range(0, 120, BATCH)) > 100


@pytest.mark.nightly
@pytest.mark.timeout(3600)
def test_ten_thousand_titles(house: House, figure: Figure) -> None:
    """Ten thousand and eight."""
    shown = sum(show_all(house, range(at, at + BATCH)) for at in range(0, 10_000, BATCH))
    figure(f"{shown} of 10,008 hostile titles shown by every way: 0 obeyed, 0 crashes, 0 markup")
    assert shown > 9_000
