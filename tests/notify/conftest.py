"""A home with tasks, and channels that keep what they are sent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from oo_cli.house import House
from oo_cli.usecases.connect import connect_todotxt
from oo_cli.usecases.refresh import refresh
from oo_data.contracts.channel import Channel
from oo_data.errors import BadUsageError, SourceUnavailableError
from oo_data.ports import Notifier
from tests.fakes import FixedClock, house_at


class Inbox:
    """What every channel was sent, and which of them fail."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.broken: set[str] = set()
        self.unknown: set[str] = set()
        self.meanwhile: Callable[[], object] = lambda: None

    def open(self, house: House, channel: Channel) -> Notifier:
        """The notifier of one channel."""
        return _Slot(self, channel)


class _Slot(Notifier):
    def __init__(self, inbox: Inbox, channel: Channel) -> None:
        self._inbox, self._channel = inbox, channel

    def send(self, title: str, body: str) -> tuple[str, ...]:
        """Keep the message."""
        if self._channel.name in self._inbox.broken:
            raise SourceUnavailableError("It is broken.", "Mend it.")
        if self._channel.name in self._inbox.unknown:
            raise BadUsageError("That is no address.", "Give another.")
        self._inbox.meanwhile()
        self._inbox.sent.append((self._channel.name, body))
        return ("ntfy.example:443",) if self._channel.url else ()


@pytest.fixture
def clock() -> FixedClock:
    """A clock that is moved by hand."""
    return FixedClock()


@pytest.fixture
def inbox() -> Inbox:
    """Where messages arrive."""
    return Inbox()


@pytest.fixture
def house(tmp_path: Path, clock: FixedClock, inbox: Inbox) -> House:
    """A home with forty tasks, refreshed, whose channels lead to the inbox."""
    made = house_at(tmp_path, clock)
    made.doors = made.doors._replace(notifier=inbox.open)
    todo = tmp_path / "todo.txt"
    todo.write_text("".join(f"Paint wall {n}\n" for n in range(40)))
    connect_todotxt(made, str(todo))
    refresh(made)
    return made
