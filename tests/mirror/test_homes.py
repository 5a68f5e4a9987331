"""Several homes of one person round one stream: whatever is said where and when, in the end all hold the same."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from oo_cli.house import House
from oo_cli.usecases import agenda, consent, mirror
from oo_cli.usecases.feedback import react, undo
from oo_cli.usecases.log import history, line
from oo_cli.usecases.refresh import refresh
from oo_cli.usecases.settings import assign, listing, unset
from oo_cli.usecases.think import record_pref
from oo_data.contracts.event import Envelope, PrefInferred
from oo_data.contracts.profile import Pref
from oo_data.contracts.tip import Reaction
from oo_data.errors import BadUsageError
from oo_data.store import cursors, dump, events, profile, tips
from tests.fakes import DAY, HOUR, MINUTE, FakeStream
from tests.mirror.homes import NAMES, Home, held, house_of, living, reaching

VALUES = {
    "tips.per_day": ("0", "3", "9"),
    "tips.pause": ("0", "30"),
    "face.theme": ("dark", "light"),
    "time-of-day.quiet_start": ("21", "23"),
    "time-of-day.peak_hours": ("9,10,11", "15"),
    "focus-area.preferred_areas": ("work", "home,health"),
}
INFERRED: dict[str, tuple[int | tuple[int, ...], ...]] = {"quiet_start": (20, 22), "peak_hours": ((8, 9), (14,))}
REACTIONS: tuple[Reaction, ...] = ("done", "later", "no")
REASONS = ("", "not now", "wrong", "too many")
SKEWS = (MINUTE, HOUR, DAY, -HOUR, -DAY, 40 * DAY)


def tip_of(house: House, place: int = 0) -> str:
    """A tip that lies on the shelf."""
    found = [tip.id for tip in tips.on_shelf(house.store.conn, house.clock.now_ms()) if tip.kind == "todo"]
    return found[place % len(found)] if found else ""


def mirrored(*homes: Home) -> None:
    """One run of each."""
    for home in homes:
        report = mirror.mirror(home.house)
        assert report is not None
        assert report.error is None


def assert_alike(homes: list[Home]) -> None:
    """All hold the same."""
    now = max(home.clock.now for home in homes)
    first, *others = (held(home.house, now) for home in homes)
    for other in others:
        assert other == first


class Person(RuleBasedStateMachine):
    """Says things in three homes, whose clocks differ and whose ways to the stream come and go."""

    settled: ClassVar[Path]

    @initialize()
    def begin(self) -> None:
        """Move in."""
        self.stack = ExitStack()
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        self.homes = self.stack.enter_context(living(self.settled, Path(folder)))

    which = st.integers(0, len(NAMES) - 1)

    @rule(at=which, place=st.integers(0, 4), reaction=st.sampled_from(REACTIONS), reason=st.sampled_from(REASONS))
    def say(self, at: int, place: int, reaction: Reaction, reason: str) -> None:
        """React to a tip."""
        house = self.homes[at].house
        tip_id = tip_of(house, place)
        if tip_id:
            until = house.clock.now_ms() + 3 * HOUR
            with suppress(BadUsageError):  # done already
                react(house, reaction, reason if reaction == "no" else "", until if reaction == "later" else 0, tip_id)

    @rule(at=which)
    def take_back(self, at: int) -> None:
        """Undo."""
        with suppress(BadUsageError):  # nothing was said
            undo(self.homes[at].house)

    @rule(at=which, name=st.sampled_from(sorted(VALUES)), choice=st.integers(0, 2))
    def choose(self, at: int, name: str, choice: int) -> None:
        """Set something."""
        assign(self.homes[at].house, name, VALUES[name][choice % len(VALUES[name])])

    @rule(at=which, name=st.sampled_from(sorted(VALUES)))
    def give_back(self, at: int, name: str) -> None:
        """Unset something."""
        unset(self.homes[at].house, name)

    @rule(at=which, name=st.sampled_from(sorted(INFERRED)), choice=st.integers(0, 2))
    def learn(self, at: int, name: str, choice: int) -> None:
        """Inference finds a value, or none any more."""
        house, known = self.homes[at].house, INFERRED[name]
        source = "inferred" if choice < len(known) else "default"
        with house.store.write():
            pref = Pref("time-of-day", name, source, known[choice % len(known)], choice, house.clock.now_ms())
            record_pref(house, pref)

    @rule(at=which, by=st.sampled_from(SKEWS))
    def pass_time(self, at: int, by: int) -> None:
        """A clock moves, or is moved."""
        self.homes[at].clock.advance(by)

    @rule(at=which, up=st.booleans(), room=st.integers(0, 5))
    def part(self, at: int, up: bool, room: int) -> None:
        """The way to the stream goes, comes back, or lets only so much through."""
        self.homes[at].stream.up, self.homes[at].stream.room = up, room

    @rule(at=which)
    def meet(self, at: int) -> None:
        """One run, however it ends."""
        assert mirror.mirror(self.homes[at].house) is not None

    def teardown(self) -> None:
        """Once every way is open, two rounds make all of them equal, and nothing is sent twice."""
        if not hasattr(self, "stack"):
            return
        with self.stack:
            for home in self.homes:
                home.stream.up, home.stream.room = True, 1 << 30
            mirrored(*self.homes, *self.homes)
            assert_alike(self.homes)
            for home in self.homes:
                assert mirror.waiting(home.house) == 0


def lives(settled: Path, examples: int, steps: int) -> None:
    """So many lives of so many steps."""
    Person.settled = settled
    limits = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(Person, settings=limits)


def test_homes_converge(settled: Path) -> None:
    """Any edits in any order, with partitions, crashed runs and wrong clocks: equal state after healing."""
    lives(settled, 12, 25)


@pytest.mark.nightly
@pytest.mark.timeout(3600)
def test_homes_converge_over_a_thousand_lives(settled: Path) -> None:
    """The same a thousand times."""
    lives(settled, 1000, 40)


def test_a_reaction_counts_in_every_home(three: list[Home]) -> None:
    """What was put off or done in one home is not brought up in another; taken back, it may be again."""
    laptop, desk, _ = three
    about = tips.on_shelf(laptop.house.store.conn, laptop.clock.now)[0].subject
    react(laptop.house, "later", until=laptop.clock.now + DAY, tip_id=tip_of(laptop.house))
    mirrored(laptop, desk)
    assert about in tips.muted(desk.house.store.conn, desk.clock.now)
    refresh(desk.house)
    assert about not in {tip.subject for tip in tips.on_shelf(desk.house.store.conn, desk.clock.now)}
    undo(laptop.house)
    mirrored(laptop, desk)
    assert about not in tips.muted(desk.house.store.conn, desk.clock.now)


def test_the_log_names_what_was_said_elsewhere(three: list[Home]) -> None:
    """A reaction of another home is told with the task's words as this home knows them, and as said elsewhere."""
    laptop, desk, _ = three
    react(laptop.house, "no", tip_id=tip_of(laptop.house))
    mirrored(laptop, desk)
    (here,), (there,) = (history(home.house, True, 10) for home in (laptop, desk))
    assert (there["text"], there["elsewhere"]) == (here["text"], True)
    assert "no, elsewhere" in line(there)
    assert "elsewhere" not in line(here)


def test_too_many_is_said_once(three: list[Home]) -> None:
    """Enough of tips in one home is enough of them in all, until that is taken back."""
    laptop, desk, _ = three
    react(laptop.house, "no", "too many", tip_id=tip_of(laptop.house))
    said = laptop.clock.now
    mirrored(laptop, desk)
    assert tips.next_silence(desk.house.store.conn, said - 1, ambient=False) == said
    undo(laptop.house)
    mirrored(laptop, desk)
    assert tips.next_silence(desk.house.store.conn, said - 1, ambient=False) is None


def test_undo_stays_at_home(three: list[Home]) -> None:
    """`oo undo` takes back what was said here; what was said elsewhere is undone there."""
    laptop, desk, _ = three
    react(desk.house, "no", tip_id=tip_of(desk.house, 1))
    react(laptop.house, "no", tip_id=tip_of(laptop.house))
    mirrored(laptop, desk)
    mine = undo(desk.house)
    assert mine.subject == tips.on_shelf(desk.house.store.conn, desk.clock.now)[1].subject
    with pytest.raises(BadUsageError, match="nothing to undo"):
        undo(desk.house)


def test_the_later_word_wins_although_a_clock_is_wrong(three: list[Home]) -> None:
    """Who has seen a value and sets another has the last word, be their clock a day behind."""
    laptop, desk, _ = three
    desk.clock.advance(-DAY)
    assign(laptop.house, "tips.per_day", "3")
    mirrored(laptop, desk)
    assign(desk.house, "tips.per_day", "9")
    mirrored(desk, laptop)
    assert [listing(home.house, "tips.per_day")[0]["value"] for home in (laptop, desk)] == [9, 9]


def test_a_setting_made_while_the_mirror_runs_is_not_lost(three: list[Home]) -> None:
    """Set by another command while a run reads, or sends: the run after takes it along, and all hold the last word."""
    laptop, desk, _ = three
    assign(laptop.house, "tips.per_day", "3")
    mirrored(laptop)
    values = ["7", "6"]
    desk.clock.advance(MINUTE)

    def choose() -> None:
        with closing(house_of(Path(desk.house.environ["OO_HOME"]).parent, desk.clock)) as other:
            if values:
                assign(other, "tips.per_day", values.pop())

    desk.stream.meanwhile = choose
    mirrored(desk)
    desk.stream.meanwhile = list
    mirrored(desk, laptop)
    assert_alike([laptop, desk])
    assert listing(laptop.house, "tips.per_day")[0]["value"] == 7


def test_what_was_set_before_there_were_turns_is_told(three: list[Home]) -> None:
    """A setting that no event told of, as an earlier oO left it, reaches the other homes."""
    laptop, desk, _ = three
    with laptop.house.store.write() as conn:
        profile.save_prefs(conn, [Pref("global", "tips.per_day", "user", 4, 0, laptop.clock.now - DAY)])
    mirrored(laptop, desk)
    assert profile.prefs(desk.house.store.conn)["global", "tips.per_day"] == Pref(
        "global", "tips.per_day", "user", 4, 0, laptop.clock.now - DAY
    )


def test_a_home_that_knows_little_unlearns_nothing(three: list[Home]) -> None:
    """An inference of a home with history stands where another one has none, and neither talks against the other."""
    laptop, desk, _ = three
    found = Pref("time-of-day", "quiet_start", "inferred", 20, 40, laptop.clock.now)
    with laptop.house.store.write():
        record_pref(laptop.house, found)
    mirrored(laptop, desk)
    for _ in range(3):
        with desk.house.store.write():
            record_pref(desk.house, found._replace(source="default", value=22, evidence=0))
        mirrored(desk, laptop)
        assert profile.inferred(desk.house.store.conn, "time-of-day", "quiet_start") == found
        assert profile.inferred(laptop.house.store.conn, "time-of-day", "quiet_start") == found
    assert len(events.about(desk.house.store.conn, PrefInferred, "time-of-day.quiet_start")) == 1


def test_two_that_infer_differently_do_not_go_on_about_it(three: list[Home]) -> None:
    """Each says what it found once; the later word stands in both until one of them finds something new."""
    laptop, desk, _ = three
    for _ in range(4):
        for home, value in ((laptop, 20), (desk, 21)):
            with home.house.store.write():
                record_pref(
                    home.house, Pref("time-of-day", "quiet_start", "inferred", value, 40, home.clock.advance(1))
                )
            mirrored(home)
    mirrored(laptop)
    assert_alike([laptop, desk])
    assert len(events.about(desk.house.store.conn, PrefInferred, "time-of-day.quiet_start")) == 2


def test_withdrawn_what_came_goes(three: list[Home]) -> None:
    """Without the consent, other homes' reactions and what they keep quiet are erased; given again, they come back."""
    laptop, desk, _ = three
    found = Pref("time-of-day", "quiet_start", "inferred", 20, 40, laptop.clock.now)
    with laptop.house.store.write():
        record_pref(laptop.house, found)
    assign(laptop.house, "tips.per_day", "3")
    react(laptop.house, "no", "too many", tip_id=tip_of(laptop.house))
    before = held(desk.house, desk.clock.now)
    mirrored(laptop, desk)
    after = held(desk.house, desk.clock.now)
    assert consent.revoke(desk.house, agenda.MIRROR) == ["3 events of other homes"]
    conn = desk.house.store.conn
    assert (dump.count(conn, "arrival"), tips.next_silence(conn, 0, ambient=False)) == (0, None)
    own = {row for row in after["prefs"] if row[2] == "user"}
    assert held(desk.house, desk.clock.now) == before | {"prefs": own}
    with desk.house.store.write():
        record_pref(desk.house, found._replace(source="default", value=22, evidence=0))
    consent.grant(desk.house, agenda.MIRROR)
    mirrored(desk, laptop)
    assert_alike([laptop, desk])
    assert held(desk.house, desk.clock.now) == after


def test_a_stream_made_anew_is_read_from_its_beginning(three: list[Home]) -> None:
    """Where the server lost its stream, what comes into the new one is not missed."""
    laptop, desk, _ = three
    react(laptop.house, "no", tip_id=tip_of(laptop.house))
    mirrored(laptop, desk)
    renewed: list[Envelope] = []
    for at, home in enumerate((laptop, desk)):
        house = reaching(home.house, FakeStream(renewed, "second").door)
        if at == 0:
            react(house, "later", until=home.clock.now + DAY, tip_id=tip_of(house, 1))
        there = len(renewed)
        mirrored(home._replace(house=house))
    assert_alike([laptop, desk])
    assert cursors.place(desk.house.store.conn, f"{mirror.INBOX}{desk.stream.host}") == (there, "second")
