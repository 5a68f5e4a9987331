"""Spans over the wire: OpenTelemetry's own model and encoding, posted through oO's one way out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from importlib.util import find_spec
from typing import TYPE_CHECKING

from oo_cli.adapters.http import Guard
from oo_cli.adapters.trace.places import CONSENT, PURPOSE
from oo_data.contracts.span import OK, Span
from oo_data.errors import ModelUnavailableError, SourceUnavailableError
from oo_data.ports import SpanExporter

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan

CATEGORIES = ("durations", "outcomes", "counts")
REPLY_BYTES = 64 * 1024
_PACKAGES = ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.common")


def installed() -> bool:
    """Whether the extra is there."""
    try:
        return all(find_spec(name) for name in _PACKAGES)
    except ModuleNotFoundError:
        return False


class OtlpExporter(SpanExporter):
    """OTLP over HTTP with protobuf (opentelemetry.io/docs/specs/otlp), one request for all spans of a refresh."""

    def __init__(self, guard: Guard, host: str, url: str, headers: Mapping[str, str]) -> None:
        self.host = host
        self._guard, self._url, self._headers = guard, f"{url}/v1/traces", headers

    def export(self, spans: Sequence[Span], seconds: float) -> None:
        """Send them, once. Raises `OoError` where they were not taken."""
        if not installed():
            raise _unavailable()
        try:
            content = encoded(spans)
        except Exception as error:  # whatever a package of another version may raise, nothing depends on it
            raise _unavailable() from error
        reply = self._guard.call(
            purpose=PURPOSE,
            method="POST",
            url=self._url,
            consent=CONSENT,
            categories=CATEGORIES,
            headers={"Content-Type": "application/x-protobuf", **self._headers},
            content=content,
            max_bytes=REPLY_BYTES,
            timeout=seconds,
        )
        if reply.status != 200:
            raise SourceUnavailableError(f"{self.host} did not take the spans ({reply.status}).", "See: oo egress")


def _unavailable() -> ModelUnavailableError:
    return ModelUnavailableError("Spans could not be encoded.", "Try: pip install 'oo-assistant[trace]'")


def encoded(spans: Sequence[Span]) -> bytes:
    """One trace as an ExportTraceServiceRequest; nothing of this machine or its owner is added."""
    from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans

    body: bytes = encode_spans(_readable(spans)).SerializeToString()
    return body


def _readable(spans: Sequence[Span]) -> list[ReadableSpan]:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope
    from opentelemetry.trace import SpanContext, Status, StatusCode, TraceFlags

    # Made by hand: the usual detectors would add the host's name, the user's command line and their environment.
    resource, scope = Resource({"service.name": "oO"}), InstrumentationScope("oo")
    trace_id, sampled = _id(16, spans), TraceFlags(TraceFlags.SAMPLED)
    contexts = [SpanContext(trace_id, _id(8, (trace_id, place)), False, sampled) for place in range(len(spans))]
    return [
        ReadableSpan(
            f"{span.step} {span.id}".strip(),
            context,
            contexts[span.parent] if span.parent >= 0 else None,
            resource,
            _attributes(span),
            status=Status(StatusCode.OK if span.outcome == OK else StatusCode.ERROR),
            start_time=span.begin_ns,
            end_time=span.end_ns,
            instrumentation_scope=scope,
        )
        for span, context in zip(spans, contexts, strict=True)
    ]


def _attributes(span: Span) -> dict[str, str | int]:
    words = {"oo.id": span.id, "oo.version": span.version, "oo.outcome": span.outcome}
    return {key: word for key, word in words.items() if word} | {f"oo.{k}": n for k, n in span.numbers.items()}


def _id(size: int, of: object) -> int:
    """The same for each server that is told, and zero never, which is no id; two refreshes never take equally long."""
    return int.from_bytes(sha256(repr(of).encode()).digest()[:size]) | 1
