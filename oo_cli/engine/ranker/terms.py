"""What the ranker looks at: one row of numbers for each open task, every number with a name a person can read."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from oo_cli.engine.ranker import alone, custom, place
from oo_cli.engine.ranker.past import Past
from oo_cli.engine.when import local
from oo_data.contracts.feature import TaskFeatures

NAMES: tuple[str, ...] = (*alone.NAMES, *place.NAMES, *custom.NAMES)
Row = tuple[float, ...]


def terms(tasks: Sequence[TaskFeatures], past: Past, now: int, zone: ZoneInfo) -> list[Row]:
    """One row for each task, in the order of `NAMES`; every number is finite and small. `now` is UTC ms.

    Tasks added at the same time keep the order they are handed in. `past` holds nothing later than `now`.
    """
    here = local(now, zone)
    moment = alone.Now(now, here.toordinal(), here.hour, here.weekday() >= 5, zone)
    seen = [alone.see(task, now, zone) for task in tasks]
    if not seen:
        return []
    places, customs = place.Place(seen, past, moment), custom.Custom(seen, past, moment)
    return [
        (*alone.alone(each, moment), *places.terms(index, each), *customs.terms(each))
        for index, each in enumerate(seen)
    ]
