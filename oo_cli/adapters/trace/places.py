"""Where spans may go: the addresses that the environment names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from oo_data.errors import BadUsageError

CONSENT = "trace.export"
PURPOSE = "trace.export"  # in the ledger
COLLECTOR, MLFLOW = "OTEL_EXPORTER_OTLP_ENDPOINT", "MLFLOW_TRACKING_URI"
EXPERIMENT = "MLFLOW_EXPERIMENT_ID"
DEFAULT_EXPERIMENT = "0"  # every MLflow server has it


class Place(NamedTuple):
    """A server's base address without a slash at its end; `host` is host[:port]."""

    variable: str
    url: str
    host: str


def places(environ: Mapping[str, str]) -> tuple[Place, ...]:
    """The servers that are named. Raises `BadUsageError` for an address that requests may not go to."""
    return tuple(_place(variable, environ[variable]) for variable in (COLLECTOR, MLFLOW) if environ.get(variable))


def experiment(environ: Mapping[str, str]) -> str:
    """The MLflow experiment that spans are filed under. Raises `BadUsageError` for what is no id."""
    found = environ.get(EXPERIMENT, "").strip() or DEFAULT_EXPERIMENT
    if not re.fullmatch(r"[0-9]{1,32}", found):
        raise BadUsageError(f"{EXPERIMENT} is not the number of an experiment.", "MLflow shows it in its address bar.")
    return found


def _place(variable: str, given: str) -> Place:
    from oo_cli.adapters.http import origin

    url = given.strip().rstrip("/")
    unfit = BadUsageError(f"{variable} is not an address to send to.", "Use https://…, or http://127.0.0.1:… here.")
    try:
        parts, host = urlsplit(url), origin(url)
    except (ValueError, BadUsageError):
        raise unfit from None
    if parts.query or parts.fragment or not re.fullmatch(r"[\w./-]*", parts.path, re.ASCII):
        raise unfit
    return Place(variable, url, host)
