"""Writing, as the published API takes it: commands by `/sync`, each uuid once, and the REST calls beside them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast
from urllib.parse import parse_qs

from tests.todoist_server.account import ME, TODAY, Account, Json
from tests.todoist_server.wire import Answer, Request, failure, ok

MAX_COMMANDS = 100
NOW = f"{TODAY}T09:00:00.000000Z"
AT = datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=UTC)
_TASK = re.compile(r"/api/v1/tasks/([2-9CFGHJMPQRVWXcfghjmpqrvwx]{16})(/close|/reopen)?")
_RULE = re.compile(r"every(!?) ?(\d*) ?(day|week)s?")


class Commands:
    """What changes the account. `scope` is that of its own token; `carried` holds what was carried out."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.scope = "data:read_write"
        self.carried: list[Json] = []
        self._answers: dict[str, Any] = {}
        self._types: dict[str, Callable[[Json, Json], None]] = {
            "item_close": lambda item, args: self.close(item),
            "item_uncomplete": lambda item, args: self.reopen(item),
            "item_update": lambda item, args: item.update(args),
        }

    def route(self, request: Request) -> Callable[[Request], Answer] | None:
        """Who answers a REST call about one task."""
        match = _TASK.fullmatch(request.path)
        if match is None or request.method != ("POST" if match[2] else "GET"):
            return None
        return lambda request: self._task(match[1], match[2])

    def refusal(self, request: Request, scope: str | None) -> Answer | None:
        """403 for a request that writes with a token that may not; without a scope it is the account's own token."""
        writes = self.is_sync(request) or (request.method == "POST" and _TASK.fullmatch(request.path))
        if not writes or "data:read_write" in (scope or self.scope):
            return None
        return failure(403, "AUTH_INSUFFICIENT_TOKEN_SCOPE", 403, {"access_type": "data:read_write"})

    def is_sync(self, request: Request) -> bool:
        """Whether this is a `/sync` with commands."""
        return request.path == "/api/v1/sync" and commands_of(request) is not None

    def sync(self, request: Request) -> Answer:
        """`commands` in their order, each on its own; the HTTP status is 200 whatever becomes of them."""
        commands = commands_of(request) or []
        if len(commands) > MAX_COMMANDS:
            return failure(400, "INVALID_ARGUMENT_VALUE", 20, {"argument": "commands"})
        return ok({"sync_status": {command["uuid"]: self._once(command) for command in commands}})

    def close(self, item: Json) -> None:
        """Done for good; a repeating task moves on to its next date instead."""
        due = item["due"]
        self.account.tell("completed", item, AT)
        if due and due["is_recurring"]:
            item["due"] = {**due, "date": _next(due)}
        else:
            item |= {"checked": True, "completed_at": NOW, "completed_by_uid": ME}
            self.account.done.append(dict(item))

    def reopen(self, item: Json) -> None:
        """Open again; its date is left alone."""
        if item["checked"]:
            self.account.tell("uncompleted", item, AT + timedelta(seconds=1))
        self.account.done[:] = [done for done in self.account.done if done["id"] != item["id"]]
        item |= {"checked": False, "completed_at": None, "completed_by_uid": None}

    def item(self, task: str) -> Json | None:
        """A task that was not deleted."""
        return next((item for item in self.account.items if item["id"] == task and not item["is_deleted"]), None)

    def _once(self, command: Json) -> Any:
        uuid = command["uuid"]
        if uuid not in self._answers:
            self._answers[uuid] = self._do(command)
        return self._answers[uuid]

    def _do(self, command: Json) -> Any:
        item = self.item(command["args"]["id"])
        do = self._types.get(command["type"])
        if do is None:
            return refused("INVALID_ARGUMENT_VALUE", 20, 400)
        if item is None:
            return refused("NOT_FOUND", 478, 404)
        self.carried.append(command)
        do(item, command["args"])
        return "ok"

    def _task(self, task: str, action: str | None) -> Answer:
        item = self.item(task)
        if item is None:
            return failure(404, "NOT_FOUND", 478, {"retry_after": 3})
        if action is None:
            return ok(item)
        (self.close if action == "/close" else self.reopen)(item)
        return Answer(204, b"")


def refused(tag: str, code: int, status: int) -> Json:
    """What stands in `sync_status` for a command that was not carried out."""
    return {"error": tag.capitalize(), "error_code": code, "error_extra": {}, "error_tag": tag, "http_code": status}


def commands_of(request: Request) -> list[Json] | None:
    """The commands of a form or a JSON body, or None where it has none."""
    if request.headers.get("content-type", "").startswith("application/json"):
        found = json.loads(request.body).get("commands")
    else:
        (found,) = parse_qs(request.body.decode()).get("commands", [None])
    return cast("list[Json] | None", json.loads(found) if isinstance(found, str) else found)


def _next(due: Json) -> str:
    """The next date of a rule: "every" counts from the old date to after today, "every!" from today."""
    match = _RULE.fullmatch(due["string"])
    assert match is not None, due
    step = timedelta(days=int(match[2] or 1) * (7 if match[3] == "week" else 1))
    day = TODAY if match[1] else date.fromisoformat(due["date"][:10])
    day += step
    while day <= TODAY:
        day += step
    return f"{day}{due['date'][10:]}"
