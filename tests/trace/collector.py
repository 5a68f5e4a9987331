"""A collector on loopback that answers as it is told; it speaks OTLP, and so much of MLflow as versions need."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple, cast

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span


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


class Collector:
    """A context manager; `log` holds every request. `status` answers them all, after `wait` seconds."""

    def __init__(self) -> None:
        self.log: list[Came] = []
        self.status, self.wait = 200, 0.0
        self.listed: list[dict[str, Any]] = []
        self.models: set[str] = set()
        self.stopping = threading.Event()
        self._http = _Listener(self)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        """The base address."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def traces(self) -> list[Came]:
        """The requests that carried spans."""
        return [came for came in self.log if came.path == "/v1/traces"]

    def __enter__(self) -> Collector:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stopping.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

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


class _Listener(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, collector: Collector) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.collector = collector


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        collector = cast("_Listener", self.server).collector
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
