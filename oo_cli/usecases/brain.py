"""What has been learnt of the person, brought up to date by so many decisions at most: who ranks, what the gate knows.

What was learnt is kept as numbers in the table `model`, with the completions it rests on counted: where those are not
the same any more (a history came in, a tick was taken back, a source was forgotten), it is learnt anew.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from oo_cli.engine import gate
from oo_cli.engine.moments.rhythm import Rhythm
from oo_cli.engine.policies.ranker import Ranker
from oo_cli.engine.ranker.model import Model
from oo_cli.engine.ranker.replay import LEAD_MS, MOST, learn_past
from oo_cli.engine.when import DAY_MS
from oo_cli.house import House
from oo_cli.usecases import decide
from oo_cli.usecases.decide import Bench
from oo_cli.usecases.reactions import advised, reactions, unprompted
from oo_data.contracts.feature import TaskCompletion, TaskFeatures
from oo_data.store import policies
from oo_data.store.policies import StoredModel

ADVICE_MS = DAY_MS  # the same advice is not repeated for a day
RHYTHM, RANKER = "rhythm", Ranker.name
AT_FIRST = 300  # decisions of the past learnt when there is nothing learnt yet; some seconds, once
WATCHED_MS = 180 * DAY_MS
UNREADABLE = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)  # what another hand may have left in the table


class Mind(NamedTuple):
    """What one refresh thinks with. `learnt` are the models to be kept, by name, as JSON."""

    bench: Bench
    gate: gate.Known
    fresh: Mapping[str, float]
    learnt: dict[str, str]


def load(
    house: House,
    tasks: Sequence[TaskFeatures],
    done: Sequence[TaskCompletion],
    now: int,
    busy: Sequence[gate.Stretch] = (),
) -> Mind:
    """The policies and the gate's knowledge for this moment; `busy` are the coming appointments (UTC ms)."""
    rhythm, kept = _rhythm(house, [c.at for c in done if c.timed and c.at <= now], now)
    ranker, taught = _ranker(house, tasks, unprompted(house, [c for c in done if c.at <= now]))
    said = tuple(reacted for reacted in reactions(house) if reacted.at <= now)
    known = gate.Known(rhythm=rhythm, reactions=said, busy=busy)
    bench = decide.bench(house, done, now, (ranker,))
    fresh = gate.freshness(said, now) | dict.fromkeys(advised(house, now - ADVICE_MS, now), 0.0)
    learnt = {RHYTHM: kept} | ({} if taught is None else {RANKER: taught})
    return Mind(bench, known, fresh, learnt)


def record(house: House, mind: Mind, now: int) -> None:
    """Keep what was learnt, inside the caller's write transaction."""
    for name, state in mind.learnt.items():
        policies.save_model(house.store.conn, name, StoredModel("1", now, state))
    decide.learn(house, now)


def _ranker(house: House, tasks: Sequence[TaskFeatures], done: Sequence[TaskCompletion]) -> tuple[Ranker, str | None]:
    """What the person does next, as far as it is learnt; and what to keep of it, None where nothing is new."""
    times = [c.at for c in done if c.timed]
    kept = _taught(house, times)
    model = kept or Model.prior()
    seen = model.seen
    ranker = Ranker(model, learn_past(model, tasks, done, house.zone, MOST if kept else AT_FIRST))
    if kept and model.seen == seen:
        return ranker, None  # ten thousand numbers, as they lie there already
    state = model.to_json() if model.seen else ""
    return ranker, json.dumps({"held": _rests_on(model, times), "state": state})


def _taught(house: House, times: Sequence[int]) -> Model | None:
    stored = policies.model(house.store.conn, RANKER)
    if stored is None:
        return None
    try:
        known = json.loads(stored.state)
        model = Model.from_json(known["state"])
        same = model is not None and model.seen > 0 and known["held"] == _rests_on(model, times)
    except UNREADABLE:
        return None
    return model if same else None


def _rests_on(model: Model, times: Sequence[int]) -> int:
    return _held(times, model.at + LEAD_MS + 1)  # the ticks of the last decision lie that much after it


def _rhythm(house: House, times: Sequence[int], now: int) -> tuple[Rhythm, str]:
    """When the person gets things done: what is kept, taken further, or learnt anew; and what to keep of it."""
    rhythm = _kept(house, times, now)
    if rhythm is None:
        rhythm = Rhythm.of(times, now, house.zone)
    else:
        rhythm.learn(times[bisect_left(times, _told_until(rhythm)) :], now, house.zone)
    held = _held(times, _told_until(rhythm))
    return rhythm, json.dumps({"held": held, "zone": house.zone.key, "state": rhythm.to_json()})


def _kept(house: House, times: Sequence[int], now: int) -> Rhythm | None:
    stored = policies.model(house.store.conn, RHYTHM)
    if stored is None:
        return None
    try:
        known = json.loads(stored.state)
        rhythm = Rhythm.from_json(known["state"], house.zone)
        until = _told_until(rhythm)
        same = known["zone"] == house.zone.key and known["held"] == _held(times, until)
    except UNREADABLE:
        return None
    return rhythm if same and until <= now + 1 else None


def _told_until(rhythm: Rhythm) -> int:
    """The instant (UTC ms) before which every completion was handed in."""
    return rhythm.pending[-1] + 1 if rhythm.pending else rhythm.known_until


def _held(times: Sequence[int], until: int) -> int:
    """How many completions a rhythm known up to then rests on, of those that it watched closely."""
    return bisect_left(times, until) - bisect_left(times, until - WATCHED_MS)
