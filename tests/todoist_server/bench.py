"""A house small enough for these tests: a real store, the gate, and a server behind it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from oo_cli.adapters.http import Guard, bearer
from oo_cli.adapters.replies import ExchangeFailedError, Reply
from oo_data.secret import Secret
from oo_data.store import db, egress, migrations
from oo_data.store.db import Store
from tests.todoist_server.account import Account, build
from tests.todoist_server.server import TodoistServer

NOW = 1_796_115_600_000  # 2026-12-01T09:00:00Z
CONSENT = "source.todoist"
PURPOSE = "todoist.sync"
TOKEN = "s3cr3t-token-value"  # well-formed, and not the server's


class FixedClock:
    """A clock that stands still."""

    def now_ms(self) -> int:
        """Always `NOW`."""
        return NOW


@dataclass
class Bench:
    """What a test needs in its hands."""

    store: Store
    server: TodoistServer
    guard: Guard

    @property
    def account(self) -> Account:
        """What the server knows."""
        return self.server.account

    def call(self, url: str = "", **changes: Any) -> Reply:
        """A typical call through the gate, changed by `changes`."""
        usual: dict[str, Any] = {
            "purpose": PURPOSE,
            "method": "POST",
            "url": url or f"{self.server.url}/api/v1/sync",
            "consent": CONSENT,
            "categories": ("login",),
            "headers": {"Authorization": bearer(Secret(TOKEN))},
            "data": {"sync_token": "*", "resource_types": '["user"]'},
            "timeout": 5.0,
        }
        return self.guard.call(**usual | changes)

    def failed(self, **changes: Any) -> ExchangeFailedError:
        """The error of a call that must fail."""
        with pytest.raises(ExchangeFailedError) as caught:
            self.call(**changes)
        return caught.value

    def row(self) -> egress.EgressRow:
        """The one row of the ledger."""
        (row,) = egress.recent(self.store, 10)
        return row


def new_store(folder: Path) -> Store:
    """A fresh database of the real schema."""
    path = folder / "data" / "oo.db"
    path.parent.mkdir(mode=0o700)
    path.write_bytes(_migrated())
    return db.open_store(str(path))


@cache
def _migrated() -> bytes:
    with TemporaryDirectory() as folder:
        migrations.prepare(f"{folder}/oo.db")
        return Path(folder, "oo.db").read_bytes()


def consent(store: Store, granted: bool, key: str = CONSENT) -> None:
    """Grant or withdraw."""
    with store.write() as conn:
        conn.execute("insert or replace into consent values (?, ?, ?)", (key, int(granted), NOW))


@contextmanager
def open_bench(folder: Path, account: Account | None = None) -> Iterator[Bench]:
    """A bench whose consent is granted and whose server is the one place the gate allows."""
    store = new_store(folder)
    try:
        consent(store, True)
        with TodoistServer(account or build()) as server:
            allowed = {PURPOSE: frozenset((server.host,))}
            with Guard(store, FixedClock(), allowed) as guard:
                yield Bench(store, server, guard)
    finally:
        store.close()


def chain_text(error: BaseException) -> str:
    """All that an error could ever show: itself, what it came from, and the locals of our frames under it."""
    parts: list[str] = []
    todo: list[BaseException | None] = [error]
    while todo:
        link = todo.pop()
        if link is None:
            continue
        parts += [str(link), repr(link), repr(vars(link)), repr(link.args)]
        trace = link.__traceback__
        while trace is not None:
            if "/oo_" in trace.tb_frame.f_code.co_filename:
                parts.append(repr(trace.tb_frame.f_locals))
            trace = trace.tb_next
        todo += [link.__cause__, link.__context__]
    return "\n".join(parts)
