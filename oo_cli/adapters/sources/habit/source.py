"""The person's own habits as tasks that come back: a source on this machine alone, inside oO's own database.

On the path of `oo done`: what only reading needs is imported there.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from oo_data.names import identity
from oo_data.store import habits

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, tzinfo
    from sqlite3 import Connection

    from oo_data.contracts.signal import Reading, TaskSignal
    from oo_data.ports import Sealer
    from oo_data.store.db import Store
    from oo_data.store.habits import Habit


class HabitSource:
    """Habits as tasks. A handle is the identity of a habit's name; `ref_of` turns it into the habit's reference.

    One not done within its period is due today; one that was done is hidden until the period is over.
    """

    id = habits.SOURCE

    def __init__(self, store: Store, sealer: Sealer, ref_of: Callable[[str], str], zone: tzinfo) -> None:
        self._store = store
        self._sealer = sealer
        self._ref_of = ref_of
        self._zone = zone

    def read(self, now_ms: int) -> Reading:
        """Every habit, as a task due when it is next to be done; completions are known here already."""
        from oo_data.contracts.signal import Reading

        return Reading(tuple(self._task(habit, now_ms) for habit in habits.habits(self._store.conn)))

    def complete(self, handle: str, now_ms: int) -> bool:
        """Note it as done; False where it was done today already, or is gone. Joins a write that is under way."""
        ref = self._ref_of(handle)
        with self._write() as conn:
            found = habits.habit(conn, ref)
            if found is None or (found.done_at is not None and self._day(found.done_at) >= self._day(now_ms)):
                return False
            habits.set_done(conn, ref, now_ms)
            return True

    def reopen(self, handle: str, now_ms: int) -> bool:
        """Take the note back: it was last done when its newest completion says; False where nothing changes."""
        ref = self._ref_of(handle)
        with self._write() as conn:
            found = habits.habit(conn, ref)
            before = habits.last_done(conn, ref)
            if found is None or found.done_at == before:
                return False
            habits.set_done(conn, ref, before)
            return True

    def _write(self) -> AbstractContextManager[Connection]:
        """The transaction of a reaction, which calls from inside its own, or one of its own."""
        conn = self._store.conn
        return nullcontext(conn) if conn.in_transaction else self._store.write()

    def _task(self, habit: Habit, now_ms: int) -> TaskSignal:
        from datetime import timedelta

        from oo_data.contracts.signal import TaskSignal
        from oo_data.text import Untrusted

        name = self._sealer.unseal(habit.name, "habit", "name", habit.ref)
        due = today = self._day(now_ms)
        if habit.done_at is not None:
            due = max(today, self._day(habit.done_at) + timedelta(days=habit.every_days))
        return TaskSignal(
            source=self.id,
            handle=identity(name),
            title=Untrusted(name),
            due=due.isoformat(),
            start=due.isoformat() if due > today else None,
            added_at=habit.added_at,
            recurring=True,
            every_days=float(habit.every_days),
        )

    def _day(self, at_ms: int) -> date:
        from datetime import datetime

        return datetime.fromtimestamp(at_ms / 1000, self._zone).date()
