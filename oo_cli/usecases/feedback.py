"""Reactions: logged before they are answered, applied where the task lives, undone as a whole."""

from __future__ import annotations

import json
from typing import NamedTuple

from oo_cli.engine.when import DAY_MS, HOUR_MS, day_after, due_of, local, midnight
from oo_cli.house import House
from oo_cli.usecases.recommend import words_of
from oo_data.contracts.event import FeedbackGiven, FeedbackUndone, TipShown
from oo_data.contracts.feature import TaskCompletion
from oo_data.contracts.tip import Reaction, SilentSpan
from oo_data.errors import BadUsageError
from oo_data.ids import new_id
from oo_data.store import events, profile, records, shelf, tips
from oo_data.store.events import Logged

# How long "not this" keeps a task away, by the reason given.
NO_MS = {
    "": DAY_MS,
    "not now": 4 * HOUR_MS,
    "not relevant": 30 * DAY_MS,
    "wrong": 30 * DAY_MS,
    "too many": DAY_MS,
}
TOO_MANY_MS = 4 * HOUR_MS


class Reacted(NamedTuple):
    """What became of a reaction. `in_source`: the task was ticked, or unticked, where it lives."""

    tip_id: str
    subject: str
    reaction: str
    text: str
    until: int
    in_source: bool
    source: str


def react(house: House, reaction: Reaction, reason: str = "", until: int = 0) -> Reacted:
    """React to the last tip shown. `until` (UTC ms) is when "later" ends; a second "done" changes nothing."""
    shown = _last_shown(house)
    tip_id, now = shown.subject, house.clock.now_ms()
    conn = house.store.conn
    subject, source, *_ = shelf.tip_row(conn, tip_id)
    subject = subject or shown.about
    text, _, handle = words_of(house, tip_id)
    last = _last_reaction(house)
    if reaction == "done" and last is not None and _is_same(last, tip_id, reaction):
        return Reacted(tip_id, subject, reaction, text, 0, True, source)
    until = {"done": 0, "no": now + NO_MS[reason]}.get(reaction, until)
    event_id = new_id()
    event = FeedbackGiven(tip_id, subject, reaction, reason, until)
    in_source = False
    with house.store.write():
        house.bus.publish(conn, event, now, event_id)
        if reason == "too many":
            tips.add_silence(conn, SilentSpan(event_id, now, now + TOO_MANY_MS, "cool-down", 0, "always", "person"))
        # If the tick fails, the reaction is not logged either.
        if reaction == "done":
            in_source = _tick(house, subject, source, handle, now)
            until, cause = _done_mute(house, subject, in_source, now)
            tips.mute(conn, subject, until, cause, event_id)
        else:
            tips.mute(conn, subject, until, reaction, event_id)
    house.bus.deliver()
    return Reacted(tip_id, subject, reaction, text, event.until, in_source, source)


def _done_mute(house: House, subject: str, in_source: bool, now: int) -> tuple[int, str]:
    """How long a done task stays away: one that comes back, for today; one its source still lists, until it is gone."""
    task = next((t for t in records.tasks(house.store.conn) if t.ref == subject), None)
    if task is not None and task.recurring:
        return midnight(day_after(local(now, house.zone).date()), house.zone), tips.DONE_TODAY
    return tips.FOREVER, tips.DONE if in_source else tips.DONE_HERE


def undo(house: House) -> Reacted:
    """Take back the last reaction that still stands."""
    last = _last_reaction(house)
    if last is None or not isinstance(last.event, FeedbackGiven):
        raise BadUsageError("There is nothing to undo.", "See what you did: oo log --reactions")
    given, now = last.event, house.clock.now_ms()
    conn = house.store.conn
    text, _, handle = words_of(house, given.subject)
    _, source, *_ = shelf.tip_row(conn, given.subject)
    with house.store.write():
        house.bus.publish(conn, FeedbackUndone(last.id, given.about), now)
        tips.unmute(conn, last.id)
        in_source = given.reaction == "done" and _untick(house, given.about, source, handle, last.at)
    house.bus.deliver()
    return Reacted(given.subject, given.about, f"undo {given.reaction}", text, 0, in_source, source)


def _is_same(entry: Logged, tip_id: str, reaction: str) -> bool:
    given = entry.event
    return isinstance(given, FeedbackGiven) and (given.subject, given.reaction) == (tip_id, reaction)


def _last_shown(house: House) -> TipShown:
    shown = events.latest(house.store.conn, (TipShown,), 1) if house.exists else []
    if not shown or not isinstance(shown[0].event, TipShown):
        raise BadUsageError("No tip was shown yet.", "Run: oo tip")
    return shown[0].event


def _last_reaction(house: House) -> Logged | None:
    """The newest reaction that was not taken back."""
    if not house.exists:
        return None
    undone: set[str] = set()
    for entry in events.latest(house.store.conn, (FeedbackGiven, FeedbackUndone), 200):
        if isinstance(entry.event, FeedbackUndone):
            undone.add(entry.event.subject)
        elif entry.id not in undone:
            return entry
    return None


def _tick(house: House, subject: str, source: str, handle: str, now: int) -> bool:
    conn = house.store.conn
    state = profile.sources(conn).get(source)
    task = next((t for t in records.tasks(conn) if t.ref == subject), None)
    name = json.loads(handle)
    if state is None or name is None:
        return False
    before = shelf.mark_of(state.watch_path) if state.watch_path else None
    ticked = house.source(source).complete(name, now)
    if task is not None:
        done = TaskCompletion(
            subject, source, now, True, task.due, _lateness(house, task.due, now), task.project_ref, task.priority,
            task.recurring,
        )  # fmt: skip
        records.add_completions(conn, [done])
    known_file = state.watch_path is not None and before == state.watch_mark
    if known_file and state.watch_path and not (task and task.recurring):
        profile.set_mark(conn, source, shelf.mark_of(state.watch_path))
    return ticked


def _untick(house: House, subject: str, source: str, handle: str, since: int) -> bool:
    conn = house.store.conn
    name = json.loads(handle)
    if name is None or source not in profile.sources(conn):
        return False
    records.drop_completions_on(conn, source, subject, since)
    return house.source(source).reopen(name, house.clock.now_ms())


def _lateness(house: House, due_text: str | None, now: int) -> float | None:
    due = due_of(due_text, house.zone)
    return due.days_late(now, house.zone) if due else None
