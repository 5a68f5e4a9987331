"""The profile: every value in force, who says so, and the person's own word over it."""

from __future__ import annotations

from oo_cli.engine.told import ORIGINS, counted
from oo_cli.engine.when import utc_iso
from oo_cli.house import House
from oo_cli.usecases import settings as use
from oo_cli.usecases.inspect.sheet import NONE, Act, Ask, Column, Row, Sheet, Tab, facts, found, moment

EMPTY = ("There is no setting.", "See: oo profile show")


def read(house: House, ask: Ask) -> Sheet:
    """Every setting; those at their default are faint."""
    rows = found(_rows(house), ask.find)
    own = sum(row.data["source"] == "user" for row in rows)
    return Sheet(rows, f"{counted(len(rows), 'settings')}, {own} set by you", EMPTY)


def detail(house: House, row: Row) -> list[str]:
    """One setting, and how its value came to be."""
    now = house.clock.now_ms()
    lines = [f"{row.key}  {row.data['told']}", *facts({name: row.data[name] for name in ("about", "unit", "value")})]
    lines += facts({"source": row.cells[2], "evidence": row.cells[3]})
    changes = use.history(house, row.key)
    lines += ["", "Changes"] if changes else []
    for change in changes:
        by = f" by {change['by']} from {change['evidence']}" if change["by"] else ""
        lines.append(f"  {moment(change['at'], now, house.zone)}  {change['told']}  {ORIGINS[change['source']]}{by}")
    return lines


def _rows(house: House) -> list[Row]:
    now = house.clock.now_ms()
    rows = []
    for entry in use.listing(house):
        evidence = f"{entry['evidence']} {entry['counted']}" if entry["by"] else NONE
        since = moment(entry["at"], now, house.zone)
        cells = (entry["name"], entry["told"], ORIGINS[entry["source"]], evidence, since, entry["about"])
        data = entry | {"at": None if entry["at"] is None else utc_iso(entry["at"])}
        rows.append(Row(entry["name"], cells, data, faint=entry["source"] == "default"))
    return rows


def _set(house: House, key: str, typed: str) -> str:
    use.assign(house, key, typed)
    (entry,) = use.listing(house, key)
    return f"{key} is {entry['told']}, by your word."


def _unset(house: House, key: str, _: str) -> str:
    removed = use.unset(house, key) if house.exists else False
    (entry,) = use.listing(house, key)
    return f"{key} is {entry['told']} again." if removed else f"{key} was not set by you."


COLUMNS = (
    Column("setting", 6, 20, 44),
    Column("value", 5, 10, 24),
    Column("by", 4, 10, 10),
    Column("evidence", 3, 14, 18),
    Column("since", 1, 12, 12),
    Column("what it does", 2, 16, 60),
)
ACTS = (Act("s", "set", _set, "new value", from_cell=1), Act("u", "unset", _unset))
TAB = Tab("profile", COLUMNS, read, detail, ACTS)
