"""The log, newest first, a page at a time."""

from __future__ import annotations

import re
from typing import Any

from oo_cli.engine.told import counted
from oo_cli.engine.told import told as pref_told
from oo_cli.engine.when import utc_iso
from oo_cli.house import House
from oo_cli.usecases.inspect.sheet import START, Ask, Column, Row, Sheet, Tab, facts, moment
from oo_cli.usecases.recommend import words_of
from oo_data.contracts.profile import unspell
from oo_data.store import events
from oo_data.store.events import Entry

EMPTY = ("Nothing has happened yet.", START)
OF_TIPS = ("TipShown", "TipIgnored", "FeedbackGiven")  # their subject is a tip
SPELLED = ("PrefInferred", "PrefSet")  # their value is spelled
SHORT = 8  # of a reference, enough to tell it from others on one screen
_REF = re.compile(r"[0-9a-f]{16,}")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
SWITCHES = ("granted", "active", "held")  # told when they are 0, too


def read(house: House, ask: Ask) -> Sheet:
    """A page of the log; what is looked for may be in an event's type, subject or data."""
    if not house.exists:
        return Sheet((), "", EMPTY)
    conn = house.store.conn
    logged = events.page(conn, ask.limit + 1, ask.find, int(ask.after or 0))
    rows = tuple(_row(house, entry) for entry in logged[: ask.limit])
    return Sheet(rows, counted(events.total(conn), "events"), EMPTY, len(logged) > ask.limit)


def detail(house: House, row: Row) -> list[str]:
    """One event in full, with the words of its tip while these are kept."""
    lines = [row.cells[1], *facts({name: _told(row.data["type"], name, value) for name, value in row.data.items()})]
    text = words_of(house, row.data["subject"])[0] if row.data["type"] in OF_TIPS else ""
    return [*lines, "", text] if text else lines


def _row(house: House, entry: Entry) -> Row:
    now = house.clock.now_ms()
    told = []
    for name, value in entry.fields.items():
        if name == "about" or (value in ("", 0) and name not in SWITCHES):
            continue
        value = _told(entry.kind, name, value)
        said = moment(value, now, house.zone) if name == "until" and isinstance(value, int) else _short(str(value))
        told.append(f"{name.replace('_', ' ')} {said}")
    cells = (moment(entry.at, now, house.zone), _words(entry.kind), _short(entry.subject), ", ".join(told))
    return Row(str(entry.seq), cells, _data(entry))


def _data(entry: Entry) -> dict[str, Any]:
    about = {name: value for name, value in entry.fields.items() if name not in ("seq", "id", "at", "type", "subject")}
    return {
        "seq": entry.seq,
        "id": entry.id,
        "at": utc_iso(entry.at),
        "type": entry.kind,
        "subject": entry.subject,
        **about,
    }


def _words(kind: str) -> str:
    """TipShown: tip shown."""
    return _HUMP.sub(" ", kind).lower()


def _told(kind: str, name: str, value: Any) -> Any:
    """A field as people read it: preferences are spelled for machines."""
    known = unspell(value) if kind in SPELLED and name == "value" else None
    return value if known is None else pref_told(known, "")


def _short(word: str) -> str:
    return word[:SHORT] if _REF.fullmatch(word) else word


COLUMNS = (
    Column("when", 3, 12, 12),
    Column("what", 4, 10, 20),
    Column("about", 1, 16, 40),
    Column("details", 2, 12, 80),
)
TAB = Tab("events", COLUMNS, read, detail, follows_log=True)
