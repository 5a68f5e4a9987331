"""Malformed answers of Todoist's: each is read or refused in words, quickly, and nothing piles up."""

from __future__ import annotations

import resource
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oo_cli.adapters.http import Guard
from oo_cli.adapters.replies import Reply
from oo_cli.adapters.sources.todoist.client import TodoistClient
from oo_cli.adapters.sources.todoist.mapper import to_reading
from oo_cli.engine.features.tasks import task_features
from oo_cli.engine.refs import Refs
from oo_data.errors import SourceUnavailableError
from oo_data.secret import Secret
from oo_data.text import show
from tests.reliability.conftest import Figure
from tests.reliability.payloads import payload

URL = "https://api.todoist.example"
REFS = Refs(bytes(32))
P99_SECONDS, MEMORY_MB = 0.005, 200


class Answering(Guard):
    """A gate whose other side answers with the bytes that were set."""

    def __init__(self) -> None:
        self.body = b""

    def call(self, **asked: Any) -> Reply:
        """The answer, whatever was asked."""
        return Reply(200, {}, self.body)


def read(body: bytes) -> int:
    """The whole way from bytes to what is kept; how many tasks were understood, -1 where it was refused."""
    guard = Answering()
    guard.body = body
    client = TodoistClient(guard, URL, lambda seconds: None, lambda: 0.0)
    try:
        reading = to_reading(client.sync_full(lambda: Secret("token")))
    except SourceUnavailableError:
        return -1
    for task in reading.tasks:
        task_features(task, REFS)
        show(task.title)
    assert len({task.handle for task in reading.tasks}) == len(reading.tasks)
    return len(reading.tasks)


def read_many(numbers: range) -> tuple[float, float, float, int]:
    """The times of the 99th per cent and the slowest in seconds of CPU, megabytes grown, and how many were refused."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds = []
    refused = 0
    for number in numbers:
        body = payload(number)
        begun = time.thread_time()
        refused += read(body) < 0
        seconds.append(time.thread_time() - begun)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    seconds.sort()
    return seconds[len(seconds) * 99 // 100], seconds[-1], grown, refused


def test_a_few() -> None:
    """Five hundred of our own making, some understood and some refused."""
    p99, _, grown, refused = read_many(range(500))
    assert 50 < refused < 450
    assert p99 < 10 * P99_SECONDS  # a busy machine is slow by itself
    assert grown < MEMORY_MB


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=10), inner, max_size=5),
    max_leaves=25,
)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200) | ANY_JSON.map(lambda value: repr(value).encode("utf-8", "surrogatepass")))
def test_any_bytes(body: bytes) -> None:
    """Bytes that are no answer at all are refused."""
    assert read(body) <= 0


@pytest.mark.nightly
@pytest.mark.timeout(3600)
def test_twenty_thousand(figure: Figure) -> None:
    """Twenty thousand."""
    p99, slowest, grown, refused = read_many(range(20_000))
    figure(
        f"20,000 answers, {refused} refused; p99 {p99 * 1000:.1f} ms, slowest {slowest * 1000:.0f} ms of CPU;"
        f" {grown:.0f} MB more"
    )
    assert p99 < P99_SECONDS
    assert grown < MEMORY_MB
