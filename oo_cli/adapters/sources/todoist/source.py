"""Todoist as a source of open tasks."""

from __future__ import annotations

from collections.abc import Callable

from oo_cli.adapters.sources.todoist.client import TodoistClient
from oo_cli.adapters.sources.todoist.mapper import SOURCE, to_reading
from oo_data.contracts.signal import Reading
from oo_data.secret import Secret


class TodoistSource:
    """Reads Todoist anew each time; `token` fetches the login when needed, and raises where there is none.

    It cannot tick a task yet: that needs the consent `todoist.write`, which nothing here asks for.
    """

    id = SOURCE

    def __init__(self, client: TodoistClient, token: Callable[[], Secret]) -> None:
        self._client = client
        self._token = token

    def read(self, now_ms: int) -> Reading:
        """All open tasks. Raises `SourceUnavailableError`, `ConnectionNeededError`, `ConsentMissingError`."""
        return to_reading(self._client.sync_full(self._token()))

    def complete(self, handle: str, now_ms: int) -> bool:
        """Always False, the port's word for "may not be written": nothing is sent, nothing changes."""
        return False

    def reopen(self, handle: str, now_ms: int) -> bool:
        """Always False: what was never ticked here has no tick to take back."""
        return False
