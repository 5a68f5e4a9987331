"""Where NATS_URL points, and whether it is safe to send there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from oo_cli.adapters.listener import LOOPBACK
from oo_data.errors import BadUsageError

URL, CREDENTIALS = "NATS_URL", "NATS_CREDS"
PORT = 4222


class Address(NamedTuple):
    """A NATS server. `name` is how the ledger and the person know it."""

    host: str
    port: int
    tls: bool

    @property
    def name(self) -> str:
        """`host:port`."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """The address as a client takes it."""
        return f"{'tls' if self.tls else 'nats'}://{self.name}"


def address(environ: Mapping[str, str]) -> Address | None:
    """The server that the environment names; None where it names none. Raises `BadUsageError` for an unsafe one."""
    text = environ.get(URL, "").strip()
    if not text:
        return None
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port or PORT
    except (ValueError, UnicodeError):
        raise _unsafe() from None
    tls = parts.scheme == "tls"
    plain = parts.scheme == "nats" and host in LOOPBACK
    if not (tls or plain) or not host or parts.path.strip("/") or parts.query or parts.fragment:
        raise _unsafe()
    if parts.username is not None:
        raise BadUsageError("NATS_URL holds a login.", f"Put it into a .creds file, and name that in {CREDENTIALS}.")
    return Address(host, port, tls)


def _unsafe() -> BadUsageError:
    return BadUsageError("NATS_URL is no safe address.", "Use tls://host:4222, or nats://127.0.0.1:4222.")
