"""Forgetting a part: one source, one agent, a span of time, one task. What rested on more is made anew of what is left.

Killed at any point it is finished by the next start: the mark is set first, and all of it can be done again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from oo_cli.engine.twins import twins_of
from oo_cli.engine.when import day_after, midnight
from oo_cli.home import gone, make_folders
from oo_cli.house import House
from oo_cli.usecases import aftermath, consent, export, own, refresh
from oo_cli.usecases.connect import connected, disconnect
from oo_cli.usecases.forget import not_told, take_refresh
from oo_cli.usecases.pull import is_local
from oo_data import catalog
from oo_data.contracts.event import TipShown
from oo_data.contracts.feature import TaskCompletion, TaskFeatures
from oo_data.errors import BadUsageError, ConnectionNeededError
from oo_data.store import erase, erase_part, events, forgotten, keys, locks, moods, profile, records, tips

LAST = "last"
MOOD = own.MOOD.removeprefix("source.")


class Part(NamedTuple):
    """What is to be forgotten: exactly one of a source, an agent, a span (UTC ms, the end not included), or a task.

    `refs` are the references of a task by source: of the task itself, of its twins, and of the routine it belongs to.
    """

    source: str = ""
    agent: str = ""
    since: int = 0
    until: int = 0
    refs: Mapping[str, tuple[str, ...]] = {}

    def to_text(self) -> str:
        """As the mark holds it: no words, only references and times."""
        return json.dumps(self._asdict())

    @classmethod
    def from_text(cls, text: str) -> Part | None:
        """The part that a mark holds; None where there is nothing to be done again."""
        try:
            known = json.loads(text)
            refs = {str(source): tuple(map(str, found)) for source, found in known["refs"].items()}
            part = cls(str(known["source"]), str(known["agent"]), int(known["since"]), int(known["until"]), refs)
        except (ValueError, LookupError, TypeError, AttributeError):
            return None
        return part if any(part) else None


class PartReceipt(NamedTuple):
    """What went, in counts. `shut`: older copies open with no key of today. `tips`: how many were made anew."""

    rows: dict[str, int]
    shut: bool
    tips: int
    external: tuple[str, ...] = ()


class _NotDoneError(Exception):
    """Rolls a transaction back."""


def task_part(house: House, named: str) -> Part:
    """The task of a tip, or of a reference. Raises `BadUsageError` where there is none."""
    conn = house.store.conn
    ref = named
    if named == LAST:
        shown = events.latest(conn, (TipShown,), 1)
        if not shown or not isinstance(shown[0].event, TipShown):
            raise BadUsageError("No tip was shown yet.", "Run: oo tip")
        ref = shown[0].event.about
    open_tasks, done = records.tasks(conn), records.completions(conn, 0)
    known: list[TaskFeatures | TaskCompletion] = [*open_tasks, *done]
    found = [task for task in known if ref in (task.ref, task.routine_ref)]
    source = found[0].source if found else tips.source_of(conn, ref)
    if not source or ref.startswith("advice."):
        raise BadUsageError("There is no such task.", "An agent's advice goes with the agent: oo forget --agent ID")
    refs = {source: {ref, *(task.routine_ref for task in found if task.routine_ref)}}
    for twin in twins_of(ref, open_tasks):
        refs.setdefault(twin.source, set()).update(filter(None, (twin.ref, twin.routine_ref)))
    return Part(refs={name: tuple(sorted(own)) for name, own in refs.items()})


def span_part(house: House, since: str, until: str = "") -> Part:
    """What happened from one local day through another (ISO dates), or until now. Raises `BadUsageError`."""
    try:
        first, last = date.fromisoformat(since), date.fromisoformat(until) if until else date.max
        begin = midnight(first, house.zone)
        end = min(house.clock.now_ms() + 1, midnight(day_after(last), house.zone) if until else forgotten.EVER)
    except (ValueError, OverflowError):
        raise BadUsageError("That is no day.", "Write it as 2026-11-30.") from None
    if begin >= end:
        raise BadUsageError("That span is empty.", "It begins before now, and ends after it begins.")
    return Part(since=begin, until=end)


def check_home(house: House, source: str = "") -> None:
    """Raise where there is no home to forget a part of."""
    if not house.exists:
        if source:
            connected(house, source)
        raise BadUsageError("There is nothing to forget.", "See: oo --help")


def check(house: House, part: Part) -> None:
    """Raise where there is no such source or agent."""
    if part.agent:
        consent.flow_of(house, f"agent.{part.agent}")
    if part.source == MOOD:
        if not moods.since(house.store.conn, 0):
            raise ConnectionNeededError("There are no moods.", "See: oo mood")
    elif part.source:
        connected(house, part.source)


def plan(house: House, part: Part) -> PartReceipt:
    """What would go: it is erased, counted, and put back, in one transaction that is never committed."""
    check(house, part)
    rows: dict[str, int] = {}
    try:
        with house.store.write():
            rows = _erase_rows(house, part)
            raise _NotDoneError
    except _NotDoneError:
        return PartReceipt(_in_words(rows), False, 0, _external(house, part, told=False))


def forget(house: House, part: Part, offline: bool = False) -> PartReceipt:
    """Erase a part, shut older copies to it, and make anew what rested on more. `offline`: no provider is told."""
    check(house, part)
    house.sealer  # noqa: B018 - a vault that cannot be opened is told before anything is touched
    if house.is_gone:
        raise gone()
    make_folders(house.paths)
    alone = take_refresh(house)
    try:
        if house.is_gone:  # the lock was that of forgetting all
            raise gone()
        _finish(house)  # one that was cut short goes first, or its mark would be lost
        planned = plan(house, part)
        external = _external(house, part, told=True)
        aftermath.owe(house, part.to_text())
        if not _carry_out(house, part, offline):
            external = planned.external
        shut = aftermath.settle(house, part.to_text())
    finally:
        os.close(alone)
    made = refresh.refresh(house, local_only=offline).tips
    return PartReceipt(planned.rows, shut, made, external)


def resume(house: House) -> bool:
    """Finish what a killed process had begun; False where nothing is to be done, or somebody is at it just now."""
    if aftermath.owed(house) is None:
        return False
    alone = locks.take(f"{house.paths.state}/refresh.lock")
    if alone is None:
        return False
    try:
        return _finish(house)
    finally:
        os.close(alone)


def _finish(house: House) -> bool:
    """Do again what a mark asks for, where there is one; whoever calls holds the lock of refreshes."""
    text = aftermath.owed(house)
    if text is None:
        return False
    part = Part.from_text(text)
    house.sealer  # noqa: B018 - as above
    if part is not None and not _is_over(house, part):
        _carry_out(house, part, offline=False)
    aftermath.settle(house, text)
    return True


def _is_over(house: House, part: Part) -> bool:
    """Whether a source is disconnected already: then there is nothing to be ended a second time."""
    return bool(part.source) and part.source != MOOD and part.source not in profile.sources(house.store.conn)


def _carry_out(house: House, part: Part, offline: bool) -> bool:
    """Erase it as its kind asks for; whether the provider was told, where there is one."""
    if part.source and part.source != MOOD:
        return disconnect(house, part.source, offline).told
    if part.source or part.agent:
        consent.revoke(house, own.MOOD if part.source else f"agent.{part.agent}")
        return True
    with house.store.write() as conn:
        _erase_rows(house, part)
        for source in part.refs:
            keys.outdate(conn, source)
        if part.until:
            house.sealer.renew(since=keys.month_of(part.since), until=keys.month_of(part.until - 1))
        profile.outdate_shelf(conn)
    return True


def _erase_rows(house: House, part: Part) -> dict[str, int]:
    conn = house.store.conn
    if part.source == MOOD:
        return moods.erase(conn)
    if part.source:
        return erase.source(conn, part.source)
    if part.agent:
        return erase.agent(conn, part.agent)
    if part.refs:
        return erase_part.task(conn, part.refs)
    return erase_part.span(conn, part.since, part.until)


def _in_words(rows: Mapping[str, int]) -> dict[str, int]:
    """Counts by what the catalogue calls a table."""
    tables = {entry.where: entry.what for entry in catalog.tables()}
    return {tables.get(name, name): count for name, count in rows.items()}


def _external(house: House, part: Part, told: bool) -> tuple[str, ...]:
    """What is not oO's to delete."""
    found = [f"an export may hold it still: {path}" for path in export.paths(house)]
    state = profile.sources(house.store.conn).get(part.source)
    if state is not None and state.watch_path is not None:
        found.append(f"your own file is left as it is: {state.watch_path}")
    elif state is not None and not is_local(state) and not told:
        found.append(not_told(part.source))
    return tuple(found)
