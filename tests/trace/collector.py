"""A collector on loopback that answers as it is told; it speaks OTLP, and so much of MLflow as versions need."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler
from typing import Any, NamedTuple, cast

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.loopback import Loopback, owner


class Came(NamedTuple):
    """One request as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        """The body of a request to MLflow."""
        return cast("dict[str, Any]", json.loads(self.body))

    @property
    def spans(self) -> list[Span]:
        """The spans of a request by OTLP."""
        found = ExportTraceServiceRequest.FromString(self.body)
        return [span for of in found.resource_spans for scope in of.scope_spans for span in scope.spans]


class Collector(Loopback):
    """`log` holds every request. `status` answers them all, after `wait` seconds."""

    def __init__(self) -> None:
        super().__init__(_Handler)
        self.log: list[Came] = []
        self.status, self.wait = 200, 0.0
        self.listed: list[dict[str, Any]] = []
        self.models: set[str] = set()

    def traces(self) -> list[Came]:
        """The requests that carried spans."""
        return [came for came in self.log if came.path == "/v1/traces"]

    def answer(self, came: Came) -> tuple[int, object]:
        """Status and body for MLflow's requests, as its REST API has them."""
        verb = came.path.partition("?")[0].removeprefix("/api/2.0/mlflow/")
        if verb == "registered-models/create":
            name = came.json["name"]
            if name in self.models:
                return 400, {"error_code": "RESOURCE_ALREADY_EXISTS", "message": "there"}
            self.models.add(name)
        elif verb == "model-versions/create":
            self.listed.append(came.json)
        elif verb == "model-versions/search":
            return 200, {"model_versions": [row for row in self.listed if f"%27{row['name']}%27" in came.path]}
        return 200, {}


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        collector = cast("Collector", owner(self))
        headers = {name.lower(): value for name, value in self.headers.items()}
        size = int(headers.get("content-length", 0))
        came = Came(self.command, self.path, headers, self.rfile.read(size))
        collector.log.append(came)
        status, body = collector.answer(came) if collector.status == 200 else (collector.status, {})
        if collector.wait and collector.stopping.wait(collector.wait):
            return
        told = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed."""
