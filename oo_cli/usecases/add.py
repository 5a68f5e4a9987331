"""Adding a task to the person's own list."""

from __future__ import annotations

from typing import Protocol, cast

from oo_cli.house import House
from oo_cli.usecases.connect import connect_todotxt
from oo_data.errors import ConsentMissingError
from oo_data.store import profile
from oo_data.text import show


class Addable(Protocol):
    """A source that takes new tasks."""

    def add(self, text: str, now_ms: int) -> None:
        """Append a task. Raises `BadUsageError` for text that cannot be one."""
        ...


def add_task(house: House, text: str) -> str:
    """Append the task to the connected todo.txt, or to one that oO starts; the text as it can be shown."""
    if "todotxt" not in profile.sources(house.store.conn):
        if "source.todotxt" in profile.consents(house.store.conn):
            raise ConsentMissingError(
                "You withdrew the consent source.todotxt.", "To give it again: oo connect todotxt"
            )
        connect_todotxt(house, None)
    cast(Addable, house.source("todotxt")).add(text, house.clock.now_ms())
    return show(text)
