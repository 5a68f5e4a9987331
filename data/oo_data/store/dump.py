"""Whole tables as plain rows, out of the database and into an empty one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from oo_data import catalog
from oo_data.errors import DataDamagedError
from oo_data.store import decisions, keys

Row = dict[str, Any]
PACKED = {"decision": "scores"}  # lies packed, and is a text outside
_REFUSALS = (sqlite3.IntegrityError, sqlite3.InterfaceError, sqlite3.ProgrammingError, OverflowError, UnicodeError)


def tables() -> tuple[str, ...]:
    """The tables that an export holds, those first that others refer to."""
    names = [entry.where for entry in catalog.tables() if entry.exported]
    return tuple(sorted(names, key=lambda name: name not in ("source", "context")))


def count(conn: sqlite3.Connection, table: str) -> int:
    """How many rows one of `tables` has."""
    (found,) = conn.execute(f'select count(*) from "{table}"').fetchone()  # noqa: S608 - a name of ours
    return int(found)


def rows(conn: sqlite3.Connection, table: str) -> Iterator[Row]:
    """Every row of one of `tables`, sealed bytes as they lie."""
    packed = PACKED.get(table)
    found = conn.execute(f'select * from "{table}"')  # noqa: S608 - a name of ours
    names = [column[0] for column in found.description]
    for values in found:
        row = dict(zip(names, values, strict=True))
        yield row | {packed: decisions.unpack(row[packed])} if packed else row


def sealed_columns(table: str) -> dict[str, str]:
    """The columns of sealed text, each with the column that names its row."""
    return {place.column: place.row for place in keys.SEALED if place.table == table}


def insert(conn: sqlite3.Connection, table: str, found: Iterable[Mapping[str, Any]]) -> int:
    """Put rows into one of `tables` that is empty, inside the caller's transaction; how many.

    A column that is not named gets its default. Raises `DataDamagedError` for a column that there is none of, and for
    values that the table refuses.
    """
    known = [row[1] for row in conn.execute(f'pragma table_info("{table}")')]
    added = 0
    try:
        for row in found:
            if not row.keys() <= set(known):
                raise _damaged()
            names = [name for name in known if name in row]
            marks = ", ".join("?" * len(names))
            sql = f'insert into "{table}" ({", ".join(names)}) values ({marks})'  # noqa: S608 - names of ours
            conn.execute(sql, [_lying(table, name, row[name]) for name in names])
            added += 1
    except _REFUSALS as error:
        raise _damaged() from error
    return added


def _lying(table: str, column: str, value: Any) -> Any:
    return decisions.pack(value) if PACKED.get(table) == column and isinstance(value, str) else value


def _damaged() -> DataDamagedError:
    return DataDamagedError("The export does not hold what it should.", "Nothing was imported. Try an older export.")
