"""What a review of erasure found: traces that outlived a habit, titles or a source, and words not looked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from oo_cli import wiring
from oo_cli.house import Doors, House
from oo_cli.usecases import connect, consent, contexts, habits, moods, refresh, think
from oo_cli.usecases.forget import forget, known_words, plan
from oo_data.contracts.event import (
    AgentFailed,
    ConsentChanged,
    Event,
    PrefInferred,
    ShelfPrepared,
    SnippetEmitted,
    SourceConnected,
    SourceRefreshed,
)
from oo_data.contracts.feature import Feature
from oo_data.contracts.profile import Pref
from oo_data.env import Paths
from oo_data.store import erase, events, profile, records
from tests.agents.own import new_house, think_now, write
from tests.areas.people import AxisEmbedder
from tests.fakes import BERLIN, DAY, HOUR, TUESDAY, FakeSource, FixedClock, destroy_key, file_vault, house_at
from tests.store.conftest import rows

OF_ALL_SOURCES = (PrefInferred, SnippetEmitted, ShelfPrepared)


@pytest.fixture
def reading(tmp_path: Path, paths: Paths, clock: FixedClock) -> Iterator[House]:
    """A house that finds the area of a title."""
    doors = Doors(file_vault, wiring.open_source, embedder=lambda house: AxisEmbedder())
    opened = House({"OO_HOME": paths.home}, clock, BERLIN, doors, lambda line: None)
    yield opened
    opened.close()


def vectors_of(house: House, ref: str) -> int:
    """How many vectors of titles there are of one task."""
    return sum(str(row[0]).startswith(f"{ref}.") for row in rows(house.store, "vector"))


def test_a_removed_habit_leaves_no_meaning(reading: House) -> None:
    """The vector of its name goes with it, and that of another habit stays."""
    for name in ("health: run", "home: sweep"):
        habits.add(reading, name, "1d")
    refresh.refresh(reading)
    gone, stays = (reading.refs.task("habit", name) for name in ("health: run", "home: sweep"))
    assert (vectors_of(reading, gone), vectors_of(reading, stays)) == (1, 1)
    habits.remove(reading, "health: run")
    assert (vectors_of(reading, gone), vectors_of(reading, stays)) == (0, 1)
    assert gone not in "\n".join(reading.store.conn.iterdump())


def test_a_removed_habit_leaves_nothing_inferred(house: House) -> None:
    """What was worked out from all that was done is worked out anew, at once; the person's own values stay."""
    habits.add(house, "Stretch", "1d")
    habits.add(house, "Read", "1d")
    refresh.refresh(house)
    own = Pref("momentum", "baseline_completions_per_day", "user", 3.0, 0, TUESDAY)
    with house.store.write() as conn:
        profile.save_prefs(conn, [own, Pref("focus-area", "preferred_areas", "inferred", ("health",), 40, TUESDAY)])
    assert records.runs(house.store.conn)
    assert {row[3] for row in rows(house.store, "pref_log")} == {"user", "inferred"}
    habits.remove(house, "Stretch")
    assert list(profile.prefs(house.store.conn).values()) == [own]
    assert {row[3] for row in rows(house.store, "pref_log")} == {"user"}
    assert records.runs(house.store.conn) == {}
    refresh.refresh(house)
    assert set(records.runs(house.store.conn)) >= {"momentum", "focus-area"}


def test_agents_speak_again_after_moods_are_forgotten(tmp_path: Path) -> None:
    """Their words go with the moods; the next refresh says anew what rests on none, also where it was not due."""
    clock = FixedClock()
    house = new_house(tmp_path, clock)
    write(house, "calm-agent", schedule="daily", ttl=24)
    moods.note(house, 4, "slept well")
    assert spoken(house) == ["Pace 2."]
    clock.advance(HOUR)
    moods.forget(house)
    assert records.snippets(house.store.conn, clock.now) == []
    assert spoken(house) == ["Pace 2."]


def spoken(house: House) -> list[str]:
    """What the agents that are due say, recorded as a refresh does."""
    thoughts = think_now(house)
    with house.store.write():
        think.record(house, thoughts, [], house.clock.now_ms())
    return [snippet.text for snippet in thoughts.snippets]


def test_what_titles_told_goes_with_their_reader(house: House) -> None:
    """No count by area outlives the consent by which titles were looked at; other features stay."""
    told = ("done.by_area", "open.by_area", "done.area_days")
    connect.connect_todotxt(house, None)
    with house.store.write() as conn:
        kept = [Feature(key, {"health": 3.0}, TUESDAY, TUESDAY + DAY, ()) for key in (*told, "done.by_project")]
        records.save_features(conn, kept)
    assert "3 features" in consent.revoke(house, "agent.focus-area")
    assert [row[0] for row in rows(house.store, "feature")] == ["done.by_project"]


def test_a_refresh_brings_no_area_back(reading: House) -> None:
    """After the withdrawal the next refresh counts no area either."""
    habits.add(reading, "health: run", "1d")
    refresh.refresh(reading)
    assert records.features(reading.store.conn)["open.by_area"].value == {"health": 1.0}
    consent.revoke(reading, "agent.focus-area")
    refresh.refresh(reading)
    held = [f.value for key, f in records.features(reading.store.conn).items() if "area" in key]
    assert not any(held)
    assert rows(reading.store, "vector") == []


NOTE, CONTEXT, HABIT = "slept so badly", "psychotherapy", "stop smoking"
SAID: dict[str, Callable[[House], object]] = {
    NOTE: lambda house: moods.note(house, 2, NOTE),
    CONTEXT: lambda house: contexts.switch(house, CONTEXT),
    HABIT: lambda house: habits.add(house, HABIT, "1d"),
}


@pytest.mark.parametrize("word", SAID)
def test_every_word_of_the_persons_is_looked_for(house: House, word: str) -> None:
    """A mood's note, a context and a habit are looked for in what is left, and found where they are."""
    SAID[word](house)
    left = Path(house.paths.data, "mine.md")
    left.write_text(f"# {word.upper()}\n")
    receipt = forget(house, destroy_key)
    assert receipt.scan is not None
    assert receipt.scan.hits == (str(left),)


def test_the_receipt_counts_the_words(house: House) -> None:
    """Each word adds one to what was looked for, beside the secret that every home has; nothing is found."""
    habits.add(house, HABIT, "1d")
    moods.note(house, 3)
    for text in (NOTE, "slept well"):
        moods.note(house, 2, text)
    contexts.switch(house, CONTEXT)
    secrets = len(profile.secrets(house.store.conn))
    receipt = forget(house, destroy_key)
    assert receipt.scan is not None
    assert (receipt.scan.words, receipt.scan.hits) == (secrets + 4, ())


def test_what_a_title_means_is_no_word(reading: House) -> None:
    """Vectors are numbers: nothing is looked for on their account."""
    habits.add(reading, HABIT, "1d")
    refresh.refresh(reading)
    words = known_words(reading)
    with reading.store.write() as conn:
        assert conn.execute("delete from vector").rowcount == 1
    assert known_words(reading) == words


def test_a_home_of_ones_own_claims_no_login(house: House) -> None:
    """Nothing is said of a login where every source is this machine's."""
    habits.add(house, HABIT, "1d")
    connect.connect_todotxt(house, None)
    assert plan(house).external == []
    assert forget(house, destroy_key).external == []


def test_a_login_is_still_told(tmp_path: Path, paths: Paths, clock: FixedClock) -> None:
    """The plan names the one place where oO is logged in, and only that."""
    house = house_at(tmp_path, clock, {"todoist": FakeSource("todoist")})
    habits.add(house, HABIT, "1d")
    connect.connect_remote(house, "todoist", True, lambda: house.keep_secret("todoist.login", "a-token"))
    assert plan(house).external == ["the login at todoist: oO ends it there first"]
    house.close()


def log(house: House, *happened: Event) -> None:
    """Note these in the log."""
    with house.store.write() as conn:
        for number, event in enumerate(happened):
            events.append(conn, f"said-{number}", TUESDAY, event)


def test_no_event_tells_of_a_source_that_is_gone(house: House) -> None:
    """What was inferred, said and put on the shelf came of every source together; only the rest of the log stays."""
    connect.connect_todotxt(house, None)
    log(
        house, PrefInferred("momentum.baseline_completions_per_day", 40), SnippetEmitted("momentum", "1.0.0", 0.5),
        ShelfPrepared("decision", 3, 1), AgentFailed("momentum", "ValueError"), SourceRefreshed("habit", 1, 1),
    )  # fmt: skip
    connect.disconnect(house, "todotxt")
    conn = house.store.conn
    assert events.latest(conn, OF_ALL_SOURCES, 9) == []
    assert [entry.event for entry in events.latest(conn, (AgentFailed, SourceRefreshed), 9)] == [
        SourceRefreshed("habit", 1, 1), AgentFailed("momentum", "ValueError"),
    ]  # fmt: skip


@pytest.mark.parametrize("agent", ["agent", "source", "todotxt", "momentum"])
def test_one_agent_takes_no_event_of_others(house: House, agent: str) -> None:
    """Only what an agent said, inferred and failed at is its own, whatever else begins with its name."""
    others: tuple[Event, ...] = (
        ConsentChanged("agent.momentum", 1), ConsentChanged("source.todotxt", 1), ConsentChanged(f"{agent}.x", 1),
        SourceConnected("todotxt"), SourceRefreshed("todotxt", 3, 1), SnippetEmitted("overdue-task", "1", 0.5),
        PrefInferred("overdue-task.days", 9), PrefInferred(f"{agent}-two.days", 9), AgentFailed("overdue-task", "X"),
    )  # fmt: skip
    own: tuple[Event, ...] = (SnippetEmitted(agent, "1", 0.5), AgentFailed(agent, "X"), PrefInferred(f"{agent}.p", 9))
    log(house, *others, *own)
    with house.store.write() as conn:
        erase.agent(conn, agent)
    left = [entry.event for entry in events.since(house.store.conn, 0)]
    assert left == list(others)
