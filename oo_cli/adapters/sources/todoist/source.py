"""Todoist as a source of open tasks and of what was done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from oo_cli.adapters.sources.todoist.client import DONE, REOPENED, NotInPlanError, TodoistClient
from oo_cli.adapters.sources.todoist.history import (
    DAY_MS,
    OVERLAP_MS,
    SAME_MS,
    Happened,
    Progress,
    events_of,
    items_of,
    limits,
    reopenings,
    settle,
    windows,
)
from oo_cli.adapters.sources.todoist.mapper import SOURCE, Account, account_of, to_reading
from oo_data.contracts.signal import Reading
from oo_data.errors import SourceUnavailableError
from oo_data.secret import Secret

NO_LOG = "Todoist's plan has no activity log: repeating tasks that were done are not known"


class TodoistSource:
    """Reads Todoist anew each time; `token` fetches the login when needed, and raises where there is none.

    It cannot tick a task yet: that needs the consent `todoist.write`, which nothing here asks for.
    """

    id = SOURCE

    def __init__(self, client: TodoistClient, token: Callable[[], Secret]) -> None:
        self._client = client
        self._token = token
        self._account: Account | None = None

    def read(self, now_ms: int) -> Reading:
        """All open tasks. Raises `SourceUnavailableError`, `ConnectionNeededError`, `ConsentMissingError`."""
        payload = self._client.sync_full(self._token)
        self._account = account_of(payload)
        return to_reading(payload)

    def history(self, progress: str | None, now_ms: int) -> Iterator[Reading]:
        """What was done since `progress`, and what older history is still unknown: a `Reading` per span of time.

        Keep each one before asking for the next: whoever is killed in between goes on from the last one kept.
        Raises as `read` does, whose account it uses; it reads first where nobody has.
        """
        if self._account is None:
            self.read(now_ms)
        account = self._account
        if account is None or account.me is None:
            raise SourceUnavailableError("Todoist did not say whose account this is.", "Try again later.")
        known = Progress.of(progress)
        plan = windows(known, now_ms)
        log = _Log(self._client, self._token, account, now_ms)
        # A task done in an older window may have been reopened in a newer one, which an earlier run has read.
        reopened = reopenings(log.read(plan[-1].since, now_ms, (REOPENED,))) if len(plan) > 1 else {}
        problems = limits(known, now_ms, account.log_days)
        for left, window in zip(reversed(range(len(plan))), plan, strict=True):
            pages = self._client.completed(self._token, window.since - SAME_MS, window.until + SAME_MS)
            items, unread = _sorted(items_of(chain.from_iterable(pages), account))
            events = log.read(window.since - SAME_MS, window.until + OVERLAP_MS)
            done, retracted = settle(window, events, items, reopened)
            problems += log.problems + _unread(unread)
            yield Reading(done=done, problems=problems, retracted=retracted, progress=window.after.text(), left=left)
            problems = log.problems = ()

    def complete(self, handle: str, now_ms: int) -> bool:
        """Always False, the port's word for "may not be written": nothing is sent, nothing changes."""
        return False

    def reopen(self, handle: str, now_ms: int) -> bool:
        """Always False: what was never ticked here has no tick to take back."""
        return False


class _Log:
    """The activity log as far back as the plan has it; `problems` gathers what could not be had."""

    def __init__(self, client: TodoistClient, token: Callable[[], Secret], account: Account, now_ms: int) -> None:
        self._client = client
        self._token = token
        self._account = account
        self._floor = 0 if account.log_days is None else now_ms - account.log_days * DAY_MS
        self._missing = False
        self.problems: tuple[str, ...] = ()

    def read(self, since: int, until: int, kinds: tuple[str, ...] = (DONE, REOPENED)) -> list[Happened]:
        """What the log tells of this time; nothing where the plan does not have it."""
        since = max(since, self._floor)
        if self._missing or since >= until:
            return []
        pages = self._client.activities(self._token, since, until, kinds)
        try:
            events, unread = _sorted(events_of(chain.from_iterable(pages), self._account))
        except NotInPlanError:
            self._missing = True
            self.problems += (NO_LOG,)
            return []
        self.problems += _unread(unread)
        return events


def _sorted(rows: Iterable[Happened | None]) -> tuple[list[Happened], int]:
    """What could be read, and how many rows could not."""
    happened: list[Happened] = []
    unread = 0
    for row in rows:
        if row is None:
            unread += 1
        else:
            happened.append(row)
    return happened, unread


def _unread(count: int) -> tuple[str, ...]:
    return (f"{count} of Todoist's completions could not be read",) if count else ()
