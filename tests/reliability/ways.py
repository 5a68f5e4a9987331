"""Every way by which words of a title leave oO, and what is said there."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

from oo_cli import render
from oo_cli.adapters.notify.desktop import Desktop
from oo_cli.adapters.sources.calendar import place
from oo_cli.engine.orchestrator import prompt
from oo_cli.engine.orchestrator.titles import clean, is_suspicious
from oo_cli.house import House
from oo_cli.phone import answers, wire
from oo_cli.tui.inspect import view as admin
from oo_cli.tui.page import View, compose, tidy
from oo_cli.usecases import area_view, notify
from oo_cli.usecases.export import export
from oo_cli.usecases.inspect.sheet import Ask
from oo_cli.usecases.inspect.tabs import NAMES, tabs
from oo_cli.usecases.log import history, line
from oo_cli.usecases.recommend import words_of
from oo_cli.usecases.why import explain, lines
from oo_data.contracts.channel import Channel
from oo_data.contracts.phone import FeedbackBody, RecommendBody
from oo_data.text import Untrusted

Said = tuple[str, str]  # the way, and what was said
SIZES = ((60, 20), (20, 5), (1, 1))
DEVICE, VERSION = "phone", "00000000-1"
MOST = 50  # rows of a tab
WORDED = ("events", "tips")  # tabs of which a row in full holds words of a tip


class Screen(Desktop):
    """A desktop that keeps what it was to show."""

    def __init__(self) -> None:
        super().__init__("")
        self.shown = ""

    async def _send(self, title: str, body: str) -> None:
        assert not set(body) & set("<>"), body
        self.shown = body


class Postbox:
    """Any other channel, which keeps what it was to carry."""

    def __init__(self) -> None:
        self.shown = ""

    def send(self, title: str, body: str) -> tuple[str, ...]:
        """Keep it."""
        self.shown = body
        return ("example.org",)


class Channels(NamedTuple):
    """A desktop and a postbox, as a house's door to them."""

    desktop: Screen
    post: Postbox

    def door(self, house: House, channel: Channel) -> Screen | Postbox:
        """The one that a channel is."""
        return self.desktop if channel.name == notify.DESKTOP else self.post


class Page(NamedTuple):
    """What the phone asks for and is told, as bytes: the tip, and why."""

    tip: bytes
    why: bytes


def of_a_tip(house: House, tip_id: str, raw: str) -> Iterator[Said]:
    """A tip on the terminal, on the face, as JSON, on a desktop, and its title before a model."""
    text, reason, _ = words_of(house, tip_id)
    yield "tip", render.tip_lines(text, reason, dim=False)
    why = lines(explain(house, tip_id))
    yield "why", "\n".join(why)
    yield "json", "".join(json.loads(json.dumps(text)))
    for columns, rows in SIZES:
        for seen in (View(text, reason), View(why=tuple(map(tidy, why)))):
            page = compose(seen, columns, rows)
            assert len(page) == rows
            yield "face", "\n".join(row.text for row in page)
    screen = Screen()
    screen.send("oO", text)
    yield "notification", screen.shown
    if not is_suspicious(Untrusted(raw)):
        offer = prompt.Offer("a", clean(Untrusted(raw)), reason)
        asked = prompt.build([offer], "en", 1, random.Random(1)).request.user
        yield "prompt", json.loads(asked)["tasks"][0]["title"]


def of_the_phone(house: House) -> Iterator[Page]:
    """Each tip that a phone is shown, one after the other, as it puts them off."""
    while True:
        said = answers.recommended(house, DEVICE, RecommendBody(), VERSION)
        if said.tip is None:
            return
        yield Page(wire.dump(said), wire.dump(answers.why(house, said.tip.id)))
        answers.acknowledged(house, FeedbackBody(said.tip.id, "later", when="tomorrow"))


def of_the_home(house: House) -> Iterator[Said]:
    """The log, every tab of the admin screen, some tips there in full, and the areas with their projects."""
    for entry in history(house, False, MOST):
        yield "log", line(entry) + json.dumps(entry, ensure_ascii=False)
    every = tabs(lambda house: "")
    for at, tab in enumerate(every):
        sheet = tab.read(house, Ask(limit=MOST))
        for row in sheet.rows:
            yield f"{tab.id} as data", "".join(row.cells) + json.dumps(dict(row.data), ensure_ascii=False, default=str)
        seen = admin.View(NAMES, tab.columns, at, sheet)
        first = sheet.rows[:3] if tab.id in WORDED else ()
        opened = [admin.View(NAMES, tab.columns, at, detail=tuple(tab.detail(house, row))) for row in first]
        for columns, rows in SIZES:
            for each in (seen, *opened):
                page = admin.compose(each, columns, rows)
                assert len(page) == rows
                yield tab.id, "\n".join("".join(text for text, _ in row.spans) for row in page)
    yield "areas", "\n".join(area_view.lines(area_view.listing(house)))


def of_a_calendar(name: str) -> str:
    """How a calendar whose file bears that name is told from others."""
    return "".join(place.names([place.Place("file", f"/home/person/{name.replace('/', ' ')}.ics")] * 2))


def of_an_export(house: House, path: Path) -> Iterator[Said]:
    """Every line of every file in an export."""
    path.unlink(missing_ok=True)
    export(house, str(path))
    with ZipFile(path) as archive:
        for name in archive.namelist():
            yield name, archive.read(name).decode()
