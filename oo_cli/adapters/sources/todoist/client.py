"""The Todoist API as oO reads it: one full sync and two paged lists, tried again because reading is harmless."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from urllib.parse import urlencode

from oo_cli.adapters.http import Guard, bearer, origin
from oo_cli.adapters.replies import ExchangeFailedError, Reply
from oo_data.errors import ConnectionNeededError, OoError, SourceUnavailableError
from oo_data.secret import Secret

API_URL = "https://api.todoist.com"
CONSENT = "source.todoist"
SYNC, ACTIVITIES, COMPLETED = "todoist.sync", "todoist.activities", "todoist.completed"
RESOURCES = ("items", "projects", "labels", "user", "user_plan_limits")
# The answer's `user` also holds a token with full rights and an address with another secret.
USER_FIELDS = ("id", "tz_info")
DONE, REOPENED = "item:completed", "item:uncompleted"

PAGE_ROWS = 200
MAX_PAGES = 1000
ATTEMPTS = 3
LONGEST_WAIT = 30.0
PASSING_STATUSES = frozenset((429, 500, 502, 503, 504))
PASSING_FAULTS = frozenset(("no-address", "unreachable", "refused", "broken"))
PREMIUM_ONLY = 32  # the error code

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RECONNECT = "Connect again: oo connect todoist"
_LATER = "oO tries again at the next refresh."
_UPDATE = "An update of oO is needed."

Token = Callable[[], Secret]


class NotInPlanError(SourceUnavailableError):
    """The account's plan does not have what was asked for."""


def api_url(environ: Mapping[str, str]) -> str:
    """Where the API is; `OO_TODOIST_API_URL` moves it."""
    return (environ.get("OO_TODOIST_API_URL") or API_URL).rstrip("/")


def allowed(url: str) -> dict[str, frozenset[str]]:
    """What the gate must allow for this source, by purpose."""
    return dict.fromkeys((SYNC, ACTIVITIES, COMPLETED), frozenset((origin(url),)))


class TodoistClient:
    """Reads from the Todoist API v1 at `url`, one request at a time.

    `sleep` takes seconds; `jitter` gives 0 to 1 of them. `expired` is told once per request that the token was
    refused; the request is then repeated with what `token` gives next. Every reading raises `ConnectionNeededError`,
    `SourceUnavailableError` or `ConsentMissingError`.
    """

    def __init__(
        self,
        guard: Guard,
        url: str,
        sleep: Callable[[float], None],
        jitter: Callable[[], float],
        expired: Callable[[], None] | None = None,
    ) -> None:
        self._guard = guard
        self._url = url
        self._sleep = sleep
        self._jitter = jitter
        self._expired = expired

    def sync_full(self, token: Token) -> dict[str, object]:
        """Everything open, as Todoist words it, without the secrets it adds.

        Half an answer is an error, because an absent task would read as done.
        """
        payload = self._sync(token, RESOURCES)
        if not isinstance(payload.get("items"), list) or payload.get("full_sync") is False:
            raise _unreadable()
        return payload

    def check(self, token: Token) -> None:
        """Ask whether Todoist takes the token, reading no task."""
        if not isinstance(self._sync(token, ("user",)).get("user"), dict):
            raise _unreadable()

    def activities(
        self, token: Token, since_ms: int, until_ms: int, kinds: tuple[str, ...] = (DONE, REOPENED)
    ) -> Iterator[list[object]]:
        """Pages of the activity log, newest first; rows may repeat. Raises `NotInPlanError` where there is none."""
        since, until = _seconds(since_ms, until_ms)
        query = {"object_event_types": json.dumps(kinds), "date_from": since, "date_to": until}
        return self._pages(token, ACTIVITIES, "/api/v1/activities", "results", query)

    def completed(self, token: Token, since_ms: int, until_ms: int) -> Iterator[list[object]]:
        """Pages of the tasks that were done for good, in no order; rows may repeat. At most three months."""
        since, until = _seconds(since_ms, until_ms)
        path = "/api/v1/tasks/completed/by_completion_date"
        return self._pages(token, COMPLETED, path, "items", {"since": since, "until": until})

    def _sync(self, token: Token, resources: tuple[str, ...]) -> dict[str, object]:
        data = {"sync_token": "*", "resource_types": json.dumps(resources)}
        payload = self._read(token, SYNC, "POST", "/api/v1/sync", data)
        kept = {name: payload[name] for name in (*resources, "full_sync") if name in payload}
        user = kept.get("user")
        if isinstance(user, dict):
            kept["user"] = {name: user[name] for name in USER_FIELDS if name in user}
        return kept

    def _pages(
        self, token: Token, purpose: str, path: str, field: str, query: Mapping[str, str]
    ) -> Iterator[list[object]]:
        """A list to its end. Its cursors live here alone: one fits only the same question, and not for long."""
        asked = {**query, "limit": str(PAGE_ROWS)}
        seen: set[str] = set()
        for _ in range(MAX_PAGES):
            payload = self._read(token, purpose, "GET", f"{path}?{urlencode(asked)}")
            rows = payload.get(field)
            if not isinstance(rows, list):
                raise _unreadable()
            yield rows
            cursor = payload.get("next_cursor")
            if cursor is None or cursor == "":
                return
            if not isinstance(cursor, str):
                raise _unreadable()
            if cursor in seen:
                break
            seen.add(cursor)
            asked["cursor"] = cursor
        raise SourceUnavailableError("A list of Todoist's did not come to an end.", _LATER)

    def _read(
        self, token: Token, purpose: str, method: str, path: str, data: Mapping[str, str] | None = None
    ) -> dict[str, object]:
        """The JSON object that answers one question."""

        def send(secret: Secret) -> Reply:
            return self._guard.call(
                purpose=purpose,
                method=method,
                url=f"{self._url}{path}",
                consent=CONSENT,
                categories=("login",),
                headers={"Authorization": bearer(secret)},
                data=data,
            )

        # The token is fetched outside the retries: renewing it is no reading, and must not be tried again.
        reply = self._persist(partial(send, token()))
        if reply.status == 401 and self._expired is not None:
            self._expired()
            reply = self._persist(partial(send, token()))
        if reply.status != 200:
            raise _refusal(reply)
        payload = _parsed(reply.body)
        if not isinstance(payload, dict):
            raise _unreadable()
        return payload

    def _persist(self, send: Callable[[], Reply]) -> Reply:
        """The first answer that trying again would not improve. Never for writes: one may have been done."""
        for attempt in range(ATTEMPTS - 1):
            pause = 2.0**attempt
            try:
                reply = send()
            except ExchangeFailedError as error:
                if error.fault not in PASSING_FAULTS:
                    raise
            else:
                pause = max(_asked_pause(reply), pause)
                if reply.status not in PASSING_STATUSES or pause > LONGEST_WAIT:
                    return reply
            self._sleep(pause + self._jitter())
        return send()


def _seconds(since_ms: int, until_ms: int) -> tuple[str, str]:
    """Both ends in UTC with a Z, the one form that every reading of the reference allows, widened to whole seconds."""
    return _utc(since_ms // 1000), _utc(-(-until_ms // 1000))


def _utc(seconds: int) -> str:
    return f"{(_EPOCH + timedelta(seconds=seconds)).replace(tzinfo=None).isoformat()}Z"


def _parsed(body: bytes) -> object:
    """The JSON value, or None for anything that is not strict JSON.

    The parser's own errors are dropped here: they carry the whole text.
    """
    try:
        return json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return None


def _refuse_constant(name: str) -> object:
    raise ValueError(name)  # NaN and Infinity


def _asked_pause(reply: Reply) -> float:
    """The seconds that Todoist asks to wait, in the header or in the body; 0 where it asks for none."""
    asked = _extra(_error(reply)).get("retry_after")
    header = reply.headers.get("retry-after", "")
    seconds = float(header) if header.isascii() and header.isdigit() else 0.0
    if isinstance(asked, int | float) and not isinstance(asked, bool) and asked > seconds:
        return min(asked, 2 * LONGEST_WAIT)
    return seconds


def _error(reply: Reply) -> dict[str, object]:
    parsed = _parsed(reply.body) if reply.status >= 400 else None
    return parsed if isinstance(parsed, dict) else {}


def _extra(error: dict[str, object]) -> dict[str, object]:
    extra = error.get("error_extra")
    return extra if isinstance(extra, dict) else {}


def _refusal(reply: Reply) -> OoError:
    """The person's words for a status other than 200."""
    status, error = reply.status, _error(reply)
    if status == 401:
        return ConnectionNeededError("Todoist refused the token.", _RECONNECT)
    if status == 403 and error.get("error_tag") == "AUTH_INSUFFICIENT_TOKEN_SCOPE":
        return ConnectionNeededError("This login may not read your tasks.", _RECONNECT)
    if status == 403 and error.get("error_code") == PREMIUM_ONLY:
        return NotInPlanError("Todoist's plan does not allow this.", _LATER)
    if status == 403:
        return SourceUnavailableError("Todoist does not allow this.", _LATER)
    if status == 410:
        return SourceUnavailableError("Todoist has retired what this oO speaks.", _UPDATE)
    if status == 429:
        return SourceUnavailableError("Todoist asks for fewer requests.", "Try again in 15 minutes.")
    if status >= 500:
        return SourceUnavailableError("Todoist has trouble of its own.", _LATER)
    if status == 400 and _extra(error).get("argument") == "cursor":
        return SourceUnavailableError("Todoist lost its place in a long list.", _LATER)
    if status >= 400:
        return SourceUnavailableError("Todoist did not understand the request.", _UPDATE)
    return _unreadable()


def _unreadable() -> SourceUnavailableError:
    return SourceUnavailableError("Todoist's answer could not be read.", _LATER)
