"""What a reaction keeps quiet: the task it was about, the same thing in other lists, and for a while oO itself."""

from __future__ import annotations

from oo_cli.engine import gate
from oo_cli.engine.twins import twins_of
from oo_cli.engine.when import HOUR_MS, day_after, local, midnight
from oo_cli.house import House
from oo_cli.usecases.reactions import LAST, reactions
from oo_data.contracts.event import FeedbackGiven
from oo_data.contracts.feature import TaskFeatures
from oo_data.contracts.tip import SilentSpan
from oo_data.store import profile, records, tips

TOO_MANY = "too many"
TOO_MANY_MS = 4 * HOUR_MS


def pause(house: House, reason: str, event_id: str, now: int) -> None:
    """The pause that the reaction just logged brings; taking it back ends it."""
    conn = house.store.conn
    if reason == TOO_MANY:
        _rest(house, event_id, now)
        return
    minutes = gate.pause_minutes(profile.prefs(conn))
    known = [said for said in reactions(house, LAST) if said.at <= now]  # a clock may have been ahead
    span = gate.pause(known, now, minutes) if minutes else None
    if span is not None:
        tips.add_silence(conn, span._replace(id=event_id, origin="person"))


def done_mute(house: House, subject: str, in_source: bool, at: int) -> tuple[int, str]:
    """How long a task done at `at` stays away: one that comes back, for the day; one still listed, until it is gone."""
    task = task_of(house, subject)
    if task is not None and task.recurring:
        return midnight(day_after(local(at, house.zone).date()), house.zone), tips.DONE_TODAY
    return tips.FOREVER, tips.DONE if in_source else tips.DONE_HERE


def mute_twins(house: House, subject: str, until: int, cause: str, event_id: str, at: int) -> None:
    """Keep the same thing in other lists away for as long; one that stays open there after a done, while it does."""
    conn = house.store.conn
    for twin in twins_of(subject, records.tasks(conn)):
        if cause in (tips.DONE, tips.DONE_HERE):
            twin_until, twin_cause = done_mute(house, twin.ref, False, at)
            tips.mute(conn, twin.ref, twin_until, twin_cause, event_id)
        else:
            tips.mute(conn, twin.ref, until, cause, event_id)


def as_elsewhere(house: House, given: FeedbackGiven, event_id: str, at: int) -> None:
    """Keep quiet here what a reaction in another home of this person keeps quiet there, inside the caller's write."""
    until, cause = given.until, given.reaction
    if given.reaction == "done":
        until, cause = done_mute(house, given.about, False, at)
    tips.mute(house.store.conn, given.about, until, cause, event_id)
    mute_twins(house, given.about, until, cause, event_id, at)
    if given.reason == TOO_MANY:
        _rest(house, event_id, at)


def task_of(house: House, subject: str) -> TaskFeatures | None:
    """The open task of a reference, if it is one."""
    return next((task for task in records.tasks(house.store.conn) if task.ref == subject), None)


def _rest(house: House, event_id: str, at: int) -> None:
    span = SilentSpan(event_id, at, at + TOO_MANY_MS, "cool-down", 0, "always", "person")
    tips.add_silence(house.store.conn, span)
