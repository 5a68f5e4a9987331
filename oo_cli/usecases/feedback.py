"""Reactions: logged before they are answered, applied where the task lives, undone as a whole."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import NamedTuple

from oo_cli.engine import gate
from oo_cli.engine.when import DAY_MS, HOUR_MS, due_of, local
from oo_cli.engine.wording import tip_text
from oo_cli.house import House
from oo_cli.usecases import hush, outbox
from oo_cli.usecases.recommend import words_of
from oo_data.contracts.event import FeedbackGiven, FeedbackUndone, TipShown
from oo_data.contracts.feature import TaskCompletion
from oo_data.contracts.tip import Reaction
from oo_data.errors import BadUsageError, OoError
from oo_data.ids import new_id
from oo_data.store import events, health, homes, profile, records, shelf, tips
from oo_data.store.events import Logged

# How long "not this" keeps a task away, by the reason given.
NO_MS = {
    "": DAY_MS,
    "not now": 4 * HOUR_MS,
    "not relevant": 30 * DAY_MS,
    "wrong": 30 * DAY_MS,
    "too many": DAY_MS,
}
SUCCEEDED_AT_ONCE = "todotxt"  # the list to which oO itself writes the next occurrence
# Ways to say "later" that may cross midnight and still name no day.
BY_THE_CLOCK = re.compile(r"tonight|(?:in )?\d+\s*(?:m|min|h|hours?)|\d+:\d+")


class Reacted(NamedTuple):
    """What became of a reaction. `in_source`: the task was ticked, or unticked, where it lives.

    `delivery` tells of a write to a source that takes them: "sent", "waiting" to be sent later, "refused", or "".
    """

    tip_id: str
    subject: str
    reaction: str
    text: str
    until: int
    in_source: bool
    source: str
    delivery: str = ""


def react(
    house: House, reaction: Reaction, reason: str = "", until: int = 0, tip_id: str = "", when: str = ""
) -> Reacted:
    """React to a tip, by default the last one shown; a second "done" changes nothing.

    `until` (UTC ms) is when "later" ends. `when` is how the person said it: a day they named is told to the source.
    """
    tip_id, subject, source = _tip(house, tip_id) if tip_id else _last_shown(house)
    conn, now = house.store.conn, house.clock.now_ms()
    text, _, handle = words_of(house, tip_id)
    same = next((entry for entry in _standing(house) if _is_same(entry, tip_id, reaction)), None)
    if reaction == "done" and same is not None:
        delivery = outbox.deliver(house, same.id)
        in_source = delivery == "sent" or (not delivery and tips.cause_of(conn, same.id) != tips.DONE_HERE)
        return Reacted(tip_id, subject, reaction, text, 0, in_source, source, delivery)
    if any(_is_same(entry, tip_id, "done") for entry in _standing(house)):
        raise BadUsageError("That one is done already.", "To take that back: oo undo")
    until = {"done": 0, "no": now + NO_MS[reason]}.get(reaction, until)
    event_id = new_id()
    event = FeedbackGiven(tip_id, subject, reaction, reason, until)
    in_source = False
    cause: str = reaction
    outbox.takes(house, source)  # opens the vault before the write lock is taken
    try:
        with house.store.write():
            if any(_is_same(entry, tip_id, "done") for entry in _standing(house)):
                raise BadUsageError("That one is done already.", "To take that back: oo undo")
            house.bus.publish(conn, event, now, event_id)
            hush.pause(house, reason, event_id, now)
            # If the tick fails, the reaction is not logged either.
            if reaction == "done":
                was_known = _is_known(house, source)
                in_source = _tick(house, event_id, subject, source, handle, now)
                _note_done(house, subject, source, handle, was_known, now)
                until, cause = hush.done_mute(house, subject, in_source, now)
                for ref in (subject, *_successors(house, subject, source, text)):
                    tips.mute(conn, ref, until, cause, event_id)
            else:
                tips.mute(conn, subject, until, cause, event_id)
            hush.mute_twins(house, subject, until, cause, event_id, now)
            if reaction == "later":
                _reschedule(house, event_id, subject, source, handle, _named_day(house, when, until, now))
    except OoError:
        if in_source:
            _put_right(house, event_id, source, lambda task: house.source(source).reopen(task, now), handle)
        raise
    house.bus.deliver()
    delivery = outbox.deliver(house, event_id)
    in_source = in_source or delivery == "sent"
    return Reacted(tip_id, subject, reaction, text, event.until, in_source, source, delivery)


def _successors(house: House, subject: str, source: str, text: str) -> tuple[str, ...]:
    """Where a local list writes the next occurrence at once: the references of what is not wanted again today."""
    task = hush.task_of(house, subject)
    if task is None or not task.recurring or source != SUCCEEDED_AT_ONCE:
        return ()
    reading = house.source(source).read(house.clock.now_ms())
    same = [signal for signal in reading.tasks if signal.recurring and tip_text(signal.title) == text]
    refs = {house.refs.task(signal.source, signal.handle) for signal in same}
    known = {task.ref for task in records.tasks(house.store.conn)}
    return tuple(refs - known)


def undo(house: House) -> Reacted:
    """Take back the last reaction that still stands."""
    last = _last_reaction(house)
    if last is None or not isinstance(last.event, FeedbackGiven):
        raise BadUsageError("There is nothing to undo.", "See what you did: oo log --reactions")
    given, now = last.event, house.clock.now_ms()
    conn = house.store.conn
    text, _, handle = words_of(house, given.subject)
    _, source, *_ = shelf.tip_row(conn, given.subject)
    undo_id = new_id()
    outbox.takes(house, source)
    unticked = False
    try:
        with house.store.write():
            house.bus.publish(conn, FeedbackUndone(last.id, given.about), now, undo_id)
            tips.unmute(conn, last.id)
            tips.end_silence(conn, gate.PAUSE)
            tips.end_silence(conn, gate.NOTHING)
            written = outbox.take_back(house, last.id, undo_id)
            if given.reaction == "done":
                unticked = _untick(house, given.about, source, handle, last.at, not written)
    except OoError:
        if unticked:
            _put_right(house, undo_id, source, lambda task: house.source(source).complete(task, now), handle)
        raise
    house.bus.deliver()
    delivery = outbox.deliver(house, undo_id)
    in_source = unticked or written == "dropped" or delivery == "sent"
    return Reacted(given.subject, given.about, f"undo {given.reaction}", text, 0, in_source, source, delivery)


def undoable(house: House) -> str:
    """The tip whose reaction `undo` would take back; "" where there is none."""
    last = _last_reaction(house)
    return last.event.subject if last else ""


def _is_same(entry: Logged, tip_id: str, reaction: str) -> bool:
    given = entry.event
    return isinstance(given, FeedbackGiven) and (given.subject, given.reaction) == (tip_id, reaction)


def _tip(house: House, tip_id: str) -> tuple[str, str, str]:
    """A tip by id: the id, what it is about, and the source of that."""
    subject, source, *_ = shelf.tip_row(house.store.conn, tip_id) if house.exists else ("", "")
    if not subject:
        raise BadUsageError("There is no such tip.", "See: oo log")
    return tip_id, subject, source


def _last_shown(house: House) -> tuple[str, str, str]:
    """The same of the tip shown last, which may have left the shelf for good."""
    shown = events.latest(house.store.conn, (TipShown,), 1) if house.exists else []
    if not shown or not isinstance(shown[0].event, TipShown):
        raise BadUsageError("No tip was shown yet.", "Run: oo tip")
    tip_id, about, _ = shown[0].event
    subject, source, *_ = shelf.tip_row(house.store.conn, tip_id)
    return tip_id, subject or about, source


def _last_reaction(house: House) -> Logged | None:
    """The newest reaction that was not taken back."""
    return next(_standing(house), None) if house.exists else None


def _standing(house: House) -> Iterator[Logged]:
    """The reactions given in this home that were not taken back, newest first."""
    conn = house.store.conn
    undone: set[str] = set()
    for entry in events.latest(conn, (FeedbackGiven, FeedbackUndone), 200):
        if isinstance(entry.event, FeedbackUndone):
            undone.add(entry.event.subject)
        elif entry.id not in undone and not homes.has_arrived(conn, entry.id):
            yield entry


def _is_known(house: House, source: str) -> bool:
    """Whether the file of a source looks as it did when it was last read."""
    state = profile.sources(house.store.conn).get(source)
    return state is not None and state.watch_path is not None and shelf.mark_of(state.watch_path) == state.watch_mark


def _tick(house: House, event_id: str, subject: str, source: str, handle: str, now: int) -> bool:
    """Tick the task where it lives, or queue that; whether it is ticked by now.

    The tick comes last: where this raises, nothing was ticked.
    """
    name = json.loads(handle)
    if source not in profile.sources(house.store.conn) or name is None:
        return False
    queued = outbox.close(house, event_id, source, name, hush.task_of(house, subject))
    return not queued and house.source(source).complete(name, now)


def _note_done(house: House, subject: str, source: str, handle: str, was_known: bool, now: int) -> None:
    """Keep the completion; a file that `was_known` before the tick is known with it."""
    conn = house.store.conn
    state, task = profile.sources(conn).get(source), hush.task_of(house, subject)
    if state is None or json.loads(handle) is None:
        return
    if task is not None:
        done = TaskCompletion(
            subject, source, now, True, task.due, _lateness(house, task.due, now), task.project_ref, task.priority,
            task.recurring, task.added_at, task.label_refs, task.every_days, task.routine_ref,
        )  # fmt: skip
        records.add_completions(conn, [done])
    if was_known and state.watch_path and not (task and task.recurring):
        profile.set_mark(conn, source, shelf.mark_of(state.watch_path))


def _untick(house: House, subject: str, source: str, handle: str, noted_at: int, direct: bool) -> bool:
    """Forget the completion; where the tick was `direct`, take it back in the source; whether that was done."""
    conn = house.store.conn
    name = json.loads(handle)
    if name is None or source not in profile.sources(conn):
        return False
    records.drop_completion_at(conn, source, subject, noted_at)
    return direct and house.source(source).reopen(name, house.clock.now_ms())


def _put_right(house: House, event_id: str, source: str, change: Callable[[str], bool], handle: str) -> None:
    """The list as it was, where what was noted of it could not be kept; what lies in the store is so already."""
    with suppress(OoError):
        conn = house.store.conn
        if not health.reading(lambda: events.exists(conn, event_id)) and profile.sources(conn)[source].watch_path:
            change(json.loads(handle))


def _reschedule(house: House, event_id: str, subject: str, source: str, handle: str, day: str | None) -> None:
    """Queue the move to the day, where one was named. The date of a task that repeats belongs to its rule."""
    task, name = hush.task_of(house, subject), json.loads(handle)
    if day is not None and name is not None and task is not None and not task.recurring:
        outbox.reschedule(house, event_id, source, name, day)


def _named_day(house: House, when: str, until: int, now: int) -> str | None:
    """The day (ISO) that the person named, if they did, and it is not today."""
    words = " ".join(when.lower().split())
    day = local(until, house.zone).date()
    if not words or BY_THE_CLOCK.fullmatch(words) or day <= local(now, house.zone).date():
        return None
    return day.isoformat()


def _lateness(house: House, due_text: str | None, now: int) -> float | None:
    due = due_of(due_text, house.zone)
    return due.days_late(now, house.zone) if due else None
