"""The egress ledger, newest first, a page at a time."""

from __future__ import annotations

from oo_cli.engine.told import counted
from oo_cli.engine.when import utc_iso
from oo_cli.house import House
from oo_cli.usecases.inspect.sheet import NONE, Ask, Column, Row, Sheet, Tab, facts, moment
from oo_data.store import egress as ledger
from oo_data.store.egress import EgressRow

EMPTY = ("Nothing has left this machine.", "What may leave it: oo consent list")


def read(house: House, ask: Ask) -> Sheet:
    """A page of the ledger; what is looked for may be in any of its words."""
    if not house.exists:
        return Sheet((), "", EMPTY)
    conn = house.store.conn
    found = ledger.page(conn, ask.limit + 1, ask.find, ask.after)
    sums = ledger.totals(conn)
    out, back = sum(one.bytes_out for one in sums), sum(one.bytes_in for one in sums)
    says = f"{counted(sum(one.requests for one in sums), 'requests')}, {_bytes(out)} out, {_bytes(back)} in"
    rows = tuple(_row(house, row) for row in found[: ask.limit])
    return Sheet(rows, says if sums else "", EMPTY, len(found) > ask.limit)


def detail(_: House, row: Row) -> list[str]:
    """One request in full; its content is kept nowhere."""
    return [f"{row.data['purpose']} to {row.data['host']}", *facts(row.data)]


def _row(house: House, row: EgressRow) -> Row:
    when = moment(row.at, house.clock.now_ms(), house.zone)
    told = ", ".join(row.categories) or NONE
    cells = (when, row.host, row.purpose, told, _bytes(row.bytes_out), _bytes(row.bytes_in), row.status, row.consent)
    return Row(row.id, cells, _data(row))


def _data(row: EgressRow) -> dict[str, object]:
    return row._asdict() | {"at": utc_iso(row.at), "categories": list(row.categories)}


def _bytes(count: int) -> str:
    for size, unit in ((1_000_000, "MB"), (1_000, "kB")):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} B"


COLUMNS = (
    Column("when", 7, 12, 12),
    Column("to", 8, 10, 36),
    Column("for", 6, 8, 24),
    Column("what", 5, 8, 40),
    Column("out", 4, 8, 9, right=True),
    Column("in", 2, 8, 9, right=True),
    Column("ended", 3, 5, 12),
    Column("allowed by", 1, 12, 24),
)
TAB = Tab("egress", COLUMNS, read, detail)
