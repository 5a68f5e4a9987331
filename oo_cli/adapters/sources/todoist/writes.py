"""Writing to Todoist: commands through `/sync`, whose uuids make a repeated sending harmless.

Nothing here tries again by itself. An answer that was lost leaves its commands open, and only the same uuid may follow.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from oo_cli.adapters.http import Guard, bearer, origin
from oo_cli.adapters.replies import ExchangeFailedError, Reply
from oo_cli.adapters.sources.todoist.client import TodoistClient
from oo_cli.adapters.sources.todoist.mapper import to_reading
from oo_cli.adapters.sources.todoist.source import TodoistSource
from oo_data.errors import ConnectionNeededError, ConsentMissingError, OoError, SourceUnavailableError
from oo_data.secret import Secret
from oo_data.store.outbox import Command, Due, Outcome, Seen

CONSENT = PURPOSE = "todoist.write"
MAX_COMMANDS = 100
REPLY_BYTES = 1024 * 1024
LEAST_SECONDS = 0.1
NEVER_LEFT = frozenset(("no-address", "unreachable", "refused"))  # faults before any byte of a request is sent
LOGIN_TAGS = frozenset(("UNAUTHORIZED", "AUTH_INSUFFICIENT_TOKEN_SCOPE"))
LOGIN = "login"  # the word for a login that is refused, or may not write
DUE_FIELDS = ("date", "timezone", "string", "lang", "is_recurring")

_TAG = re.compile(r"[A-Z][A-Z_]{0,63}")


def allowed(url: str) -> dict[str, frozenset[str]]:
    """What the gate must allow for writing, by purpose."""
    return {PURPOSE: frozenset((origin(url),))}


class TodoistWriter:
    """Sends commands to the API at `url`.

    `expired` is told when Todoist refuses a token, after which `token` gives another one; without it the first
    refusal counts.
    """

    def __init__(
        self, guard: Guard, url: str, token: Callable[[], Secret], expired: Callable[[], None] | None = None
    ) -> None:
        self._guard = guard
        self._url = url
        self._token = token
        self._expired = expired

    def look(self, task: str, seconds: float) -> Seen:
        """One task as it stands now. Raises an `OoError` where it cannot tell within the time."""
        reply = self._call("GET", f"tasks/{quote(task, safe='')}", ("login", "task ids"), None, seconds)
        if reply.status == 404:
            return Seen(is_open=False)
        if _is_login_refused(reply):
            raise ConnectionNeededError("Todoist refused the login.", "Connect again: oo connect todoist")
        item = _object(reply.body)
        if reply.status != 200 or item.get("id") != task:
            raise SourceUnavailableError("Todoist's answer could not be read.", "oO tries again at the next refresh.")
        due = _due(item)
        closed = bool(item.get("checked")) or bool(item.get("is_deleted"))
        return Seen(not closed, due is not None and due["is_recurring"] is True, due, _dues(item))

    def send(self, commands: Sequence[Command], seconds: float) -> dict[str, Outcome]:
        """Send up to `MAX_COMMANDS` in their order, once, within the time; what became of each, whatever happens."""
        dated = any("due" in _args(command) for command in commands)
        categories = ("login", "task ids", "dates") if dated else ("login", "task ids")
        wanted = [{"type": _type(command), "uuid": command.uuid, "args": _args(command)} for command in commands]
        try:
            reply = self._call("POST", "sync", categories, {"commands": json.dumps(wanted)}, seconds)
        except ExchangeFailedError as error:
            whole = Outcome("unsent" if error.fault in NEVER_LEFT else "waiting", error.fault)
        except ConsentMissingError:
            whole = Outcome("unsent", "consent")
        except ConnectionNeededError:
            whole = Outcome("unsent", LOGIN)
        except OoError:  # the ledger could not be written, before the sending or after it
            whole = Outcome("waiting", "failed")
        else:
            if reply.status == 200:
                status = _object(reply.body).get("sync_status")
                told = status if isinstance(status, dict) else {}
                return {command.uuid: _outcome(told.get(command.uuid)) for command in commands}
            refused = _is_login_refused(reply)
            whole = Outcome("unsent", LOGIN) if refused else Outcome("waiting", f"http-{reply.status}")
        return dict.fromkeys((command.uuid for command in commands), whole)

    def _call(
        self,
        method: str,
        path: str,
        categories: tuple[str, ...],
        data: Mapping[str, str | Secret] | None,
        seconds: float,
    ) -> Reply:
        """One request. A refused token is replaced once: what it was sent with has not been carried out."""
        end = time.monotonic() + seconds

        def once() -> Reply:
            return self._guard.call(
                purpose=PURPOSE,
                method=method,
                url=f"{self._url}/api/v1/{path}",
                consent=CONSENT,
                categories=categories,
                headers={"Authorization": bearer(self._token())},
                data=data,
                max_bytes=REPLY_BYTES,
                timeout=max(end - time.monotonic(), LEAST_SECONDS),
            )

        reply = once()
        if reply.status == 401 and self._expired is not None:
            self._expired()
            reply = once()
        return reply


class WritableTodoist(TodoistSource):
    """Todoist as a source that also takes writes."""

    def __init__(self, client: TodoistClient, token: Callable[[], Secret], writer: TodoistWriter) -> None:
        super().__init__(client, token)
        self.look, self.send = writer.look, writer.send


def moved(due: Due | None, day: str) -> Due:
    """The date on another day, at the same time of day and otherwise unchanged."""
    if due is None:
        return {"date": day}
    return {**due, "date": _on(day, str(due["date"]), due.get("timezone"))}


def _on(day: str, text: str, zone: object) -> str:
    if not text.endswith("Z"):
        return f"{day}{text[10:]}"
    try:
        there = ZoneInfo(str(zone))
        clock = datetime.fromisoformat(text).astimezone(there).time()
        instant = datetime.combine(date.fromisoformat(day), clock, there).astimezone(UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        return f"{day}{text[10:]}"
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}"


def _type(command: Command) -> str:
    if command.kind == "close":
        return "item_close"
    # Taking back the tick of a task that repeats means to put its date back: it was never done for good.
    return "item_uncomplete" if command.kind == "reopen" and command.due is None else "item_update"


def _args(command: Command) -> dict[str, object]:
    args: dict[str, object] = {"id": command.task}
    if _type(command) == "item_update":
        due = moved(command.due, command.day) if command.day else command.due
        args["due"] = None if due is None else dict(due)
    return args


def _is_login_refused(reply: Reply) -> bool:
    """Whether Todoist itself says so, before it does anything; a proxy's refusal may come after that."""
    return reply.status in (401, 403) and _object(reply.body).get("error_tag") in LOGIN_TAGS


def _outcome(status: object) -> Outcome:
    """What one entry of `sync_status` says; an object is an error of this command alone."""
    if status == "ok":
        return Outcome("sent")
    if not isinstance(status, dict):
        return Outcome("waiting", "no-answer")
    tag, code = status.get("error_tag"), status.get("http_code")
    word = tag if isinstance(tag, str) and _TAG.fullmatch(tag) else "REFUSED"
    if code == 404 or word.endswith("NOT_FOUND"):
        return Outcome("sent", "gone")
    passing = isinstance(code, int) and (code == 429 or code >= 500)
    return Outcome("waiting" if passing else "refused", word)


def _due(item: Mapping[str, object]) -> Due | None:
    due = item.get("due")
    if not isinstance(due, dict) or not isinstance(due.get("date"), str):
        return None
    known = {name: due[name] for name in DUE_FIELDS if isinstance(due.get(name), str | bool)}
    return {"timezone": None, "is_recurring": False} | known


def _dues(item: Mapping[str, object]) -> frozenset[str]:
    """Its due date and its deadline, each as `TaskSignal.due` would have it."""
    alone = [{**item, "due": None}, {**item, "deadline": None}]
    readings = [to_reading({"items": [version]}) for version in alone]
    return frozenset(task.due for reading in readings for task in reading.tasks if task.due is not None)


def _object(body: bytes) -> dict[str, object]:
    """The JSON object, or an empty one. The parser's own errors are dropped here: they carry the whole text."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
