"""A real llama.cpp server with a model of noise: what holds is held by the grammar, the transport and the guard."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from oo_cli.engine.orchestrator import judging
from oo_cli.engine.orchestrator.prompt import schema
from oo_cli.usecases import settings
from oo_data.contracts.llm import LlmFailure, LlmReply, LlmRequest, LlmVectors
from tests.conftest import ROOT
from tests.llm import tiny_gguf
from tests.llm.conftest import Bench, Open

pytestmark = pytest.mark.skipif(find_spec("xllamacpp") is None, reason="no llama.cpp: pip install -e '.[test]'")

IDS = ("bc12", "df34", "gh56")
WILD = LlmRequest("tip-generator", "Be brief.", "{}", schema(IDS), ("task titles",), 80, 1.5, 1)


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the server."""
    model = tiny_gguf.write(tmp_path_factory.mktemp("model") / "noise.gguf")
    words = [sys.executable, "-m", "tests.llm.llama", str(model)]
    running = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert running.stdout is not None
        yield running.stdout.readline().strip()
    finally:
        running.kill()
        running.communicate()


@pytest.fixture
def bench(open_bench: Open, llama: str) -> Bench:
    """A home whose gateway it is."""
    made = open_bench(LITELLM_URL=llama)
    made.allow()
    settings.assign(made.house, "model.seconds", "60")
    return made


def ask(bench: Bench, request: LlmRequest) -> LlmReply | LlmFailure:
    """One request."""
    assert bench.house.llm is not None
    return bench.house.llm.ask(request, "local", 60)


def test_the_grammar_holds_a_wild_model(bench: Bench) -> None:
    """At a temperature of 1.5, whatever came whole is the object that was asked for, with an id that was offered."""
    answers = [ask(bench, WILD._replace(seed=seed)) for seed in range(5)]
    whole = [json.loads(answer.text) for answer in answers if isinstance(answer, LlmReply)]
    assert len(whole) >= 2
    assert {tuple(each) for each in whole} == {("candidate_id", "tip")}
    assert {each["candidate_id"] for each in whole} <= set(IDS)
    assert {answer.code for answer in answers if isinstance(answer, LlmFailure)} <= {"cut-off"}


def test_another_schema_another_shape(bench: Bench) -> None:
    """The same model with a schema of its own says something else: the shape is the grammar's doing, not a habit."""
    found = ask(bench, WILD._replace(schema={"type": "string", "minLength": 3, "maxLength": 20}))
    assert isinstance(found, LlmReply)
    assert isinstance(json.loads(found.text), str)


def test_too_few_tokens_are_a_failure(bench: Bench) -> None:
    """An object that was cut off is none, and is not repaired."""
    found = ask(bench, WILD._replace(max_tokens=8))
    assert isinstance(found, LlmFailure)
    assert found.code == "cut-off"


def test_a_prompt_that_is_too_long(bench: Bench) -> None:
    """The server says so with a status, which is a failure like any other."""
    found = ask(bench, WILD._replace(user="much " * 2000))
    assert isinstance(found, LlmFailure)
    assert found.code == "rejected"


def test_noise_is_not_shown(bench: Bench) -> None:
    """A refresh with it: the request went out and came back, the guard turned it down, and oO's own words stand."""
    plain = bench.reason(bench.refresh(ask=False))
    first = bench.refresh()
    assert bench.reason(first) == plain
    assert first.wording in ("failed:cut-off", "rejected:length", "rejected:another-matter", "rejected:signs")
    (row,) = bench.rows()
    assert row.tokens > 0


def test_a_judge_of_noise(bench: Bench) -> None:
    """Even noise answers A, B or neither once its schema says so."""
    pair = judging.Pair("Pay the rent", "Start with the rent.", "Due today.")
    bench.allow("llm.judge.local")
    for order in judging.ORDERS:
        found = ask(bench, judging.question(pair, order)._replace(max_tokens=80))  # a byte a token
        assert isinstance(found, LlmReply)
        assert judging.read(found.text, order) is not None


def test_vectors(bench: Bench) -> None:
    """Real vectors come back, one a text, the same for the same text."""
    assert bench.house.llm is not None
    bench.allow("llm.embedder.local")
    found = bench.house.llm.embed(["call mum", "pay rent", "call mum"], "local", 60)
    assert isinstance(found, LlmVectors)
    one, two, again = found.vectors
    assert len(one) == tiny_gguf.WIDTH
    assert one == pytest.approx(again, abs=1e-3)
    assert one != pytest.approx(two, abs=1e-3)
