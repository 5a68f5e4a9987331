"""What can go wrong between Todoist and a reader; each is put on `TodoistServer.faults`, once per request."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable

from tests.todoist_server.wire import Answer, Wire, failure

Fault = Callable[[Wire], None]


def answer(given: Answer) -> Fault:
    """A proper answer in place of the route's."""
    return lambda wire: wire.send(given)


def status(code: int, tag: str = "INTERNAL_SERVER_ERROR", error_code: int = 0, **extra: object) -> Fault:
    """A documented error body."""
    return answer(failure(code, tag, error_code, extra))


def limited(header: str | None = None, body: object = None, code: int = 429) -> Fault:
    """Too many requests, with the wait in the header, the body, both or neither."""
    headers = () if header is None else (("Retry-After", header),)
    extra = {} if body is None else {"retry_after": body}
    return answer(failure(code, "LIMITS_REACHED", 35, extra, headers))


def html(code: int = 503, size: int = 0) -> Fault:
    """A proxy's page."""
    page = b"<!doctype html><title>Service Unavailable</title><h1>503</h1>" + b" " * size
    return answer(Answer(code, page, "text/html; charset=utf-8"))


def raw_json(body: bytes) -> Fault:
    """200 with a body that claims to be JSON."""
    return answer(Answer(200, body))


def cut_json() -> Fault:
    """200 whose JSON ends in the middle, with a length that says so."""
    return raw_json(b'{"items": [{"id": "6X7rM8997g3RQmvh", "content": "Buy mi')


def deep(depth: int = 200_000) -> Fault:
    """JSON nested deeper than any parser's stack."""
    return raw_json(b'{"items": ' + b"[" * depth + b"]" * depth + b"}")


def nan() -> Fault:
    """What Python writes and JSON forbids."""
    return raw_json(b'{"items": [], "karma": NaN}')


def long_number(digits: int = 5000) -> Fault:
    """An integer beyond Python's limit for reading one."""
    return raw_json(b'{"items": [], "id": ' + b"9" * digits + b"}")


def broken_body() -> Fault:
    """A connection closed before the promised length."""

    def play(wire: Wire) -> None:
        wire.head(Answer(200, b""), 1000)
        wire.write(b'{"items": [')

    return play


def closed() -> Fault:
    """A connection closed without a word."""
    return lambda wire: None


def redirect(to: str, code: int = 302) -> Fault:
    """Elsewhere."""
    return answer(Answer(code, b"", "text/plain", (("Location", to),)))


def huge(size: int) -> Fault:
    """A body of `size` blanks around an empty object, in pieces."""

    def play(wire: Wire) -> None:
        wire.head(Answer(200, b""), size)
        for _ in range(0, size, 65536):
            wire.write(b" " * 65536)

    return play


def packed(value: object, times: int = 1, encoding: str = "gzip") -> Fault:
    """JSON compressed `times` over, labelled `encoding`."""
    body = json.dumps(value).encode()
    for _ in range(times):
        body = gzip.compress(body)
    return answer(Answer(200, body, headers=(("Content-Encoding", encoding),)))


def slow_body(seconds: float = 0.05, size: int = 1000) -> Fault:
    """A byte at a time: each in time for a timeout per read, together never."""

    def play(wire: Wire) -> None:
        wire.head(Answer(200, b""), size)
        for _ in range(size):
            wire.write(b" ")
            if wire.pause(seconds):
                return

    return play


def slow_head(seconds: float = 0.05, size: int = 1000) -> Fault:
    """The same, before the headers are complete."""

    def play(wire: Wire) -> None:
        wire.write(b"HTTP/1.1 200 OK\r\nX-Padding: ")
        for _ in range(size):
            wire.write(b"x")
            if wire.pause(seconds):
                return

    return play


def silent(seconds: float = 30.0) -> Fault:
    """An open connection on which nothing comes."""

    def play(wire: Wire) -> None:
        wire.pause(seconds)

    return play
