"""Ways in which a shelf, a reaction and a refresh can cross; each was wrong once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from oo_cli.house import House
from oo_cli.usecases import connect, prepare
from oo_cli.usecases.recommend import recommend
from oo_cli.usecases.refresh import refresh
from oo_data.contracts.tip import RecommendRequest, Tip
from oo_data.errors import SourceUnavailableError
from oo_data.store import records, shelf, tips
from tests.conftest import Oo
from tests.fakes import HOUR, FakeSource, FixedClock, house_at


def test_done_ticks_the_tip_in_sight_not_the_one_before(oo: Oo, environ: dict[str, str]) -> None:
    """A tip that is shown again is the last one shown, however little time has passed."""
    oo("add", "Alpha due:2026-12-01")
    oo("add", "Beta due:2026-12-02")
    for words, seen in ((["no"], "Beta"), (["undo"], "Alpha")):
        assert oo("tip").out.startswith("Alpha" if words == ["no"] else "Beta")
        oo(*words)
        assert oo("tip").out.startswith(seen)
    assert oo("done").err == "Done: Alpha\n"


def test_a_short_later_comes_back_within_the_day(oo: Oo) -> None:
    """A snooze that ends between two refreshes ends."""
    oo("add", "Alpha due:2026-12-01")
    oo("add", "Beta")
    oo("tip")
    oo("later", "30m")
    oo("refresh", OO_NOW="2026-12-01T10:10:00+01:00")
    assert oo("tip").out.startswith("Beta")
    assert oo("tip", OO_NOW="2026-12-01T10:31:00+01:00").out.startswith("Alpha")


def test_a_corrected_later_is_undone_alone(oo: Oo) -> None:
    """Taking the second snooze back leaves the first in force."""
    oo("add", "Alpha due:2026-12-01")
    oo("tip")
    oo("later", "2h")
    oo("later", "tomorrow")
    oo("undo")
    assert "Alpha" not in oo("tip").out
    oo("refresh", OO_NOW="2026-12-01T12:01:00+01:00")
    assert oo("tip").out.startswith("Alpha")
    assert oo("doctor", "--offline").code == 0


def test_what_comes_back_is_not_wanted_again_today(oo: Oo) -> None:
    """A repeating task that was done is not offered again on the same day; undo brings the old one back."""
    oo("add", "Water the plants rec:1d due:2026-12-01")
    assert oo("tip").out.startswith("Water the plants")
    assert oo("done").code == 0
    assert "plants" not in oo("tip").out
    said = oo("tip", OO_NOW="2026-12-02T08:00:00+01:00").out
    assert said == "Water the plants\nIt is due today and was last done yesterday.\n"


def test_done_already_is_said(oo: Oo) -> None:
    """Nothing is put off that is ticked."""
    oo("add", "Alpha")
    oo("tip")
    oo("done")
    assert oo("later", "2h").code == 2
    assert oo("no").err == "oo: That one is done already. To take that back: oo undo\n"


@pytest.fixture
def remote(tmp_path: Path) -> tuple[House, FakeSource, FixedClock]:
    """A house with a remote source, read once."""
    source, clock = FakeSource("todoist", "Secret title"), FixedClock()
    house = house_at(tmp_path, clock, {"todoist": source})
    connect.connect_remote(house, "todoist", True, lambda: None)
    refresh(house)
    return house, source, clock


def test_a_disconnect_during_a_refresh_holds(remote: tuple[House, FakeSource, FixedClock], tmp_path: Path) -> None:
    """What was forgotten while a refresh ran does not come back with it."""
    house, source, clock = remote
    other = house_at(tmp_path, clock, {"todoist": source})
    left: list[connect.Left] = []

    def read_and_leave(now_ms: int) -> object:
        if not left:
            left.append(connect.disconnect(other, "todoist"))
        return source.reading

    crossing = FakeSource("todoist", "Secret title")
    crossing.read = read_and_leave  # type: ignore[method-assign, assignment]
    refresh(house_at(tmp_path, clock, {"todoist": crossing}))
    assert left
    assert tips.on_shelf(house.store.conn, clock.now) == []
    assert records.tasks(house.store.conn) == []
    for folder in house.paths.memory_dirs():
        words = Path(folder) / shelf.WORDS_NAME
        assert not words.exists() or "Secret" not in words.read_text()


def test_remote_words_end_after_a_day_whatever_is_refreshed(remote: tuple[House, FakeSource, FixedClock]) -> None:
    """A source that cannot be read any more is silent after 24 hours; refreshing does not renew its words."""
    house, source, clock = remote
    source.failure = SourceUnavailableError("Todoist is down.")
    said = []
    for _ in range(5):
        clock.advance(8 * HOUR)
        refresh(house)
        said.append(recommend(house, RecommendRequest(clock.now, "tip", asked=True)))
    assert [isinstance(answer, Tip) and "Secret" in answer.text for answer in said] == [True, True, False, False, False]
    assert prepare.REMOTE_TTL_MS == 24 * HOUR


def test_a_missing_list_does_not_silence_the_others(oo: Oo, tmp_path: Path, environ: dict[str, str]) -> None:
    """A watched file that is gone is told once and not tried at every tip."""
    file = tmp_path / "mine.txt"
    file.write_text("Alpha\n")
    oo("connect", "todotxt", "--file", str(file))
    file.unlink()
    first, second = oo("tip"), oo("tip")
    assert "todotxt: " in first.err
    assert second.err == ""
    failures = [state["failures"] for state in json.loads(oo("sources", "--json").out)]
    assert failures == [1]
    file.write_text("Beta\n")
    assert oo("tip").out.startswith("Beta")
