"""Whether this machine has a way out, as its routing table has it: nothing is sent to find out."""

from __future__ import annotations

ROUTES_4, ROUTES_6 = "/proc/net/route", "/proc/net/ipv6_route"
ANYWHERE_6 = "0" * 32
UP = 0x1  # RTF_UP of linux/route.h


def is_up(routes_4: str = ROUTES_4, routes_6: str = ROUTES_6) -> bool:
    """Whether there is a default route; where the system does not tell, that is assumed."""
    tables = [_rows(path) for path in (routes_4, routes_6)]
    if tables == [None, None]:
        return True
    version_4 = any(row[1] == row[7] == "00000000" and int(row[3], 16) & UP for row in (tables[0] or [])[1:])
    # The kernel lists the route that refuses everything, on the loopback, as a default one too.
    return version_4 or any(row[0] == ANYWHERE_6 and row[1] == "00" and row[9] != "lo" for row in tables[1] or [])


def _rows(path: str) -> list[list[str]] | None:
    try:
        with open(path, encoding="ascii") as file:
            return [line.split() for line in file if line.strip()]
    except OSError:
        return None
