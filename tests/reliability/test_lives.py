"""Any life, step by step: whatever happens in whatever order, what oO promises holds after each step."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from oo_cli import wiring_vault
from oo_cli.house import Doors, House
from oo_cli.usecases import connect, consent
from oo_cli.usecases.feedback import react, undo
from oo_cli.usecases.recommend import recommend
from oo_cli.usecases.refresh import refresh
from oo_data.contracts.signal import Reading
from oo_data.contracts.tip import Reaction, RecommendRequest, Tip
from oo_data.errors import BadUsageError
from oo_data.ports import Source
from oo_data.store import db, health, profile, words
from tests.fakes import BERLIN, DAY, HOUR, MINUTE, FakeSource, FixedClock
from tests.reliability.test_killed import older

SOURCES = ("todoist", "taskwarrior")
CANARY = "zebracanary"
AGENT = "agent.momentum"
OF_A_SOURCE = ("task", "completion", "tip", "outbox", "busy")
JUMPS = (MINUTE, HOUR, 6 * HOUR, DAY, 40 * DAY, -HOUR, -DAY, -400 * DAY)
REACTIONS: tuple[Reaction, ...] = ("done", "later", "no")
Act = Callable[[House], object]


class Watched(FakeSource):
    """A source that notices whether it was allowed to be read."""

    def __init__(self, source_id: str) -> None:
        titles = [f"{CANARY} {source_id} {number}" for number in range(4)]
        super().__init__(source_id, *titles)
        self.all = self.reading
        self.trespasses = 0
        self.house: House | None = None

    def read(self, now_ms: int) -> Reading:
        """The reading; one without consent is counted."""
        assert self.house is not None
        self.trespasses += f"source.{self.id}" not in profile.granted(self.house.store.conn)
        return super().read(now_ms)


class Life(RuleBasedStateMachine):
    """One home, and what was acknowledged in it: events by id, each with the source of what it was about."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="oo-life-"))
        self.clock = FixedClock()
        self.sources = {name: Watched(name) for name in SOURCES}
        self.kept: dict[str, str] = {}
        self.house = self.opened()

    def opened(self) -> House:
        """The house, as a start finds it."""

        def source(house: House, source_id: str) -> Source:
            self.sources[source_id].house = house
            return self.sources[source_id]

        environ = {"OO_HOME": str(self.folder / "home"), "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
        return House(environ, self.clock, BERLIN, Doors(wiring_vault.open_vault, source), lambda line: None)

    @initialize(version=st.integers(0, db.SCHEMA_VERSION - 1))
    def begin(self, version: int) -> None:
        """A fresh home, or one of an older release with nothing in it; the key in a file, by the person's word."""
        if version:
            older(self.house.paths.database, version)
            with closing(sqlite3.connect(self.house.paths.database)) as conn:
                names = [name for (name,) in conn.execute("select name from sqlite_schema where type = 'table'")]
                for name in names:
                    if not name.startswith(("_", "sqlite_")):
                        conn.execute(f'delete from "{name}"')  # noqa: S608 - names of our own
                conn.commit()
        wiring_vault.move_key(self.house, "file")

    @property
    def connected(self) -> list[str]:
        """The sources that are connected now."""
        return sorted(profile.sources(self.house.store.conn))

    def given(self) -> dict[str, str]:
        """The reactions in the log, each with the source of the tip it was about."""
        return dict(
            self.house.store.conn.execute(
                "select event.id, coalesce(tip.source, '') from event left join tip on tip.id = event.subject"
                " where event.type = 'FeedbackGiven'"
            )
        )

    @rule(source=st.sampled_from(SOURCES))
    def connect(self, source: str) -> None:
        """Connect a source, or once more."""
        if source not in self.connected:
            connect.connect_remote(self.house, source, True, lambda: self.house.keep_secret(f"{source}.login", CANARY))

    @rule()
    def refresh(self) -> None:
        """A refresh."""
        assert refresh(self.house).failures == ()

    @rule()
    def tip(self) -> None:
        """One look is one impression at most, of a source that is connected."""
        before = self.shown()
        said = recommend(self.house, RecommendRequest(self.clock.now, "tip", asked=True))
        assert self.shown() - before <= 1
        if isinstance(said, Tip) and CANARY in said.text:
            assert said.text.split()[1] in self.connected

    def shown(self) -> int:
        """How often a tip was shown."""
        (count,) = self.house.store.conn.execute("select count(*) from event where type = 'TipShown'").fetchone()
        return int(count)

    @precondition(lambda self: self.shown() > 0)
    @rule(reaction=st.sampled_from(REACTIONS))
    def react(self, reaction: Reaction) -> None:
        """A reaction that is answered is in the log, once."""
        before = self.given()
        try:
            react(self.house, reaction, until=self.clock.now + HOUR)
        except BadUsageError:
            assert self.given() == before
            return
        new = self.given().keys() - before.keys()
        assert len(new) == 1 or (reaction == "done" and not new)
        self.kept |= {event_id: self.given()[event_id] for event_id in new}

    @rule()
    def undo(self) -> None:
        """Taking back adds to the log, and takes nothing from it."""
        try:
            undo(self.house)
        except BadUsageError:
            return

    @rule(ms=st.sampled_from(JUMPS))
    def jump(self, ms: int) -> None:
        """The clock goes on, or back; in other tasks, some are gone and some are there again."""
        self.clock.advance(ms)
        for source in self.sources.values():
            kept = source.all.tasks[: 2 + self.clock.now // MINUTE % 3]
            source.reading = source.reading._replace(
                tasks=tuple(task for task in kept if task.handle not in source.done)
            )

    @rule(
        act=st.sampled_from((refresh, lambda house: react(house, "later", until=house.clock.now_ms() + HOUR), undo,
                             wiring_vault.rotate)),
        at=st.integers(1, 12),
    )  # fmt: skip
    def killed(self, act: Act, at: int) -> None:
        """A process dies in the middle of something; what it had acknowledged before is not its to lose."""
        self.house.close()
        pid = os.fork()
        if pid == 0:
            self.die(act, at)
        os.waitpid(pid, 0)
        self.house = self.opened()

    def die(self, act: Act, at: int) -> None:
        """In a child: kill it before its n-th begin or commit, or let it end."""
        left = [at]

        def count(statement: str) -> None:
            left[0] -= statement.lower().startswith(("begin", "commit"))
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            house = self.opened()
            house.store.conn.set_trace_callback(count)
            act(house)
        finally:
            os._exit(0)

    @rule(on=st.booleans())
    def agent(self, on: bool) -> None:
        """An agent is allowed, or not any more; then what it had to say is gone."""
        if on:
            consent.grant(self.house, AGENT)
        else:
            consent.revoke(self.house, AGENT)
            gone = self.house.store.conn.execute("select count(*) from snippet where agent_id = 'momentum'").fetchone()
            assert gone == (0,)
            self.kept = {event_id: of for event_id, of in self.kept.items() if of in SOURCES}

    @precondition(lambda self: self.connected)
    @rule(data=st.data())
    def forget(self, data: st.DataObject) -> None:
        """A source is forgotten, with all that was made of it."""
        source = data.draw(st.sampled_from(self.connected))
        connect.disconnect(self.house, source)
        self.kept = {event_id: of for event_id, of in self.kept.items() if of in SOURCES and of != source}

    @rule()
    def rotate(self) -> None:
        """A new key, and the old one opens nothing more."""
        assert wiring_vault.rotate(self.house)

    @rule()
    def start_again(self) -> None:
        """Another process."""
        self.house.close()
        self.house = self.opened()

    @invariant()
    def acknowledged_is_stored(self) -> None:
        """Every reaction that was answered is there, unless what it was about was forgotten."""
        assert self.kept.keys() <= self.given().keys()

    @invariant()
    def nothing_without_consent(self) -> None:
        """No source was read without its consent."""
        assert [source.trespasses for source in self.sources.values()] == [0] * len(SOURCES)

    @invariant()
    def forgotten_stays_forgotten(self) -> None:
        """Nothing of a source that is not connected lies in any table."""
        for source in set(SOURCES) - set(self.connected):
            for table in OF_A_SOURCE:
                rows = self.house.store.conn.execute(f"select count(*) from {table} where source = ?", (source,))  # noqa: S608
                assert rows.fetchone() == (0,), (source, table)

    @invariant()
    def sealed(self) -> None:
        """No word of a task and no login lies readable on the disk."""
        for path in (self.folder / "home").rglob("*"):
            assert not path.is_file() or CANARY.encode() not in path.read_bytes().lower(), path

    def teardown(self) -> None:
        """The database is sound at the end of every life."""
        health.check(self.house.store.conn)
        self.house.close()
        words.clear(self.house.paths)
        shutil.rmtree(self.folder)


def live(lives: int, steps: int) -> None:
    """So many lives of so many steps."""
    found = settings(
        max_examples=lives, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(Life, settings=found)


def test_a_few_lives() -> None:
    """Five lives."""
    live(5, 12)


@pytest.mark.nightly
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("block", range(10))
def test_five_thousand_lives(block: int) -> None:
    """Ten times five hundred."""
    live(500, 30)
