"""Who answers on this machine: a neighbour's program in the usual place of one's own gets nothing."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from oo_cli.adapters.http import Guard
from oo_cli.adapters.listener import is_foreign
from oo_cli.adapters.replies import NotYoursError
from oo_data.store import egress
from tests.todoist_server.bench import PURPOSE, Bench, FixedClock, open_bench

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
ROW = "   0: {address}:{port:04X} 00000000:0000 {state} 00000000:00000000 00:00000000 00000000 {uid:>5} 0 1 1 0 100 0\n"


def table(folder: Path, *rows: str) -> tuple[str, ...]:
    """A table as the kernel writes it."""
    path = folder / "tcp"
    path.write_text(HEAD + "".join(rows))
    return (str(path),)


def row(uid: int, port: int = 11434, address: str = "0100007F", state: str = "0A") -> str:
    """One socket."""
    return ROW.format(address=address, port=port, state=state, uid=uid)


@pytest.mark.parametrize(
    ("found", "foreign"),
    [
        (row(1001), True),
        (row(1001, address="00000000"), True),
        (row(1001, address="0" * 32), True),
        (row(1001, address="0000000000000000FFFF000000000000"), True),  # bound to ::ffff:0.0.0.0
        (row(65534), True),  # an account that this machine has no name for
        (row(1000), False),
        (row(0), False),
        (row(998), False),  # a service that root installed
        (row(1001, port=4000), False),
        (row(1001, state="01"), False),
        (row(1001, address="0A00000A"), False),
        ("a line that is none\n", False),
        ("", False),
    ],
)
def test_the_kernels_table_tells(tmp_path: Path, found: str, foreign: bool) -> None:
    """Another person's listener on that very port and a reachable address counts, and nothing else."""
    assert is_foreign(11434, table(tmp_path, row(1000, port=1), found), own=1000) is foreign


def test_one_stranger_among_several_is_enough(tmp_path: Path) -> None:
    """With two listeners on a port, nobody knows which one answers."""
    assert is_foreign(11434, table(tmp_path, row(1000), row(1001, address="00000000")), own=1000)


def test_where_nothing_tells_nothing_is_refused() -> None:
    """A system without such a table is told of in SECURITY.md, and works."""
    assert not is_foreign(1, ("/nowhere/tcp",))


def test_nothing_is_sent_to_a_stranger(tmp_path: Path) -> None:
    """The request is refused before the ledger and before the socket; the port that is asked about is its own."""
    asked: list[int] = []

    def everywhere(port: int) -> bool:
        asked.append(port)
        return True

    with open_bench(tmp_path) as bench:
        allowed = {PURPOSE: frozenset((bench.server.host, "127.0.0.1"))}
        guard = Guard(bench.store, FixedClock(), allowed, everywhere)
        for url in (f"http://{bench.server.host}/", "http://127.0.0.1/"):
            with pytest.raises(NotYoursError, match=r"At 127\.0\.0\.1.* another user"):
                Bench(bench.store, bench.server, guard).call(url=url)
        assert bench.server.log == []
        assert egress.recent(bench.store, 1) == []
    assert asked == [int(bench.server.host.partition(":")[2]), 80]


def test_with_tls_who_listens_proves_who_it_is(tmp_path: Path) -> None:
    """An encrypted request asks for a certificate, not for the owner of a port on this machine."""
    with open_bench(tmp_path) as bench:
        guard = Guard(bench.store, FixedClock(), {PURPOSE: frozenset((bench.server.host,))}, lambda port: True)
        error = Bench(bench.store, bench.server, guard).failed(url=f"https://{bench.server.host}/")
        assert error.fault == "tls-failed"


@pytest.mark.skipif(os.geteuid() != 0 or not Path("/proc/net/tcp").exists(), reason="only root can be somebody else")
def test_a_real_neighbour_is_recognised() -> None:
    """A socket made by another account, and one's own, by the real table."""
    os.seteuid(4321)
    try:
        theirs = socket.create_server(("127.0.0.1", 0))
    finally:
        os.seteuid(0)
    with theirs, socket.create_server(("127.0.0.1", 0)) as mine:
        assert is_foreign(theirs.getsockname()[1])
        assert not is_foreign(mine.getsockname()[1])
