"""The page in a real browser: pairing by link, each gesture, undo, why, other surfaces, asleep; and who can use it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from oo_cli.usecases import phone
from oo_cli.usecases.add import add_task
from oo_cli.usecases.feedback import react
from oo_cli.usecases.recommend import recommend
from oo_cli.usecases.refresh import refresh
from oo_cli.usecases.settings import assign
from oo_data.contracts.event import FeedbackGiven, FeedbackUndone
from oo_data.contracts.tip import RecommendRequest, Tip
from oo_data.store import events
from tests.fakes import FixedClock
from tests.phone.browser import CHROMIUM, Browser
from tests.phone.running import TITLES, Running

pytestmark = [
    pytest.mark.skipif(not CHROMIUM, reason="Debian's chromium is not installed"),
    pytest.mark.xdist_group("chromium"),
]
SIZES = ((320, 568), (390, 844), (844, 390), (768, 1024))
MOST_KB = 24
TEXT, SAID = "document.getElementById('text').textContent", "document.getElementById('said').textContent"
STATE = "document.body.dataset.state"

AUDIT = (Path(__file__).parent / "audit.js").read_text()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for all tests of this file."""
    with Browser(tmp_path_factory.mktemp("chromium")) as running:
        running.shape(390, 844)
        yield running


@pytest.fixture
def page(browser: Browser, server: Running) -> Browser:
    """A page that was paired by a link and shows a tip."""
    browser.open("about:blank")
    browser.events.clear()
    browser.shape(390, 844)
    browser.open(f"{server.ready.serving.url}/p#{phone.pair(server.house).link.reveal()}")
    browser.until(f"{STATE} === 'tip' && {TEXT}")
    return browser


# Nothing on its way in or out: only then does a touch land where an element was.
SETTLED = "!document.querySelector('.away') && document.getAnimations().every((one) => one.playState !== 'running')"


def given(server: Running) -> list[Any]:
    """Reactions and what was taken back, newest first."""
    return [entry.event for entry in events.latest(server.house.store.conn, (FeedbackGiven, FeedbackUndone), 20)]


def test_a_link_pairs_and_leaves_no_code_behind(page: Browser, server: Running) -> None:
    """The tip is there; the address has lost its code, scripts see no cookie, nothing is stored, nothing is foreign."""
    assert page.run(TEXT) in TITLES
    assert page.run("location.href") == f"{server.ready.serving.url}/"
    assert page.run("document.cookie + localStorage.length + sessionStorage.length") == "00"
    asked = [e["params"]["request"]["url"] for e in page.events if e.get("method") == "Network.requestWillBeSent"]
    assert {url.split("/")[2] for url in asked if url.startswith("http")} == {f"127.0.0.1:{server.port}"}
    assert page.troubles() == []
    assert page.transferred() < MOST_KB * 1024
    assert phone.listing(server.house)[0].name == "phone"
    page.call("Page.reload")
    page.until(f"{STATE} === 'tip'")


def test_each_gesture_by_finger_and_by_button(page: Browser, server: Running) -> None:
    """Right is done, left is later, up is not this; buttons say the same; undo brings back what was answered."""
    ways: tuple[tuple[str, Any], ...] = (
        ("done", lambda: page.swipe((90, 420), (300, 430))),
        ("later", lambda: page.swipe((300, 420), (90, 410))),
        ("no", lambda: page.swipe((200, 500), (205, 300))),
        ("done", lambda: page.tap("[data-act=done]")),
        ("no", lambda: page.tap("[data-act=no]")),
    )
    for reaction, gesture in ways:
        page.until(SETTLED)
        text = page.run(TEXT)
        gesture()
        page.until(f"{TEXT} !== {json.dumps(text)} && !document.getElementById('undo').hidden")
        event = given(server)[0]
        assert event.reaction == reaction
        page.until(SETTLED)
        page.tap_until("#undo", f"{TEXT} === {json.dumps(text)} && document.getElementById('undo').hidden")
        assert isinstance(given(server)[0], FeedbackUndone)
    count = len(given(server))
    page.swipe((200, 420), (230, 425))
    time.sleep(0.3)
    assert len(given(server)) == count, "a short or broken-off swipe says nothing"


def test_later_offers_times(page: Browser, server: Running) -> None:
    """A button leads to a few times; back leads back; one that is taken counts."""
    text = page.run(TEXT)
    page.tap("[data-act=later]")
    page.until("document.querySelectorAll('#acts.list button').length >= 3")
    page.tap("#acts button:last-child")
    page.until("document.activeElement.dataset.act === 'later'")
    page.tap("[data-act=later]")
    page.until("document.querySelector('#acts.list')")
    page.tap("#acts button:nth-child(2)")
    page.until(f"{SAID}.startsWith('later, ') && {TEXT} !== {json.dumps(text)}")
    assert given(server)[0].reaction == "later"


def test_why_is_told(page: Browser) -> None:
    """The reasons unfold below the tip and fold again, and are said to be there."""
    page.tap("#why")
    page.until("!document.getElementById('reasons').hidden && document.querySelectorAll('#reasons dd').length")
    assert page.run("document.getElementById('why').getAttribute('aria-expanded')") == "true"
    page.tap("#why")
    page.until("document.getElementById('reasons').hidden")


def test_it_follows_other_surfaces(page: Browser, server: Running) -> None:
    """A reaction in the terminal is on the phone within a second or two, without a touch; silence too."""
    text = page.run(TEXT)
    time.sleep(0.5)
    tip = events.last_shown(server.house.store.conn, "")
    assert tip is not None
    react(server.house, "done", tip_id=tip.event.subject)
    page.until(f"{TEXT} !== {json.dumps(text)}", 3)
    assign(server.house, "tips.per_day", "0")
    page.until(f"{STATE} === 'silence'", 3)
    assert page.run(TEXT) == "·"
    assert "Tips are off" in page.run("document.getElementById('reason').textContent")
    assert page.run("document.querySelectorAll('#acts button').length") == 0


def test_asleep_revoked_and_typed(page: Browser, server: Running, clock: FixedClock) -> None:
    """Out of reach it says so and comes back by itself; revoked, it asks for a code, and eight digits pair it again."""
    offline = {"offline": True, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    page.call("Network.emulateNetworkConditions", **offline)
    page.until(f"{STATE} === 'asleep' && document.getElementById('reason').textContent.includes('asleep')")
    assert page.run(AUDIT) == []
    page.call("Network.emulateNetworkConditions", **offline | {"offline": False})
    page.until(f"{STATE} === 'tip'")
    phone.revoke(server.house, "phone")
    page.until(f"{STATE} === 'unpaired'", 5)
    assert page.run(AUDIT) == []
    for digits, state in (("00000000", "unpaired"), (phone.pair(server.house).digits.reveal(), "tip")):
        page.run(f"document.getElementById('code').value = '{digits[:4]} {digits[4:]}'")
        page.tap("form button")
        page.until(f"{STATE} === '{state}' && {TEXT} !== '·'")


def test_everybody_can_use_it(page: Browser) -> None:
    """At every size, with the tip, the times and the reasons, with text twice as large, and by keyboard alone."""
    for (width, height), text in product(SIZES, ("100%", "200%")):
        page.shape(width, height)
        page.run(f"document.documentElement.style.fontSize = '{text}'")
        assert page.run(AUDIT) == [], (width, height)
        page.tap("[data-act=later]")
        page.until("document.querySelector('#acts.list')")
        assert page.run(AUDIT) == [], (width, height)
        page.tap("#acts button:last-child")
        page.tap("#why")
        page.until("!document.getElementById('reasons').hidden")
        assert page.run(AUDIT) == [], (width, height)
        page.tap("#why")
        page.until("document.getElementById('reasons').hidden")
    page.run("document.documentElement.style.fontSize = ''")
    order = []
    page.run("document.getElementById('stage').focus()")
    for _ in range(4):
        page.call("Input.dispatchKeyEvent", type="keyDown", key="Tab", windowsVirtualKeyCode=9)
        order.append(page.run("document.activeElement.textContent"))
    assert order == ["Why", "Done", "Later", "Not this"]
    page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-reduced-motion", "value": "reduce"}])
    assert page.run("getComputedStyle(document.querySelector('main')).transitionDuration") == "0s"
    page.call("Emulation.setEmulatedMedia", features=[])


def test_what_is_touched_can_be_read(page: Browser) -> None:
    """Under a finger a button turns white, and all that stands on it black."""
    page.run("offer()")
    for selector in ("#why", "#acts button"):
        box = page.run(f"(({{x, y}}) => [x + 9, y + 9])(document.querySelector('{selector}').getBoundingClientRect())")
        page.call("Input.dispatchMouseEvent", type="mousePressed", x=box[0], y=box[1], button="left", clickCount=1)
        page.until(f"document.querySelector('{selector}').matches(':active')")
        assert page.run(AUDIT) == []
        page.call("Input.dispatchMouseEvent", type="mouseReleased", x=1, y=1, button="left", clickCount=1)


def test_a_title_reads_in_its_own_direction(page: Browser) -> None:
    """A full stop ends a sentence where its script ends: at the left of Arabic, at the right of English."""
    script = """(() => {
      const range = document.createRange(), text = document.getElementById("text").firstChild;
      range.setStart(text, text.length - 1); range.setEnd(text, text.length);
      const box = document.getElementById("text").getBoundingClientRect();
      return range.getBoundingClientRect().left < box.left + box.width / 2 ? "left" : "right";
    })()"""
    for title, end in (("اتصل بالطبيب (dentist).", "left"), ("Call the dentist.", "right")):
        page.run(f"show('tip', {json.dumps(title)}, '')")
        assert page.run(script) == end


def test_sideways_nothing_is_out_of_the_middle(page: Browser) -> None:
    """Beside the buttons stands the tip; what has none stands in the middle."""
    page.shape(844, 390)
    middle = "(() => { const b = document.querySelector('main').getBoundingClientRect(); return b.x + b.width / 2; })()"
    assert page.run(middle) < 422 - 44
    page.run("$('undo').hidden = true; show('asleep', 'Out of reach', 'This page waits.')")
    assert abs(page.run(middle) - 422) <= 1


def test_a_hostile_title_is_text(browser: Browser, tmp_path: Path, clock: FixedClock) -> None:
    """Markup in a title is read as written; nothing of it runs, and a long one fits."""
    hostile = '<img src=x onerror="document.title=1"><script>document.title=2</script>' + "W" * 40
    with Running(tmp_path, clock) as server:
        for _ in TITLES:
            said = recommend(server.house, RecommendRequest(clock.now_ms(), "tip", True))
            assert isinstance(said, Tip)
            react(server.house, "done", tip_id=said.id)
        add_task(server.house, hostile)
        refresh(server.house)
        browser.events.clear()
        browser.shape(320, 568)
        browser.open(f"{server.ready.serving.url}/p#{phone.pair(server.house).link.reveal()}")
        browser.until(f"{STATE} === 'tip' && {TEXT}.includes('<img')")
        assert browser.run("document.title") == "oO"
        assert browser.run("document.querySelectorAll('main img, main script').length") == 0
        assert browser.run(AUDIT) == []
