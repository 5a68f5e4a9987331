"""The shelf as it is written, and the traces of reactions beside it."""

from __future__ import annotations

import pytest

from oo_data.contracts.event import FeedbackGiven, TipShown
from oo_data.contracts.feature import TaskFeatures
from oo_data.contracts.tip import SilentSpan
from oo_data.store import events, profile, records, tips
from oo_data.store.db import Store
from tests.fakes import DAY, HOUR, TUESDAY
from tests.store.conftest import NewTip


def ids(store: Store) -> set[str]:
    """Every tip that is kept, on the shelf or as history."""
    return {tip_id for (tip_id,) in store.conn.execute("select id from tip")}


def show(store: Store, *tip_ids: str, at: int = TUESDAY) -> None:
    """Log these tips as seen."""
    with store.write() as conn:
        for tip_id in tip_ids:
            events.append(conn, f"shown.{tip_id}.{at}", at, TipShown(tip_id, f"ref-{tip_id}", "tip"))


def silences(store: Store) -> set[str]:
    """The spans that are kept."""
    return {span_id for (span_id,) in store.conn.execute("select id from silence")}


def test_a_new_shelf(store: Store, new_tip: NewTip) -> None:
    """The new tips stand in order, a kept one stays, one that was seen becomes history, the rest goes next time."""
    old = [new_tip("seen", rank=3), new_tip("kept", rank=2), new_tip("unseen", rank=1)]
    with store.write() as conn:
        tips.replace_shelf(conn, TUESDAY, (), old)
    show(store, "seen")
    with store.write() as conn:
        tips.mute(conn, "over", TUESDAY, "no", "e1")
        tips.mute(conn, "held", TUESDAY + 1, "no", "e2")
        tips.replace_shelf(conn, TUESDAY, ["kept"], [new_tip("new", rank=1), new_tip("best", rank=0)])
    assert [tip.id for tip in tips.on_shelf(store.conn, TUESDAY)] == ["best", "new", "kept"]
    assert ids(store) == {"best", "new", "kept", "seen", "unseen"}
    assert tips.muted(store.conn, 0) == {"held": TUESDAY + 1}
    assert tips.on_shelf(store.conn, TUESDAY)[2] == old[1]
    assert tips.on_shelf(store.conn, TUESDAY + DAY) == []
    with store.write() as conn:
        tips.replace_shelf(conn, TUESDAY, ["best", "new", "kept"], [])
    assert ids(store) == {"best", "new", "kept", "seen"}


def test_silences_belong_to_their_makers(store: Store) -> None:
    """A refresh makes its own spans anew and leaves what the person asked for, until that is over."""
    span = SilentSpan("gate", TUESDAY, TUESDAY + HOUR, "quiet-hours", 0, "ambient", "gate")
    asked = SilentSpan("asked", TUESDAY, TUESDAY + 2 * HOUR, "cool-down", 0, "always", "person")
    with store.write() as conn:
        tips.replace_silences(conn, TUESDAY, "gate", [span, asked])
        tips.replace_silences(conn, TUESDAY, "gate", [span._replace(id="anew")])
        assert silences(store) == {"anew", "asked"}
        tips.replace_silences(conn, TUESDAY + 2 * HOUR - 1, "shelf", [])
        assert silences(store) == {"asked"}
        tips.replace_silences(conn, TUESDAY + 2 * HOUR, "shelf", [])
    assert silences(store) == set()


def test_the_next_silence(store: Store) -> None:
    """A surface that waits knows when it has to fall quiet; budgets and spans that bind others do not count."""
    spans = (("now", 0, 0, "always"), ("budget", 1, 3, "always"), ("ambient", 2, 0, "ambient"), ("all", 3, 0, "always"))
    with store.write() as conn:
        for name, hours, budget, binding in spans:
            begin = TUESDAY + hours * HOUR
            tips.add_silence(conn, SilentSpan(name, begin, begin + HOUR, "quiet-hours", budget, binding, "gate"))
    assert tips.next_silence(store.conn, TUESDAY, ambient=True) == TUESDAY + 2 * HOUR
    assert tips.next_silence(store.conn, TUESDAY, ambient=False) == TUESDAY + 3 * HOUR
    assert tips.next_silence(store.conn, TUESDAY + 3 * HOUR, ambient=True) is None


def test_undo_lifts_what_one_reaction_did(store: Store) -> None:
    """Its mute and its silence go; those of other reactions, of the same task too, stay."""
    with store.write() as conn:
        tips.mute(conn, "ref", TUESDAY + HOUR, "no", "first")
        tips.mute(conn, "ref", TUESDAY + DAY, "later", "second")
        tips.add_silence(conn, SilentSpan("second", 0, TUESDAY, "cool-down", 0, "always", "person"))
        assert tips.muted(conn, TUESDAY) == {"ref": TUESDAY + DAY}
        assert tips.cause_of(conn, "second") == "later"
        tips.unmute(conn, "second")
        assert (tips.cause_of(conn, "first"), tips.cause_of(conn, "second")) == ("no", None)
    assert tips.muted(store.conn, TUESDAY) == {"ref": TUESDAY + HOUR}
    assert silences(store) == set()


@pytest.mark.parametrize(
    ("cause", "still_listed", "read", "known", "lifted"),
    [
        (tips.DONE, True, True, True, True),
        (tips.DONE, False, True, True, True),
        (tips.DONE, True, False, True, False),
        (tips.DONE, True, True, False, False),
        (tips.DONE_HERE, True, True, True, False),
        (tips.DONE_HERE, False, True, True, True),
        (tips.DONE_HERE, False, True, False, False),
        (tips.DONE_TODAY, False, True, True, False),
        ("no", False, True, True, False),
    ],
)
def test_the_source_settles_what_is_done(
    store: Store, new_tip: NewTip, cause: str, still_listed: bool, read: bool, known: bool, lifted: bool
) -> None:
    """A mute for "done" ends when its source, read after the reaction, has told the truth; no other mute does."""
    listed = [TaskFeatures("ref", "todotxt", None, None, 1, None, (), None, False, None, 1)] if still_listed else []
    with store.write() as conn:
        profile.connect_source(conn, "todotxt", TUESDAY, None)
        tips.replace_shelf(conn, TUESDAY, (), [new_tip("t", "ref")])
        before = events.last_seq(conn)
        events.append(conn, "reaction", TUESDAY, FeedbackGiven("t", "ref", "done", "", 0))
        tips.mute(conn, "ref", tips.FOREVER, cause, "reaction")
        records.replace_tasks(conn, "todotxt", TUESDAY, listed)
        tips.settle_done(conn, ["todotxt"] if read else ["todoist"], events.last_seq(conn) if known else before)
    assert (tips.muted(store.conn, TUESDAY) == {}) is lifted


def test_a_tick_in_a_source_just_read_is_left_to_its_word(store: Store, new_tip: NewTip) -> None:
    """While a refresh chooses, a task ticked there counts as what that source says of it now."""
    with store.write() as conn:
        shelf = [
            new_tip(name, name, source="todoist" if name == "remote" else "todotxt") for name in ("local", "remote")
        ]
        tips.replace_shelf(conn, TUESDAY, (), shelf)
        tips.mute(conn, "local", tips.FOREVER, tips.DONE, "e1")
        tips.mute(conn, "remote", tips.FOREVER, tips.DONE, "e2")
        tips.mute(conn, "other", TUESDAY + 1, "no", "e3")
    assert set(tips.muted(store.conn, TUESDAY)) == {"local", "remote", "other"}
    assert set(tips.muted(store.conn, TUESDAY, ["todotxt"])) == {"remote", "other"}
    assert set(tips.muted(store.conn, TUESDAY + 1, ["todotxt", "todoist"])) == set()


def test_words_are_swept(store: Store, new_tip: NewTip) -> None:
    """Once a tip has run out for long enough its words go and its numbers stay; nothing is swept twice."""
    with store.write() as conn:
        old = new_tip("old", valid_until=TUESDAY)
        tips.replace_shelf(conn, TUESDAY, (), [old, new_tip("new", valid_until=TUESDAY + 1)])
        assert set(tips.sealed_texts(conn)) == {"old", "new"}
        assert tips.sweep_words(conn, TUESDAY) == 1
        assert tips.sweep_words(conn, TUESDAY) == 0
    assert tips.sealed_texts(store.conn) == {"new": b"sealed text"}
    assert store.conn.execute("select subject, text, reason, handle from tip where id = 'old'").fetchone() == (
        "ref-old", None, None, None,
    )  # fmt: skip


def test_counting_what_was_shown(store: Store, new_tip: NewTip) -> None:
    """The budget counts things, not impressions, and only since the given time."""
    with store.write() as conn:
        rows = [new_tip("a"), new_tip("a2", "ref-a"), new_tip("b"), new_tip("c")]
        tips.replace_shelf(conn, TUESDAY, (), rows)
    show(store, "a", "a2", "b")
    show(store, "a", at=TUESDAY + 1)
    show(store, "c", at=TUESDAY - 1)
    assert tips.shown_since(store.conn, TUESDAY) == 2
    assert tips.shown_since(store.conn, TUESDAY - 1) == 3
    assert tips.shown_since(store.conn, TUESDAY + 2) == 0


def test_tips_that_ran_out(store: Store, new_tip: NewTip) -> None:
    """A tip runs out once: the spans of two refreshes in a row neither miss it nor hold it twice."""
    with store.write() as conn:
        ends = (TUESDAY, TUESDAY + 1, TUESDAY + 2)
        tips.replace_shelf(conn, 0, (), [new_tip(str(number), valid_until=end) for number, end in enumerate(ends)])
    assert tips.run_out(store.conn, TUESDAY - 1, TUESDAY + 1) == {"0", "1"}
    assert tips.run_out(store.conn, TUESDAY + 1, TUESDAY + 9) == {"2"}
