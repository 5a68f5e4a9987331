"""A part is found by whatever still knows of it, and carried out whole by the start that finds its mark."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from oo_cli.house import House
from oo_cli.usecases import aftermath, forget_part
from oo_cli.usecases.forget import not_told
from oo_cli.usecases.forget_part import Part, task_part
from oo_data.errors import BadUsageError
from oo_data.store import records
from tests.forget.conftest import THERE
from tests.forget.lives import Life


def test_a_task_that_one_place_knows(life: Life) -> None:
    """Its tip is enough where its list has it no more, its list where no tip is left, and else that it was done."""
    conn = life.house.store.conn
    named, *_ = [task.ref for task in records.tasks(conn) if task.source == THERE]
    part = task_part(life.house, named)
    assert part.refs[THERE] == (named,)
    for tables in (("tip",), ("task", "completion")):
        conn.execute("savepoint before")
        for table in tables:
            conn.execute(f"delete from {table}")  # noqa: S608 - named above
        assert task_part(life.house, named).refs[THERE] == (named,)
        conn.execute("rollback to before")
    done = next(task.ref for task in records.completions(conn, 0) if task.source == THERE)
    for table in ("tip", "task"):
        conn.execute(f"delete from {table}")  # noqa: S608 - named above
    assert done in task_part(life.house, done).refs[THERE]


def test_advice_is_no_task(life: Life) -> None:
    """What an agent advised goes with the agent, though a tip said it."""
    with life.house.store.write() as conn:
        conn.execute("update tip set subject = 'advice.momentum', source = 'agent'")
    with pytest.raises(BadUsageError):
        task_part(life.house, "advice.momentum")


def test_the_next_start_tells_the_provider(life: Life) -> None:
    """A forget that was killed before it ended the login ends it then."""
    told: list[str] = []

    @contextmanager
    def leave(house: House, source: str) -> Iterator[bool]:
        told.append(source)
        yield True

    life.house.doors = life.house.doors._replace(leave=leave)
    aftermath.owe(life.house, Part(source=THERE).to_text())
    assert forget_part.resume(life.house)
    assert told == [THERE]


def test_where_a_login_is_ended() -> None:
    """A provider without a page that oO knows is named all the same."""
    assert not_told("elsewhere") == "the login at elsewhere, which was not told: remove it at elsewhere"
