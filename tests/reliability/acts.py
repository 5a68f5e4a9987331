"""The commands that write: the home that each starts from, what it appends, and how much there is once it is done."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from oo_cli import wiring
from oo_data.contracts.event import PolicyChanged
from oo_data.store import policies
from tests.reliability.forks import Site
from tests.reliability.scene import TASKS, Scene

# All that a person would miss.
TABLES = (
    "event", "tip", "mute", "consent", "pref", "mood", "context", "completion", "decision", "source", "secret", "habit",
    "effort", "area", "policy", "device", "pairing",
)  # fmt: skip
REPEATED = 2  # "there is nothing to undo", "there is a device of that name": what had failed or been killed was done
CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:test
BEGIN:VEVENT
UID:1
DTSTAMP:20261201T080000Z
DTSTART:20261201T150000Z
DTEND:20261201T160000Z
SUMMARY:Dentist
END:VEVENT
END:VCALENDAR
"""


def own_key(scene: Scene) -> None:
    """A settled home whose key lies in a file."""
    del scene.environ["OO_KEY"]
    scene.settle()


def only_a_list(scene: Scene) -> None:
    """No database and no key yet, only a list."""
    del scene.environ["OO_KEY"]
    Path(scene.paths.todo_file).parent.mkdir(parents=True)
    Path(scene.paths.todo_file).write_text("".join(f"{title} due:2026-12-01\n" for title in TASKS))


def serving(scene: Scene) -> None:
    """A settled home that a phone can reach."""
    scene.settle()
    scene.serves = True


def calendar(scene: Scene) -> None:
    """A settled home beside a calendar."""
    scene.settle()
    at = Path(scene.environ["HOME"], "calendar.ics")
    at.parent.mkdir()
    at.write_text(CALENDAR.replace("\n", "\r\n"))


def promoted(scene: Scene) -> None:
    """A settled home in which another policy is live."""
    scene.settle()
    with closing(wiring.open_house(scene.environ, lambda line: None)) as house, house.store.write() as conn:
        now = house.clock.now_ms()
        for name, stage in (("ranker", "shadow"), ("urgency", "live")):
            policies.set_stage(conn, name, stage, now)
            house.bus.publish(conn, PolicyChanged(name, stage), now)


class Act(NamedTuple):
    """A command: the event it appends, the home it starts from, and what has to happen there before it.

    One that writes more than once `keeps` what it is for in one table, and `says` by a word that it has.
    """

    words: tuple[str, ...]
    event: str = ""
    before: tuple[tuple[str, ...], ...] = ()
    home: Callable[[Scene], None] = Scene.settle
    keeps: str = ""
    says: str = ""

    @property
    def name(self) -> str:
        """What tells it apart."""
        return ", ".join(map(" ".join, (*self.before, self.words)))


HABIT = ("habit", "add", "Stretch")
DONE = Act(("done",), "FeedbackGiven")
REFRESH = Act(("refresh",))
REVOKE = Act(("consent", "revoke", "agent.momentum"))
PAIR = Act(("phone", "pair"), home=serving, keeps="pairing", says="/p#")
ACTS = (
    DONE,
    Act(("later",), "FeedbackGiven"),
    Act(("no", "not now"), "FeedbackGiven"),
    Act(("undo",), "FeedbackUndone"),
    Act(("undo",), "FeedbackUndone", (("done",),)),
    Act(("tip",), "TipShown", (("no",),), keeps="event"),  # it may refresh before
    Act(("mood", "3")),
    Act(("add", "Buy milk")),
    REFRESH,
    Act(("key", "rotate"), home=own_key),
    Act(("context", "work")),
    Act(("profile", "set", "tips.per_day", "3")),
    REVOKE,
    Act(("connect", "todotxt"), home=only_a_list, keeps="source", says="Connected"),
    Act(("connect", "calendar", "--file", "~/calendar.ics"), home=calendar, keeps="source", says="Connected"),
    Act(HABIT),
    Act(("habit", "done", "1"), before=(HABIT,)),
    Act(("habit", "undo", "1"), before=(HABIT, ("habit", "done", "1"))),
    Act(("habit", "remove", "1"), before=(HABIT, ("habit", "done", "1"))),
    Act(("effort", "10m")),
    Act(("effort", "--clear"), before=(("effort", "10m"),)),
    Act(("area", "set", "health"), keeps="area", says="Noted"),
    PAIR,
    Act(("phone", "token", "desk"), keeps="device", says="shown once"),
    Act(("phone", "revoke", "desk"), before=(("phone", "token", "desk"),)),
    Act(("policy", "rollback"), home=promoted),
)


class Ready(NamedTuple):
    """An act that can happen: the changes that it makes, and how much there is before it and once it is done."""

    sites: list[Site]
    before: dict[str, int]
    done: dict[str, int]

    def holds(self, kept: dict[str, int], act: Act) -> bool:
        """Whether that much can be there when the act has failed late: all, or some of several writes."""
        if act.keeps:
            return all(self.before[name] <= kept[name] <= self.done[name] for name in kept)
        return kept == self.done


def state(scene: Scene) -> dict[str, list[object]]:
    """All that a person would miss: the rows, of sources those that are connected, and the lines of the list."""
    found = {table: list[object]() for table in TABLES}
    for table in TABLES if scene.has_events() else ():
        columns = "id, watch_path" if table == "source" else "*"
        found[table] += scene.rows(f"select {columns} from {table} order by 1, 2")  # noqa: S608 - names of our own
    return found | {"list": list[object](scene.tasks())}


def size(found: dict[str, list[object]]) -> dict[str, int]:
    """How much there is of each."""
    return {name: len(rows) for name, rows in found.items()}


def ready(scene: Scene, act: Act) -> Ready:
    """A home in which the act can happen, remembered, and what it makes of it."""
    act.home(scene)
    for words in act.before:
        scene(*words)
    scene.keep()
    scene.restore()
    before = size(state(scene))
    sites = scene.forks.sites(act.words, scene.environ)
    scene("status")
    return Ready(sites, before, size(state(scene)))
