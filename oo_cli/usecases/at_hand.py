"""What the tasks on the shelf ask for: worked out at a refresh, looked up when somebody has little time or energy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from oo_cli.engine.effort import Effort, Efforts, fits
from oo_cli.house import House
from oo_data.contracts.feature import Feature, TaskFeatures, Value
from oo_data.contracts.signal import Stated
from oo_data.contracts.tip import Energy
from oo_data.store import effort, records

MINUTES, ENERGY, EVIDENCE = "effort.minutes", "effort.energy", "effort.evidence"
NOTHING = Stated(None, None)
LEVELS: tuple[Energy, ...] = ("low", "medium", "high")


def of_tasks(house: House, efforts: Efforts, tasks: Iterable[TaskFeatures]) -> dict[str, Effort]:
    """The effort of each task, the person's own word before any guess."""
    stated = effort.stated(house.store.conn)
    return {task.ref: efforts.of(task, stated.get(task.ref)) for task in tasks}


def features(known: Mapping[str, Effort], sources: Sequence[str], now: int, until: int) -> tuple[Feature, ...]:
    """The efforts of what is on the shelf: minutes, energy from 1 (low) to 3, and what stands behind them.

    The evidence of a word, the person's or the source's, is 1; that of a guess without any pause to go by is 0.
    """
    minutes = {ref: float(found.minutes) for ref, found in known.items()}
    energy = {ref: float(LEVELS.index(found.energy) + 1) for ref, found in known.items()}
    evidence = {ref: float(max(found.evidence, found.origin != "guess")) for ref, found in known.items()}
    tables = ((MINUTES, minutes), (ENERGY, energy), (EVIDENCE, evidence))
    return tuple(Feature(key, value, now, until, tuple(sources)) for key, value in tables)


def fitting(house: House, minutes: int | None, energy: Energy | None) -> list[str]:
    """The subjects on the shelf that can be done in that time, with that much energy.

    Where nothing is known to fit, those of which nothing is known, the likely ones before the rest: better than
    silence, and soon corrected.
    """
    known = records.features(house.store.conn)
    length, level, evidence = (table(known[key].value) if key in known else {} for key in (MINUTES, ENERGY, EVIDENCE))
    said = effort.stated(house.store.conn)
    fit, likely, unknown = [], [], []
    for ref in length:
        own = said.get(ref, NOTHING)
        at_hand = Effort(
            round(length[ref]) if own.minutes is None else own.minutes,
            own.energy or LEVELS[round(level[ref]) - 1], "guess", 0,
        )  # fmt: skip
        suits = fits(at_hand, minutes, energy)
        if evidence[ref] or own != NOTHING:
            fit += [ref] if suits else []
        else:
            unknown.append(ref)
            likely += [ref] if suits else []
    return fit or likely or unknown


def guess(house: House, ref: str) -> tuple[int, Energy] | None:
    """What the last refresh made of one task: minutes and energy; None where it is not on the shelf."""
    known = records.features(house.store.conn)
    if MINUTES not in known or ENERGY not in known:
        return None
    length, level = table(known[MINUTES].value), table(known[ENERGY].value)
    return (round(length[ref]), LEVELS[round(level[ref]) - 1]) if ref in length and ref in level else None


def unsay(house: House, ref: str) -> None:
    """Drop what was worked out of one task while a word stood, inside the caller's write; a refresh guesses anew."""
    known = records.features(house.store.conn)
    found = [known[key] for key in (MINUTES, ENERGY, EVIDENCE) if key in known]
    without = [f._replace(value={k: v for k, v in table(f.value).items() if k != ref}) for f in found]
    records.save_features(house.store.conn, without)


def table(value: Value) -> Mapping[str, float]:
    """A feature's value by reference; an empty one where it has another shape."""
    return value if isinstance(value, Mapping) else {}
