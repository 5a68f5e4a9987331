"""A gateway to models on loopback that answers as it is told: well, late, wrongly, hugely, or not at all."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from http.server import BaseHTTPRequestHandler
from types import MappingProxyType
from typing import Any, NamedTuple, cast

from tests.loopback import Loopback, owner

Json = dict[str, Any]


class Asked(NamedTuple):
    """One request as it came in."""

    path: str
    headers: dict[str, str]
    text: str

    @property
    def body(self) -> Json:
        """The JSON of it."""
        return cast("Json", json.loads(self.text))

    @property
    def tasks(self) -> list[Json]:
        """The tasks that the model was shown."""
        return cast("list[Json]", json.loads(self.body["messages"][1]["content"])["tasks"])


class Reply(NamedTuple):
    """What goes over the wire. With `wait` (seconds) the head is held back; with `drip`, bytes come one by one."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = MappingProxyType({})
    wait: float = 0.0
    drip: float = 0.0
    cut: int | None = None


Script = Callable[[Asked], Reply]


def completion(content: Any, finish: str = "stop", **fields: Any) -> Reply:
    """A chat completion with this content."""
    choice = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": finish}
    usage = {"prompt_tokens": 200, "completion_tokens": 20, "total_tokens": 220}
    return Reply(json.dumps({"model": "a-model", "choices": [choice], "usage": usage, **fields}).encode())


def answer(place: int = 0, text: str = "Start with {title}: a small first step is enough.") -> Script:
    """A model that keeps to the rules: it chooses the task at a place and speaks of its title."""

    def script(asked: Asked) -> Reply:
        task = asked.tasks[min(place, len(asked.tasks) - 1)]
        told = text.replace("{title}", task["title"])
        return completion(json.dumps({"candidate_id": task["id"], "tip": told}, ensure_ascii=False))

    return script


def vectors(embed: Callable[[list[str]], Sequence[Sequence[object]]], **fields: Any) -> Script:
    """An embedder that gives each text its vector."""

    def script(asked: Asked) -> Reply:
        found = embed(asked.body["input"])
        data = [{"object": "embedding", "index": at, "embedding": list(each)} for at, each in enumerate(found)]
        return Reply(json.dumps({"object": "list", "model": "an-embedder", "data": data, **fields}).encode())

    return script


def by_alias(scripts: Mapping[str, Script]) -> Script:
    """A gateway whose aliases answer each in its own way."""
    return lambda asked: scripts[asked.body["model"]](asked)


def always(reply: Reply) -> Script:
    """The same whatever was asked."""
    return lambda asked: reply


class Upstream(Loopback):
    """`log` holds every request, `script` answers them."""

    def __init__(self) -> None:
        super().__init__(_Handler)
        self.script: Script = answer()
        self.log: list[Asked] = []


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        upstream = cast("Upstream", owner(self))
        size = int(self.headers.get("Content-Length", 0))
        asked = Asked(self.path, dict(self.headers), self.rfile.read(size).decode())
        upstream.log.append(asked)
        reply = upstream.script(asked)
        self.close_connection = True
        if reply.wait and upstream.stopping.wait(reply.wait):
            return
        try:
            self._send(reply, upstream.stopping)
        except OSError:
            return  # the other side has had enough

    def _send(self, reply: Reply, stopping: threading.Event) -> None:
        self.send_response(reply.status)
        for name, value in ({"Content-Type": "application/json"} | dict(reply.headers)).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        body = reply.body[: reply.cut]
        if not reply.drip:
            self.wfile.write(body)
            return
        for at in range(len(body)):
            self.wfile.write(body[at : at + 1])
            if stopping.wait(reply.drip):
                return

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed."""
