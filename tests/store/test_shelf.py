"""What may be shown now, and what is written down when it was."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oo_cli.home import make_folders, open_or_prepare
from oo_data.contracts.event import TipShown
from oo_data.contracts.tip import SilentSpan
from oo_data.env import Paths
from oo_data.store import db, events, profile, shelf, tips
from oo_data.store.db import Store
from oo_data.store.tips import ShelvedTip
from tests.fakes import DAY, HOUR, MINUTE, TUESDAY
from tests.store.conftest import NewTip

Change = Callable[[Store, NewTip], None]


@pytest.fixture
def ready(store: Store, new_tip: NewTip) -> Store:
    """A shelf with a first and a second tip, from a source without a file."""
    with store.write() as conn:
        profile.connect_source(conn, "todotxt", TUESDAY, None)
        profile.set_consent(conn, "source.todotxt", True, TUESDAY)
        tips.replace_shelf(conn, TUESDAY, (), [new_tip("first"), new_tip("second", rank=1)])
    return store


def shown(store: Store, *tip_ids: str, at: int = TUESDAY) -> None:
    """These tips were seen."""
    for tip_id in tip_ids:
        picked = shelf.Pick(shelf.TIP)
        picked.tip_id, picked.subject = tip_id, f"ref-{tip_id}"
        shelf.record_shown(store, at, "tip", picked)


def spoken(store: Store, now: int = TUESDAY, ambient: bool = False) -> str:
    """What is picked, in one word: the tip, the reason of the silence, or the kind."""
    picked = shelf.pick(store, now, ambient)
    return picked.tip_id or picked.reason or picked.kind


def silent(after_shown: int = 0, binding: str = "always", start: int = -HOUR, end: int = HOUR) -> Change:
    """A span in which to keep quiet."""

    def change(store: Store, new_tip: NewTip) -> None:
        with store.write() as conn:
            span = SilentSpan("s", TUESDAY + start, TUESDAY + end, "quiet", after_shown, binding, "gate")
            tips.add_silence(conn, span)

    return change


def muted(subject: str, until: int) -> Change:
    """A subject that the person does not want to see."""

    def change(store: Store, new_tip: NewTip) -> None:
        with store.write() as conn:
            tips.mute(conn, subject, TUESDAY + until, "no", "e")

    return change


def consent(granted: bool | None) -> Change:
    """The consent one second ago."""

    def change(store: Store, new_tip: NewTip) -> None:
        with store.write() as conn:
            conn.execute("delete from consent")
            if granted is not None:
                profile.set_consent(conn, "source.todotxt", granted, TUESDAY - 1000)

    return change


def valid(start: int, end: int) -> Change:
    """One tip with this validity."""

    def change(store: Store, new_tip: NewTip) -> None:
        with store.write() as conn:
            tip = new_tip("only", valid_from=TUESDAY + start, valid_until=TUESDAY + end)
            tips.replace_shelf(conn, TUESDAY, (), [tip])

    return change


def seen(*tip_ids: str, at: int = 0) -> Change:
    """Tips that were shown already."""
    return lambda store, new_tip: shown(store, *tip_ids, at=TUESDAY + at)


def no_source(store: Store, new_tip: NewTip) -> None:
    """Nothing is connected any more."""
    with store.write() as conn:
        conn.execute("delete from source")


def zone(offset: str) -> Change:
    """The shelf was made where the clock is that many seconds ahead of UTC."""

    def change(store: Store, new_tip: NewTip) -> None:
        with store.write() as conn:
            profile.set_meta(conn, "utc-offset", offset)

    return change


CASES: dict[str, tuple[tuple[Change, ...], str]] = {
    "the best": ((), "first"),
    "no source": ((no_source,), "no-source"),
    "the same zone": ((zone("3600"),), "first"),
    "another zone": ((zone("32400"),), "stale"),
    "muted": ((muted("ref-first", 1),), "second"),
    "mute over": ((muted("ref-first", 0),), "first"),
    "all muted": ((muted("ref-first", HOUR), muted("ref-second", HOUR)), "stale"),
    "consent withdrawn a second ago": ((consent(False),), "stale"),
    "consent never asked": ((consent(None),), "stale"),
    "consent given back": ((consent(False), consent(True)), "first"),
    "valid from now": ((valid(0, HOUR),), "only"),
    "just run out": ((valid(-HOUR, 0),), "stale"),
    "last millisecond": ((valid(-HOUR, 1),), "only"),
    "clock a little back": ((valid(5 * MINUTE, HOUR),), "only"),
    "clock a lot back": ((valid(5 * MINUTE + 1, HOUR),), "stale"),
    "silence": ((silent(),), "quiet"),
    "silence from now": ((silent(start=0),), "quiet"),
    "silence just over": ((silent(end=0),), "first"),
    "silence to come": ((silent(start=1),), "first"),
    "silence for others, typed": ((silent(binding="ambient"),), "first"),
    "silence though all muted": ((silent(), muted("ref-first", HOUR), muted("ref-second", HOUR)), "quiet"),
    "budget left": ((silent(2), seen("other")), "first"),
    "the last of the budget again": ((silent(1), seen("first"), seen("first", at=MINUTE)), "first"),
    "budget spent": ((silent(1), seen("second")), "quiet"),
    "budget spent, twice the same": ((silent(2), seen("second", "second")), "first"),
    "budget spent before the span": ((silent(1), seen("second", at=-2 * HOUR)), "first"),
    "budget spent, all muted": ((silent(1), seen("first"), muted("ref-first", 1), muted("ref-second", 1)), "quiet"),
}


@pytest.mark.parametrize("case", CASES)
def test_pick(ready: Store, new_tip: NewTip, case: str) -> None:
    """The first tip that is still true, or why there is none."""
    changes, expected = CASES[case]
    for change in changes:
        change(ready, new_tip)
    assert spoken(ready) == expected


def test_ambient_surfaces_are_bound_by_more(ready: Store, new_tip: NewTip) -> None:
    """A default keeps quiet what speaks by itself; whoever types has asked."""
    silent(binding="ambient")(ready, new_tip)
    assert (spoken(ready, ambient=True), spoken(ready, ambient=False)) == ("quiet", "first")


def test_the_longest_silence_is_told(ready: Store) -> None:
    """Of two reasons the one that ends last is the answer to "until when"."""
    with ready.write() as conn:
        for name, end in (("a", 2), ("b", 3), ("c", 1)):
            tips.add_silence(conn, SilentSpan(name, TUESDAY, TUESDAY + end * HOUR, name, 0, "always", "gate"))
    picked = shelf.pick(ready, TUESDAY, ambient=False)
    assert (picked.kind, picked.reason, picked.until) == (shelf.SILENCE, "b", TUESDAY + 3 * HOUR)


def test_a_tip_of_now_goes_before_one_of_tomorrow(ready: Store, new_tip: NewTip) -> None:
    """The slack for a clock that steps back must not bring the next day's tips forward."""
    with ready.write() as conn:
        later = new_tip("later", rank=0, valid_from=TUESDAY + MINUTE)
        tips.replace_shelf(conn, TUESDAY, (), [later, new_tip("now", rank=5)])
    assert spoken(ready) == "now"
    assert spoken(ready, TUESDAY + MINUTE) == "later"


def test_a_narrowed_choice(ready: Store) -> None:
    """What fits the time at hand is chosen among, in the same order; where nothing does, the shelf has no answer."""
    for among, said in (('["ref-second"]', "second"), ('["ref-second", "ref-first"]', "first"), ('["other"]', "")):
        assert shelf.pick(ready, TUESDAY, ambient=False, among=among).tip_id == said


def test_pick_hands_over_the_row(ready: Store) -> None:
    """What the doors need to say and to log is all there."""
    picked = shelf.pick(ready, TUESDAY, ambient=False)
    assert (picked.kind, picked.tip_id, picked.subject, picked.tip_kind, picked.until, picked.decision_id) == (
        shelf.TIP, "first", "ref-first", "todo", TUESDAY + DAY, "decision-first",
    )  # fmt: skip
    assert shelf.tip_row(ready.conn, "first") == (
        "ref-first", "todotxt", "decision-first", b"sealed text", b"sealed reason", b"sealed handle",
    )  # fmt: skip
    assert shelf.tip_row(ready.conn, "gone") == ("", "", "", None, None, None)


def test_a_changed_file_makes_the_shelf_stale(ready: Store, tmp_path: Path) -> None:
    """What was ticked or written in an editor a moment ago is never contradicted; unknown files count as changed."""
    file = tmp_path / "todo.txt"
    file.write_text("a\n")
    with ready.write() as conn:
        profile.connect_source(conn, "todotxt", TUESDAY, str(file))
    assert spoken(ready) == "stale"
    with ready.write() as conn:
        profile.source_read(conn, "todotxt", TUESDAY, shelf.mark_of(str(file)))
        profile.connect_source(conn, "todoist", TUESDAY, None)
    assert spoken(ready) == "first"
    state = file.stat()
    file.write_text("b\n")
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns + 1))
    assert spoken(ready) == "stale"
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert spoken(ready) == "first"
    file.write_text("longer\n")
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert spoken(ready) == "stale"
    file.unlink()
    assert (spoken(ready), shelf.mark_of(str(file))) == ("stale", "absent")


OFFSETS = st.integers(-2, 2).map(lambda minutes: TUESDAY + minutes * 4 * MINUTE)
TIPS = st.builds(
    lambda number, start, end, mute, granted: (number, start, end, mute, granted),
    st.integers(0, 3), OFFSETS, OFFSETS, st.none() | OFFSETS, st.booleans(),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(TIPS, max_size=5))
def test_pick_agrees_with_its_definition(rows: list[tuple[int, int, int, int | None, bool]]) -> None:
    """Over any shelf: valid, not muted, allowed; among those of now before those of soon, then by rank."""
    with TemporaryDirectory() as folder:
        paths = Paths({"OO_HOME": folder})
        make_folders(paths)
        with closing(open_or_prepare(paths)) as store:
            with store.write() as conn:
                profile.connect_source(conn, "todotxt", TUESDAY, None)
                shelved = []
                for at, (rank, start, end, mute, granted) in enumerate(rows):
                    shelved.append(
                        ShelvedTip(
                            f"t{at}", rank, "todo", f"r{at}", "todotxt", f"c{at}", "d", 0, start, end, b"", b"", b""
                        )
                    )
                    profile.set_consent(conn, f"c{at}", granted, 0)
                    if mute is not None:
                        tips.mute(conn, f"r{at}", mute, "no", "e")
                tips.replace_shelf(conn, 0, (), shelved)
            now = TUESDAY
            allowed = [
                (start > now, rank, f"t{at}")
                for at, (rank, start, end, mute, granted) in enumerate(rows)
                if start <= now + shelf.CLOCK_SLACK_MS and end > now and granted and (mute is None or mute <= now)
            ]
            best = min(allowed)[:2] if allowed else None
            said = spoken(store)
            assert said in ([tip for *order, tip in allowed if tuple(order) == best] if best else ["stale"])


def moments(entries: Iterable[events.Logged]) -> list[tuple[str, int]]:
    """Surface and minute of each showing."""
    return [(e.event.surface, (e.at - TUESDAY) // MINUTE) for e in entries if isinstance(e.event, TipShown)]


def test_shown_is_written_once_in_ten_minutes(ready: Store) -> None:
    """A prompt that prints the tip at every line counts one impression, and each surface counts by itself."""
    picked = shelf.pick(ready, TUESDAY, ambient=False)
    for minute in (0, 1, 9, 10, 19, 20):
        shelf.record_shown(ready, TUESDAY + minute * MINUTE, "tip", picked)
    shelf.record_shown(ready, TUESDAY + MINUTE, "face", picked)
    logged = list(events.since(ready.conn, 0))
    assert sorted(moments(logged)) == [("face", 1), ("tip", 0), ("tip", 10), ("tip", 20)]
    assert {entry.event for entry in logged} == {TipShown("first", "ref-first", s) for s in ("tip", "face")}


def plan(store: Store, sql: str, given: dict[str, object]) -> str:
    """How SQLite would run a query."""
    return "\n".join(row[3] for row in store.conn.execute(f"explain query plan {sql}", given))


def test_the_hot_queries_stay_on_their_indexes(ready: Store) -> None:
    """After years of use a tip costs the same: neither the log nor the history of tips is read from end to end."""
    with ready.write() as conn:
        for number in range(3000):
            db.append_event(conn, f"e{number}", TUESDAY + number, "SourceRefreshed", "todotxt", "{}")
    ready.conn.execute("analyze")
    values: dict[str, object] = {"now": TUESDAY, "slack": shelf.CLOCK_SLACK_MS, "ambient": 1, "subject": "s"}
    candidate, silence = plan(ready, shelf._CANDIDATE, values), plan(ready, shelf._SILENCE, values)
    assert "tip USING INDEX tip_rank" in candidate
    assert "event USING INDEX event_type_at (type=? AND at>?)" in silence
    for scanned in ("SCAN event", "SCAN mute", "SCAN consent"):
        assert scanned not in candidate + silence
