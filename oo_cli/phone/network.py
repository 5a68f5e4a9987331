"""Where on the network the server may be: addresses of this machine in a home network, and when one of them goes."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import socket
import ssl
import struct
import sys
from collections.abc import Callable

from oo_cli.adapters.vault.certificate import Certificate
from oo_data.errors import BadUsageError, SourceUnavailableError
from oo_data.secret import Secret

LOOPBACK = "127.0.0.1"
# <linux/rtnetlink.h>: groups of changed addresses; an address was taken away; its attributes
_GROUPS = 0x10 | 0x100
_DELETED, _ADDRESS, _LOCAL = 21, 1, 2
_MESSAGE, _BODY, _ATTRIBUTE = struct.Struct("=IHHII"), struct.Struct("=BBBBI"), struct.Struct("=HH")


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises `SourceUnavailableError` where the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Only with TCP named does asyncio set TCP_NODELAY, without which half an answer waits 40 ms for the other half.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(64)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise SourceUnavailableError(
            f"Nothing can listen at {host} port {port}.", "Try: oo serve --port 8378"
        ) from None
    return listener


def private(text: str) -> str:
    """An address that a home network gives to one machine. Raises `BadUsageError` for any other."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        raise BadUsageError("That is no address.", "One of this machine's own, such as: 192.168.1.20") from None
    if address.is_unspecified or address.is_multicast or address.is_global or getattr(address, "scope_id", None):
        hint = "Name one address of this machine in your own network, such as: 192.168.1.20"
        raise BadUsageError("oO does not listen there: it is for home networks.", hint)
    return str(address)


def home_address() -> str:
    """This machine's address in the network it would reach others by. No packet is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address for examples (RFC 5737)
            found = str(probe.getsockname()[0])
        except OSError:
            raise SourceUnavailableError("This machine is on no network.", "Connect it, then try again.") from None
    return private(found)


def is_here(host: str) -> bool:
    """Whether the address still is one of this machine's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((host, 0))
        except OSError:
            return False
    return True


class Leave:
    """Calls `gone` once the address is taken away from this machine; Linux tells, at no cost until then."""

    def __init__(self, host: str, gone: Callable[[], None]) -> None:
        self._packed = ipaddress.ip_address(host).packed
        self._gone = gone
        self._loop = asyncio.get_running_loop()
        self._heard: socket.socket | None = None
        if sys.platform == "linux":
            self._heard = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
            self._heard.setblocking(False)
            self._heard.bind((0, _GROUPS))
            self._loop.add_reader(self._heard, self._read)

    def close(self) -> None:
        """Stop listening for it."""
        if self._heard is not None:
            self._loop.remove_reader(self._heard)
            self._heard.close()
            self._heard = None

    def _read(self) -> None:
        try:
            told = self._heard.recv(65536) if self._heard else b""
        except OSError:  # some of it was lost: assume the worst
            self._gone()
            return
        if takes_away(told, self._packed):
            self._gone()


def takes_away(told: bytes, packed: bytes) -> bool:
    """Whether a batch of the kernel's messages (RFC 3549) says that the address is gone."""
    at = 0
    while at + _MESSAGE.size <= len(told):
        length, kind, *_ = _MESSAGE.unpack_from(told, at)
        if length < _MESSAGE.size:
            break
        part, end = at + _MESSAGE.size + _BODY.size, min(at + length, len(told))
        while kind == _DELETED and part + _ATTRIBUTE.size <= end:
            size, name = _ATTRIBUTE.unpack_from(told, part)
            if size < _ATTRIBUTE.size:
                break
            if name in (_ADDRESS, _LOCAL) and told[part + _ATTRIBUTE.size : part + size] == packed:
                return True
            part += (size + 3) & ~3
        at += (length + 3) & ~3
    return False


def tls(certificate: Certificate, folder: str) -> ssl.SSLContext:
    """What a server needs to speak TLS. OpenSSL reads keys from files only, so this one lies there sealed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    once = Secret(os.urandom(32).hex())
    path = f"{folder}/.serve-{os.urandom(6).hex()}.tmp"
    try:
        fd = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with open(fd, "wb") as file:
            file.write(certificate.pem.encode() + certificate.key_under(once))
        context.load_cert_chain(path, password=once.reveal())
    finally:
        os.unlink(path)
    return context
