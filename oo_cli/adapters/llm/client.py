"""The one transport to language models: OpenAI-compatible chat completions, one attempt, everything bounded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple, NoReturn

from oo_cli.adapters.http import ExchangeFailedError, Guard, Reply, bearer
from oo_cli.adapters.llm.endpoint import Endpoint, place_of
from oo_data.contracts.llm import ALIASES, Alias, LlmFailure, LlmReply, LlmRequest, Place, consent_key
from oo_data.errors import ConsentMissingError, OoError
from oo_data.ports import Llm
from oo_data.secret import Secret
from oo_data.text import show

ANSWER_BYTES = 64 * 1024
NAME_CELLS = 80
MOST_TOKENS = 1_000_000  # what a gateway may say that one request took
# What a status says where it says more than that the request failed. 408: a proxy gave up on its upstream.
_STATUS = {401: "not-allowed", 403: "not-allowed", 408: "timed-out", 429: "busy", 504: "timed-out"}


def allowed(at: Endpoint) -> dict[str, frozenset[str]]:
    """For the gate: the purposes of this room, each with the one place it may send to."""
    return {purpose(alias): frozenset((at.host,)) for alias in ALIASES}


def purpose(alias: Alias) -> str:
    """How the ledger names a request to an alias."""
    return f"llm.{alias}"


class GatewayLlm(Llm):
    """A LiteLLM proxy, a local Ollama, or anything else that speaks their common API and knows the aliases."""

    def __init__(self, guard: Guard, at: Endpoint, key: Secret | None) -> None:
        self.host = at.host
        self._guard, self._at, self._key = guard, at, key

    def place(self, seconds: float) -> Place:
        """Where the gateway runs."""
        return place_of(self._at.name, seconds)

    def ask(self, request: LlmRequest, place: Place, seconds: float) -> LlmReply | LlmFailure:
        """Send it once; every trouble but a missing consent is a failure with a word for it."""
        body = body_of(request)
        headers: dict[str, str | Secret] = {"Content-Type": "application/json"}
        try:
            if self._key is not None:
                headers["Authorization"] = bearer(self._key)
            reply = self._guard.call(
                purpose=purpose(request.alias),
                method="POST",
                url=f"{self._at.url}/chat/completions",
                consent=consent_key(request.alias, place),
                categories=request.categories,
                headers=headers,
                content=body.encode(),
                max_bytes=ANSWER_BYTES,
                timeout=seconds,
            )
        except ConsentMissingError:
            raise
        except ExchangeFailedError as error:
            return LlmFailure(error.fault, body)
        except OoError:
            return LlmFailure("unfit", "")
        return _read(reply, body)


def body_of(request: LlmRequest) -> str:
    """The request as it goes over the wire: JSON, the alias in place of a model's name."""
    return json.dumps(
        {
            "model": request.alias,
            "messages": [
                {"role": "system", "content": request.system},
                {"role": "user", "content": request.user},
            ],
            "max_tokens": request.max_tokens,
            "temperature": request.temperature,
            "seed": request.seed,
            "stream": False,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "answer", "strict": True, "schema": request.schema},
            },
        },
        ensure_ascii=False,
    )


def _read(reply: Reply, sent: str) -> LlmReply | LlmFailure:
    if reply.status != 200:
        return LlmFailure(_STATUS.get(reply.status, "failing" if reply.status >= 500 else "rejected"), sent)
    try:
        choice = _choice(reply.body)
    except (ValueError, RecursionError):
        return LlmFailure("garbled", sent)
    if choice.refused:
        return LlmFailure("refused-to-answer", sent)
    # A proxy may end a broken stream with a clean "stop": the words themselves are judged by whoever asked.
    if choice.finish != "stop":
        return LlmFailure("cut-off" if choice.finish == "length" else "unfinished", sent)
    return LlmReply(choice.text, choice.model, choice.tokens, sent)


class _Choice(NamedTuple):
    text: str
    finish: str
    refused: bool
    model: str
    tokens: int


def _choice(body: bytes) -> _Choice:
    """The first choice of a completion. Raises `ValueError` for anything that is none."""
    data = _object(json.loads(body, parse_constant=_no_number))
    choices = data.get("choices")
    if not isinstance(choices, list) or not choices:
        raise ValueError("no choices")
    first = _object(choices[0])
    message = _object(first.get("message"))
    text, finish, model = message.get("content"), first.get("finish_reason"), data.get("model")
    usage = data.get("usage")
    return _Choice(
        text if isinstance(text, str) else "",
        finish if isinstance(finish, str) else "",
        bool(message.get("refusal")),
        show(model, NAME_CELLS) if isinstance(model, str) else "",
        _tokens(usage.get("total_tokens") if isinstance(usage, dict) else None),
    )


def _object(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def _tokens(said: object) -> int:
    """What the gateway counted; 0 where it does not say, and whoever asked goes by an estimate."""
    return min(said, MOST_TOKENS) if isinstance(said, int) and not isinstance(said, bool) and said > 0 else 0
