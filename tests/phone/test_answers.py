"""What a paired phone gets: the same truth as every other surface, and at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from oo_cli.usecases import phone
from oo_cli.usecases.feedback import react
from oo_cli.usecases.recommend import recommend
from oo_cli.usecases.settings import assign
from oo_data.contracts.event import FeedbackGiven, TipShown
from oo_data.contracts.tip import RecommendRequest, Tip
from oo_data.store import events
from tests.fakes import HOUR, MINUTE
from tests.phone.running import Phone, Running


def tip_of(phone: Phone) -> Any:
    """The tip that it shows now."""
    return phone.post("/recommend", {}).json["tip"]


def test_the_tip_is_that_of_the_face(server: Running, paired: Phone) -> None:
    """Phone and face show the same; what is shown is logged with its surface, once."""
    shown = [tip_of(paired), tip_of(paired)]
    said = recommend(server.house, RecommendRequest(server.clock.now_ms(), "face", False))
    assert isinstance(said, Tip)
    assert {each["id"] for each in shown} == {said.id}
    assert (shown[0]["text"], shown[0]["reason"], tuple(shown[0]["actions"])) == (said.text, said.reason, said.actions)
    logged = [e.event for e in events.latest(server.house.store.conn, (TipShown,), 9)]
    assert [each.surface for each in logged if isinstance(each, TipShown)] == ["phone"]


def test_each_gesture_counts_and_is_taken_back(server: Running, paired: Phone) -> None:
    """Done, later and not this end with another tip; undo brings the tip back each time."""
    for reaction in ("done", "later", "no"):
        first = tip_of(paired)
        said = paired.post("/feedback", {"tip_id": first["id"], "reaction": reaction}).json
        assert said["reaction"] == reaction
        assert tip_of(paired)["id"] != first["id"]
        back = paired.post("/feedback", {"tip_id": first["id"], "reaction": "undo"}).json
        assert back["said"] == "taken back"
        assert tip_of(paired)["text"] == first["text"]
    given = [e.event for e in events.latest(server.house.store.conn, (FeedbackGiven,), 9)]
    assert [each.reaction for each in given if isinstance(each, FeedbackGiven)] == ["no", "later", "done"]


def test_every_time_that_is_offered_is_taken(server: Running, paired: Phone) -> None:
    """The words beside each offer put the tip off to the very time that the offer told."""
    for at in range(3):
        tip = tip_of(paired)
        offer = tip["later"][at % len(tip["later"])]
        said = paired.post("/feedback", {"tip_id": tip["id"], "reaction": "later", "when": offer["when"]}).json
        assert offer["told"].split()[-1] in said["said"]


@pytest.mark.parametrize(
    "body",
    [
        {"reaction": "done", "tip_id": "no-such-tip"},
        {"reaction": "undo", "tip_id": "no-such-tip"},
        {"reaction": "later", "when": "yesterday"},
        {"reaction": "later", "when": "3020-99-99"},
        {"reaction": "done", "when": "tonight"},
        {"reaction": "later", "reason": "wrong"},
    ],
)
def test_what_is_not_possible_changes_nothing(server: Running, paired: Phone, body: dict[str, str]) -> None:
    """An answer without details, and every row as it was."""
    body = {"tip_id": tip_of(paired)["id"]} | body
    before = server.state()
    answer = paired.post("/feedback", body)
    assert (answer.status, answer.json) == (409, {"error": "not-possible"})
    assert server.state() == before


def test_undo_takes_back_nothing_of_another_surface(server: Running, paired: Phone) -> None:
    """Where something else was said since, the phone's undo is refused."""
    mine = tip_of(paired)
    paired.post("/feedback", {"tip_id": mine["id"], "reaction": "done"})
    other = tip_of(paired)
    react(server.house, "no", tip_id=other["id"])
    assert paired.post("/feedback", {"tip_id": mine["id"], "reaction": "undo"}).status == 409


def test_who_waits_hears_of_what_happens_elsewhere(server: Running, paired: Phone) -> None:
    """A reaction in another process, and one on another phone, end the wait within a second; nothing else does."""
    other = server.phone("tablet")
    elsewhere: tuple[Callable[[str], object], ...] = (
        lambda tip: react(server.house, "done", tip_id=tip),
        lambda tip: other.post("/feedback", {"tip_id": tip, "reaction": "no"}),
    )
    for happens in elsewhere:
        heard: list[tuple[str, float]] = []
        for _ in range(50):  # what was done for the test itself is heard of first
            now = paired.post("/recommend", {}).json

            def wait(known: str = now["version"], heard: list[tuple[str, float]] = heard) -> None:
                heard.append((paired.get(f"/changes?since={known}").json["version"], time.monotonic()))

            waiting = threading.Thread(target=wait)
            waiting.start()
            waiting.join(0.4)
            if waiting.is_alive():
                break
            heard.clear()
        assert waiting.is_alive()
        begun = time.monotonic()
        happens(now["tip"]["id"])
        waiting.join(60)
        assert heard[0][0] != now["version"]
        assert heard[0][1] - begun < 15  # the wait itself takes 25 s


def test_a_page_speaks_by_itself_so_silence_binds_it(server: Running, paired: Phone) -> None:
    """Tips switched off, the phone says so in the words of the terminal, without a tip."""
    assign(server.house, "tips.per_day", "0")
    said = paired.post("/recommend", {}).json
    assert said["tip"] is None
    assert (said["silence"]["reason"], said["silence"]["told"][:13]) == ("off", "Tips are off;")
    assert 1000 <= said["holds_ms"] <= 15 * MINUTE


def test_why_profile_agents_and_health(server: Running, paired: Phone) -> None:
    """The reasons with their terms, every setting, every agent; and reading changes nothing."""
    tip = tip_of(paired)
    before = server.state()
    for path in ("/why", f"/why?tip={tip['id']}"):
        why = paired.get(path).json
        assert why["tip_id"] == tip["id"]
        assert why["lines"][0] == tip["text"]
        assert {"name", "points"} == set(why["terms"][0])
    names = {setting["name"] for setting in paired.get("/profile").json["settings"]}
    assert {"tips.per_day", "momentum.stdev"} <= names
    assert {"momentum", "focus-area"} <= {agent["id"] for agent in paired.get("/agents").json["agents"]}
    assert paired.get("/health").json == {"status": "ok"}
    assert server.state() == before


def test_when_a_phone_came_last_is_kept_to_the_hour(server: Running, paired: Phone) -> None:
    """Seen now, not at every request; a phone that did not come for ninety days has to be paired again."""
    begun = server.clock.now_ms()
    server.clock.advance(30 * MINUTE)
    tip_of(paired)
    assert phone.listing(server.house)[0].seen_at == begun
    server.clock.advance(HOUR)
    tip_of(paired)
    assert phone.listing(server.house)[0].seen_at == server.clock.now_ms()
    server.clock.advance(91 * 24 * HOUR)
    assert paired.post("/recommend", {}).status == 401
