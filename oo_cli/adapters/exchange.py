"""One request on the network: sent, read and cut off as a whole. Only the gate makes one."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from oo_cli.adapters.replies import Reply
from oo_data.errors import ConsentMissingError
from oo_data.secret import Secret

if TYPE_CHECKING:
    import httpx

LOOK_SECONDS = 0.5  # how long a request goes on under a consent that was just withdrawn
CONNECT_SECONDS = 10.0
ERROR_BYTES = 64 * 1024


class Exchange:
    """One request in a worker thread: only so can look-up, connecting and reading be bounded as one.

    Secrets are revealed in the worker alone, so no frame of an error that leaves this module holds one.
    """

    def __init__(
        self,
        client: httpx.Client,
        method: str,
        url: httpx.URL,
        headers: Mapping[str, str | Secret],
        content: bytes | None,
        data: Mapping[str, str | Secret] | None,
        max_bytes: int,
    ) -> None:
        self._client, self._method, self._url = client, method, url
        self._headers, self._content, self._data = headers, content, data
        self._max_bytes = max_bytes
        self._lock, self._done = threading.Lock(), threading.Event()
        self._socket: socket.socket | None = None
        self.bytes_out = self.bytes_in = 0
        self.reply: Reply | None = None
        self.fault, self._cause = "failed", ""
        self.outcome = "interrupted"
        self.late = False

    def run(self, seconds: float, check: Callable[[], None]) -> None:
        """Return when the exchange is over or the time is up; what is still under way is cut off.

        The same where `check`, which is called now and then, raises.
        """
        ends = time.monotonic() + seconds
        threading.Thread(target=self._work, args=(seconds,), name="oo-http", daemon=True).start()
        try:
            while not self._done.wait(min(ends - time.monotonic(), LOOK_SECONDS)) and time.monotonic() < ends:
                check()
            self.outcome = "timed-out"
        except ConsentMissingError:
            self.outcome = "withdrawn"
            raise
        finally:
            with self._lock:
                self.late = not self._done.is_set()
            if self.late:
                self._cut()
        if not self.late:
            unforeseen = f"failed: {self._cause}" if self.fault == "failed" else self.fault
            self.outcome = str(self.reply.status) if self.reply else unforeseen

    def _work(self, seconds: float) -> None:
        try:
            self._exchange(seconds)
        except Exception as error:  # noqa: BLE001 - told by the caller in fixed words
            self.fault = fault_of(error)
            self._cause = type(error).__name__
        finally:
            with self._lock:
                self._done.set()
            if self.late:
                self._client.close()

    def _exchange(self, seconds: float) -> None:
        import httpx

        headers = {name: _plain(value) for name, value in self._headers.items()}
        content = self._content
        if self._data is not None:
            content = urlencode({name: _plain(value) for name, value in self._data.items()}).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        with self._client.stream(
            self._method,
            self._url,
            headers=headers,
            content=content,
            timeout=httpx.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS)),
            extensions={"trace": self._tracer(len(content or b""))},
        ) as response:
            self._read(response)

    def _tracer(self, body_bytes: int) -> Callable[[str, Mapping[str, Any]], None]:
        """Notes the socket and the bytes that leave; stops a request whose time was up before it began."""

        def trace(event: str, info: Mapping[str, Any]) -> None:
            if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
                stream = info["return_value"]
                self._socket = stream.get_extra_info("socket")
                # Whoever looks up a name of this machine may be led elsewhere; only TLS would notice.
                if self._url.scheme == "http" and not _is_here(stream.get_extra_info("server_addr")[0]):
                    stream.close()
                    raise socket.gaierror
            elif event == "http11.send_request_headers.started":
                if self.late:
                    raise TimeoutError
                request = info["request"]
                line = len(request.method) + len(request.url.target) + len(b"  HTTP/1.1\r\n")
                self.bytes_out += line + _header_bytes(request.headers)
            elif event == "http11.send_request_body.started":
                self.bytes_out += body_bytes

        return trace

    def _read(self, response: httpx.Response) -> None:
        line = len(b"HTTP/1.1 200 \r\n") + len(response.reason_phrase)
        head = line + _header_bytes(response.headers.raw)
        self.bytes_in = head
        if response.is_redirect and response.status_code != 304:  # "not modified" leads nowhere else
            self.fault = "redirected"
            return
        # Anything else was not asked for, and layers of compression could unfold to any size at once.
        if response.headers.get("content-encoding", "identity").lower() not in ("identity", "gzip"):
            self.fault = "garbled"
            return
        limit = min(self._max_bytes, ERROR_BYTES) if response.is_error else self._max_bytes
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            self.bytes_in = head + response.num_bytes_downloaded
            if len(body) > limit and not response.is_error:
                self.fault = "too-large"
                return
            if len(body) > limit or self.late:
                break
        self.reply = Reply(response.status_code, dict(response.headers), bytes(body[:limit]))

    def _cut(self) -> None:
        """Wake a worker that is blocked in reading; closing instead would free a descriptor it still uses."""
        if self._socket is not None:
            with suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


def _is_here(address: str) -> bool:
    """Whether a numeric address is this machine's own loopback."""
    from ipaddress import ip_address

    return ip_address(address).is_loopback


def _plain(value: str | Secret) -> str:
    return value.reveal() if isinstance(value, Secret) else value


def _header_bytes(headers: list[tuple[bytes, bytes]]) -> int:
    return sum(len(name) + len(value) + len(b": \r\n") for name, value in headers) + len(b"\r\n")


def fault_of(error: BaseException) -> str:
    """The key of `FAULTS` for what httpx or the system raised."""
    import ssl

    import httpx

    if isinstance(error, httpx.ConnectTimeout):
        return "unreachable"
    if isinstance(error, httpx.TimeoutException):
        return "timed-out"
    if isinstance(error, httpx.DecodingError):
        return "garbled"
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, socket.gaierror):
            return "no-address"
        if isinstance(cause, ssl.SSLError):
            return "tls-failed"
        if isinstance(cause, ConnectionRefusedError):
            return "refused"
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.ConnectError):
        return "unreachable"
    return "broken" if isinstance(error, httpx.TransportError) else "failed"
