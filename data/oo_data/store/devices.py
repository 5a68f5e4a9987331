"""The paired devices, and the one pairing that may be under way. Tokens and codes are kept as hashes only."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

UNUSED_MS = 90 * 86_400_000  # after this a device has to be paired again


class Device(NamedTuple):
    """A device by its name; `token` is a SHA-256 hash. Times are UTC milliseconds."""

    name: str
    token: bytes
    paired_at: int
    seen_at: int


class Pairing(NamedTuple):
    """A pairing under way, with the hashes of its two codes. `expires_at` is UTC milliseconds."""

    name: str
    link: bytes
    digits: bytes
    expires_at: int
    tries: int


def devices(conn: sqlite3.Connection) -> list[Device]:
    """Every device, oldest first."""
    rows = conn.execute("select name, token, paired_at, seen_at from device order by paired_at, name")
    return [Device(*row) for row in rows]


def add(conn: sqlite3.Connection, device: Device) -> None:
    """Keep a device."""
    conn.execute("insert into device values (?, ?, ?, ?)", device)


def seen(conn: sqlite3.Connection, name: str, at: int) -> None:
    """Note that a device came."""
    conn.execute("update device set seen_at = ? where name = ?", (at, name))


def drop(conn: sqlite3.Connection, name: str) -> bool:
    """Forget one device; whether it was there."""
    return conn.execute("delete from device where name = ?", (name,)).rowcount == 1


def sweep(conn: sqlite3.Connection, now: int) -> None:
    """Forget the devices that did not come for too long, and a pairing that has run out."""
    conn.execute("delete from device where seen_at < ?", (now - UNUSED_MS,))
    conn.execute("delete from pairing where expires_at <= ?", (now,))


def drop_all(conn: sqlite3.Connection) -> int:
    """Forget every device and the pairing under way; how many devices."""
    conn.execute("delete from pairing")
    return conn.execute("delete from device").rowcount


def begin(conn: sqlite3.Connection, pairing: Pairing) -> None:
    """Put a pairing in the place of any other."""
    conn.execute("delete from pairing")
    conn.execute("insert into pairing values (?, ?, ?, ?, ?)", pairing)


def pairing(conn: sqlite3.Connection) -> Pairing | None:
    """The pairing under way, which may have run out."""
    row = conn.execute("select name, link, digits, expires_at, tries from pairing").fetchone()
    return Pairing(*row) if row else None


def tried(conn: sqlite3.Connection) -> None:
    """Count a code that was wrong."""
    conn.execute("update pairing set tries = tries + 1")


def end(conn: sqlite3.Connection) -> None:
    """The pairing is over."""
    conn.execute("delete from pairing")
