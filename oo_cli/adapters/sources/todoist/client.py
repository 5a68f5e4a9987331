"""The Todoist API as oO uses it: one full sync through the gate, tried again because reading is harmless."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from oo_cli.adapters.http import ExchangeFailedError, Guard, Reply, bearer, origin
from oo_data.errors import ConnectionNeededError, OoError, SourceUnavailableError
from oo_data.secret import Secret

API_URL = "https://api.todoist.com"
CONSENT = "source.todoist"
PURPOSE = "todoist.sync"
RESOURCES = ("items", "projects", "labels", "user", "user_plan_limits")
# The answer's `user` also holds a token with full rights and an address with another secret.
USER_FIELDS = ("id", "tz_info")

ATTEMPTS = 3
LONGEST_WAIT = 30.0
PASSING_STATUSES = frozenset((429, 500, 502, 503, 504))
PASSING_FAULTS = frozenset(("no-address", "unreachable", "refused", "broken"))

_RECONNECT = "Connect again: oo connect todoist --token-stdin"
_LATER = "oO tries again at the next refresh."
_UPDATE = "An update of oO is needed."


def api_url(environ: Mapping[str, str]) -> str:
    """Where the API is; `OO_TODOIST_API_URL` moves it."""
    return (environ.get("OO_TODOIST_API_URL") or API_URL).rstrip("/")


def allowed(url: str) -> dict[str, frozenset[str]]:
    """What the gate must allow for this source, by purpose."""
    return {PURPOSE: frozenset((origin(url),))}


class TodoistClient:
    """Reads from the Todoist API v1 at `url`. `sleep` takes seconds; `jitter` gives 0 to 1 of them."""

    def __init__(self, guard: Guard, url: str, sleep: Callable[[float], None], jitter: Callable[[], float]) -> None:
        self._guard = guard
        self._url = url
        self._sleep = sleep
        self._jitter = jitter

    def sync_full(self, token: Secret) -> dict[str, object]:
        """Everything open, as Todoist words it, without the secrets it adds.

        Raises `ConnectionNeededError` or `SourceUnavailableError`; half an answer is an error, because an
        absent task would read as done.
        """
        payload = self._sync(token, RESOURCES)
        if not isinstance(payload.get("items"), list) or payload.get("full_sync") is False:
            raise _unreadable()
        return payload

    def check(self, token: Secret) -> None:
        """Ask whether Todoist takes the token, reading no task. Raises as `sync_full` does."""
        if not isinstance(self._sync(token, ("user",)).get("user"), dict):
            raise _unreadable()

    def _sync(self, token: Secret, resources: tuple[str, ...]) -> dict[str, object]:
        reply = self._read(token, resources)
        if reply.status != 200:
            raise _refusal(reply)
        payload = _parsed(reply.body)
        if not isinstance(payload, dict):
            raise _unreadable()
        kept = {name: payload[name] for name in (*resources, "full_sync") if name in payload}
        user = kept.get("user")
        if isinstance(user, dict):
            kept["user"] = {name: user[name] for name in USER_FIELDS if name in user}
        return kept

    def _read(self, token: Secret, resources: tuple[str, ...]) -> Reply:
        """The first answer that trying again would not improve. Never for writes: one may have been done."""
        for attempt in range(ATTEMPTS - 1):
            pause = 2.0**attempt
            try:
                reply = self._post(token, resources)
            except ExchangeFailedError as error:
                if error.fault not in PASSING_FAULTS:
                    raise
            else:
                pause = max(_asked_pause(reply), pause)
                if reply.status not in PASSING_STATUSES or pause > LONGEST_WAIT:
                    return reply
            self._sleep(pause + self._jitter())
        return self._post(token, resources)

    def _post(self, token: Secret, resources: tuple[str, ...]) -> Reply:
        return self._guard.call(
            purpose=PURPOSE,
            method="POST",
            url=f"{self._url}/api/v1/sync",
            consent=CONSENT,
            categories=("login",),
            headers={"Authorization": bearer(token)},
            data={"sync_token": "*", "resource_types": json.dumps(resources)},
        )


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
    extra = _error(reply).get("error_extra")
    asked = extra.get("retry_after") if isinstance(extra, dict) else None
    header = reply.headers.get("retry-after", "")
    seconds = float(header) if header.isascii() and header.isdigit() else 0.0
    if isinstance(asked, int | float) and not isinstance(asked, bool) and asked > seconds:
        return min(asked, 2 * LONGEST_WAIT)
    return seconds


def _error(reply: Reply) -> dict[str, object]:
    parsed = _parsed(reply.body) if reply.status >= 400 else None
    return parsed if isinstance(parsed, dict) else {}


def _refusal(reply: Reply) -> OoError:
    """The person's words for a status other than 200."""
    status = reply.status
    if status == 401:
        return ConnectionNeededError("Todoist refused the token.", _RECONNECT)
    if status == 403 and _error(reply).get("error_tag") == "AUTH_INSUFFICIENT_TOKEN_SCOPE":
        return ConnectionNeededError("This login may not read your tasks.", _RECONNECT)
    if status == 403:
        return SourceUnavailableError("Todoist does not allow this.", _LATER)
    if status == 410:
        return SourceUnavailableError("Todoist has retired what this oO speaks.", _UPDATE)
    if status == 429:
        return SourceUnavailableError("Todoist asks for fewer requests.", "Try again in 15 minutes.")
    if status >= 500:
        return SourceUnavailableError("Todoist has trouble of its own.", _LATER)
    if status >= 400:
        return SourceUnavailableError("Todoist did not understand the request.", _UPDATE)
    return _unreadable()


def _unreadable() -> SourceUnavailableError:
    return SourceUnavailableError("Todoist's answer could not be read.", _LATER)
