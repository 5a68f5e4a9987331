"""The slow path, once: sources, features, agents, candidates, words, shelf. Killed anywhere, it never was."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from oo_cli.engine import gate
from oo_cli.engine.effort import Efforts
from oo_cli.engine.when import DAY_MS
from oo_cli.home import gone, make_folders
from oo_cli.house import House
from oo_cli.usecases import agenda, areas, brain, contexts, holdout, moods, outbox, prepare, pull, think, trace
from oo_cli.usecases.voice import voice
from oo_data.contracts.event import FeedbackGiven, ShelfPrepared, TipIgnored, TipShown
from oo_data.contracts.feature import Feature, TaskCompletion
from oo_data.errors import OoError
from oo_data.store import (
    asked,
    busy,
    decisions,
    devices,
    effort,
    egress,
    events,
    keys,
    locks,
    migrations,
    profile,
    records,
    shelf,
    tips,
    words,
)

if TYPE_CHECKING:
    from oo_cli.usecases.ask_model import Words

HISTORY_MS = 550 * DAY_MS
WORDS_TTL_MS = DAY_MS
DECISION_TTL_MS = 14 * DAY_MS
EGRESS_TTL_MS = 90 * DAY_MS


class Report(NamedTuple):
    """How a refresh went. `busy`: another one was running, or had just ended, so nothing was done here."""

    busy: bool = False
    tasks: int = 0
    tips: int = 0
    failures: tuple[tuple[str, OoError], ...] = ()
    problems: tuple[str, ...] = ()
    agents_failed: tuple[str, ...] = ()


def refresh(
    house: House,
    local_only: bool = False,
    progress: pull.Progress | None = None,
    ask: bool = False,
    still: Callable[[], frozenset[str] | None] | None = None,
) -> Report:
    """Bring the shelf up to date. Only one refresh runs at a time; a second one returns at once.

    Only with `ask` may a model be asked for words. `still` is asked once this refresh is alone: which sources are to be
    left unread, or None where nothing is to be done any more. Raises `DataLockedError` where the home was forgotten.
    """
    if house.is_gone:
        raise gone()
    if house.may_begin:
        make_folders(house.paths)
    fd = locks.take(f"{house.paths.state}/refresh.lock")
    if fd is None:
        return Report(busy=True)
    try:
        if house.is_gone:  # the lock was a forget's
            raise gone()
        resting = still() if still else frozenset[str]()
        if resting is None:
            return Report(busy=True)
        while True:
            try:
                return _traced(house, local_only, progress, ask and not local_only, resting)
            except _WithdrawnError:
                continue  # what was just forgotten must not come back: begin anew without it
    finally:
        os.close(fd)


class _WithdrawnError(Exception):
    """What this refresh relied on was withdrawn or erased while it ran."""


class _Made(NamedTuple):
    """What a refresh made in memory, and will write down."""

    pulled: pull.Pulled
    fresh: list[TaskCompletion]
    placed: areas.Assigned
    features: tuple[Feature, ...]
    thoughts: think.Thoughts
    sources: list[str]
    mind: brain.Mind
    stock: prepare.Stock
    shelf: prepare.Shelf


def shelf_to_be(house: House) -> tuple[prepare.Shelf, prepare.Stock]:
    """What a refresh would lay on the shelf now, of what is known here: nothing is sent, and nothing written."""
    made = _make(house, pull.pull(house, local_only=True), house.clock.now_ms(), local_only=True)
    return made.shelf, made.stock


def _traced(
    house: House, local_only: bool, progress: pull.Progress | None, ask: bool, resting: frozenset[str]
) -> Report:
    if ask:  # only these are followed by a moment in which something may be sent
        trace.begin(house)
    with house.spans.span("refresh") as step:
        report = _refresh(house, local_only, progress, ask, resting)
        step.note(tasks=report.tasks, tips=report.tips, failures=len(report.failures))
    return report


def _refresh(
    house: House, local_only: bool, progress: pull.Progress | None, ask: bool, resting: frozenset[str]
) -> Report:
    now = house.clock.now_ms()
    conn = house.store.conn
    house.sealer  # noqa: B018 - a vault that cannot be opened is told before anything is read
    seen, granted, sound = events.last_seq(conn), profile.granted(conn), keys.sound(conn)
    if not local_only:
        with house.spans.span("outbox"):
            outbox.flush(house)
    with house.spans.span("pull"):
        pulled = pull.pull(house, local_only, progress, keep=True, resting=resting)
    contexts.look(house)
    made = _make(house, pulled, now, local_only, ask)
    gateway = made.placed.gateway
    taken = gateway.taken if gateway else 0.0
    with house.spans.span("words"):
        worded = _ask_model(house, made.shelf, made.stock, now, taken if ask else None)
    ready = worded.shelf if worded else made.shelf
    with house.spans.span("write"), house.store.write():
        if granted - profile.granted(conn) or sound - keys.sound(conn):
            raise _WithdrawnError
        problems = pull.record(house, made.pulled, made.fresh, now)
        tips.settle_done(conn, made.pulled.readings, seen)
        areas.record(house, made.placed)
        records.save_features(conn, (*made.features, *ready.efforts))
        brain.record(house, made.mind, now)
        think.record(house, made.thoughts, made.sources, now)
        _put_on_shelf(house, ready, now)
        if worded and worded.request:
            asked.save(conn, worded.request)
        profile.set_meta(conn, "utc-offset", shelf.utc_offset(now))
        agenda.served(house, agenda.SHELF, now, hours=agenda.SHELF_HOURS)
        _sweep(house, now)
        words.write(house.paths, ready.words)
    _sweep_apart(house, now)
    house.bus.deliver()
    for told in (gateway.told if gateway else "", worded.told if worded else ""):
        if told:
            house.say(told)
    failures, failed = tuple(made.pulled.failures.items()), tuple(made.thoughts.failed)
    shown = len({tip.subject for tip in ready.tips})
    return Report(False, len(made.stock.tasks), shown, failures, problems, failed)


def _make(house: House, pulled: pull.Pulled, now: int, local_only: bool, ask: bool = False) -> _Made:
    conn = house.store.conn
    tasks = pull.all_tasks(house, pulled)
    known = records.completions(conn, now - HISTORY_MS)
    fresh = pull.fresh_completions(house, pulled, known)
    done = sorted([*known, *fresh], key=lambda c: c.at)
    # A typed tip waits for no model: what is new is placed by the next full refresh.
    with house.spans.span("areas"):
        placed = areas.assign(house, pulled.signals, tasks, done, now, 0 if local_only else areas.AT_ONCE, ask)
    with house.spans.span("features") as step:
        features = think.derive(house, tasks, done, now, placed.areas)
        step.note(features=len(features), tasks=len(tasks), done=len(done))
    with house.spans.span("agents"):
        thoughts = think.think(house, features, done, now, areas=placed.areas)
    sources = sorted(profile.sources(conn))
    unread = [source for source in sources if source not in pulled.readings]
    muted = tips.muted(conn, now, pulled.readings)
    carried = prepare.carried_words(house, unread, now)
    with house.spans.span("learn"):
        mind = brain.load(house, tasks, done, now, pull.busy_spans(house, pulled, now))
    near = contexts.preferred_refs(house, now)
    spoken = voice(house, tasks, done, mind.gate.busy)
    stock = prepare.Stock(
        tasks, thoughts.snippets, pulled.signals, carried, muted, near, Efforts(done), mind.gate, mind.fresh, spoken
    )
    with house.spans.span("shelf") as step:
        ready = prepare.prepare(house, stock, mind.bench, now)
        step.note(tips=len(ready.tips), spans=len(ready.spans))
    return _Made(pulled, fresh, placed, features, thoughts, sources, mind, stock, ready)


def _ask_model(house: House, ready: prepare.Shelf, stock: prepare.Stock, now: int, taken: float | None) -> Words | None:
    """The shelf with a model's words; None where no model is named, and then nothing of that room is loaded."""
    try:
        if house.llm is None:
            return None
    except OoError:
        pass  # an address that is none: the room below notes it, and the doctor tells it
    from oo_cli.usecases import ask_model

    return ask_model.word(house, ready, stock, now, taken)


def _put_on_shelf(house: House, ready: prepare.Shelf, now: int) -> None:
    conn = house.store.conn
    _note_ignored(house, now)
    tips.replace_shelf(conn, now, (), ready.tips)
    tips.replace_silences(conn, now, "shelf", [span for span in ready.spans if span.origin == "shelf"])
    moments = [span for span in ready.spans if span.origin == gate.MOMENT_ORIGIN]
    tips.replace_silences(conn, now, gate.MOMENT_ORIGIN, moments)
    # Of the settings as they are now: one may have been set while this refresh ran.
    tips.replace_silences(conn, now, gate.ORIGIN, gate.spans(profile.prefs(conn), now, house.zone))
    for decision in ready.decisions:
        decisions.save(conn, decision)
    for decision in ready.decisions[:1]:
        house.bus.publish(conn, ShelfPrepared(decision.id, len(ready.tips), len(ready.spans)), now)
    holdout.draw(house, now)


def _note_ignored(house: House, now: int) -> None:
    """A tip that was seen, got no reaction and has run out was ignored; said once, whatever ids it was shown under."""
    conn = house.store.conn
    recent = events.latest(conn, (TipShown, FeedbackGiven, TipIgnored), 1000)
    answered = {e.event.subject for e in recent if isinstance(e.event, (FeedbackGiven, TipIgnored))}
    settled = {e.event.about: e.seq for e in reversed(recent) if isinstance(e.event, (FeedbackGiven, TipIgnored))}
    over = tips.run_out(conn, now - 7 * DAY_MS, now)
    for entry in reversed(recent):
        if isinstance(entry.event, TipShown) and entry.event.subject in over - answered:
            if settled.get(entry.event.about, 0) > entry.seq:
                continue  # answered, or counted already, under the id of another refresh
            settled[entry.event.about] = recent[0].seq + 1
            house.bus.publish(conn, TipIgnored(entry.event.subject, entry.event.about), now)


def _sweep(house: House, now: int) -> None:
    conn = house.store.conn
    agenda.served(house, agenda.SWEEP, now, hours=agenda.DAILY_HOURS)
    tips.sweep_words(conn, now - WORDS_TTL_MS)
    outbox.sweep(house, now)
    decisions.sweep(conn, now - DECISION_TTL_MS)
    moods.sweep(house, now)
    effort.sweep(conn)
    busy.sweep(conn, now)
    devices.sweep(conn, now)
    asked.sweep(conn, now - WORDS_TTL_MS, now - DECISION_TTL_MS)


def _sweep_apart(house: House, now: int) -> None:
    """What is let go of in a transaction of its own, or is a file."""
    egress.sweep(house.store, now - EGRESS_TTL_MS)
    with suppress(OSError):
        migrations.drop_backup(house.paths.database)  # left by a migration that was killed when all was done


def sweep(house: House) -> None:
    """Let go of what has been kept long enough, without a refresh."""
    now = house.clock.now_ms()
    with house.store.write():
        _sweep(house, now)
    _sweep_apart(house, now)
