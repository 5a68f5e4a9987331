"""An HTTP server on loopback that a test scripts: it lives as long as the `with` around it."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import TypeVar, cast

L = TypeVar("L", bound="Loopback")


class Loopback:
    """A context manager around a server in a thread. `stopping` is set when it ends: who waits in it waits for that."""

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        self.stopping = threading.Event()
        self._http = _Listener(self, handler)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    @property
    def host(self) -> str:
        """Where it listens, as host:port."""
        return f"127.0.0.1:{self._http.server_address[1]}"

    @property
    def url(self) -> str:
        """The base address."""
        return f"http://{self.host}"

    def __enter__(self: L) -> L:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stopping.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class _Listener(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, owner: Loopback, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.owner = owner


def owner(handler: BaseHTTPRequestHandler) -> Loopback:
    """The server that a request came to."""
    return cast("_Listener", handler.server).owner
