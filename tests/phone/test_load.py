"""Many requests, and none at all: how long the slowest takes, what memory grows by, and what waiting costs.

`python -m pytest -m nightly tests/phone/test_load.py -s` prints the figures.
"""

from __future__ import annotations

import http.client
import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import pytest

from oo_cli.phone.guard import Limits
from tests.conftest import ROOT, Oo
from tests.fakes import FixedClock
from tests.phone.running import Phone, Running
from tests.phone.test_serve import Serve, serve  # noqa: F401 - a fixture

REQUESTS, FEW = 10_000, 500
P99_MS, GROWTH_MB = 50.0, 20.0
HELD_MS = 35.0  # Linux holds an acknowledgement back for 40 ms
IDLE_SECONDS = 60.0


class Load(NamedTuple):
    """The median and the 99th percentile in ms, and what the process grew by in MB."""

    median: float
    p99: float
    grown: float


def load(phone: Phone, requests: int) -> Load:
    """What a mix of requests on one connection costs."""
    made = http.client.HTTPConnection("127.0.0.1", phone.server.port)
    own = {"Authorization": f"Bearer {phone.token}"}
    post = own | {"Origin": phone.origin, "X-OO": "1", "Content-Type": "application/json"}
    ways: tuple[tuple[str, str, bytes | None, dict[str, str], int], ...] = (
        ("GET", "/health", None, own, 200), ("GET", "/", None, {}, 200), ("POST", "/recommend", b"{}", post, 200),
        ("GET", "/why", None, own, 200), ("GET", "/health", None, {}, 401), ("POST", "/feedback", b"{", post, 400),
    )  # fmt: skip
    took, before = [], 0.0
    for at in range(requests):
        method, path, body, headers, status = ways[at % len(ways)]
        begun = time.perf_counter()
        made.request(method, path, body, headers)
        answer = made.getresponse()
        answer.read()
        took.append(time.perf_counter() - begun)
        assert answer.status == status
        if at == min(requests // 10, 500):
            before = _grown()
    made.close()
    took.sort()
    return Load(took[len(took) // 2] * 1000, took[len(took) * 99 // 100] * 1000, _grown() - before)


def _grown() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def test_some_requests(server: Running, paired: Phone) -> None:
    """Five hundred: none held back, the slowest hundredth in bounds, and next to no memory."""
    found = load(paired, FEW)
    assert found.median < HELD_MS, "answers wait for acknowledgements"
    assert found.p99 < 4 * P99_MS  # the machine may be shared; the nightly run holds the figure itself
    assert found.grown < GROWTH_MB


@pytest.mark.nightly
@pytest.mark.timeout(600)
def test_ten_thousand_requests(server: Running, paired: Phone) -> None:
    """At full size."""
    found = load(paired, REQUESTS)
    print(  # noqa: T201
        f"\n{REQUESTS} requests: median {found.median:.1f} ms, p99 {found.p99:.1f} ms, memory +{found.grown:.1f} MB"
    )
    assert found.p99 < P99_MS
    assert found.grown < GROWTH_MB


@pytest.mark.nightly
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_waiting_costs_next_to_nothing(serve: Serve, oo: Oo) -> None:  # noqa: F811 - the fixture
    """A minute in which nobody asks: CPU time, wake-ups and memory of the whole process."""

    def used() -> tuple[float, int, float]:
        base = Path(f"/proc/{serve.child.pid}")
        fields = (base / "stat").read_text().rpartition(")")[2].split()
        ticks = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") * 1000
        woken = sum(
            int(line.split()[1])
            for task in (base / "task").iterdir()
            for line in (task / "status").read_text().splitlines()
            if line.startswith("voluntary_ctxt_switches")
        )
        rss = next(int(x.split()[1]) for x in (base / "status").read_text().splitlines() if x.startswith("VmRSS"))
        return ticks, woken, rss / 1024

    time.sleep(2)
    before = used()
    time.sleep(IDLE_SECONDS)
    after = used()
    cpu, woken = after[0] - before[0], after[1] - before[1]
    print(f"\nidle for a minute: {cpu:.0f} ms CPU, {woken} wake-ups, {after[2]:.0f} MB")  # noqa: T201
    assert cpu <= 20
    assert woken <= 10
    assert after[2] < 90


@pytest.mark.nightly
@pytest.mark.timeout(900)
@pytest.mark.skipif(not shutil.which("schemathesis"), reason="schemathesis is not on the path: it brings 30 packages")
def test_schemathesis_finds_nothing(tmp_path: Path, clock: FixedClock) -> None:
    """Every check of its own on the published document, against a server without limits on how often."""
    with Running(tmp_path, clock, limits=Limits(10**6, 10**6, 10**6)) as server:
        run_schemathesis(server.phone(), tmp_path)


def run_schemathesis(paired: Phone, folder: Path) -> None:
    """Run it as one would by hand; what it keeps of a run lies in the folder."""
    words = [
        "schemathesis", "run", str(ROOT / "docs/openapi.json"), "--url", paired.origin, "--max-examples", "200",
        "--header", f"Authorization: Bearer {paired.token}", "--header", f"Origin: {paired.origin}",
        "--header", "X-OO: 1", "--exclude-path", "/changes", "--no-color",
    ]  # fmt: skip
    ran = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, timeout=800)
    print(ran.stdout[-3000:])  # noqa: T201
    assert ran.returncode == 0, ran.stdout[-6000:]
