"""The one way out: every request passes this gate, and stands in the ledger before it is on the network."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING

from oo_cli.adapters.exchange import Exchange
from oo_cli.adapters.listener import LOOPBACK, is_foreign
from oo_cli.adapters.replies import ExchangeFailedError, NotYoursError, Reply
from oo_data.errors import BadUsageError, ConnectionNeededError, OoError
from oo_data.ids import new_id
from oo_data.ports import Clock
from oo_data.secret import Secret
from oo_data.store import egress
from oo_data.store.db import Store

if TYPE_CHECKING:
    import httpx

CALL_SECONDS = 60.0
REPLY_BYTES = 64 * 1024 * 1024


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
        exchange = Exchange(self._open(), method, target, headers or {}, content, data, max_bytes)
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
