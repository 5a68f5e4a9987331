"""The OpenAPI document of the server, from its table of paths and the contracts. Published in docs, never served."""

from __future__ import annotations

import json
from typing import Any

from oo_cli.phone import table, wire
from oo_cli.phone.table import Route
from oo_data.contracts.phone import Problem

VERSION = "1"
# Why a request may be refused, by its status; the guard may refuse any of them.
REFUSALS = {
    400: "The request is malformed.",
    401: "No device has this token.",
    403: "The request comes from elsewhere, or its code is wrong.",
    404: "There is no such path.",
    405: "The path has another method.",
    409: "That is not possible as things are.",
    411: "The length of the body is missing.",
    413: "The body is larger than 4 KiB.",
    415: "The body is not JSON.",
    421: "The server does not go by this name.",
    429: "Too often; wait a minute.",
    503: "The store is busy; try again.",
}
_READ = (400, 401, 421, 429, 503)
_WRITE = (400, 401, 403, 409, 411, 413, 415, 421, 429, 503)


def document() -> dict[str, Any]:
    """The document, as docs/openapi.json has it."""
    kinds = {kind.__name__: kind for route in table.API for each in (route.answer, route.body) if each is not None
             for kind in wire.parts(each)} | {"Problem": Problem}  # fmt: skip
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "oO on the phone",
            "version": VERSION,
            "description": "One tip, your reactions, and why. Off until `oo serve`; see docs/phone.md.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "http://127.0.0.1:8377"}],
        "security": [{"device": []}, {"cookie": []}],
        "paths": {route.path: {route.method.lower(): _operation(route)} for route in table.API},
        "components": {
            "schemas": {name: wire.component(kind) for name, kind in sorted(kinds.items())},
            "securitySchemes": {
                "device": {"type": "http", "scheme": "bearer", "description": "A token from `oo phone token`."},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "__Host-oo", "description": "Of a paired phone."},
            },
        },
    }


def text() -> str:
    """The document as the file has it."""
    return json.dumps(document(), indent=2) + "\n"


def _operation(route: Route) -> dict[str, Any]:
    statuses = _WRITE if route.method == "POST" else _READ
    found: dict[str, Any] = {
        "operationId": route.path.removeprefix("/"),
        "summary": route.about,
        "responses": {"200": _answer("The answer.", route.answer)}
        | {str(status): _answer(REFUSALS[status], Problem) for status in statuses},
    }
    if route.open:
        found["security"] = []
    if route.query:
        found["parameters"] = [
            {"name": route.query, "in": "query", "schema": wire.schema(table.PARAMETERS[route.query])}
        ]
    if route.body is not None:
        found["parameters"] = [
            _header("Origin", "The server's own address.", {"type": "string"}),
            _header("X-OO", "Says that no other page sent this.", {"type": "string", "enum": ["1"]}),
        ]
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": wire.schema(route.body)}}}
    return found


def _header(name: str, about: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": True, "description": about, "schema": schema}


def _answer(about: str, kind: Any) -> dict[str, Any]:
    return {"description": about, "content": {"application/json": {"schema": wire.schema(kind)}}}
