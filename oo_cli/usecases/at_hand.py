"""What the tasks on the shelf ask for: worked out at a refresh, looked up when somebody has little time or energy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from oo_cli.engine.effort import Effort, Efforts, fits
from oo_cli.house import House
from oo_data.contracts.feature import Feature, TaskFeatures, Value
from oo_data.contracts.tip import Energy
from oo_data.store import effort, records

MINUTES, ENERGY = "effort.minutes", "effort.energy"
LEVELS: tuple[Energy, ...] = ("low", "medium", "high")


def of_tasks(house: House, efforts: Efforts, tasks: Iterable[TaskFeatures]) -> dict[str, Effort]:
    """The effort of each task, the person's own word before any guess."""
    stated = effort.stated(house.store.conn)
    return {task.ref: efforts.of(task, stated.get(task.ref)) for task in tasks}


def features(known: Mapping[str, Effort], sources: Sequence[str], now: int, until: int) -> tuple[Feature, ...]:
    """The efforts of what is on the shelf as two features: minutes, and energy from 1 (low) to 3."""
    minutes = {ref: float(found.minutes) for ref, found in known.items()}
    energy = {ref: float(LEVELS.index(found.energy) + 1) for ref, found in known.items()}
    return tuple(
        Feature(key, value, now, until, tuple(sources)) for key, value in ((MINUTES, minutes), (ENERGY, energy))
    )


def fitting(house: House, minutes: int | None, energy: Energy | None) -> list[str]:
    """The subjects on the shelf that can be done in that time, with that much energy."""
    known = records.features(house.store.conn)
    if MINUTES not in known or ENERGY not in known:
        return []
    length, level = table(known[MINUTES].value), table(known[ENERGY].value)
    said = effort.stated(house.store.conn)
    found = []
    for ref in length:
        own = said.get(ref)
        at_hand = Effort(
            own.minutes if own and own.minutes is not None else round(length[ref]),
            own.energy if own and own.energy else LEVELS[round(level[ref]) - 1],
            "guess", 0,
        )  # fmt: skip
        if fits(at_hand, minutes, energy):
            found.append(ref)
    return found


def guess(house: House, ref: str) -> tuple[int, Energy] | None:
    """What the last refresh made of one task: minutes and energy; None where it is not on the shelf."""
    known = records.features(house.store.conn)
    if MINUTES not in known or ENERGY not in known:
        return None
    length, level = table(known[MINUTES].value), table(known[ENERGY].value)
    return (round(length[ref]), LEVELS[round(level[ref]) - 1]) if ref in length and ref in level else None


def table(value: Value) -> Mapping[str, float]:
    """A feature's value by reference; an empty one where it has another shape."""
    return value if isinstance(value, Mapping) else {}
