"""Two servers on this machine: a real Radicale, and one that serves a single calendar file as it is told to."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.ports import free_port

USER, PASSWORD = "ada@example.org", "an-app-password"
_LOGIN = f"Basic {b64encode(f'{USER}:{PASSWORD}'.encode()).decode()}"


class Radicale:
    """The running server; `home` is the person's collection of calendars."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/"
        self.home = f"{self.url}{USER}/"

    def send(self, method: str, path: str, body: str = "") -> int:
        """One request below the person's home; the status."""
        request = urllib.request.Request(  # noqa: S310 - a server of our own, on this machine
            f"{self.home}{path}",
            data=body.encode() or None,
            method=method,
            headers={"Authorization": _LOGIN, "Content-Type": "text/calendar"},
        )
        with urllib.request.urlopen(request, timeout=30) as reply:  # noqa: S310
            return int(reply.status)

    def fill(self, calendar: str, lines: list[str]) -> None:
        """Make a calendar out of those events, in one request."""
        text = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//t//", *lines, "END:VCALENDAR", ""])
        assert self.send("PUT", f"{calendar}/", text) == 201

    def put(self, uid: str, lines: list[str], calendar: str = "work") -> None:
        """Store one event with its exceptions as a resource."""
        text = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//t//", *lines, "END:VCALENDAR", ""])
        assert self.send("PUT", f"{calendar}/{uid.partition('@')[0]}.ics", text) == 201


@contextmanager
def radicale(folder: Path) -> Iterator[Radicale]:
    """Radicale from its package, with one user and a calendar "work"."""
    port = free_port()
    (folder / "users").write_text(f"{USER}:{PASSWORD}\n")
    options = {
        "server-hosts": f"127.0.0.1:{port}", "auth-type": "htpasswd", "auth-htpasswd-filename": str(folder / "users"),
        "auth-htpasswd-encryption": "plain", "auth-delay": "0", "storage-filesystem-folder": str(folder / "store"),
        "logging-level": "critical",
    }  # fmt: skip
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    child = subprocess.Popen([sys.executable, "-m", "radicale", *words], stderr=subprocess.DEVNULL)
    try:
        _await(port)
        server = Radicale(port)
        server.send("MKCALENDAR", "work/")
        yield server
    finally:
        child.terminate()
        child.wait(30)


def _await(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError


class OneFile:
    """A server of one calendar. `status` and `headers` go with every answer; `asked` are the requests it saw."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/secret-address.ics"
        self.body = b""
        self.status = 200
        self.headers: dict[str, str] = {}
        self.asked: list[dict[str, str]] = []


@contextmanager
def one_file() -> Iterator[OneFile]:
    """The server, with ETags that it keeps to."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.asked.append({name.lower(): value for name, value in self.headers.items()})
            etag = told.headers.get("ETag")
            same = etag is not None and self.headers.get("If-None-Match") == etag
            body = b"" if same else told.body
            self.send_response(304 if same else told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_PROPFIND = do_GET  # noqa: N815 - the name that the server looks for

        def log_message(self, format: str, *args: object) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told = OneFile(server.server_address[1])
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
