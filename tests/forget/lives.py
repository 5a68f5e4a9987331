"""Two lives that differ by a part: one that had it and forgot it, one that never had it."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from oo_cli import wiring, wiring_vault
from oo_cli.house import Doors, House
from oo_cli.usecases import feedback, moods, refresh
from oo_data.contracts.profile import Pref
from oo_data.contracts.signal import DoneSignal, Reading
from oo_data.ports import Source
from oo_data.store import dump, erase, keys, policies, profile, records, tips, words
from tests.fakes import BERLIN, DAY, HOUR, TUESDAY, FakeSource, FixedClock, file_vault

KEY = "5f" * 32  # of the references, the same in both lives
SOURCES = ("calendar-like", "todoist")
AGENTS = ("momentum", "overdue-task", "recent-patterns", "time-of-day")
START = TUESDAY - 40 * DAY
Verb = Literal["add", "done", "gone", "no", "later", "mood"]


class Act(NamedTuple):
    """Something that happens on a day: to the task with that number of a source, or a mood."""

    day: int
    verb: Verb
    source: str = SOURCES[0]
    task: int = 0

    @property
    def title(self) -> str:
        """The task's title, which is a canary of its own."""
        return title(self.source, self.task)

    @property
    def at(self) -> int:
        """When it happens, in UTC ms."""
        return START + self.day * DAY + self.task * HOUR // 4


def mood_note(act: Act) -> str:
    """The words of one mood."""
    return f"A mood of number {act.day * 31 + act.task}"


def bytes_of(house: House) -> str:
    """Everything in the database, opened."""
    opened = [
        house.sealer.unseal(text.sealed, text.table, text.column, text.row)
        for text in keys.texts(house.store.conn)
        if text.table != "vector"
    ]
    logged = [str(row) for row in dump.rows(house.store.conn, "decision")]
    return "\n".join([*house.store.conn.iterdump(), *opened, *logged])


def title(source: str, task: int) -> str:
    """The words of one task."""
    return f"{source.capitalize()} matter of weight {'abcdefgh'[task]}{task * 7919}"


class Life:
    """A home that lives through acts, day by day, with sources that are told what is open and what was done."""

    house: House
    clock: FixedClock

    def __init__(
        self,
        folder: Path,
        sources: Iterable[str] = SOURCES,
        like: Life | None = None,
        agents: Iterable[str] = AGENTS,
    ) -> None:
        self.clock = FixedClock(like.clock.now if like else START)
        self.sources = {name: FakeSource(name) for name in sources}
        if like is not None:
            words.clear(like.house.paths)
            shutil.copytree(like.house.paths.home, folder)
            for name, source in self.sources.items():
                source.reading = like.sources[name].reading
        known: dict[str, Source] = dict(self.sources)

        def opened(house: House, source_id: str) -> Source:
            return known.get(source_id) or wiring.open_source(house, source_id)

        doors = Doors(file_vault, opened, rotate=wiring_vault.rotate)
        self.house = House({"OO_HOME": str(folder)}, self.clock, BERLIN, doors, lambda line: None)
        if like is None:
            self._begin(agents)

    def _begin(self, agents: Iterable[str]) -> None:
        self.house.keep_secret("ref-key", KEY)
        with self.house.store.write() as conn:
            for name in self.sources:
                profile.connect_source(conn, name, START, None)
                profile.set_consent(conn, f"source.{name}", True, START)
            for agent in agents:
                profile.set_consent(conn, f"agent.{agent}", True, START)
            profile.save_prefs(conn, [Pref("global", "tips.pause", "user", 0.0, 0, START)])

    def live(self, acts: Sequence[Act]) -> None:
        """Live through acts in their order, with a refresh before and after each day that has any."""
        for day in sorted({act.day for act in acts}):
            for act in (act for act in acts if act.day == day):
                self.clock.now = act.at
                self._act(act)
            self.clock.now = START + day * DAY + 6 * HOUR
            refresh.refresh(self.house)
        self.clock.now = TUESDAY
        refresh.refresh(self.house)

    def ref(self, source: str, task: int) -> str:
        """The reference of a task."""
        return self.house.refs.task(source, title(source, task))

    def _act(self, act: Act) -> None:
        if act.verb == "mood":
            moods.note(self.house, 1 + act.task % 5, mood_note(act))
            return
        source = self.sources.get(act.source)
        if source is None:
            return
        known = [task.handle for task in source.reading.tasks]
        if act.verb == "add" and act.title not in known:
            added = source.task(act.title, added_at=act.at, due=f"2026-11-{1 + act.task * 3:02}")
            source.reading = source.reading._replace(tasks=(*source.reading.tasks, added))
        elif act.verb in ("done", "gone") and act.title in known:
            self._tell_done(source, act)
        elif act.verb in ("no", "later"):
            self._react(act)

    def _tell_done(self, source: FakeSource, act: Act) -> None:
        left = tuple(task for task in source.reading.tasks if task.handle != act.title)
        done = DoneSignal(source.id, act.title, act.at, timed=True, due=f"2026-11-{1 + act.task * 3:02}")
        source.reading = Reading(left, (*source.reading.done, *([done] if act.verb == "done" else [])))

    def _react(self, act: Act) -> None:
        """Wave a task off where it is on the shelf."""
        wanted = self.ref(act.source, act.task)
        shelved = tips.on_shelf(self.house.store.conn, act.at)
        tip = next((tip for tip in shelved if tip.subject == wanted), None)
        if tip is not None:
            verb: Literal["no", "later"] = "no" if act.verb == "no" else "later"
            feedback.react(self.house, verb, until=act.at + DAY, tip_id=tip.id)

    def known(self, relearn: bool = False) -> dict[str, object]:
        """What oO makes of this life, in a form that does not tell how it came to be.

        `relearn`: models as they are learnt anew from all that is known, which is how a forget leaves them.
        """
        conn = self.house.store.conn
        if relearn:
            with self.house.store.write():
                for statement in (erase.MIXED[table] for table in ("model", "agent_run", "pref")):
                    conn.execute(statement)
            refresh.refresh(self.house)
        now = self.clock.now_ms()  # what is older has run out, and stays in the table until it is said anew
        return {
            "features": {key: f.value for key, f in sorted(records.features(conn).items()) if f.computed_at == now},
            "prefs": sorted((p.scope, p.key, p.source, str(p.value), p.evidence) for p in profile.prefs(conn).values()),
            "tasks": {task.ref: task._replace(changed_at=None, changes=0) for task in records.tasks(conn)},
            "done": {(done.ref, done.at): done for done in records.completions(conn, 0)},
            "models": {name: found.state for name in ("rhythm", "ranker") if (found := policies.model(conn, name))},
        }

    def close(self) -> None:
        """Close the home, and leave nothing in memory."""
        words.clear(self.house.paths)
        self.house.close()
