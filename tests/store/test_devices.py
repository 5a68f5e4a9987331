"""Paired devices: each by itself, gone when revoked, and when it came last."""

from __future__ import annotations

from oo_data.store import devices
from oo_data.store.db import Store
from oo_data.store.devices import UNUSED_MS, Device
from tests.fakes import DAY, TUESDAY


def test_one_is_revoked_and_another_unused(store: Store) -> None:
    """Revoking takes one device and says whether it was there; one that comes again is kept, one that does not goes."""
    phone, desk = (Device(name, name.encode(), TUESDAY, TUESDAY) for name in ("phone", "desk"))
    with store.write() as conn:
        for device in (phone, desk, Device("tablet", b"t", TUESDAY - 1, TUESDAY)):
            devices.add(conn, device)
        assert (devices.drop(conn, "tablet"), devices.drop(conn, "tablet")) == (True, False)
        assert devices.devices(conn) == [desk, phone]
        devices.seen(conn, "phone", TUESDAY + DAY)
        devices.sweep(conn, TUESDAY + DAY // 2 + UNUSED_MS)
    assert devices.devices(store.conn) == [phone._replace(seen_at=TUESDAY + DAY)]
