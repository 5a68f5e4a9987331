"""Consent withdrawn, row by row: the flow stops and what came from it goes, also in the middle of a refresh."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from oo_cli.engine.gate import GLOBAL_SCOPE
from oo_cli.house import Doors, House
from oo_cli.spans import OFF
from oo_cli.usecases import consent, habits, holdout, mirror, moods, phone, trace
from oo_cli.usecases.add import add_task
from oo_cli.usecases.outbox import takes as outbox_takes
from oo_cli.usecases.refresh import refresh
from oo_data.contracts.event import ConsentChanged
from oo_data.contracts.profile import Pref
from oo_data.contracts.signal import Reading
from oo_data.contracts.span import Span, Step
from oo_data.ports import Mark, Tracer, VersionRegistry
from oo_data.secret import Secret
from oo_data.store import events, outbox, profile, words
from tests.fakes import FakeSource, FixedClock, house_at

# What must be gone after each withdrawal, as queries that count it.
LEFT: dict[str, tuple[str, ...]] = {
    "source.todoist": (
        "select count(*) from task where source = 'todoist'",
        "select count(*) from completion where source = 'todoist'",
        "select count(*) from tip where source = 'todoist'",
        "select count(*) from secret where name like 'todoist.%'",
        "select count(*) from vector where source = 'todoist'",
        "select count(*) from outbox where source = 'todoist'",
        "select count(*) from source where id = 'todoist'",
    ),
    "source.todotxt": (
        "select count(*) from task where source = 'todotxt'",
        "select count(*) from tip where source = 'todotxt'",
    ),
    "todoist.write": ("select count(*) from outbox where state = 'waiting'",),
    "agent.recent-patterns": (
        "select count(*) from snippet where agent_id = 'recent-patterns'",
        "select count(*) from agent_run where agent_id = 'recent-patterns'",
        "select count(*) from pref where scope = 'recent-patterns' and source <> 'user'",
        "select count(*) from tip where subject = 'advice.recent-patterns'",
    ),
    "source.mood": (
        "select count(*) from mood",
        "select count(*) from feature where key like 'mood%'",
        "select count(*) from event where type = 'MoodNoted'",
    ),
    "mirror.nats": ("select count(*) from duty where id = 'mirror.nats'",),
    "source.habit": ("select count(*) from habit", "select count(*) from task where source = 'habit'"),
    "phone": (
        "select count(*) from device",
        "select count(*) from pairing",
        "select count(*) from secret where name like 'phone.%'",
    ),
    "holdout": (
        "select count(*) from event where type = 'HeldOut'",
        "select count(*) from silence where origin = 'holdout'",
        "select count(*) from meta where key = 'holdout.seed'",
    ),
    "trace.export": ("select count(*) from meta where key = 'trace.registered'",),
}


class Meddled(FakeSource):
    """A Todoist during whose reading something happens once."""

    meanwhile: Callable[[], object] | None = None

    def read(self, now_ms: int) -> Reading:
        """What was set, after what happens meanwhile."""
        if self.meanwhile is not None:
            happen, self.meanwhile = self.meanwhile, None
            happen()
        return super().read(now_ms)


class Meddling(Tracer):
    """Something happens once, as a step of a refresh begins."""

    def __init__(self, when: Step, happen: Callable[[], object]) -> None:
        self._when, self._happen = when, [happen]

    def span(self, step: Step, id: str = "", version: str = "") -> AbstractContextManager[Mark]:
        """The step, unrecorded, after what happens."""
        if step == self._when and self._happen:
            self._happen.pop()()
        return OFF.span(step, id, version)

    def taken(self) -> tuple[Span, ...]:
        """None."""
        return ()


class Listing(VersionRegistry):
    """A server that lists whatever it is told."""

    host = "mlflow.example"

    def register(self, name: str, version: str, seconds: float) -> None:
        """Done."""


class Life(House):
    """A home where every consent of `LEFT` holds and has left something."""

    clock: FixedClock
    remote: Meddled

    def other(self) -> House:
        """The same home, as another process has it."""
        return House(self.environ, self.clock, self.zone, self.doors, self.say)


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    """Two refreshes of a person with two lists, a habit, a mood and the hold-out."""
    base = house_at(tmp_path, FixedClock(), MLFLOW_TRACKING_URI="https://mlflow.example", NATS_URL="nats://127.0.0.1:9")
    source = Meddled("todoist", "Pay the rent", "Call Grandma")
    known = Doors(
        vault=base.doors.vault,
        source=lambda house, name: source if name == "todoist" else real(house, name),
        registry=lambda house: Listing(),
    )
    real = base.doors.source
    house = Life(base.environ, FixedClock(), base.zone, known, base.say)
    house.remote = source
    add_task(house, "Water the plants")
    now = house.clock.now_ms()
    with house.store.write() as conn:
        profile.connect_source(conn, "todoist", now, None)
        for key in LEFT:
            profile.set_consent(conn, key, True, now)
        profile.save_secret(conn, "todoist.login", b"sealed", now)
        profile.save_prefs(conn, [Pref(GLOBAL_SCOPE, holdout.SHARE, "user", 0.5, 0, now)])
    phone.make_token(house, "desk")
    phone.pair(house)
    phone.keep_certificate(house, Secret("pem"))
    habits.add(house, "Stretch", "1d")
    moods.note(house, 2, "tired")
    refresh_and_send(house)
    mirror.mirror(house)
    yield house
    words.clear(house.paths)
    house.close()


def refresh_and_send(house: House) -> None:
    """What `oo refresh` does, and the traces after it."""
    refresh(house, ask=True)
    trace.send(house)


def waiting_write(house: House) -> None:
    """A write that could not be sent yet."""
    with house.store.write() as conn:
        outbox.put(conn, outbox.Waiting("u", "todoist", "e", "close", b"sealed", house.clock.now_ms()))


def counts(house: House, key: str) -> list[int]:
    """What is there of it."""
    return [int(house.store.conn.execute(query).fetchone()[0]) for query in LEFT[key]]


@pytest.mark.parametrize("key", LEFT)
def test_a_withdrawal_erases_what_came(life: Life, key: str) -> None:
    """Something was there, and at once nothing is; the next refresh brings nothing back, and the log says so."""
    waiting_write(life)
    assert any(counts(life, key))
    consent.revoke(life, key)
    assert not any(counts(life, key))
    assert not consent.listing(life)[key]
    changed = [e.event for e in events.latest(life.store.conn, (ConsentChanged,), 3)]
    assert ConsentChanged(key, 0) in changed
    refresh_and_send(life)
    assert not any(counts(life, key))


@pytest.mark.parametrize("key", LEFT)
def test_a_withdrawal_is_told_once(life: Life, key: str) -> None:
    """What does not change a consent, as the rest of a killed forget, is no news and leaves its day as it was."""
    consent.revoke(life, key)
    before = profile.consents(life.store.conn), events.latest(life.store.conn, (ConsentChanged,), 50)
    life.clock.advance(1)
    consent.revoke(life, key)
    assert (profile.consents(life.store.conn), events.latest(life.store.conn, (ConsentChanged,), 50)) == before


@pytest.mark.parametrize("key", LEFT)
def test_a_withdrawal_in_the_middle_of_a_refresh_wins(life: Life, key: str) -> None:
    """What a refresh had already read or worked out under a consent is not written once that is withdrawn."""
    other, begun = life.other(), life.remote.reads
    life.remote.meanwhile = lambda: consent.revoke(other, key)
    refresh_and_send(life)
    other.close()
    assert life.remote.reads > begun
    assert not any(counts(life, key))


def test_moods_forgotten_in_the_middle_of_a_refresh_stay_so(life: Life) -> None:
    """The consent for more holds; what a refresh had made of those that went is not written."""
    other = life.other()
    other.spans = Meddling("words", lambda: moods.forget(life))
    refresh(other)
    other.close()
    assert "source.mood" in profile.granted(life.store.conn)
    assert not any(counts(life, "source.mood"))


def test_a_refused_source_is_not_even_opened(life: Life) -> None:
    """With its consent withdrawn by hand, a connected source is not read, and reactions are not written to it."""
    with life.store.write() as conn:
        profile.set_consent(conn, "source.todoist", False, 0)
        profile.set_consent(conn, "todoist.write", False, 0)
    reads = life.remote.reads
    refresh(life)
    assert life.remote.reads == reads
    assert not outbox_takes(life, "todoist")


def test_the_share_of_the_hold_out_is_the_persons_own(life: Life) -> None:
    """A setting is the person's word and stays, but draws nothing without the consent."""
    consent.revoke(life, "holdout")
    refresh(life)
    assert holdout.share_of(life) == 0.0
    assert not any(counts(life, "holdout"))
