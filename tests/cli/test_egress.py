"""The ledger as a person reads it: rows, sums, and ninety days."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

from oo_data.store import db, egress
from oo_data.store.egress import EgressRow
from tests.conftest import Oo
from tests.fakes import DAY, TUESDAY

CONSENT = "source.todoist"


def fill(environ: dict[str, str], *rows: tuple[str, int, str, str, int, int]) -> None:
    """Requests that were made: id, time, host, purpose, bytes out and in."""
    with closing(db.open_store(str(Path(environ["OO_HOME"], "data", "oo.db")))) as store:
        with store.write() as conn:
            conn.execute("insert or replace into consent values (?, 1, 0)", (CONSENT,))
        for id, at, host, purpose, out, back in rows:
            egress.begin(store, EgressRow(id, at, host, purpose, CONSENT, ("login", "tasks")))
            egress.finish(store, id, out, back, "200")


def test_rows_and_sums(oo: Oo, environ: dict[str, str]) -> None:
    """When, to whom, why and how much, newest first; by host and purpose with --totals; both as JSON."""
    assert oo("egress").out == oo("egress", "--totals").out == "Nothing has left this machine.\n"
    assert json.loads(oo("egress", "--totals", "--json").out) == []
    oo("add", "Call the dentist")
    fill(
        environ,
        ("a", TUESDAY - 1000, "api.todoist.com", "todoist.sync", 300, 9000),
        ("b", TUESDAY, "api.todoist.com", "todoist.sync", 200, 1000),
        ("c", TUESDAY, "127.0.0.1:4000", "llm.tip-generator", 900, 100),
    )
    shown = oo("egress").out.splitlines()
    assert shown[0] == (
        "2026-12-01 10:00: to 127.0.0.1:4000, purpose llm.tip-generator, consent source.todoist, what login, tasks,"
        " out 900, in 100, ended 200"
    )
    assert len(shown) == 3
    assert len(oo("egress", "--limit", "1").out.splitlines()) == 1
    sums = json.loads(oo("egress", "--totals", "--json").out)
    assert [(row["host"], row["requests"], row["bytes_out"], row["bytes_in"]) for row in sums] == [
        ("127.0.0.1:4000", 1, 900, 100), ("api.todoist.com", 2, 500, 10000),
    ]  # fmt: skip
    assert oo("egress", "--totals").out.splitlines()[1].startswith("api.todoist.com: purpose todoist.sync, requests 2")


def test_ninety_days(oo: Oo, environ: dict[str, str]) -> None:
    """A refresh drops what is older, and nothing younger."""
    oo("add", "Call the dentist")
    fill(environ, *((f"r{age}", TUESDAY - age * DAY, "h", "p", 1, 1) for age in (91, 90, 89, 0)))
    assert oo("refresh").code == 0
    assert {row["id"] for row in json.loads(oo("egress", "--json").out)} == {"r90", "r89", "r0"}
