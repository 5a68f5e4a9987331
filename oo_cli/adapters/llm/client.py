"""The one transport to language models: an OpenAI-compatible API, one attempt, everything bounded."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from oo_cli.adapters.http import Guard, bearer
from oo_cli.adapters.llm.answers import choice_of, vectors_of
from oo_cli.adapters.llm.endpoint import Endpoint, place_of
from oo_cli.adapters.replies import ExchangeFailedError, Reply
from oo_data.contracts.llm import (
    ALIASES,
    Alias,
    LlmFailure,
    LlmReply,
    LlmRequest,
    LlmVectors,
    Place,
    consent_key,
    purpose,
)  # fmt: skip
from oo_data.errors import ConsentMissingError, OoError
from oo_data.ports import Llm
from oo_data.secret import Secret

ANSWER_BYTES = 64 * 1024
VECTORS_BYTES = 4 * 1024 * 1024  # 33 vectors of 4096 numbers with all their digits
CATEGORIES = ("task titles", "example titles")
# What a status says where it says more than that the request failed. 408: a proxy gave up on its upstream.
_STATUS = {401: "not-allowed", 403: "not-allowed", 408: "timed-out", 429: "busy", 504: "timed-out"}


class _Post(NamedTuple):
    """One request: to which alias, where under the API, of which kind of data, and how long its answer may be."""

    alias: Alias
    path: str
    body: str
    categories: tuple[str, ...]
    max_bytes: int


def allowed(at: Endpoint) -> dict[str, frozenset[str]]:
    """For the gate: the purposes of this room, each with the one place it may send to."""
    return {purpose(alias): frozenset((at.host,)) for alias in ALIASES}


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
        post = _Post(request.alias, "/chat/completions", body, request.categories, ANSWER_BYTES)
        found = self._send(post, place, seconds)
        return found if isinstance(found, LlmFailure) else _read(found, body)

    def embed(self, texts: Sequence[str], place: Place, seconds: float) -> LlmVectors | LlmFailure:
        """The same for vectors: as many as there are texts, of one length, of finite numbers that are not all zero."""
        body = json.dumps({"model": "embedder", "input": list(texts), "encoding_format": "float"}, ensure_ascii=False)
        found = self._send(_Post("embedder", "/embeddings", body, CATEGORIES, VECTORS_BYTES), place, seconds)
        if isinstance(found, LlmFailure):
            return found
        try:
            return vectors_of(found.body, len(texts))
        except (ValueError, RecursionError):
            return LlmFailure("garbled", body)

    def _send(self, post: _Post, place: Place, seconds: float) -> Reply | LlmFailure:
        headers: dict[str, str | Secret] = {"Content-Type": "application/json"}
        try:
            if self._key is not None:
                headers["Authorization"] = bearer(self._key)
            reply = self._guard.call(
                purpose=purpose(post.alias),
                method="POST",
                url=f"{self._at.url}{post.path}",
                consent=consent_key(post.alias, place),
                categories=post.categories,
                headers=headers,
                content=post.body.encode(),
                max_bytes=post.max_bytes,
                timeout=seconds,
            )
        except ConsentMissingError:
            raise
        except ExchangeFailedError as error:
            return LlmFailure(error.fault, post.body)
        except OoError:
            return LlmFailure("unfit", "")
        if reply.status != 200:
            code = _STATUS.get(reply.status, "failing" if reply.status >= 500 else "rejected")
            return LlmFailure(code, post.body)
        return reply


def body_of(request: LlmRequest) -> str:
    """The request as it goes over the wire: JSON, the alias in place of a model's name."""
    told: Mapping[str, Any] = {
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
    }
    return json.dumps(told, ensure_ascii=False)


def _read(reply: Reply, sent: str) -> LlmReply | LlmFailure:
    try:
        choice = choice_of(reply.body)
    except (ValueError, RecursionError):
        return LlmFailure("garbled", sent)
    if choice.refused:
        return LlmFailure("refused-to-answer", sent)
    # A proxy may end a broken stream with a clean "stop": the words themselves are judged by whoever asked.
    if choice.finish != "stop":
        return LlmFailure("cut-off" if choice.finish == "length" else "unfinished", sent)
    return LlmReply(choice.text, choice.model, choice.tokens, sent)
