"""The scripted upstream as an Ollama: its own routes in front of the same scripts."""

from __future__ import annotations

import json

from tests.llm.upstream import Asked, Json, Reply, Script

_EMBEDDED: Json = {"model": "an-embedder", "prompt_eval_count": 9}


def native(script: Script) -> Script:
    """Answers /api/chat and /api/embed as the script would answer the common API; what is no answer stays as it is."""

    def answer(asked: Asked) -> Reply:
        found = script(asked)
        try:
            body = json.loads(found.body)
        except (ValueError, RecursionError):
            return found
        if found.status != 200 or not isinstance(body, dict):
            return found
        told = _chat(body) if asked.path == "/api/chat" else _embed(body)
        return found._replace(body=json.dumps(told or body).encode())

    return answer


def _chat(body: Json) -> Json | None:
    if not body.get("choices"):
        return None
    (choice,) = body["choices"]
    told = {"message": choice["message"], "done": True, "done_reason": choice["finish_reason"]}
    return {
        "model": "a-model",
        "created_at": "2026-12-01T09:00:00Z",
        "prompt_eval_count": 200,
        "eval_count": 20,
        **told,
    }


def _embed(body: Json) -> Json | None:
    return None if "data" not in body else {**_EMBEDDED, "embeddings": [each["embedding"] for each in body["data"]]}
