"""Placing open tasks at a refresh: consent, increments, corrections, projects, an embedder that changes or fails."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from oo_cli import wiring
from oo_cli.adapters.embed.ngrams import NgramEmbedder
from oo_cli.engine.features.tasks import task_features
from oo_cli.house import Doors, House
from oo_cli.usecases import areas as use
from oo_cli.usecases.areas import Assigned
from oo_data.contracts.signal import TaskSignal
from oo_data.ports import Embedder
from oo_data.store import areas, profile, records, vectors
from oo_data.store.areas import AreaRow
from oo_data.text import Untrusted
from tests.areas.people import AxisEmbedder
from tests.fakes import BERLIN, FixedClock, file_vault


class World:
    """A house with one source whose open tasks are set by title, and an embedder that can be exchanged."""

    def __init__(self, home: Path) -> None:
        self.embedder: Embedder | None = AxisEmbedder()
        doors = Doors(file_vault, wiring.open_source, embedder=lambda house: self.embedder)
        self.home, self.doors = home, doors
        self.signals: dict[str, TaskSignal] = {}
        self.house = self.open()
        with self.house.store.write() as conn:
            profile.connect_source(conn, "todoist", 1, None)
            profile.set_consent(conn, use.CONSENT, True, 1)

    def open(self) -> House:
        """A house of a new process."""
        return House({"OO_HOME": str(self.home)}, FixedClock(), BERLIN, self.doors, lambda line: None)

    def refs(self, *titles: str, project: str | None = None, keep: bool = False) -> list[str]:
        """The references of tasks that are open from now on, beside the others where those are kept."""
        signals = [TaskSignal("todoist", title.strip("!"), Untrusted(title), project=project) for title in titles]
        found = {task_features(signal, self.house.refs).ref: signal for signal in signals}
        self.signals = (self.signals if keep else {}) | found
        return list(found)

    def refresh(self, at_once: int = use.AT_ONCE) -> Assigned:
        """Place what is open, and write it down."""
        house = self.house
        tasks = [task_features(signal, house.refs) for signal in self.signals.values()]
        done = records.completions(house.store.conn, 0)
        found = use.assign(house, self.signals, tasks, done, house.clock.now_ms(), at_once)
        with house.store.write() as conn:
            records.replace_tasks(conn, "todoist", 1, tasks)
            use.record(house, found)
        return found

    def say(self, ref: str, area: str) -> None:
        """The person's own word."""
        with self.house.store.write() as conn:
            areas.save(conn, [AreaRow(ref, "todoist", area, "user", 2)])

    def asked(self) -> list[str]:
        """What the embedder was asked since the last look."""
        assert isinstance(self.embedder, AxisEmbedder)
        asked, self.embedder.asked = self.embedder.asked, []
        return asked


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world of its own."""
    world = World(tmp_path / "home")
    yield world
    world.house.close()


def test_places_and_keeps(world: World) -> None:
    """Titles are placed by meaning, asked of the embedder once, and survive a new process."""
    run, bill, odd = world.refs("health: run", "money: bill", "3: chess")
    assert world.refresh().areas == {run: "health", bill: "money"}
    assert world.asked() == ["health: run", "money: bill", "3: chess"]
    world.house = world.open()
    again = world.refresh()
    assert (again.areas, again.embedder, world.asked()) == ({run: "health", bill: "money"}, "", [])
    assert odd not in areas.rows(world.house.store.conn)


def test_no_model_where_nothing_is_new(world: World) -> None:
    """A refresh without a new title does not even load the embedder, be it that a task is gone."""
    world.refs("health: run", "money: bill")
    world.refresh()
    (run,) = world.refs("health: run")
    assert isinstance(world.embedder, AxisEmbedder)
    loads = world.embedder.loads
    assert world.refresh().areas == {run: "health"}
    assert world.embedder.loads == loads
    assert len(vectors.refs(world.house.store.conn, world.embedder.id)) == 1


def test_a_renamed_task_is_placed_anew(world: World) -> None:
    """The same task with other words is another title; the vector of the old words goes."""
    (ref,) = world.refs("health: run")
    world.refresh()
    world.signals[ref] = world.signals[ref]._replace(title=Untrusted("work: run the meeting"))
    world.asked()
    assert world.refresh().areas == {ref: "work"}
    assert world.asked() == ["work: run the meeting"]
    assert len(vectors.refs(world.house.store.conn, "usem3@1")) == 1
    world.signals[ref] = world.signals[ref]._replace(title=Untrusted("5: something else"))
    assert world.refresh().areas == {}


def test_sealed(world: World) -> None:
    """No number of a vector and no word of a title lies in the file; another row's vector does not open here."""
    world.refs("health: Canary7Run")
    world.refresh()
    conn = world.house.store.conn
    ((ref, sealed),) = conn.execute("select ref, sealed from vector").fetchall()
    assert "Canary7Run" not in "".join(conn.iterdump())
    assert max(use.unsealed(world.house, "usem3@1", [ref])[ref]) == 1.0
    assert len(ref.split(".")) == 2
    assert sealed not in (b"", world.house.sealer.seal("", "vector", "sealed", ref, source="x", at=None))


def test_consent_before_data(world: World) -> None:
    """Without the agent's consent no title reaches the embedder, and nothing is said of areas."""
    world.refs("health: run")
    with world.house.store.write() as conn:
        profile.set_consent(conn, use.CONSENT, False, 2)
    assert world.refresh() == Assigned({})
    assert world.asked() == []


@pytest.mark.parametrize("embedder", [None, NgramEmbedder()], ids=["none", "letters"])
def test_without_meaning_only_the_persons_word(world: World, embedder: Embedder | None) -> None:
    """An embedder that knows no meaning places nothing, and what an earlier one placed is not shown."""
    run, bill = world.refs("health: run", "money: bill")
    world.refresh()
    world.say(bill, "admin")
    world.house, world.embedder = world.open(), embedder
    found = world.refresh()
    assert (found.areas, found.rows, found.vectors) == ({bill: "admin"}, (), ())
    assert run in areas.rows(world.house.store.conn)


def test_an_unmeasured_embedder_places_nothing(world: World) -> None:
    """Thresholds belong to an embedder; one without any is not guessed for."""
    world.refs("health: run")
    assert isinstance(world.embedder, AxisEmbedder)
    world.embedder.id = "stranger@1"
    assert world.refresh().areas == {}
    assert world.asked() == []


def test_another_version_embeds_anew(world: World) -> None:
    """Vectors of two embedders are never mixed: the new one starts over, and the old ones go."""
    (run,) = world.refs("health: run")
    world.refresh()
    world.house, world.embedder = world.open(), AxisEmbedder("2")
    assert world.refresh().areas == {run: "health"}
    assert world.asked() == ["health: run"]
    conn = world.house.store.conn
    assert (len(vectors.refs(conn, "usem3@1")), len(vectors.refs(conn, "usem3@2"))) == (0, 1)


def test_a_correction_wins_and_teaches(world: World) -> None:
    """What the person said stays, and titles of like meaning follow at the next refresh, even once it is done."""
    first, second = world.refs("3: chess", "3: more chess")
    assert world.refresh().areas == {}
    world.say(first, "creative")
    assert world.refresh().areas == {first: "creative", second: "creative"}
    assert areas.rows(world.house.store.conn)[second].origin == "inferred"
    world.refs("home: sweep")
    world.refresh()
    (third,) = world.refs("3: chess again")
    assert world.refresh().areas == {third: "creative"}


def test_taken_back(world: World) -> None:
    """Without the correction its likes lose the area again."""
    first, second = world.refs("3: chess", "3: more chess")
    world.say(first, "creative")
    assert set(world.refresh().areas) == {first, second}
    with world.house.store.write() as conn:
        areas.drop(conn, [first], "user")
    assert world.refresh().areas == {}


def test_a_project_teaches(world: World) -> None:
    """A project's own area holds for its tasks, whatever their titles; its titles are examples for others."""
    inside = world.refs("health: run", "4: knots", project="club")
    (outside,) = world.refs("4: ropes", keep=True)
    project = world.house.refs.project("todoist", "club")
    world.say(project, "learning")
    assert world.refresh().areas == {**dict.fromkeys(inside, "learning"), outside: "learning"}


def test_a_project_follows_its_tasks(world: World) -> None:
    """Where most placed tasks agree, those without an area of their own follow, and completions too."""
    refs = world.refs("home: a", "home: b", "home: c", "5: odd", project="flat")
    assert world.refresh().areas == dict.fromkeys(refs, "home")
    project = world.house.refs.project("todoist", "flat")
    assert areas.rows(world.house.store.conn)[project].origin == "inferred"
    world.refs("home: a", "work: b", "work: c", "money: d", project="flat")
    assert world.refresh().rows
    assert project not in areas.rows(world.house.store.conn)


def test_a_few_at_once(world: World) -> None:
    """A refresh embeds no more than it was allowed; the next ones go on, and a typed tip asks for none."""
    refs = world.refs(*(f"home: {number}" for number in range(5)))
    assert world.refresh(0).areas == {}
    assert world.asked() == []
    assert [world.refresh(2).waiting for _ in range(3)] == [3, 1, 0]
    assert len(world.asked()) == 5
    assert set(world.refresh(0).areas) == set(refs)


def test_a_broken_embedder_costs_nothing_known(world: World) -> None:
    """Where the model cannot be had, what was known stands, and the refresh goes on."""
    (run,) = world.refs("health: run")
    world.refresh()
    world.refs("money: bill", keep=True)
    assert isinstance(world.embedder, AxisEmbedder)
    world.embedder.broken = True
    found = world.refresh()
    assert (found.areas, found.failed, found.rows) == ({run: "health"}, True, ())
    world.embedder.broken = False
    assert len(world.refresh().areas) == 2


def test_hostile_and_empty_titles(world: World) -> None:
    """What holds no words is not asked about, and no title breaks a refresh."""
    world.refs("", "\x1b[31m", "\ud800", "x" * 10_000, "health: \u202erun")
    found = world.refresh()
    assert list(found.areas.values()) == ["health"]
    assert max(map(len, world.asked())) <= use.TITLE_CELLS


def test_disconnected_meanwhile(world: World) -> None:
    """What belongs to a source that was disconnected during the refresh is not written."""
    world.refs("health: run")
    house = world.house
    tasks = [task_features(signal, house.refs) for signal in world.signals.values()]
    found = use.assign(house, world.signals, tasks, [], 1)
    with house.store.write() as conn:
        conn.execute("delete from source")
        use.record(house, found)
    assert (areas.rows(house.store.conn), vectors.refs(house.store.conn, "usem3@1")) == ({}, frozenset())
