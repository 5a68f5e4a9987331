"""Doing what is overdue, once, and nothing where nothing is."""

from __future__ import annotations

from contextlib import suppress

from oo_cli.house import House
from oo_cli.usecases import agenda
from oo_cli.usecases.agenda import Due
from oo_cli.usecases.mirror import mirror
from oo_cli.usecases.pull import Progress
from oo_cli.usecases.refresh import Report, refresh, sweep
from oo_data.errors import OoError


def catch_up(house: House, local_only: bool = False, progress: Progress | None = None) -> Report | None:
    """Do everything that is overdue in one refresh; None where nothing is, also by the time the lock is held.

    What is to be mirrored goes behind it. A failure of all of it, as of a vault that stays locked, is noted before it
    is raised, so that it is not tried at every look.
    """
    found = agenda.due(house)
    report = _refresh(house, _at_home(found), local_only, progress)
    if agenda.MIRROR in found.overdue and not local_only:
        mirror(house)
    return report


def _refresh(house: House, duties: tuple[str, ...], local_only: bool, progress: Progress | None) -> Report | None:
    if not duties:
        return None
    try:
        if duties == (agenda.SWEEP,):
            sweep(house)
            return Report()
        return refresh(house, local_only, progress, ask=True, still=lambda: _still(house))
    except Exception as error:
        _note(house, duties, error)
        raise


def _at_home(found: Due) -> tuple[str, ...]:
    """What is overdue of a refresh."""
    return tuple(duty for duty in found.overdue if duty != agenda.MIRROR)


def _still(house: House) -> frozenset[str] | None:
    """The sources to leave alone; None where another process has done it all meanwhile."""
    found = agenda.due(house)
    return found.resting if _at_home(found) else None


def _note(house: House, duties: tuple[str, ...], error: Exception) -> None:
    duty = agenda.SWEEP if duties == (agenda.SWEEP,) else agenda.SHELF
    hours = agenda.DAILY_HOURS if duty == agenda.SWEEP else agenda.SHELF_HOURS
    with suppress(OoError), house.store.write():  # a full disk takes no note either
        agenda.fell(house, duty, type(error).__name__, house.clock.now_ms(), hours=hours)
    with suppress(OoError):
        house.bus.deliver()
