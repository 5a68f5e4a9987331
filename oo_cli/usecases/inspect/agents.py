"""The agents at work: how each fared, what it says, how long that holds, and when it runs again."""

from __future__ import annotations

from typing import Any

from oo_cli.engine.told import counted
from oo_cli.engine.when import utc_iso
from oo_cli.house import House
from oo_cli.usecases import agenda
from oo_cli.usecases import agents as use
from oo_cli.usecases.agents_once import run, run_lines
from oo_cli.usecases.inspect.sheet import NONE, Act, Ask, Column, Row, Sheet, Tab, facts, found, moment
from oo_cli.usecases.settings import listing as settings
from oo_data.store import records
from oo_data.store.records import StoredSnippet

EMPTY = ("There is no agent.", "Write one with: oo agents new NAME")
NEXT = "next refresh"


def read(house: House, ask: Ask) -> Sheet:
    """Every agent; the ones that are off are faint."""
    rows = found(_rows(house), ask.find)
    return Sheet(rows, f"{counted(len(rows), 'agents')}, {sum(not row.faint for row in rows)} on", EMPTY)


def detail(house: House, row: Row) -> list[str]:
    """One agent in full: what it declares, how it fared, what it says, and what it has worked out."""
    key, says = row.key, row.data["says"]
    params = [entry for entry in settings(house) if entry["name"].startswith(f"{key}.")]
    known = {name: value for name, value in row.data.items() if name != "says"}
    lines = [row.data["title"] or key, *facts(known)]
    lines += ["", "Says", f"  {says}"] if says else []
    lines += ["", "Goes by"] if params else []
    lines += [f"  {entry['name'].removeprefix(key + '.'):<30} {entry['told']}" for entry in params]
    return lines


def _rows(house: House) -> list[Row]:
    now = house.clock.now_ms()
    conn = house.store.conn if house.exists else None
    runs = records.runs(conn) if conn else {}
    said = {snippet.agent_id: snippet for snippet in records.snippets(conn, now)} if conn else {}
    return [_row(house, agent, runs.get(agent["id"]), said.get(agent["id"]), now) for agent in use.listing(house)]


def _row(
    house: House, agent: dict[str, Any], ran: tuple[str, int, str, int] | None, said: StoredSnippet | None, now: int
) -> Row:
    on, at = agent["on"], ran[1] if ran else None
    text = house.sealer.unseal(said.text, "snippet", "text", said.agent_id) if said else ""
    due = agenda.due(house).at.get(f"{agenda.AGENT}{agent['id']}") if at is not None else None
    waits = on and due is not None and due > now
    state = "broken" if agent["problem"] else "on" if on else "off"
    outcome = "" if ran is None or ran[2] == "ok" else f" {ran[2]}"
    cells = (
        agent["id"],
        state,
        f"{moment(at, now, house.zone)}{outcome}",
        text or agent["problem"] or NONE,
        moment(said.expires_at, now, house.zone) if said else NONE,
        moment(due, now, house.zone) if waits else NEXT if on else NONE,
    )
    data = {
        **{name: agent[name] for name in ("id", "version", "title", "on", "origin", "distribution", "problem")},
        "schedule": agent["schedule"],
        "ttl_hours": agent["ttl_hours"],
        "last_run": None if at is None else utc_iso(at),
        "outcome": ran[2] if ran else None,
        "millis": ran[3] if ran else None,
        "says": text or None,
        "holds_until": utc_iso(said.expires_at) if said else None,
        "next_run": utc_iso(due) if due is not None and waits else NEXT if on else None,
    }
    return Row(agent["id"], cells, data, faint=not on)


def _run(house: House, key: str, _: str) -> str:
    return " ".join(line.strip() for line in run_lines(run(house, key))[:2])


def _switch(house: House, key: str, _: str) -> str:
    agent = next(agent for agent in use.listing(house) if agent["id"] == key)
    if agent["on"]:
        return f"{key} is off. Erased: {', '.join(use.disable(house, key)) or 'nothing'}."
    use.enable(house, key)
    return f"{key} is on, and runs with the next refresh."


COLUMNS = (
    Column("agent", 6, 8, 24),
    Column("", 5, 3, 6),
    Column("last run", 4, 12, 28),
    Column("says", 2, 16, 80),
    Column("holds until", 1, 12, 12),
    Column("next run", 3, 12, 12),
)
ACTS = (Act("r", "run now", _run), Act("o", "on or off", _switch))
TAB = Tab("agents", COLUMNS, read, detail, ACTS)
