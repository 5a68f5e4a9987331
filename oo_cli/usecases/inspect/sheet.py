"""What a tab of the admin screen is: columns, rows, a line on top of them, and what can be done to a row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from oo_cli.engine.when import local
from oo_cli.house import House

PAGE = 200
START = "Start with: oo add, or oo connect"
NONE = "\u2013"


class Ask(NamedTuple):
    """Which part of a tab: at most `limit` rows that hold `find`, from behind the row whose key is `after`.

    `thorough`: asked for by hand, so it may take long and reach beyond this machine.
    """

    limit: int = PAGE
    find: str = ""
    after: str = ""
    thorough: bool = False


class Column(NamedTuple):
    """A column: its head, its narrowest and widest in cells, and how late it is given up where room is short."""

    head: str
    keep: int
    least: int = 6
    most: int = 60
    right: bool = False


class Row(NamedTuple):
    """One row: its key within the tab, its cells in words, the same as data, and whether it is faint."""

    key: str
    cells: tuple[str, ...]
    data: Mapping[str, Any]
    faint: bool = False


class Chart(NamedTuple):
    """A small chart: one count a day, oldest first, their sum, and its share of the first chart's (0..1)."""

    label: str
    values: tuple[int, ...]
    total: int
    share: float


class Sheet(NamedTuple):
    """What a tab shows. `says` sums it up; `more`: rows follow; `empty`: the sentence and next step without rows."""

    rows: tuple[Row, ...]
    says: str
    empty: tuple[str, str]
    more: bool = False
    notes: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()


class Act(NamedTuple):
    """Something to do to the row at hand by one key.

    `do` takes the house, the row's key and what was typed, and says what came of it; `asks` is the prompt before it,
    if any, and `from_cell` the column whose words it starts with.
    """

    key: str
    label: str
    do: Callable[[House, str, str], str]
    asks: str = ""
    from_cell: int = 0


class Tab(NamedTuple):
    """One tab. `detail` is all that is known of a row, line by line."""

    id: str
    columns: tuple[Column, ...]
    read: Callable[[House, Ask], Sheet]
    detail: Callable[[House, Row], list[str]]
    acts: tuple[Act, ...] = ()
    follows_log: bool = False


def found(rows: Iterable[Row], find: str) -> tuple[Row, ...]:
    """The rows of which a cell holds what is looked for, whatever its case."""
    wanted = find.casefold()
    return tuple(row for row in rows if any(wanted in cell.casefold() for cell in row.cells))


def moment(ms: int | None, now: int, zone: ZoneInfo) -> str:
    """A time in a column of twelve: the day and the clock, or the date in another year."""
    if ms is None:
        return NONE
    at = local(ms, zone)
    return at.strftime("%d %b %H:%M" if at.year == local(now, zone).year else "%Y-%m-%d")


def facts(data: Mapping[str, Any]) -> list[str]:
    """Data as aligned lines, one fact each; what is not known is left out."""
    known = {name.replace("_", " "): value for name, value in data.items() if value not in (None, "", [], {})}
    widest = max(map(len, known), default=0)
    return [f"{name:<{widest}}  {_plain(value)}" for name, value in known.items()]


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return str(value)
