"""Reading, as the published API answers it: the activity log, the list of completed tasks, and REST lists."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from tests.todoist_server.account import TODAY, Account, Json, moment
from tests.todoist_server.wire import Answer, Request, failure, ok

MAX_ROWS, USUAL_ROWS = 200, 50
LONGEST = timedelta(days=93)
NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=UTC)
ALWAYS = ("content", "is_recurring")
Query = dict[str, list[str]]


class RefusedError(Exception):
    """A request that is answered with 400."""

    def __init__(self, argument: str, missing: bool = False) -> None:
        super().__init__(argument)
        tag, code = ("ARGUMENT_MISSING", 19) if missing else ("INVALID_ARGUMENT_VALUE", 20)
        self.answer = failure(400, tag, code, {"argument": argument})


class History:
    """What can be read of an account.

    `now` is the server's clock. `page_rows` are the most that a page holds, and `repeated` of them are those that
    ended the page before, as while lists change. `forgetful` leaves out fields that are not documented.
    """

    def __init__(self, account: Account, seed: int = 7) -> None:
        self.account = account
        self.now = NOW
        self.page_rows = MAX_ROWS
        self.repeated = 0
        self.forgetful = False
        self._chance = random.Random(seed)
        self._found: dict[str, tuple[int, list[Json]]] = {}

    def routes(self) -> dict[tuple[str, str], Callable[[Request], Answer]]:
        """Who answers what."""
        lists = {
            "/api/v1/activities": self._activities,
            "/api/v1/tasks/completed/by_completion_date": self._completed,
            "/api/v1/tasks": self._tasks,
            "/api/v1/projects": self._projects,
            "/api/v1/labels": self._labels,
        }
        return {("GET", path): _answered(answer) for path, answer in lists.items()}

    def _activities(self, query: Query) -> Json:
        kinds = _kinds(query)
        since = _date(query, "date_from") if "date_from" in query else datetime.min.replace(tzinfo=UTC)
        until = _date(query, "date_to") if "date_to" in query else datetime.max.replace(tzinfo=UTC)
        days = self.account.plan["current"]["activity_log_limit"]
        if days >= 0:
            since = max(since, self.now - timedelta(days=days))

        def find() -> list[Json]:
            events = self.account.events
            dated = [(_read(event["event_date"]), index) for index, event in enumerate(events)]
            chosen = sorted(((at, index) for at, index in dated if since <= at < until), reverse=True)
            wanted = (events[index] for _, index in chosen)
            return [e for e in wanted if not kinds or f"{e['object_type']}:{e['event_type']}" in kinds]

        page = self._page(query, "results", self._remembered(query, find))
        return {**page, "results": [self._told(event) for event in page["results"]]}

    def _completed(self, query: Query) -> Json:
        since, until = _date(query, "since"), _date(query, "until")
        if until < since or until - since > LONGEST:
            raise RefusedError("until")

        def find() -> list[Json]:
            done = (task for task in (*self.account.done, *self.account.items) if task["completed_at"])
            return [_rest(task) for task in done if since <= _read(task["completed_at"]) < until]

        page = self._page(query, "items", sorted(self._remembered(query, find), key=_no_order))
        if page["next_cursor"] is None:
            del page["next_cursor"]
        return page

    def _tasks(self, query: Query) -> Json:
        closed = {project["id"] for project in self.account.projects if project["is_archived"]}
        tasks = (task for task in self.account.items if not task["checked"] and not task["is_deleted"])
        return self._page(query, "results", [_rest(task) for task in tasks if task["project_id"] not in closed])

    def _projects(self, query: Query) -> Json:
        projects = [project for project in self.account.projects if not project["is_archived"]]
        whole = [{**project, "updated_at": project["created_at"]} for project in projects]
        return self._page(query, "results", [_with_fractions(project) for project in whole])

    def _labels(self, query: Query) -> Json:
        return self._page(query, "results", [{**label, "order": label["order"] or 0} for label in self.account.labels])

    def _remembered(self, query: Query, find: Callable[[], list[Json]]) -> list[Json]:
        """What a question found, until the account changes: a long list is not sorted anew for each of its pages."""
        size = len(self.account.events) + len(self.account.done)
        known = self._found.get(_digest(query))
        if known is None or known[0] != size or size < 1000:
            known = self._found[_digest(query)] = (size, find())
        return known[1]

    def _page(self, query: Query, field: str, rows: list[Json]) -> Json:
        (limit,) = query.get("limit", [str(USUAL_ROWS)])
        if not limit.isdigit() or not 1 <= int(limit) <= MAX_ROWS:
            raise RefusedError("limit")
        start = max(_offset(query) - self.repeated, 0)
        end = start + min(int(limit), self.page_rows)
        cursor = _cursor(query, end) if end < len(rows) else None
        return {field: rows[start:end], "next_cursor": cursor}

    def _told(self, event: Json) -> Json:
        """An event, perhaps without some of what nobody promised."""
        if not self.forgetful:
            return event
        extra = {k: v for k, v in event["extra_data"].items() if k in ALWAYS or self._chance.random() < 0.5}
        return {**event, "extra_data": extra if extra.get("is_recurring") or self._chance.random() < 0.9 else None}


def _answered(answer: Callable[[Query], Json]) -> Callable[[Request], Answer]:
    def route(request: Request) -> Answer:
        try:
            return ok(answer(parse_qs(urlsplit(request.path).query)))
        except RefusedError as refused:
            return refused.answer

    return route


def _kinds(query: Query) -> set[str]:
    """The types asked for: a JSON list, or repeated."""
    given = query.get("object_event_types", [])
    return set(json.loads(given[0])) if len(given) == 1 and given[0].startswith("[") else set(given)


def _date(query: Query, name: str) -> datetime:
    if name not in query:
        raise RefusedError(name, missing=True)
    try:
        at = _read(query[name][0])
    except ValueError:
        raise RefusedError(name) from None
    if at.tzinfo is None:
        raise RefusedError(name)
    return at


def _read(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _digest(query: Query) -> str:
    asked = {name: values for name, values in query.items() if name != "cursor"}
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:16]


def _cursor(query: Query, offset: int) -> str:
    return base64.b64encode(f"{_digest(query)} {offset}".encode()).decode()


def _offset(query: Query) -> int:
    """Where a page begins. A cursor fits the question it came with, and no other."""
    if "cursor" not in query:
        return 0
    try:
        digest, offset = base64.b64decode(query["cursor"][0], validate=True).decode().split()
    except (ValueError, binascii.Error):
        raise RefusedError("cursor") from None
    if digest != _digest(query) or not offset.isdigit():
        raise RefusedError("cursor")
    return int(offset)


def _no_order(task: Json) -> str:
    return hashlib.md5(task["id"].encode(), usedforsecurity=False).hexdigest()


def _rest(task: Json) -> Json:
    """A task as the REST lists have it: nothing null that the official SDK wants."""
    added = task["added_at"] or moment(NOW)
    filled = {"added_at": added, "updated_at": task["updated_at"] or added, "labels": task["labels"] or []}
    return _with_fractions({**task, **filled, "priority": task["priority"] or 1})


def _with_fractions(row: Json) -> Json:
    times = ("added_at", "updated_at", "completed_at", "created_at")
    return row | {name: moment(_read(row[name])) for name in times if row.get(name)}
