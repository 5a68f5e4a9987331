"""Moods at rest: numbers, sealed notes, eighteen months; and gone alone when the person says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oo_cli.house import House
from oo_cli.usecases import moods, own
from oo_data.contracts.event import MoodNoted
from oo_data.contracts.feature import Feature
from oo_data.contracts.tip import Decision
from oo_data.errors import BadUsageError, ConsentMissingError
from oo_data.store import decisions, events, profile, records, tips, words
from oo_data.store import moods as store
from oo_data.store.moods import Mood
from tests.fakes import DAY, HOUR, FixedClock, house_at
from tests.store.conftest import NewTip, rows

NOTE = "quarrelled with the xylophonist"


def test_the_first_word_gives_the_consent(house: House) -> None:
    """Saying it once allows it, and is told once; withdrawn, nothing more is taken."""
    assert [moods.note(house, 4), moods.note(house, 2)] == [True, False]
    assert own.MOOD in profile.granted(house.store.conn)
    assert moods.forget(house, withdraw=True)["moods"] == 2
    with pytest.raises(ConsentMissingError):
        moods.note(house, 4)
    assert rows(house.store, "mood") == []


def test_fourteen_days(house: House, clock: FixedClock) -> None:
    """What was said lately, with its words, by local day; a day's moods are told as their mean."""
    begin = clock.now - 13 * DAY
    for ago, score, text in ((14 * DAY, 1, "too old"), (13 * DAY, 5, "first"), (HOUR, 2, ""), (0, 3, " a\u202eb ")):
        clock.now = begin + 13 * DAY - ago
        moods.note(house, score, text)
    noted = moods.recent(house)
    assert [(mood.score, mood.note) for mood in noted] == [(5, "first"), (2, ""), (3, "ab")]
    days = moods.by_day(house, noted)
    assert len(days) == 14
    assert [mean for _, mean in days if mean is not None] == [5.0, 2.5]
    assert (days[0][0].isoformat(), days[-1][0].isoformat()) == ("2026-11-18", "2026-12-01")


def test_features_follow_the_consent(house: House, clock: FixedClock) -> None:
    """A mood is a signal while the consent holds."""
    moods.note(house, 4)
    assert [feature.key for feature in moods.features(house, clock.now)] == ["mood.last", "mood.mean_7d"]
    with house.store.write() as conn:
        profile.set_consent(conn, own.MOOD, False, 1)
    assert moods.features(house, clock.now) == ()


def test_moods_are_swept(house: House, clock: FixedClock) -> None:
    """After eighteen months a mood is gone, and so is the event that tells of it."""
    moods.note(house, 1)
    clock.advance(551 * DAY)
    moods.note(house, 5)
    with house.store.write():
        assert moods.sweep(house, clock.now) == 1
    assert [mood.score for mood in store.since(house.store.conn, 0)] == [5]
    assert len(list(events.since(house.store.conn, 0, (MoodNoted,)))) == 1


def test_a_note_is_short(house: House) -> None:
    """A note that is too long is refused whole; one that cannot be seen is none."""
    for text in ("x" * 501, "x" * 10_000):
        with pytest.raises(BadUsageError):
            moods.note(house, 3, text)
    assert rows(house.store, "mood") == []
    moods.note(house, 3, "\x1b[2J\u2066\x00")
    assert store.since(house.store.conn, 0)[0].note is None


def test_only_scores_that_exist(house: House) -> None:
    """The database itself refuses a mood that is none."""
    with pytest.raises(Exception, match="database refused"), house.store.write() as conn:
        store.add(conn, Mood("a", 1, 6, None))


def test_moods_go_alone_and_leave_nothing(house: House, new_tip: NewTip) -> None:
    """Every mood, its events, features and what was made of them are gone from the file; other things stay."""
    moods.note(house, 4, NOTE)
    ((mood_id, *_),) = rows(house.store, "mood")
    (sealed,) = (mood.note for mood in store.since(house.store.conn, 0))
    assert sealed is not None
    with house.store.write() as conn:
        records.save_features(conn, [Feature("mood.last", 4.0, 1, 2, ("mood",)), Feature("done.total", 1.0, 1, 2, ())])
        scores = {"ref": {"mood.energy": (1.0, 1.0)}}
        decisions.save(conn, Decision("by-mood", 1, "linear", "live", "open", "ref", 1.0, scores))
        decisions.save(conn, Decision("by-due", 1, "linear", "live", "open", "ref", 1.0, {"ref": {}}))
        advice = new_tip("advice", "advice.momentum", kind="advice", source="agent", consent="agent.momentum", rank=1)
        tips.replace_shelf(conn, 1, (), [new_tip("todo"), advice])
        words.write(house.paths, [("advice", "You have been low lately.", "", "null")])
    held = Path(house.paths.database).read_bytes()
    assert NOTE.encode() not in held
    assert sealed in held
    assert moods.forget(house) == {
        "moods": 1, "events": 1, "features": 1, "snippets": 0, "decisions": 1, "models": 0,
    }  # fmt: skip
    held = Path(house.paths.database).read_bytes()
    assert sealed not in held
    assert str(mood_id).encode() not in held
    assert b"MoodNoted" not in held
    assert words.places(house.paths) == []
    conn = house.store.conn
    assert [row[0] for row in rows(house.store, "feature")] == ["done.total"]
    assert (decisions.decision(conn, "by-mood"), decisions.decision(conn, "by-due") is None) == (None, False)
    assert [tip.id for tip in tips.on_shelf(conn, 1)] == ["todo"]
    assert tips.sealed_texts(conn).keys() == {"todo"}
    assert own.MOOD in profile.granted(conn)


@settings(deadline=None, max_examples=15)
@given(text=st.text(st.characters(categories=("L", "N")), min_size=8, max_size=60))
def test_no_note_lies_open(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Whatever is written in a note, it comes back as it is shown, and no byte of the file tells it."""
    house = house_at(tmp_path_factory.mktemp("any"), FixedClock())
    text = f"\u2116{text}"  # in no word of the schema
    try:
        moods.note(house, 3, text)
        said = moods.recent(house)[0].note
        assert not said or said.encode() not in Path(house.paths.database).read_bytes()
    finally:
        house.close()
