"""The transport alone: what goes over the wire, and one word for each way an answer can fail to be one."""

from __future__ import annotations

import json

import pytest

from oo_cli.adapters.llm.client import body_of
from oo_data.contracts.llm import ALIASES, LlmFailure, LlmReply, LlmRequest
from oo_data.errors import ConsentMissingError
from tests.llm.conftest import Bench, Open
from tests.llm.upstream import Reply, always, completion

REQUEST = LlmRequest("tip-generator", "Be brief.", "{}", {"type": "object"}, ("task titles",), 80, 0.2, 7)


def ask(bench: Bench, request: LlmRequest = REQUEST) -> LlmReply | LlmFailure:
    """Ask the gateway, as on this machine."""
    assert bench.house.llm is not None
    return bench.house.llm.ask(request, "local", 3)


def test_the_body_has_an_alias_and_bounds() -> None:
    """No model's name, not streamed, a limit of tokens, and the schema as a response format instead of a tool."""
    body = json.loads(body_of(REQUEST))
    assert (body["model"], body["stream"], body["max_tokens"], body["seed"]) == ("tip-generator", False, 80, 7)
    assert body["response_format"]["json_schema"]["schema"] == {"type": "object"}
    assert "tools" not in body


def test_a_reply_is_handed_over_untouched(bench: Bench) -> None:
    """Text, tokens and the name of the model that answered, which a gateway chose; that name is made safe to show."""
    bench.upstream.script = always(completion("anything\n", model="qwen\x1b[31m2.5"))
    assert ask(bench) == LlmReply("anything\n", "qwen2.5", 220, body_of(REQUEST))


@pytest.mark.parametrize("usage", [None, {"total_tokens": -3}, {"total_tokens": "many"}, {"total_tokens": True}, [1]])
def test_an_odd_count_of_tokens_counts_as_none(bench: Bench, usage: object) -> None:
    """A gateway that does not count, or lies, breaks nothing."""
    bench.upstream.script = always(completion("a", usage=usage))
    found = ask(bench)
    assert isinstance(found, LlmReply)
    assert found.tokens == 0


def test_a_stated_refusal_is_a_failure(bench: Bench) -> None:
    """Gateways may say in a field of its own that the model would not."""
    choice = {"message": {"content": "", "refusal": "I would rather not."}, "finish_reason": "stop"}
    bench.upstream.script = always(Reply(json.dumps({"choices": [choice]}).encode()))
    assert ask(bench) == LlmFailure("refused-to-answer", body_of(REQUEST))


@pytest.mark.parametrize("alias", ALIASES)
def test_each_alias_has_a_consent_of_its_own(bench: Bench, alias: str) -> None:
    """The consent for words is none for vectors or judgements."""
    bench.upstream.script = always(completion("a"))
    request = REQUEST._replace(alias=next(name for name in ALIASES if name == alias))
    if alias == "tip-generator":
        assert isinstance(ask(bench, request), LlmReply)
    else:
        with pytest.raises(ConsentMissingError, match="not allowed"):
            ask(bench, request)
        assert bench.upstream.log == []


def test_a_key_that_is_none_is_not_sent(open_bench: Open) -> None:
    """A key with a blank in it would break the header, so nothing is sent."""
    bench = open_bench(LITELLM_API_KEY="two words")
    bench.allow()
    assert ask(bench) == LlmFailure("unfit", "")
    assert bench.upstream.log == []
