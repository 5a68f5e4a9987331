"""The guard in front: every request passes its checks in one order, and every answer carries its headers (D27, D28)."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from oo_cli.phone import table
from oo_cli.phone.rates import Rate
from oo_cli.phone.table import Route
from oo_cli.phone.wire import dump
from oo_data.contracts.phone import Problem
from oo_data.secret import Secret

# Whose token this is; "" for nobody's, None where phones are not answered at all any more.
Who = Callable[[Secret], Awaitable[str | None]]
DEVICE = "oo.device"  # in the scope, once the token is known
BODY = "oo.body"
_TOKEN = re.compile(r"[0-9A-Za-z_-]{43}")
_JSON = re.compile(r"application/json(\s*;\s*charset=utf-8)?", re.IGNORECASE)
_LENGTH = re.compile(r"[0-9]{1,12}")


class Refused(Exception):  # noqa: N818 - not an error: it is the answer
    """The answer to a request that goes no further."""

    def __init__(self, status: int, *headers: tuple[bytes, bytes]) -> None:
        super().__init__(status)
        self.status = status
        self.headers = headers


class Address(NamedTuple):
    """Where the server is: `http` or `https`, the names and addresses it goes by, and whether its cookie is secure."""

    scheme: str
    hosts: tuple[str, ...]
    port: int
    secure: bool = True

    @property
    def url(self) -> str:
        """Its own address, by its first name."""
        return f"{self.scheme}://{self.authority(self.hosts[0])}"

    @property
    def cookie(self) -> str:
        """The name of its cookie, with the prefix that browsers hold to where they can."""
        return "__Host-oo" if self.secure else "oo"

    def authority(self, host: str) -> str:
        """Host and port, as a browser writes them."""
        name = f"[{host}]" if ":" in host else host
        return name if self.port == {"http": 80, "https": 443}[self.scheme] else f"{name}:{self.port}"

    def is_host(self, authority: str) -> bool:
        """Whether a Host header names this server: another name was pointed here by somebody else."""
        return authority.lower() in {self.authority(host) for host in self.hosts}


class Limits(NamedTuple):
    """How often, in a minute: requests of a device, wrong tokens of an address, codes tried from an address."""

    requests: int = 60
    wrong: int = 5
    codes: int = 10


LIMITS = Limits()


class Guard:
    """A pure ASGI application round another one, which sees only what every check has let through."""

    def __init__(self, app: ASGIApp, address: Address, who: Who, limits: Limits = LIMITS) -> None:
        self._app = app
        self._address = address
        self._who = who
        self._requests, self._wrong, self._codes = Rate(limits.requests), Rate(limits.wrong), Rate(limits.codes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Whatever goes wrong behind becomes an answer without details."""
        if scope["type"] != "http":
            return
        begun = False

        async def guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                message["headers"] = [*message.get("headers", ()), *table.HEADERS]
            await send(message)

        try:
            await self._check(scope, receive)
            await self._app(scope, receive, guarded)
        except Refused as refused:
            await answer(guarded, refused.status, refused.headers)
        except Exception:  # noqa: BLE001 - the last net: nothing of a bug is told over the network
            if not begun:
                await answer(guarded, 500, (CLOSE,))

    async def _check(self, scope: Scope, receive: Receive) -> None:
        heads = Heads(scope["headers"])
        if sum(len(name) + len(value) for name, value in scope["headers"]) > table.HEAD_BYTES:
            raise Refused(431, CLOSE)
        length = _length(heads)
        if not self._address.is_host(heads.one(b"host", 421)):
            raise Refused(421, CLOSE)
        route = self._route(scope)
        if route.method == "POST":
            self._is_ours(heads)
        elif length:
            raise Refused(400, CLOSE)
        if heads.one(b"sec-fetch-site") in ("cross-site", "same-site") and route.path not in table.FILES:
            raise Refused(403, CLOSE)
        client = (scope.get("client") or ("",))[0]
        scope[DEVICE] = "" if route.open else await self._known(heads, client)
        if route.body is not None:
            if route.open and not self._codes.count(client):
                raise Refused(429, RETRY, CLOSE)
            scope[BODY] = await _read(receive, length)

    def _route(self, scope: Scope) -> Route:
        # The bytes of the request line, never decoded: no other spelling of a path exists.
        route = table.ROUTES.get(scope["raw_path"].decode("latin-1"))
        if route is None:
            raise Refused(404, CLOSE)
        if scope["method"] != route.method:
            raise Refused(405, (b"allow", route.method.encode()), CLOSE)
        return route

    def _is_ours(self, heads: Heads) -> None:
        """A write comes from our own page, or from a script that says what no other page can."""
        address = self._address
        if heads.one(b"origin") != f"{address.scheme}://{heads.one(b'host').lower()}":
            raise Refused(403, CLOSE)
        if not _JSON.fullmatch(heads.one(b"content-type")):
            raise Refused(415, CLOSE)
        if heads.one(b"x-oo") != "1":
            raise Refused(403, CLOSE)

    async def _known(self, heads: Heads, client: str) -> str:
        token, by_cookie = self._token(heads)
        name = await self._who(Secret(token)) if _TOKEN.fullmatch(token) else ""
        if name is None:
            raise Refused(503, CLOSE)
        if not name:
            # Who shows nothing guesses nothing; what a device once had is taken off it.
            if token and not self._wrong.count(client):
                raise Refused(429, RETRY, CLOSE)
            raise Refused(401, *((cookie(self._address, Secret(""), 0), CLEAR) if by_cookie else ()), CLOSE)
        if not self._requests.count(name):
            raise Refused(429, RETRY, CLOSE)
        return name

    def _token(self, heads: Heads) -> tuple[str, bool]:
        """The token that was shown, and whether a cookie held it."""
        given = heads.one(b"authorization", 401)
        if given:
            kind, _, token = given.partition(" ")
            return (token if kind.lower() == "bearer" else "?"), False
        pairs = (part.strip().partition("=") for part in ";".join(heads.every(b"cookie")).split(";"))
        found = [value for name, _, value in pairs if name == self._address.cookie]
        return (found[0], True) if len(found) == 1 else ("?" if found else "", bool(found))


class Heads:
    """The headers of a request; one that must be single and is not is no header at all."""

    def __init__(self, headers: list[tuple[bytes, bytes]]) -> None:
        self._headers = headers

    def every(self, name: bytes) -> list[str]:
        """Every value of a header."""
        return [value.decode("latin-1").strip() for key, value in self._headers if key == name]

    def one(self, name: bytes, status: int = 400) -> str:
        """The one value of a header, "" where it is absent; twice is refused with `status`."""
        found = self.every(name)
        if len(found) > 1:
            raise Refused(status, CLOSE)
        return found[0] if found else ""


CLOSE = (b"connection", b"close")
RETRY = (b"retry-after", b"60")
# Not "cookies": those of other programs on this machine go by the same host.
CLEAR = (b"clear-site-data", b'"cache", "storage"')


def cookie(address: Address, token: Secret, seconds: int = table.COOKIE_SECONDS) -> tuple[bytes, bytes]:
    """The header that hands a device its token, out of reach of any script."""
    secure = "; Secure" if address.secure else ""
    said = f"{address.cookie}={token.reveal()}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"
    return b"set-cookie", said.encode()


async def answer(send: Send, status: int, headers: tuple[tuple[bytes, bytes], ...] = ()) -> None:
    """A refusal in a fixed word."""
    body = dump(Problem(table.PROBLEMS[status]))
    own = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()), *headers]
    await send({"type": "http.response.start", "status": status, "headers": own})
    await send({"type": "http.response.body", "body": body})


def _length(heads: Heads) -> int:
    """How long the body says it is. One of unknown length is not read."""
    if heads.every(b"transfer-encoding"):
        raise Refused(411, CLOSE)
    given = heads.one(b"content-length")
    if given and not _LENGTH.fullmatch(given):
        raise Refused(400, CLOSE)
    length = int(given or 0)
    if length > table.BODY_BYTES:
        raise Refused(413, CLOSE)
    return length


async def _read(receive: Receive, length: int) -> bytes:
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Refused(400, CLOSE)
        body += bytes(message.get("body", b""))
        if len(body) > min(length, table.BODY_BYTES):
            raise Refused(413, CLOSE)
        if not message.get("more_body"):
            return body
