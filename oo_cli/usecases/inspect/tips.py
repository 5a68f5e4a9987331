"""What was said and what became of it: the tips one by one, and a funnel by day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

from oo_cli.engine.told import counted
from oo_cli.engine.when import local, midnight, utc_iso
from oo_cli.house import House
from oo_cli.usecases.inspect.sheet import NONE, START, Ask, Chart, Column, Row, Sheet, Tab, facts, found, moment
from oo_cli.usecases.recommend import GONE, words_of
from oo_cli.usecases.why import explain, lines
from oo_data.store import events
from oo_data.store.events import ShownTip

EMPTY = ("No tip was shown yet.", "See one with: oo tip")
DAYS = 14
LOOKED_AT = 2000  # tips looked through for words, and counted in the funnel: a screen must open at once
OUTCOMES = {"done": "done", "later": "later", "no": "not this", "ignored": "ignored", "": "open"}


def read(house: House, ask: Ask) -> Sheet:
    """A page of tips, newest first, and above it the funnel of the last fourteen days."""
    if not house.exists:
        return Sheet((), "", (EMPTY[0], START))
    rows: list[Row] = []
    before, seen, more = int(ask.after or 0), 0, False
    while not more and seen < LOOKED_AT:
        shown = events.shown(house.store.conn, ask.limit + 1, before)
        if not shown:
            break
        seen, before = seen + len(shown), shown[-1].seq
        rows += found((_row(house, tip) for tip in shown), ask.find)
        more = len(rows) > ask.limit
    recent = events.shown(house.store.conn, LOOKED_AT, since=_since(house))
    return Sheet(tuple(rows[: ask.limit]), _says(recent), EMPTY, more, charts=_funnel(house, recent))


def detail(house: House, row: Row) -> list[str]:
    """One tip: how it fared, and why it was said."""
    known = {name: value for name, value in row.data.items() if name != "text"}
    return [row.data["text"], *facts(known), "", *lines(explain(house, row.data["tip"]))[1:]]


def _row(house: House, tip: ShownTip) -> Row:
    text = words_of(house, tip.tip_id)[0] or GONE
    became = OUTCOMES.get(tip.became, tip.became)
    cells = (moment(tip.at, house.clock.now_ms(), house.zone), text, became, tip.surface)
    data = {"at": utc_iso(tip.at), "tip": tip.tip_id, "text": text, "became": became, "surface": tip.surface}
    return Row(str(tip.seq), cells, data, faint=text == GONE)


def _since(house: House) -> int:
    today = local(house.clock.now_ms(), house.zone).date()
    return midnight(today - timedelta(days=DAYS - 1), house.zone)


def _funnel(house: House, recent: list[ShownTip]) -> tuple[Chart, ...]:
    """One chart for all tips shown, then one for each thing that became of them."""
    if not recent:
        return ()
    days = list(_days(house))
    counts = Counter((tip.became, local(tip.at, house.zone).date()) for tip in recent)
    shown = tuple(sum(counts[name, day] for name in OUTCOMES) for day in days)
    charts = [Chart("shown", shown, sum(shown), 1.0)]
    for name, word in OUTCOMES.items():
        values = tuple(counts[name, day] for day in days)
        charts.append(Chart(word, values, sum(values), sum(values) / max(sum(shown), 1)))
    return tuple(charts)


def _days(house: House) -> Iterator[date]:
    today = local(house.clock.now_ms(), house.zone).date()
    return (today - timedelta(days=back) for back in reversed(range(DAYS)))


def _says(recent: list[ShownTip]) -> str:
    done = sum(tip.became == "done" for tip in recent)
    return f"{counted(len(recent), 'tips')} in {DAYS} days, {done} done" if recent else NONE


COLUMNS = (
    Column("when", 2, 12, 12),
    Column("tip", 4, 12, 80),
    Column("became", 3, 8, 8),
    Column("where", 1, 6, 8),
)
TAB = Tab("tips", COLUMNS, read, detail)
