"""Ports for servers that are told which one to take: free now and, as the system hands none of them out, soon after."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from itertools import count

FIRST, SPAN = 20_000, 12_000  # below 32768, where Linux begins to hand them out to whoever connects
_turns = count(os.getpid() * 61)  # no port twice, and other processes begin elsewhere


def free_ports(wanted: int) -> list[int]:
    """So many ports that nobody listens on."""
    found: list[int] = []
    while len(found) < wanted:
        port = FIRST + next(_turns) % SPAN
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            found.append(port)
    return found


def free_port() -> int:
    """One of them."""
    return free_ports(1)[0]
