"""Hostile titles through every way out: nothing a terminal obeys, no markup, and no way breaks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from oo_cli.house import Doors, House
from oo_cli.usecases import consent, notify, phone
from oo_cli.usecases.recommend import words_of
from oo_cli.usecases.refresh import refresh
from oo_cli.usecases.settings import assign
from oo_data.contracts.event import TipShown
from oo_data.contracts.signal import Reading
from oo_data.store import profile, tips, words
from oo_data.text import Untrusted
from tests.fakes import BERLIN, DAY, FakeSource, FixedClock, file_vault
from tests.phone.browser import CHROMIUM, Browser
from tests.phone.running import Running
from tests.reliability import ways
from tests.reliability.conftest import Figure
from tests.reliability.hostile import obeyed, title

pytestmark = pytest.mark.xdist_group("chromium")
BATCH = 12  # as many as the shelf holds
THOUSAND = 84 * BATCH
EXPORTED = 12 * BATCH  # an export holds all of the past: one in so many
# The page's own network: it is told what was told to a phone, and says what it then shows.
TOLD = """(async (told) => {
  const seen = [];
  for (const each of told) {
    window.fetch = (path) => path.startsWith("/changes") ? new Promise(() => {})
      : Promise.resolve(new Response(path.startsWith("/why") ? each.why : each.tip));
    await refresh(); await explain(true);
    const names = [...document.querySelectorAll("#stage *, #reasons *")].map((one) => one.localName);
    seen.push([$("text").textContent, $("reason").textContent, $("reasons").textContent, $("text").childElementCount,
      $("reason").childElementCount, [...new Set(names)].sort(), document.title]);
  }
  return seen;
})(%s)"""


class Scene(NamedTuple):
    """A house whose Todoist and list say what they are told to, its channels, and a folder to export into."""

    house: House
    clock: FixedClock
    remote: FakeSource
    local: FakeSource
    channels: ways.Channels
    folder: Path


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """A house in which all is on that says something."""
    sources = {"todoist": FakeSource("todoist"), "taskwarrior": FakeSource("taskwarrior")}
    channels = ways.Channels(ways.Screen(), ways.Postbox())
    doors = Doors(file_vault, lambda house, name: sources[name], notifier=channels.door)
    clock = FixedClock()
    environ = {"OO_HOME": str(tmp_path / "home")}
    with closing(House(environ, clock, BERLIN, doors, lambda line: None)) as made:
        with made.store.write() as conn:
            for name in sources:
                profile.connect_source(conn, name, 0, None)
                profile.set_consent(conn, f"source.{name}", True, 0)
        consent.grant(made, "agent.focus-area")
        phone.allow(made)
        notify.switch_on(made, notify.DESKTOP, words=True)
        notify.switch_on(made, "mail", words=True, url="mailtos://example.org")
        for name, value in (("tips.per_day", "100"), ("tips.pause", "0")):
            assign(made, name, value)
        yield Scene(made, clock, sources["todoist"], sources["taskwarrior"], channels, tmp_path)
        words.clear(made.paths)


class Page:
    """The phone's page in a browser."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    def show(self, told: list[ways.Page]) -> None:
        """Have it show these answers: each is there as text, letter by letter, and nothing of it became an element."""
        asked = json.dumps([{"tip": each.tip.decode(), "why": each.why.decode()} for each in told])
        seen = self._browser.run(TOLD % asked)
        for each, (text, reason, why, *inside, names, heading) in zip(told, seen, strict=True):
            tip, lines = json.loads(each.tip)["tip"], json.loads(each.why)["lines"]
            assert (text, reason) == (tip["text"], tip["reason"])
            assert why.startswith("".join(line for line in lines if line != text))
            assert (inside, heading) == ([0, 0], "oO")
            assert set(names) <= {"h1", "p", "form", "label", "b", "input", "button", "dl", "dt", "dd"}
        assert self._browser.troubles() == []


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page | None]:
    """The page as its server gives it out, or None where there is no browser."""
    if not CHROMIUM:
        yield None
        return
    with Running(tmp_path / "served", FixedClock()) as server, Browser(tmp_path / "chromium") as browser:
        browser.open(server.ready.serving.url)
        browser.until("document.body.dataset.state === 'unpaired'")
        browser.events.clear()
        yield Page(browser)


def show_all(scene: Scene, numbers: range, page: Page | None) -> int:
    """One refresh with these titles, and all that is said of them by every way; how many of them a phone showed."""
    house = scene.house
    titles = {f"id{number}": title(number) for number in numbers}
    tasks = [scene.remote.task(name)._replace(title=Untrusted(raw)) for name, raw in titles.items()]
    own, raw = tasks.pop(), title(numbers[-1])  # in a project of that name, on this machine: areas tell such names
    scene.remote.reading = Reading(tuple(tasks))
    scene.local.reading = Reading((own._replace(source=scene.local.id, project=raw, labels=(raw,)),))
    now = scene.clock.advance(DAY)
    assert refresh(house).failures == ()
    assert sorted(notify.tell(house).sent) == ["desktop", "mail"]
    # The parts of a day say the same title: one of them is enough.
    ready = {tip.subject: tip for tip in tips.on_shelf(house.store.conn, now)}.values()
    with house.store.write() as conn:
        for tip in ready:
            house.bus.publish(conn, TipShown(tip.id, tip.subject, "tip"), now)
    said = [("post", scene.channels.post.shown), ("desktop", scene.channels.desktop.shown)]
    for tip in ready:
        handle = json.loads(words_of(house, tip.id)[2])
        said += ways.of_a_tip(house, tip.id, titles.get(handle, ""))
    said += ways.of_the_home(house)
    said += [("calendar", ways.of_a_calendar(raw)) for raw in titles.values()]
    if not numbers.start % EXPORTED:
        said += ways.of_an_export(house, scene.folder / "all.zip")
    told = list(ways.of_the_phone(house))
    said += [("phone", (each.tip + each.why).decode()) for each in told]
    for way, text in said:
        assert not obeyed(text), (way, text)
    if page is not None:
        page.show(told)
    return len({json.loads(each.tip)["tip"]["id"] for each in told})


def test_some_titles(scene: Scene, page: Page | None) -> None:
    """Sixty."""
    assert sum(show_all(scene, range(at, at + BATCH), page) for at in range(0, 60, BATCH)) > 50


@pytest.mark.nightly
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("block", range(10))
def test_ten_thousand_titles(scene: Scene, page: Page | None, block: int, figure: Figure) -> None:
    """Ten times a thousand and eight."""
    numbers = range(block * THOUSAND, (block + 1) * THOUSAND)
    shown = sum(show_all(scene, numbers[at : at + BATCH], page) for at in range(0, THOUSAND, BATCH))
    figure(f"{shown} of {THOUSAND:,} hostile titles shown by every way: 0 obeyed, 0 crashes, 0 markup")
    assert shown > 0.9 * THOUSAND
