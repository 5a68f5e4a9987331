"""Habits at rest and as a source: due until done, hidden until due again, gone alone when removed."""

from __future__ import annotations

from pathlib import Path

import pytest

from oo_cli.engine.features.tasks import task_features
from oo_cli.house import House
from oo_cli.usecases import feedback, habits, own
from oo_cli.usecases.recommend import recommend
from oo_cli.usecases.refresh import refresh
from oo_data.contracts.tip import RecommendRequest, Tip
from oo_data.errors import BadUsageError, ConsentMissingError
from oo_data.store import dump, profile, records, shelf, tips
from oo_data.store import habits as store
from tests.fakes import DAY, HOUR, TUESDAY, FixedClock, house_at
from tests.store.conftest import rows

NAME = "Practise the xylophone"


@pytest.fixture
def home(house: House) -> House:
    """A house with one habit of every day."""
    habits.add(house, NAME, "1d")
    return house


def tip(house: House) -> Tip | None:
    """What is said now, if it is a tip."""
    said = recommend(house, RecommendRequest(house.clock.now_ms(), "tip", asked=True))
    return said if isinstance(said, Tip) else None


def test_the_first_habit_connects_the_source(house: House) -> None:
    """Adding one is the consent, told once; a name is taken once, however it is capitalised."""
    assert habits.add(house, " Stretch ", "2d") == ("Stretch", True)
    assert habits.add(house, "Read", "weekly") == ("Read", False)
    assert {own.HABIT, "agent.momentum"} <= profile.granted(house.store.conn)
    with pytest.raises(BadUsageError, match="of that name"):
        habits.add(house, "STRETCH", "1d")
    assert [(known.number, known.name, known.every_days) for known in habits.listing(house)] == [
        (1, "Stretch", 2), (2, "Read", 7),
    ]  # fmt: skip
    with house.store.write() as conn:
        profile.set_consent(conn, own.HABIT, False, 1)
    with pytest.raises(ConsentMissingError):
        habits.add(house, "Walk", "1d")


@pytest.mark.parametrize("name", ["", "12", "\u202e\x00", "x" * 61, "x" * 10_000])
def test_names_that_cannot_be(house: House, name: str) -> None:
    """A number is taken for a place in the list; what cannot be seen or is too long is no name."""
    with pytest.raises(BadUsageError):
        habits.add(house, name, "1d")
    assert rows(house.store, "habit") == []


@pytest.mark.parametrize(("text", "days"), [("1d", 1), ("2 d", 2), ("1w", 7), ("Daily", 1), ("52w", 364)])
def test_how_often(text: str, days: int) -> None:
    """Days and weeks, up to a year."""
    assert habits.parse_every(text) == days


@pytest.mark.parametrize("text", ["", "0d", "367d", "53w", "d", "1m", "-1d", "1.5d", "often", "٢d"])
def test_what_is_not_how_often(text: str) -> None:
    """Nothing else is guessed."""
    with pytest.raises(BadUsageError):
        habits.parse_every(text)


def test_due_until_done_then_hidden(home: House, clock: FixedClock) -> None:
    """Not done it is due today, every day; done it is due and hidden until its period is over."""
    habits.add(home, "Call Mum", "1w")
    source = home.source("habit")
    clock.advance(3 * DAY)
    assert [(task.due, task.start) for task in source.read(clock.now).tasks] == [("2026-12-04", None)] * 2
    assert [source.complete(name, clock.now) for name in (NAME.lower(), "call mum", "gone")] == [True, True, False]
    assert not source.complete(NAME.lower(), clock.now + HOUR)
    told = [(task.due, task.start) for task in source.read(clock.now).tasks]
    assert told == [("2026-12-05", "2026-12-05"), ("2026-12-11", "2026-12-11")]
    assert [task.start for task in source.read(clock.now + DAY).tasks] == [None, "2026-12-11"]
    (task, _) = source.read(clock.now).tasks
    assert (task.recurring, task.every_days, task.source) == (True, 1.0, "habit")
    assert task_features(task, home.refs).ref == store.habits(home.store.conn)[0].ref


def test_a_day_is_the_persons(tmp_path: Path) -> None:
    """Done at half past eleven at night, it is due again half an hour later."""
    clock = FixedClock(TUESDAY + 13 * HOUR + HOUR // 2)
    house = house_at(tmp_path, clock)
    habits.add(house, NAME, "1d")
    source = house.source("habit")
    assert source.complete(NAME.lower(), clock.now)
    assert not source.complete(NAME.lower(), clock.now + HOUR // 4)
    assert source.read(clock.now + HOUR // 2).tasks[0].start is None
    assert source.complete(NAME.lower(), clock.now + HOUR // 2)
    house.close()


def test_ticking_a_tip(home: House, clock: FixedClock) -> None:
    """`oo done` ticks the habit inside the reaction's own transaction; `oo undo` gives it back as it was."""
    habits.tick(home, "1")
    before = store.habits(home.store.conn)
    clock.advance(DAY)
    said = tip(home)
    assert said is not None
    assert said.text == NAME
    assert feedback.react(home, "done").in_source
    assert habits.listing(home)[0].streak == 2
    assert tip(home) is None
    refresh(home)
    assert tip(home) is None
    feedback.undo(home)
    assert store.habits(home.store.conn) == before
    assert habits.listing(home)[0].streak == 1
    again = tip(home)
    assert again is not None
    assert again.text == NAME


def test_ticking_by_name(home: House, clock: FixedClock) -> None:
    """Said by name or number it counts once a day, takes the tip away at once, and can be taken back for today."""
    assert tip(home) is not None
    assert habits.tick(home, NAME.upper()) == (NAME, True)
    assert habits.tick(home, "1") == (NAME, False)
    assert tip(home) is None
    (done,) = records.completions(home.store.conn, 0)
    (habit,) = store.habits(home.store.conn)
    assert (done.ref, done.source, done.lateness_days, done.every_days) == (habit.ref, "habit", None, 1.0)
    clock.advance(DAY)
    assert tip(home) is not None
    habits.tick(home, "1")
    assert (habits.listing(home)[0].streak, habits.listing(home)[0].days[-3:]) == (2, (False, True, True))
    assert habits.untick(home, "1") == (NAME, True)
    assert habits.untick(home, "1") == (NAME, False)
    assert store.habits(home.store.conn) == [habit]
    assert len(records.completions(home.store.conn, 0)) == 1


def test_tomorrow_is_on_the_shelf_tonight(home: House, clock: FixedClock) -> None:
    """A habit done today is said again in the morning, though nothing refreshed in between."""
    habits.tick(home, "1")
    assert tip(home) is None
    clock.advance(20 * HOUR)
    picked = shelf.pick(home.store, clock.now, ambient=False)
    assert picked.kind == shelf.TIP


@pytest.mark.parametrize("which", ["0", "2", "99999999999999999999", "\u0662", "nothing of the kind", "\u202e"])
def test_no_such_habit(home: House, which: str) -> None:
    """A number beyond the list, or a name of none, is refused."""
    for act in (habits.tick, habits.untick, habits.remove):
        with pytest.raises(BadUsageError):
            act(home, which)


def test_one_habit_goes_alone(home: House, clock: FixedClock) -> None:
    """Removing one erases its name, completions, tips and reactions from the file, and nothing of another's."""
    habits.add(home, "Stretch", "1d")
    habits.tick(home, "2")
    said = tip(home)
    assert said is not None
    feedback.react(home, "done")
    gone, stays = store.habits(home.store.conn)
    with home.store.write() as conn:
        conn.execute("insert into effort values (?, 'habit', 5, 'low', 1)", (gone.ref,))
    held = Path(home.paths.database).read_bytes()
    assert NAME.casefold().encode() not in held.lower()
    assert gone.ref.encode() in held
    assert gone.ref in str(list(dump.rows(home.store.conn, "decision")))
    assert gone.name in held
    assert habits.remove(home, NAME) == (NAME, 1)
    held = Path(home.paths.database).read_bytes()
    assert gone.ref.encode() not in held
    assert gone.ref not in str(list(dump.rows(home.store.conn, "decision")))
    assert gone.name not in held
    assert [habit._replace(name=stays.name) for habit in store.habits(home.store.conn)] == [stays]  # sealed anew
    assert [habit.name for habit in habits.listing(home)] == ["Stretch"]
    assert [done.ref for done in records.completions(home.store.conn, 0)] == [stays.ref]
    refresh(home)
    assert {row.subject for row in tips.on_shelf(home.store.conn, clock.now) if row.source == "habit"} <= {stays.ref}


def test_hostile_names_stay_names(home: House) -> None:
    """A name with escapes, quotes or markup is cleaned, ticked and handed back through its handle as one name."""
    for name in ("\x1b[31mred\x1b[0m", '"; drop table habit; --', "a\u202eb\u2066c", "tab\there", "[/] {x!r} %s"):
        said, _ = habits.add(home, name, "1d")
        assert habits.tick(home, said)[1]
        assert habits.remove(home, name)[0] == said
    assert [known.name for known in habits.listing(home)] == [NAME]


def test_a_handle_is_the_name(home: House) -> None:
    """What the shelf hands back is the habit's own name for itself, whatever the order of the list."""
    habits.add(home, "Stretch", "1d")
    assert [task.handle for task in home.source("habit").read(TUESDAY).tasks] == [NAME.casefold(), "stretch"]
