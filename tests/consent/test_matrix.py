"""Six consents in each of their 64 states, against every call that one of them opens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import pytest

from oo_cli.adapters.http import Guard
from oo_cli.adapters.llm import client as llm
from oo_cli.adapters.llm.endpoint import endpoint
from oo_cli.adapters.sources.todoist import client, grants, oauth, writes
from oo_cli.house import House
from oo_cli.usecases import moods
from oo_cli.usecases.add import add_task
from oo_cli.usecases.refresh import refresh
from oo_data.contracts.llm import LlmRequest, Place
from oo_data.errors import ConsentMissingError, OoError
from oo_data.secret import Secret
from oo_data.store import egress, profile, records, words
from oo_data.store.outbox import Command
from tests.fakes import FixedClock, house_at
from tests.llm.upstream import Upstream, always, completion
from tests.todoist_server.account import build
from tests.todoist_server.server import TodoistServer

KEYS = (
    "source.todoist", "todoist.write", "llm.tip-generator.local", "llm.tip-generator.cloud", "source.mood",
    "agent.recent-patterns",
)  # fmt: skip
SECONDS = 5.0


class World:
    """A home, a Todoist and a gateway, with every call of the product that wants a consent."""

    def __init__(self, house: House, todoist: TodoistServer, gateway: Upstream) -> None:
        self.house, self.todoist, self.gateway = house, todoist, gateway
        token = Secret(todoist.account.token)
        at = oauth.addresses(
            dict.fromkeys(("OO_TODOIST_API_URL", "OO_TODOIST_AUTH_URL", "OO_TODOIST_TOKEN_URL"), todoist.url)
        )
        place = endpoint({"LITELLM_URL": gateway.url})
        allowed = client.allowed(todoist.url) | writes.allowed(todoist.url) | oauth.allowed(at) | llm.allowed(place)
        self.guard = Guard(house.store, house.clock, allowed)
        reader = client.TodoistClient(self.guard, todoist.url, lambda _: None, lambda: 0.0)
        writer = writes.TodoistWriter(self.guard, todoist.url, lambda: token)
        login = oauth.OAuth(self.guard, at)
        words_of = llm.GatewayLlm(self.guard, place, None)

        def ask(where: Place) -> object:
            request = LlmRequest("tip-generator", "Be brief.", "{}", {"type": "object"}, ("task titles",), 80, 0.2, 7)
            return words_of.ask(request, where, SECONDS)

        self.calls: dict[str, tuple[str, Callable[[], object]]] = {
            "try a login": ("source.todoist", lambda: reader.check(lambda: token)),
            "register the app": ("source.todoist", lambda: login.register("data:read", ["http://127.0.0.1:1/"])),
            "renew a login": ("source.todoist", lambda: login.refresh(grants.App("app", None), token)),
            "look at a task": ("todoist.write", lambda: writer.look("6X7rM8997g3RQmvh", SECONDS)),
            "tick a task": ("todoist.write", lambda: writer.send([Command("u", "close", "6X7r")], SECONDS)),
            "ask a model here": ("llm.tip-generator.local", lambda: ask("local")),
            "ask a model elsewhere": ("llm.tip-generator.cloud", lambda: ask("cloud")),
        }

    def arrived(self) -> int:
        """Requests that reached either server."""
        return len(self.todoist.log) + len(self.gateway.log)

    def set(self, granted: frozenset[str]) -> None:
        """Exactly these consents hold."""
        with self.house.store.write() as conn:
            for key in KEYS:
                profile.set_consent(conn, key, key in granted, self.house.clock.now_ms())


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A home with a list and a mood."""
    house = house_at(tmp_path, FixedClock())
    with TodoistServer(build()) as todoist, Upstream() as gateway:
        gateway.script = always(completion("a"))
        add_task(house, "Water the plants")
        moods.note(house, 4)
        made = World(house, todoist, gateway)
        yield made
        made.guard.close()
    words.clear(house.paths)
    house.close()


def test_the_gate_agrees_with_the_table(world: World) -> None:
    """In each of 64 states, each call goes out exactly if its own consent holds; what went out is in the ledger."""
    conn = world.house.store.conn
    wrong = []
    for states in product((False, True), repeat=len(KEYS)):
        granted = frozenset(key for key, held in zip(KEYS, states, strict=True) if held)
        world.set(granted)
        for name, (key, call) in world.calls.items():
            rows, before, refused = len(egress.recent(world.house.store, 10_000)), world.arrived(), False
            try:
                call()
            except ConsentMissingError:
                refused = True
            except OoError:
                refused = False  # whatever the server made of it, it was asked
            sent = world.arrived() - before
            logged = len(egress.recent(world.house.store, 10_000)) - rows
            if (bool(sent), sent) != (key in granted, logged) or (refused and key in granted):
                wrong.append((name, sorted(granted), sent, logged))
    assert wrong == []
    assert {consent for (consent,) in conn.execute("select distinct consent from egress")} == {
        key for key, _ in world.calls.values()
    }


def test_what_stays_on_this_machine_agrees_too(world: World) -> None:
    """The same for an agent's run and the use of moods, where no request tells of it."""
    conn = world.house.store.conn
    for mood, agent in product((False, True), repeat=2):
        keys = (("source.mood", mood), ("agent.recent-patterns", agent))
        world.set(frozenset(key for key, held in keys if held))
        with world.house.store.write():
            conn.execute("delete from feature")
            conn.execute("delete from agent_run")
        refresh(world.house, local_only=True)
        felt = any("mood" in key for key in records.features(conn))
        assert (felt, "recent-patterns" in records.runs(conn)) == (mood, agent)
