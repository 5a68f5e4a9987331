"""What the tabs read: pages by query, funnels by day, and what each row is made of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from oo_cli.house import House
from oo_cli.usecases.inspect import agents, egress, events, policies, profile, tips
from oo_cli.usecases.inspect.sheet import Ask, Sheet, Tab, moment
from oo_cli.usecases.settings import assign
from oo_data.contracts.event import FeedbackGiven, FeedbackUndone, MoodNoted, PrefInferred, TipIgnored, TipShown
from oo_data.contracts.profile import spell
from oo_data.store import events as log
from tests.fakes import BERLIN, DAY, TUESDAY, FixedClock, house_at


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """An empty house on a Tuesday morning."""
    opened = house_at(tmp_path, FixedClock())
    with opened.store.write():
        pass
    yield opened
    opened.close()


def log_moods(house: House, count: int) -> None:
    """Make the log longer."""
    rows = [(f"id{n}", n, "MoodNoted", f"mood-{n}", '{"score":3}') for n in range(count)]
    with house.store.write() as conn:
        conn.executemany("insert into event (id, at, type, subject, data) values (?, ?, ?, ?, ?)", rows)


def all_keys(house: House, tab: Tab, ask: Ask) -> list[str]:
    """The keys of every page, one after the other."""
    keys: list[str] = []
    while True:
        sheet = tab.read(house, ask)
        keys += [row.key for row in sheet.rows]
        if not sheet.more:
            return keys
        ask = ask._replace(after=sheet.rows[-1].key)


def test_pages_hold_each_event_once(house: House) -> None:
    """Page by page the whole log is gone through, newest first, also the part of it that is looked for."""
    log_moods(house, 101)
    keys = all_keys(house, events.TAB, Ask(limit=10))
    assert keys == [str(seq) for seq in range(101, 0, -1)]
    found = all_keys(house, events.TAB, Ask(limit=4, find="MOOD-9"))
    assert len(found) == 11


def test_a_page_costs_the_same_in_a_long_log(house: House) -> None:
    """The steps that SQLite takes for the newest page do not grow with what lies behind it."""

    def steps() -> int:
        taken = 0

        def step() -> int:
            nonlocal taken
            taken += 1
            return 0

        house.store.conn.set_progress_handler(step, 10)
        log.page(house.store.conn, 200)
        house.store.conn.set_progress_handler(None, 0)
        return taken

    log_moods(house, 300)
    few = steps()
    with house.store.write() as conn:
        conn.execute("delete from event")
    log_moods(house, 20_000)
    assert steps() == few


def test_what_became_of_a_tip(house: House) -> None:
    """The newest reaction that stands counts, at the last showing; one that was taken back never was."""
    ends: dict[str, list[FeedbackGiven | TipIgnored]] = {
        "a": [FeedbackGiven("a", "x", "later", "", 0), FeedbackGiven("a", "x", "done", "", 0)],
        "b": [TipIgnored("b", "x")],
        "c": [FeedbackGiven("c", "x", "done", "", 0)],
        "d": [],
    }
    with house.store.write() as conn:
        for tip, given in ends.items():
            house.bus.publish(conn, TipShown(tip, "x", "face"), TUESDAY - 3 * DAY)
            house.bus.publish(conn, TipShown(tip, "x", "tip"), TUESDAY - DAY)
            for event in given:
                event_id = house.bus.publish(conn, event, TUESDAY - DAY)
                if tip == "c":
                    house.bus.publish(conn, FeedbackUndone(event_id, "x"), TUESDAY)
    shown = {tip.tip_id: (tip.became, tip.surface, tip.at) for tip in log.shown(house.store.conn, 10)}
    assert shown == {name: (became, "tip", TUESDAY - DAY) for name, became in zip("abcd", ("done", "ignored", "", ""),
                                                                                     strict=True)}  # fmt: skip
    sheet = tips.read(house, Ask())
    charts = {chart.label: (chart.values, chart.total, chart.share) for chart in sheet.charts}
    yesterday = (0,) * 12
    assert charts["shown"] == ((*yesterday, 4, 0), 4, 1.0)
    assert charts["done"] == ((*yesterday, 1, 0), 1, 0.25)
    assert charts["open"] == ((*yesterday, 2, 0), 2, 0.5)
    assert sheet.rows[0].faint
    assert sheet.rows[0].cells[1] == "(words no longer kept)"


def test_the_ledger_by_pages(house: House) -> None:
    """Requests come newest first, each once, with their sum; their words can be looked for."""
    with house.store.write() as conn:
        for count in range(25):
            host = "api.todoist.com" if count % 5 else "127.0.0.1"
            row = (f"id{count:02}", TUESDAY, host, "todoist.read", "source.todoist", "tasks", 1000, 2_500_000, "200")
            conn.execute("insert into egress values (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    assert all_keys(house, egress.TAB, Ask(limit=7)) == [f"id{count:02}" for count in reversed(range(25))]
    sheet = egress.read(house, Ask(find="127.0"))
    assert len(sheet.rows) == 5
    assert sheet.says == "25 requests, 25.0 kB out, 62.5 MB in"
    assert egress.detail(house, sheet.rows[0])[0] == "todoist.read to 127.0.0.1"


def test_agents_say_when_they_run_again(house: House) -> None:
    """An agent that is off waits for nothing; one that ran waits for its schedule, else for the next refresh."""
    from oo_cli.usecases import agents as use
    from oo_cli.usecases.agents_once import run

    for agent in ("recent-patterns", "overdue-task"):
        use.enable(house, agent)
    run(house, "recent-patterns")
    rows = {row.key: row for row in agents.read(house, Ask()).rows}
    assert re.fullmatch("02 Dec 05:0[0-9]", rows["recent-patterns"].cells[-1])  # each home in its own minute
    assert rows["overdue-task"].cells[-1] == "next refresh"
    assert (rows["momentum"].cells[-1], rows["momentum"].faint) == ("\u2013", True)
    assert [row.key for row in agents.read(house, Ask(find="PATTERNS")).rows] == ["recent-patterns"]


def test_the_profile_says_who_said_so(house: House) -> None:
    """A value of the person's own is marked and dated, and its changes are in its detail."""
    assign(house, "tips.per_day", "6")
    row = next(row for row in profile.read(house, Ask()).rows if row.key == "tips.per_day")
    assert row.cells[1:5] == ("6 a day", "you", "\u2013", "01 Dec 10:00")
    assert any("6 a day  you" in line for line in profile.detail(house, row))


def test_the_live_policy_comes_first(house: House) -> None:
    """One policy is live and bright; those in shadow have no agreement before they have decided beside it."""
    sheet = policies.read(house, Ask())
    assert sheet.rows[0].data["stage"] == "live"
    assert [row.faint for row in sheet.rows] == [False, True, True, True]
    assert {row.cells[2] for row in sheet.rows} == {"\u2013"}


def test_no_read_makes_a_home(tmp_path: Path) -> None:
    """Looking into a home in which nothing was kept leaves no trace."""
    house = house_at(tmp_path, FixedClock())
    for tab in (events.TAB, agents.TAB, profile.TAB, tips.TAB, policies.TAB, egress.TAB):
        assert isinstance(tab.read(house, Ask(find="")), Sheet)
    assert list(tmp_path.iterdir()) == []


def test_times_fit_their_column() -> None:
    """This year by day and clock, other years by date, never by a dash."""
    assert moment(TUESDAY, TUESDAY, BERLIN) == "01 Dec 10:00"
    assert moment(TUESDAY - 400 * DAY, TUESDAY, BERLIN) == "2025-10-27"
    assert moment(None, TUESDAY, BERLIN) == "\u2013"


def test_a_mood_is_an_event_with_its_number(house: House) -> None:
    """The type is told in words, and in full by its own name."""
    with house.store.write() as conn:
        house.bus.publish(conn, MoodNoted("0123456789abcdef0123", 4), TUESDAY)
    (row,) = events.read(house, Ask()).rows
    assert row.cells == ("01 Dec 10:00", "mood noted", "01234567", "score 4")
    assert "type     MoodNoted" in events.detail(house, row)


def test_a_preference_is_an_event_with_its_value(house: House) -> None:
    """What is spelled for machines is told as people read it; as data it stays as it is."""
    with house.store.write() as conn:
        house.bus.publish(conn, PrefInferred("momentum.stdev", 12, spell(1.44)), TUESDAY)
        house.bus.publish(conn, PrefInferred("time-of-day.peak_hours", 12, spell((9, 10))), TUESDAY)
    hours, stdev = events.TAB.read(house, Ask()).rows
    assert (stdev.cells[3], hours.cells[3]) == ("evidence 12, value 1.4", "evidence 12, value 9, 10")
    assert "value     1.4" in events.TAB.detail(house, stdev)
    assert stdev.data["value"] == "f1.44"
