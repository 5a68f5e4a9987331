"""The real LiteLLM proxy with the shipped configuration, between oO and an Ollama that does as it is told.

It is too heavy for an environment of ours, so it is taken from one of its own: docs/models.md, "For developers".
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from oo_cli.engine.orchestrator import limits
from oo_cli.usecases import areas, embedding, judge, settings
from oo_data.store import egress
from tests import ports
from tests.conftest import ROOT
from tests.llm.conftest import Bench, Open
from tests.llm.injections import INJECTIONS
from tests.llm.ollama import native
from tests.llm.test_embedder import Far, axes
from tests.llm.test_injections import hostile_reasons, obey
from tests.llm.test_judge import MODEL
from tests.llm.test_refresh import FAULTY, SAID
from tests.llm.upstream import Upstream, answer, vectors

PROGRAM = os.environ.get("LITELLM_PROXY") or shutil.which("litellm") or ""
KEY = "sk-of-the-proxy"
START_SECONDS = 180
OLLAMA = "http://127.0.0.1:11434"

pytestmark = [
    pytest.mark.nightly,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not PROGRAM, reason="no LiteLLM proxy: name its program in LITELLM_PROXY"),
]


class Proxy(NamedTuple):
    """A running proxy."""

    url: str
    log: Path


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    """One upstream for the proxy of this module."""
    with Upstream() as running:
        yield running


@pytest.fixture(scope="module")
def proxy(upstream: Upstream, tmp_path_factory: pytest.TempPathFactory, free_port: int) -> Iterator[Proxy]:
    """The proxy, started once; its configuration is the shipped one but for where Ollama is."""
    home = tmp_path_factory.mktemp("proxy")
    shipped = (ROOT / "docs/examples/litellm.yaml").read_text()
    (home / "litellm.yaml").write_text(shipped.replace(OLLAMA, upstream.url))
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LITELLM_MASTER_KEY": KEY,
        "LITELLM_MODE": "PRODUCTION",  # no .env of ours is read
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # nor a price list from the network
    }
    url = f"http://127.0.0.1:{free_port}"
    words = [PROGRAM, "--config", "litellm.yaml", "--host", "127.0.0.1", "--port", str(free_port)]
    with (home / "log").open("wb") as log:
        running = subprocess.Popen(words, cwd=home, env=environ, stdout=log, stderr=subprocess.STDOUT)
        try:
            _wait(running, url)
            yield Proxy(url, home / "log")
        finally:
            running.kill()  # it would wait for what the slow upstream still holds
            running.wait()


@pytest.fixture(scope="module")
def free_port() -> int:
    """A port that nobody listens on."""
    return ports.free_port()


def _wait(running: subprocess.Popen[bytes], url: str) -> None:
    """Until it answers; then once more for each route, since it loads much of itself with the first request."""
    import httpx

    until = time.monotonic() + START_SECONDS
    with httpx.Client(trust_env=False, timeout=60, headers={"Authorization": f"Bearer {KEY}"}) as client:
        while time.monotonic() < until:
            assert running.poll() is None, "the proxy did not start"
            try:
                if client.get(f"{url}/health/liveliness").status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.5)
        for path in ("chat/completions", "embeddings"):
            told = {"model": "embedder" if path == "embeddings" else "judge", "messages": [], "input": ["a"]}
            client.post(f"{url}/v1/{path}", json=told)


@pytest.fixture
def behind(open_bench: Open, proxy: Proxy, upstream: Upstream) -> Far:
    """A home whose person allows the proxy to word tips."""
    upstream.script = native(answer())
    made = open_bench(kind=Far, LITELLM_URL=proxy.url, LITELLM_API_KEY=KEY)
    assert isinstance(made, Far)
    upstream.log.clear()
    made.allow()
    return made


def requests(bench: Bench) -> list[egress.EgressRow]:
    """What the ledger has of models."""
    return [row for row in egress.recent(bench.house.store, 5000) if row.purpose.startswith("llm.")]


def test_a_tip_is_worded(behind: Far) -> None:
    """The alias leads to the configured model, by the route that keeps its template, with schema and bounds."""
    first = behind.refresh()
    assert (first.wording, behind.reason(first)) == ("model", SAID)
    (asked,) = behind.upstream.log
    assert (asked.path, asked.body["model"]) == ("/api/chat", "qwen2.5:1.5b")
    assert asked.body["format"]["properties"].keys() == {"candidate_id", "tip"}
    assert asked.body["options"]["num_predict"] == 80
    assert [row.status for row in requests(behind)] == ["200"]


@pytest.mark.parametrize("fault", FAULTY)
def test_every_failure_leaves_plain_words(behind: Far, fault: str) -> None:
    """Whatever the proxy makes of it, oO's own words are there in time; one request was made and written down."""
    plain = behind.reason(behind.refresh(ask=False))
    behind.upstream.script = native(FAULTY[fault][0])
    begun = time.monotonic()
    first = behind.refresh()
    assert time.monotonic() - begun < limits.SECONDS + 12
    assert first.wording.partition(":")[0] in (limits.FAILED, limits.REJECTED)
    assert behind.reason(first) == plain
    assert len(requests(behind)) == 1
    assert len(behind.upstream.log) <= 2  # a redirect may be followed, but nothing is tried again


def test_an_obeying_model(behind: Far) -> None:
    """What a hostile title asks for comes back through the proxy, and is not shown."""
    for number, (title, said) in enumerate(INJECTIONS[::3], 1):
        behind.upstream.script = native(obey(said))
        behind.retitle("Call Grandma", title)
        behind.refresh()
        assert len(behind.upstream.log) == number
        assert hostile_reasons(behind) == []
        with behind.house.store.write() as conn:
            conn.execute("delete from asked")  # or three unfit answers would let the rest go untried


def test_vectors(behind: Far) -> None:
    """Four hundred examples and three titles through the proxy, checked, measured and used."""
    behind.learn()
    behind.allow("llm.tip-generator.local", granted=False)
    behind.upstream.script = native(vectors(axes))
    behind.retitle("health: run", "money: bill", "chess")
    for _ in range(4):
        behind.refresh()
    assert {row.verdict for row in behind.rows("embedder")} == {"model"}
    assert behind.placed() == {"health: run": "health", "money: bill": "money"}
    assert len(requests(behind)) == len(behind.upstream.log)
    assert {asked.path for asked in behind.upstream.log} == {"/api/embed"}
    assert embedding.CONSENTS["local"] in {row.consent for row in requests(behind)}


def test_vectors_that_are_none(behind: Far) -> None:
    """The proxy passes on one vector too few as if all were well; oO does not."""
    behind.learn()
    behind.upstream.script = native(vectors(lambda told: axes(told)[1:]))
    behind.refresh()
    assert behind.rows("embedder")[0].verdict.startswith("failed:")
    assert behind.placed() == {}


def test_a_judgement(behind: Far) -> None:
    """Both orders go through, and the verdict comes back."""
    behind.allow("llm.judge.local")
    behind.refresh()
    behind.upstream.script = native(MODEL)
    found = judge.run(behind.house, True, lambda count, total: None)
    assert (found["pairs"], found["model_better"]) == (1, 1)


def test_nothing_of_the_person_is_logged(behind: Far, proxy: Proxy) -> None:
    """As the shipped configuration promises, titles stay out of the proxy's log, also where a request fails."""
    settings.assign(behind.house, limits.SETTING, "20")
    behind.retitle("Zanzibar passport")
    behind.refresh()
    behind.upstream.script = native(FAULTY["500"][0])
    behind.retitle("Zanzibar visa")
    behind.refresh()
    assert len(behind.upstream.log) == 2
    assert b"Zanzibar" not in proxy.log.read_bytes()


def test_without_the_key(open_bench: Open, proxy: Proxy, upstream: Upstream) -> None:
    """A wrong key is a failure like any other."""
    upstream.log.clear()
    bench = open_bench(LITELLM_URL=proxy.url, LITELLM_API_KEY="sk-wrong")
    bench.allow()
    assert bench.refresh().wording.startswith("failed:")
    assert upstream.log == []
    assert areas.CONSENT not in {row.consent for row in requests(bench)}
