"""The process that apprise runs in: its only way out is the relay of the process that started it.

Standard input: one JSON object {relay, token, url, title, body}; the exit code tells how it went.
"""

from __future__ import annotations

import json
import socket
import sys
from typing import Any

SENT, REFUSED, UNKNOWN = 0, 3, 4


class Relayed(socket.socket):
    """A socket that connects through the relay, and nowhere else."""

    relay: tuple[str, int] = ("127.0.0.1", 0)
    token = ""

    def connect(self, address: Any) -> None:
        """Ask the relay for the address. Raises `ConnectionRefusedError` where it does not allow it."""
        super().connect(self.relay)
        self.sendall(f"{self.token} {address[0]} {address[1]}\n".encode())
        if self.recv(1) != b"+":
            raise ConnectionRefusedError("not allowed")

    def sendto(self, *_: Any) -> int:
        """Datagrams have no relay."""
        raise PermissionError("datagrams are not allowed")


def unresolved(host: Any, port: Any, *_: Any, **__: Any) -> list[Any]:
    """Leave the name to the relay: no look-up from here."""
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port))]


def main() -> int:
    """Send what standard input names."""
    asked = json.load(sys.stdin)
    Relayed.relay, Relayed.token = ("127.0.0.1", asked["relay"]), asked["token"]
    socket.socket = Relayed  # type: ignore[misc]
    socket.getaddrinfo = unresolved
    import apprise

    post = apprise.Apprise()
    if not post.add(asked["url"]):
        return UNKNOWN
    sent = post.notify(title=asked["title"], body=asked["body"], body_format=apprise.NotifyFormat.TEXT)
    return SENT if sent else REFUSED
