"""Requests and answers as they cross the wire, and the documented bodies they carry."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from io import BufferedIOBase


@dataclass(frozen=True)
class Answer:
    """A whole HTTP answer. `headers` come on top of the type and the length."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


@dataclass
class Request:
    """What came in. Its headers hold no token; the byte counts are those of the wire."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    bytes_in: int = 0
    bytes_out: int = 0


class Wire:
    """The raw side of one answer, for faults that no proper answer can express."""

    def __init__(self, out: BufferedIOBase, request: Request, stopping: threading.Event) -> None:
        self._out = out
        self._request = request
        self._stopping = stopping

    def write(self, data: bytes) -> None:
        """Send bytes as they are; a reader that has gone is no failure of the server."""
        self._request.bytes_out += len(data)
        with suppress(OSError):
            self._out.write(data)

    def pause(self, seconds: float) -> bool:
        """Wait, but not beyond the end of the server; whether it ended."""
        return self._stopping.wait(seconds)

    def head(self, answer: Answer, length: int) -> None:
        """The status line and the headers, promising `length` bytes."""
        headers = (("Content-Type", answer.content_type), ("Content-Length", str(length)), *answer.headers)
        lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}", "Connection: close"]
        self.write("\r\n".join((*lines, *(f"{name}: {value}" for name, value in headers), "", "")).encode())

    def send(self, answer: Answer) -> None:
        """A proper answer."""
        self.head(answer, len(answer.body))
        self.write(answer.body)


def ok(value: object) -> Answer:
    """200 with JSON."""
    return Answer(200, json.dumps(value).encode())


def failure(
    status: int,
    tag: str,
    code: int,
    extra: Mapping[str, object] | None = None,
    headers: tuple[tuple[str, str], ...] = (),
) -> Answer:
    """An error body of the documented form."""
    body = {
        "error": tag.replace("_", " ").capitalize(),
        "error_code": code,
        "error_extra": {"event_id": "0f3a6c", **(extra or {})},
        "error_tag": tag,
        "http_code": status,
    }
    return Answer(status, json.dumps(body).encode(), headers=headers)


def unauthorized(token_sent: bool = True) -> Answer:
    """401; it names a wait that does not help, and a challenge only where a token was sent."""
    challenge = 'Bearer error="invalid_token", resource_metadata="https://example.org/.well-known/oauth"'
    headers = (("WWW-Authenticate", challenge),) if token_sent else ()
    return failure(401, "UNAUTHORIZED", 477, {"retry_after": 18}, headers)


def gone() -> Answer:
    """410 of a path that was retired, in plain text."""
    return Answer(410, b"This endpoint is deprecated. Please update your use case.", "text/plain")
