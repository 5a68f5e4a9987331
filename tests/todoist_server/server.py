"""The HTTP side: routes, the token check, and a log of what came in."""

from __future__ import annotations

import io
import json
from collections import deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any, cast
from urllib.parse import parse_qs

from tests.loopback import Loopback, owner
from tests.todoist_server.account import Account, Json
from tests.todoist_server.commands import Commands
from tests.todoist_server.faults import Fault
from tests.todoist_server.history import History
from tests.todoist_server.oauth import AuthorizationServer
from tests.todoist_server.wire import Answer, Request, Wire, failure, gone, ok, unauthorized

RETIRED = ("/rest/v1/", "/rest/v2/", "/sync/v8/", "/sync/v9/", "/api/v8/", "/api/v9/")


class TodoistServer(Loopback):
    """`url` stands in for https://api.todoist.com.

    `faults` are used up, one per request, before the routes are asked. `log` holds every request;
    `on_request` runs in the server's thread before a byte is answered.
    """

    def __init__(self, account: Account) -> None:
        super().__init__(_Handler)
        self.account = account
        self.commands = Commands(account)
        self.history = History(account)
        self.oauth = AuthorizationServer()
        self._public = self.oauth.routes()
        self.faults: deque[Fault] = deque()
        self.log: list[Request] = []
        self.on_request: Callable[[Request], None] | None = None
        self._routes: dict[tuple[str, str], Callable[[Request], Answer]] = {
            ("POST", "/api/v1/sync"): self._sync,
            **self.history.routes(),
        }

    def handle(self, request: Request, authorization: str, out: io.BufferedIOBase) -> None:
        """Log the request, then answer it by the next fault or by its route."""
        wire = Wire(out, request, self.stopping)
        self.log.append(request)
        if self.on_request is not None:
            self.on_request(request)
        if self.faults:
            self.faults.popleft()(wire)
        else:
            wire.send(self._answer(request, authorization))

    def _answer(self, request: Request, authorization: str) -> Answer:
        path = request.path.partition("?")[0]
        if path.startswith(RETIRED):
            return gone()
        public = self._public.get((request.method, path))
        if public is not None:
            return public(request, authorization)
        route = self._routes.get((request.method, path)) or self.commands.route(request)
        if route is None:
            return failure(404, "NOT_FOUND", 478, {"retry_after": 3})
        scheme, _, token = authorization.partition(" ")
        if scheme != "Bearer" or (token != self.account.token and self.oauth.scope(token) is None):
            return unauthorized(token_sent=bool(authorization))
        refusal = self.commands.refusal(request, self.oauth.scope(token))
        return refusal or route(request)

    def _sync(self, request: Request) -> Answer:
        if self.commands.is_sync(request):
            return self.commands.sync(request)
        fields = _fields(request)
        for name in ("sync_token", "resource_types"):
            if name not in fields:
                return failure(400, "ARGUMENT_MISSING", 19, {"argument": name})
        if fields["sync_token"] != "*":
            return failure(400, "INVALID_ARGUMENT_VALUE", 20, {"argument": "sync_token"})
        account = self.account
        everything = {
            "items": account.items,
            "projects": account.projects,
            "labels": account.labels,
            "user": account.user,
            "user_plan_limits": account.plan,
        }
        wanted = _wanted(fields["resource_types"], set(everything))
        answer = {name: value for name, value in everything.items() if name in wanted}
        answer |= {"sync_token": "aLGJg_2qwBE_kE3j9_Gn6uoKQtvQeyjm7UEz", "temp_id_mapping": {}}
        return ok(answer | {"full_sync": True, "full_sync_date_utc": "2026-12-01T08:00:00.000000Z"})


def _fields(request: Request) -> Json:
    if request.headers.get("content-type", "").startswith("application/json"):
        return cast(Json, json.loads(request.body))
    return {name: values[0] for name, values in parse_qs(request.body.decode()).items()}


def _wanted(resource_types: Any, all_names: set[str]) -> set[str]:
    names = json.loads(resource_types) if isinstance(resource_types, str) else resource_types
    wanted = all_names if "all" in names else set(names)
    return wanted - {name[1:] for name in names if name.startswith("-")}


class _Counted(io.BufferedReader):
    """A request as it is read, counted."""

    count = 0

    def readline(self, size: int | None = -1, /) -> bytes:
        line = super().readline(size)
        self.count += len(line)
        return line

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.count += len(data)
        return data


class _Handler(BaseHTTPRequestHandler):
    timeout = 10

    def setup(self) -> None:
        super().setup()
        self.counted = _Counted(self.rfile.detach())
        self.rfile = self.counted

    def _serve(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        authorization = headers.pop("authorization", "")
        body = self.counted.read(int(headers.get("content-length", "0")))
        request = Request(self.command, self.path, headers, body, bytes_in=self.counted.count)
        cast("TodoistServer", owner(self)).handle(request, authorization, self.wfile)

    do_GET = do_POST = do_DELETE = _serve  # noqa: N815 - the names http.server looks for

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on stderr."""
