"""A real MLflow server, from an environment of its own: docs/tracing.md, "For developers"."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from oo_cli.usecases import trace
from tests.llm.test_proxy import free_port as free_port
from tests.trace.collector import Collector
from tests.trace.conftest import CANARIES, Opened

PROGRAM = os.environ.get("MLFLOW_SERVER") or shutil.which("mlflow") or ""
START_SECONDS = 240

pytestmark = [
    pytest.mark.nightly,
    pytest.mark.timeout(400),
    pytest.mark.skipif(not PROGRAM, reason="no MLflow: name its program in MLFLOW_SERVER"),
]


@pytest.fixture(scope="module")
def mlflow(tmp_path_factory: pytest.TempPathFactory, free_port: int) -> Iterator[str]:
    """The address of a server with a database of its own; spans want an SQL one."""
    home = tmp_path_factory.mktemp("mlflow")
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "DO_NOT_TRACK": "true",
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }
    url = f"http://127.0.0.1:{free_port}"
    words = [PROGRAM, "server", "--backend-store-uri", f"sqlite:///{home}/mlflow.db", "--host", "127.0.0.1"]
    words += ["--port", str(free_port), "--workers", "1"]
    with (home / "log").open("wb") as log:
        running = subprocess.Popen(
            words, cwd=home, env=environ, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            _wait(running, url)
            yield url
        finally:
            os.killpg(running.pid, 9)  # with its workers
            running.wait()


def _wait(running: subprocess.Popen[bytes], url: str) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        assert running.poll() is None, "MLflow did not start"
        try:
            if httpx.get(f"{url}/health", trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.5)
    raise AssertionError("MLflow did not answer")


def ask(url: str, path: str, **body: Any) -> Any:
    """The answer of MLflow's own REST API."""
    reply = httpx.post(f"{url}/{path}", json=body, trust_env=False, timeout=60)
    assert reply.status_code == 200, reply.text
    return reply.json()


def test_a_refresh_can_be_seen_there(open_life: Opened, mlflow: str, collector: Collector) -> None:
    """Every span that a plain collector gets is in MLflow too, in one trace; the versions are in its registry."""
    life = open_life(MLFLOW_TRACKING_URI=mlflow, OTEL_EXPORTER_OTLP_ENDPOINT=collector.url)
    for _ in range(20):  # its first answers take many seconds, and what is not there in five is dropped
        life.refresh()
        if not trace.send(life.house):
            break
    came = collector.traces()[-1]
    trace_id = came.spans[0].trace_id.hex()
    locations = [{"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "0"}}]
    found = ask(mlflow, "api/3.0/mlflow/traces/search", locations=locations)["traces"]
    assert f"tr-{trace_id}" in [row["trace_id"] for row in found]
    reply = httpx.get(
        f"{mlflow}/api/3.0/mlflow/traces/get", params={"trace_id": f"tr-{trace_id}"}, trust_env=False, timeout=60
    )
    spans = reply.json()["trace"]["spans"]
    assert sorted(span["name"] for span in spans) == sorted(span.name for span in came.spans)
    assert not [word for word in CANARIES if word.lower() in reply.text.lower()]
    models = httpx.get(f"{mlflow}/api/2.0/mlflow/model-versions/search", trust_env=False, timeout=60).json()
    listed = {row["name"]: (row["version"], row["tags"]) for row in models["model_versions"]}
    assert listed["oo.policy.ranker"] == ("1", [{"key": "oo.version", "value": "1"}])
    assert {version for version, _ in listed.values()} == {"1"}  # listed once
