"""Whose program listens on a port of this machine: a word meant for one's own is not said to a neighbour's."""

from __future__ import annotations

import os

LOOPBACK = frozenset(("127.0.0.1", "::1", "localhost"))  # this machine, as an address names it
TABLES = ("/proc/net/tcp", "/proc/net/tcp6")
LISTENING = "0A"
# The addresses that a request to this machine may reach, as Linux writes them: 127.0.0.1 and any, both also mapped
# into IPv6, that one's own any, and ::1.
_MAPPED = "0000000000000000FFFF0000"
HERE = frozenset(
    ("0100007F", "00000000", f"{_MAPPED}0100007F", f"{_MAPPED}00000000", "0" * 32, "00000000000000000000000001000000")
)
FIRST_PERSON = 1000  # accounts below are the machine's own services, made by root (login.defs, UID_MIN)


def is_foreign(port: int, tables: tuple[str, ...] = TABLES, own: int | None = None) -> bool:
    """Whether another person's program listens there. False where nothing does, and where the system does not tell."""
    mine = os.geteuid() if own is None else own
    return any(uid != mine and uid >= FIRST_PERSON for table in tables for uid in _owners(table, port))


def _owners(table: str, port: int) -> list[int]:
    """The users whose sockets listen on the port, from the kernel's table (proc(5), /proc/net/tcp)."""
    try:
        with open(table, encoding="ascii", errors="replace") as file:
            rows = [line.split() for line in file][1:]
    except OSError:
        return []
    wanted = f"{port:04X}"
    return [
        int(row[7])
        for row in rows
        if len(row) > 7 and row[3] == LISTENING and row[1].partition(":")[::2] in {(here, wanted) for here in HERE}
    ]
