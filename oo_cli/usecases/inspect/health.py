"""The health of every part, and how oO fares right now."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from oo_cli.engine.told import counted
from oo_cli.house import House
from oo_cli.usecases.doctor import examine
from oo_cli.usecases.inspect.sheet import Ask, Column, Row, Sheet, Tab, found
from oo_cli.usecases.status import status, status_lines

EMPTY = ("There is nothing to check.", "See: oo doctor")
SIGNS = {"ok": "ok", "note": "note", "bad": "BAD"}


def read(custody_says: Callable[[House], str], house: House, ask: Ask) -> Sheet:
    """Every finding. Nothing leaves the machine unless the person asks for a thorough check."""
    rows = found(_rows(custody_says, house, offline=not ask.thorough), ask.find)
    bad = sum(row.data["level"] == "bad" for row in rows)
    says = f"{counted(bad, 'parts')} to repair" if bad else "All is well"
    return Sheet(rows, says, EMPTY, notes=tuple(status_lines(house, status(house))))


def detail(_: House, row: Row) -> list[str]:
    """One finding in full."""
    return [row.data["part"], row.data["says"]]


def _rows(custody_says: Callable[[House], str], house: House, offline: bool) -> list[Row]:
    return [
        Row(str(at), (SIGNS[one.level], one.part, one.says), one._asdict(), faint=one.level == "ok")
        for at, one in enumerate(examine(house, offline, custody_says))
    ]


COLUMNS = (Column("", 2, 4, 4), Column("part", 3, 8, 20), Column("says", 1, 20, 120))


def tab(custody_says: Callable[[House], str]) -> Tab:
    """The tab; where the key is kept is the composition root's to say."""
    return Tab("health", COLUMNS, partial(read, custody_says), detail)
