"""The wire below the official client: what goes over it is counted, and nothing goes where it was not allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import ParseResult, urlparse

if TYPE_CHECKING:
    import ssl

    from nats.aio.transport import Transport

    from oo_cli.adapters.mirror.address import Address


class UnsafeError(Exception):
    """The server asked for what this address does not allow."""


class Wire:
    """What went over one connection, in bytes before encryption; `cut` ends all writing."""

    def __init__(self) -> None:
        self.bytes_out = self.bytes_in = 0
        self.cut = False


def guarded(at: Address, wire: Wire) -> Transport:
    """A TCP connection to that address only; one that must be under TLS says nothing before it is.

    The client takes the server's word on both: it goes on in the clear with a server that offers no TLS, and on to
    other servers that this one names.
    """
    from nats.aio.transport import TcpTransport

    class Guarded(TcpTransport):
        secure = not at.tls

        async def connect(self, uri: ParseResult, buffer_size: int, connect_timeout: int) -> None:
            if (uri.hostname, uri.port) != (urlparse(at.url).hostname, at.port):
                raise UnsafeError
            await super().connect(uri, buffer_size, connect_timeout)

        async def connect_tls(
            self, uri: str | ParseResult, ssl_context: ssl.SSLContext, buffer_size: int, connect_timeout: int
        ) -> None:
            await super().connect_tls(uri, ssl_context, buffer_size, connect_timeout)
            self.secure = True

        def write(self, payload: bytes) -> None:
            self._pass(len(payload))
            super().write(payload)

        def writelines(self, payload: list[bytes]) -> None:
            self._pass(sum(map(len, payload)))
            super().writelines(payload)

        async def read(self, buffer_size: int) -> bytes:
            return self._took(await super().read(buffer_size))

        async def readline(self) -> bytes:
            return self._took(await super().readline())

        def _pass(self, count: int) -> None:
            if wire.cut or not self.secure:
                raise UnsafeError
            wire.bytes_out += count

        def _took(self, data: Any) -> bytes:
            wire.bytes_in += len(data)
            return bytes(data)

        def __bool__(self) -> bool:
            return True  # the client puts its own in the place of one that is not

    made: Transport = Guarded()
    return made
