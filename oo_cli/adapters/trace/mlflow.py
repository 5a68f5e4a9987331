"""MLflow's list of models: each policy is a registered model with its versions. No weights go along."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from oo_cli.adapters.http import Guard
from oo_cli.adapters.replies import Reply
from oo_cli.adapters.trace.otlp import REPLY_BYTES
from oo_cli.adapters.trace.places import CONSENT
from oo_data.errors import OoError, SourceUnavailableError
from oo_data.ports import VersionRegistry

PURPOSE = "trace.register"
CATEGORIES = ("names and versions of policies",)
TAG = "oo.version"
_API = "/api/2.0/mlflow"
_THERE = "RESOURCE_ALREADY_EXISTS"


class MlflowRegistry(VersionRegistry):
    """MLflow's REST API (mlflow.org/docs/latest/rest-api.html); its own numbers count up, the tag holds ours."""

    def __init__(self, guard: Guard, host: str, url: str) -> None:
        self.host = host
        self._guard, self._url = guard, f"{url}{_API}"
        self._until = 0.0

    def register(self, name: str, version: str, seconds: float) -> None:
        """List it where it is not listed yet: at most three requests."""
        self._until = time.monotonic() + seconds
        if version in self._listed(name):
            return
        self._post("/registered-models/create", {"name": name}, there=_THERE)
        tags = [{"key": TAG, "value": version}]
        self._post("/model-versions/create", {"name": name, "source": f"oo://{name}/{version}", "tags": tags})

    def _listed(self, name: str) -> set[str]:
        query = urlencode({"filter": f"name='{name}'", "max_results": 1000})
        found = self._read(self._call("GET", f"/model-versions/search?{query}"))
        try:
            rows = found.get("model_versions", [])
            return {tag["value"] for row in rows for tag in row.get("tags", []) if tag["key"] == TAG}
        except (AttributeError, KeyError, TypeError):
            raise self._failed() from None

    def _post(self, path: str, body: Mapping[str, Any], there: str = "") -> None:
        reply = self._call("POST", path, json.dumps(body).encode())
        if reply.status == 400 and there and self._error(reply) == there:
            return
        self._read(reply)

    def _call(self, method: str, path: str, content: bytes | None = None) -> Reply:
        return self._guard.call(
            purpose=PURPOSE,
            method=method,
            url=f"{self._url}{path}",
            consent=CONSENT,
            categories=CATEGORIES,
            headers={"Content-Type": "application/json"},
            content=content,
            max_bytes=REPLY_BYTES * 16,
            timeout=max(self._until - time.monotonic(), 0.0),
        )

    def _error(self, reply: Reply) -> str:
        try:
            return str(json.loads(reply.body)["error_code"])
        except (ValueError, KeyError, TypeError, RecursionError):
            return ""

    def _read(self, reply: Reply) -> dict[str, Any]:
        if reply.status != 200:
            raise self._failed()
        try:
            found = json.loads(reply.body)
        except (ValueError, RecursionError):
            raise self._failed() from None
        if not isinstance(found, dict):
            raise self._failed()
        return found

    def _failed(self) -> OoError:
        return SourceUnavailableError(f"{self.host} did not list the versions.", "See: oo egress")
