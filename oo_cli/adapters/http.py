"""The one way out: every request passes this gate, and stands in the ledger before it is on the network."""

from __future__ import annotations

import logging
import re
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from oo_cli.adapters.listener import is_foreign
from oo_data.errors import BadUsageError, ConnectionNeededError, ConsentMissingError, OoError, SourceUnavailableError
from oo_data.ids import new_id
from oo_data.ports import Clock
from oo_data.secret import Secret
from oo_data.store import egress
from oo_data.store.db import Store

if TYPE_CHECKING:
    import httpx

CALL_SECONDS = 60.0
LOOK_SECONDS = 0.5  # how long a request goes on under a consent that was just withdrawn
CONNECT_SECONDS = 10.0
REPLY_BYTES = 64 * 1024 * 1024
ERROR_BYTES = 64 * 1024
LOOPBACK = frozenset(("127.0.0.1", "::1", "localhost"))

# What ended an exchange, as the ledger has it, and as the person reads it.
FAULTS = {
    "no-address": "No address was found for {host}.",
    "unreachable": "{host} could not be reached.",
    "refused": "{host} refused the connection.",
    "tls-failed": "No safe connection to {host} was possible.",
    "timed-out": "{host} took too long to answer.",
    "broken": "{host} broke off its answer.",
    "garbled": "The answer of {host} could not be unpacked.",
    "too-large": "{host} sent more than oO will read.",
    "redirected": "{host} pointed elsewhere, and oO does not follow.",
    "failed": "The request to {host} failed.",
}


class NotYoursError(SourceUnavailableError):
    """Somebody else's program listens where the request was to go."""

    def __init__(self, host: str) -> None:
        super().__init__(f"At {host} listens a program of another user.", "Nothing was sent. Free that port.")


class ExchangeFailedError(SourceUnavailableError):
    """No usable answer came. `fault` is a key of `FAULTS`, for callers that may try again."""

    def __init__(self, fault: str, host: str) -> None:
        super().__init__(FAULTS[fault].format(host=host), "oO tries again at the next refresh.")
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, read to its end (an error's body may be cut). Header names are lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


def bearer(token: Secret) -> Secret:
    """The value of an Authorization header, as secret as the token is."""
    if not re.fullmatch("[!-~]+", token.reveal()):
        raise ConnectionNeededError("The login holds signs that no token has.", "Connect again and paste it whole.")
    return Secret(f"Bearer {token.reveal()}")


def origin(url: str) -> str:
    """`host[:port]` of an address that is safe to send to: https, or http on this machine.

    Raises `BadUsageError` for any other, because only a setting can have named it.
    """
    return _origin(_parse(url))


def _parse(url: str) -> httpx.URL:
    import httpx

    try:
        return httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        pass
    raise BadUsageError("An address to send to is not a URL.", "Check the OO_…_URL settings.")


def _origin(url: httpx.URL) -> str:
    host = url.raw_host.decode("ascii")
    safe = url.scheme == "https" or (url.scheme == "http" and host in LOOPBACK)
    if not safe or not host or url.userinfo:
        raise BadUsageError("An address to send to is not safe.", "Use https, or http on 127.0.0.1.")
    name = f"[{host}]" if ":" in host else host
    return name if url.port is None else f"{name}:{url.port}"


class Guard:
    """Sends what is consented to, to where `allowed` says (purpose → origins), and writes both down.

    One HTTP client serves all calls, without proxies from the environment, cookies, redirects or kept
    connections: a fresh one never fails for having been idle, so nothing needs to be sent twice.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        allowed: Mapping[str, frozenset[str]],
        is_foreign: Callable[[int], bool] = is_foreign,
    ) -> None:
        self._store = store
        self._is_foreign = is_foreign
        self._clock = clock
        self._allowed = allowed
        self._client: httpx.Client | None = None

    def __enter__(self) -> Guard:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the HTTP client."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def call(
        self,
        *,
        purpose: str,
        method: str,
        url: str,
        consent: str,
        categories: tuple[str, ...],
        headers: Mapping[str, str | Secret] | None = None,
        content: bytes | None = None,
        data: Mapping[str, str | Secret] | None = None,
        max_bytes: int = REPLY_BYTES,
        timeout: float = CALL_SECONDS,
    ) -> Reply:
        """One request and its whole answer within `timeout` seconds; never sent twice.

        `categories` names what leaves. Raises `NotYoursError` with nothing sent, `ExchangeFailedError` where no usable
        answer came, and `ConsentMissingError` with nothing sent, or once the consent is withdrawn meanwhile.
        """
        target = _parse(url)
        host = _origin(target)
        if host not in self._allowed.get(purpose, frozenset()):
            raise OoError("oO does not send to this address.", "Nothing was sent. See: oo egress")
        # Plain http goes to this machine only, and nothing else says who answers there.
        if target.scheme == "http" and self._is_foreign(target.port or 80):
            raise NotYoursError(host)
        row = egress.EgressRow(new_id(), self._clock.now_ms(), host, purpose, consent, categories)
        exchange = _Exchange(self._open(), method, target, headers or {}, content, data, max_bytes)
        egress.begin(self._store, row)
        try:
            exchange.run(timeout, lambda: egress.check(self._store.conn, consent))
        finally:
            if exchange.late:
                self._client = None  # its worker closes it
            egress.finish(self._store, row.id, exchange.bytes_out, exchange.bytes_in, exchange.outcome)
        if exchange.reply is None or exchange.late:
            raise ExchangeFailedError("timed-out" if exchange.late else exchange.fault, host)
        return exchange.reply

    def _open(self) -> httpx.Client:
        if self._client is None:
            from http.cookiejar import CookieJar, DefaultCookiePolicy

            import httpx

            for name in ("httpx", "httpcore"):  # they log URLs and headers
                logging.getLogger(name).setLevel(logging.WARNING)
            self._client = httpx.Client(
                trust_env=False,
                follow_redirects=False,
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
                headers={"User-Agent": "oO", "Accept-Encoding": "gzip"},
                limits=httpx.Limits(max_keepalive_connections=0),
            )
        return self._client


class _Exchange:
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
            self.fault = _fault(error)
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


def _fault(error: BaseException) -> str:
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
