"""A real server on loopback over a home of the test's own, and a phone that says exactly what a test wants."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from oo_cli.house import House
from oo_cli.phone import network
from oo_cli.phone.guard import Limits
from oo_cli.phone.serve import Plan, get_ready, serve
from oo_cli.usecases import phone
from oo_cli.usecases.add import add_task
from oo_cli.usecases.refresh import refresh
from oo_data.store import profile, words
from tests.fakes import FixedClock, house_at

TITLES = ("Call the dentist", "Pay the rent", "Water the plants")
FREE = Limits(10**6, 5, 10)  # as many requests as a test likes


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.body)


class Running:
    """A server in a thread, over a home with three tasks. A context manager."""

    def __init__(
        self, folder: Path, clock: FixedClock, host: str = network.LOOPBACK, limits: Limits = FREE, **plan: Any
    ) -> None:
        self.clock = clock
        self.open: Callable[[], House] = lambda: house_at(folder, clock)
        self.house = self.open()
        for title in TITLES:
            add_task(self.house, title)
        refresh(self.house)
        phone.allow(self.house)
        self.ready = get_ready(self.house, Plan(host, 0, (), False, 0)._replace(**plan))
        self._limits = limits
        self.ended = ""
        self.port = self.ready.plan.port
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()))

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._task = self._loop.create_task(serve(self.open, self.ready, self._limits, signals=()))
        try:
            self.ended = await self._task
        except asyncio.CancelledError:
            self.ended = "cancelled"

    def __enter__(self) -> Running:
        self._thread.start()
        Phone(self).ask("GET", "/")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(30)
        assert not self._thread.is_alive()
        words.clear(self.house.paths)
        self.house.close()

    def wait(self, seconds: float) -> str:
        """Why it ended, within that time; "running" where it did not."""
        self._thread.join(seconds)
        return "running" if self._thread.is_alive() else self.ended

    def phone(self, name: str = "") -> Phone:
        """A phone with a token."""
        return Phone(self, phone.make_token(self.house, name).reveal())

    def state(self) -> dict[str, list[Any]]:
        """Every row that a request could change."""
        conn = self.house.store.conn
        tables = ("event", "mute", "silence", "pref", "consent", "device", "pairing", "completion", "secret")
        return {table: conn.execute(f"select * from {table}").fetchall() for table in tables}  # noqa: S608

    def withdraw(self) -> None:
        """Take back the consent alone, as another process would."""
        with self.house.store.write() as conn:
            profile.set_consent(conn, phone.CONSENT, False, self.clock.now_ms())


class Phone:
    """A client that adds what a page or a script adds, unless told otherwise; None leaves a header out."""

    def __init__(self, server: Running, token: str = "") -> None:
        self.server = server
        self.token = token
        self.origin = server.ready.serving.url
        self.host = self.origin.partition("://")[2]

    def connect(self) -> socket.socket:
        """A connection to the server."""
        made = socket.create_connection((self.server.ready.plan.host, self.server.port), 10)
        if self.server.ready.tls is None:
            return made
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context.wrap_socket(made)

    def ask(self, method: str, path: str, body: Any = None, headers: dict[str, str | None] | None = None) -> Answer:
        """One request on a connection of its own."""
        told = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        own: dict[str, str | None] = {"Host": self.host, "Connection": "close"}
        if self.token:
            own["Authorization"] = f"Bearer {self.token}"
        if method == "POST":
            own |= {"Origin": self.origin, "X-OO": "1", "Content-Type": "application/json"}
            own["Content-Length"] = str(len(told))
        lines = [f"{key}: {value}" for key, value in (own | (headers or {})).items() if value is not None]
        head = "\r\n".join((f"{method} {path} HTTP/1.1", *lines, "", ""))
        return self.raw(head.encode("latin-1") + told)

    def get(self, path: str, **headers: str | None) -> Answer:
        """A GET."""
        return self.ask("GET", path, headers={key.replace("_", "-"): value for key, value in headers.items()})

    def post(self, path: str, body: Any, **headers: str | None) -> Answer:
        """A POST."""
        return self.ask("POST", path, body, {key.replace("_", "-"): value for key, value in headers.items()})

    def raw(self, said: bytes) -> Answer:
        """Say these bytes; the first answer. Status 0 where the server hung up without one."""
        with self.connect() as made:
            with suppress(OSError):
                made.sendall(said)
            return read(made)


def read(made: socket.socket) -> Answer:
    """One whole answer."""
    heard = b""
    try:
        while b"\r\n\r\n" not in heard and (chunk := made.recv(65536)):
            heard += chunk
        head, _, body = heard.partition(b"\r\n\r\n")
        if not head:
            return Answer(0, {}, b"")
        first, *rest = head.decode("latin-1").split("\r\n")
        headers = {line.partition(":")[0].lower(): line.partition(":")[2].strip() for line in rest}
        length = int(headers.get("content-length", "0"))
        while len(body) < length and (chunk := made.recv(65536)):
            body += chunk
    except OSError:
        return Answer(0, {}, b"")
    return Answer(int(first.split(" ")[1]), headers, body)
