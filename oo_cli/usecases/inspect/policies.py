"""The policies: which one is live, which decide beside it in shadow, and how far they agree."""

from __future__ import annotations

from typing import Any

from oo_cli.engine.evaluation.promotion import NEAR, Online
from oo_cli.engine.told import counted
from oo_cli.engine.when import utc_iso
from oo_cli.house import House
from oo_cli.usecases import compare
from oo_cli.usecases import policies as use
from oo_cli.usecases.inspect.sheet import NONE, Ask, Column, Row, Sheet, Tab, facts, found, moment
from oo_data.store import policies as store

EMPTY = ("There is no policy.", "See: oo policy list")


def read(house: House, ask: Ask) -> Sheet:
    """Every policy, the live one first."""
    rows = found(_rows(house), ask.find)
    live = next((row.key for row in rows if row.data["stage"] == "live"), "")
    return Sheet(rows, f"{live} is live" if live else counted(len(rows), "policies"), EMPTY)


def detail(house: House, row: Row) -> list[str]:
    """One policy: its agreement with the live one, and what the log of reactions says it would have been worth."""
    lines = [row.key, *facts(row.data)]
    known = compare.off_policy(compare.samples(house)) if house.exists else []
    for entry in (entry for entry in known if entry["policy"] == row.key):
        lines += [
            "",
            f"Off-policy, from {counted(entry['decisions'], 'decisions')} on {counted(entry['days'], 'days')}",
        ]
        if not entry["supported"]:
            lines.append(
                f"  Too little for a claim: {entry['needed']} decisions on {entry['days_needed']} days are needed."
            )
        elif entry["values"]:
            lines += [f"  {name:<6} {_interval(value)}" for name, value in entry["values"].items()]
    return [*lines, "", "To compare or promote: oo policy report, oo policy promote NAME"]


def _rows(house: House) -> list[Row]:
    listed = sorted(use.listing(house), key=lambda entry: entry["stage"] != "live")
    live = listed[0]["id"]
    since = store.stages(house.store.conn) if house.exists else {}
    rows = []
    for entry in listed:
        beside = entry["id"] != live and house.exists
        online = compare.online(house, entry["id"], live) if beside else Online(0, 0, 0.0, 0.0)
        moved = since[entry["id"]].since if entry["id"] in since else None
        rows.append(_row(house, entry, online, moved))
    return rows


def _row(house: House, entry: dict[str, Any], online: Online, moved: int | None) -> Row:
    told = online.decisions > 0
    cells = (
        entry["id"],
        entry["stage"],
        f"{online.same:.0%}" if told else NONE,
        f"{online.near:.0%}" if told else NONE,
        f"{online.decisions}" if told else NONE,
        moment(moved, house.clock.now_ms(), house.zone),
        entry["about"],
    )
    data = {
        **entry,
        "since": None if moved is None else utc_iso(moved),
        "same_choice": online.same if told else None,
        f"within_first_{NEAR}": online.near if told else None,
        "decisions": online.decisions,
        "days": online.days,
    }
    return Row(entry["id"], cells, data, faint=entry["stage"] != "live")


def _interval(value: dict[str, float | None] | None) -> str:
    if value is None:
        return "not known"
    low, high = ("?" if value[end] is None else f"{value[end]:.3f}" for end in ("low", "high"))
    return f"{value['value']:.3f} ({low} to {high})"


COLUMNS = (
    Column("policy", 7, 8, 16),
    Column("stage", 6, 6, 6),
    Column("same choice", 5, 11, 11, right=True),
    Column(f"in top {NEAR}", 3, 9, 9, right=True),
    Column("decisions", 4, 9, 9, right=True),
    Column("since", 1, 12, 12),
    Column("what it is", 2, 16, 60),
)
TAB = Tab("policies", COLUMNS, read, detail)
