"""Where models are reached: the address that the environment names, and whether it is this machine."""

from __future__ import annotations

import ipaddress
import re
import socket
import threading
from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from oo_data.contracts.llm import GATEWAYS, Place
from oo_data.errors import BadUsageError

KEY = "LITELLM_API_KEY"
_API = "/v1"

Resolve = Callable[[str], list[str]]


class Endpoint(NamedTuple):
    """An OpenAI-compatible API. `url` ends in /v1; `host` is host[:port]; `name` is the host alone."""

    url: str
    host: str
    name: str


def endpoint(environ: Mapping[str, str]) -> Endpoint:
    """The gateway that the environment names, with or without the API's path.

    Raises `BadUsageError` for an address that requests may not go to: https only, or http on this machine.
    """
    from oo_cli.adapters.http import origin

    variable = next(variable for variable in GATEWAYS if environ.get(variable))
    given = environ[variable].strip().rstrip("/")
    unfit = BadUsageError(f"{variable} is not an address to send to.", "Use https://…, or http://127.0.0.1:… here.")
    try:
        parts = urlsplit(given)
        parts.port  # noqa: B018 - raises for one that is none
        host = origin(given)
    except (ValueError, BadUsageError):
        raise unfit from None
    # A bare path only: what a query could carry, a key perhaps, would be sent without being known for one.
    if parts.query or parts.fragment or not re.fullmatch(r"[\w./-]*", parts.path, re.ASCII):
        raise unfit
    url = given if parts.path.endswith(_API) else f"{given}{_API}"
    return Endpoint(url, host, parts.hostname or "")


def place_of(name: str, seconds: float, resolve: Resolve | None = None) -> Place:
    """Whether a host is this machine: "local" only if every address it has is a loopback one.

    A number is not looked up. A name that does not resolve within `seconds` counts as a cloud.
    """
    try:
        addresses = [str(ipaddress.ip_address(name))]
    except ValueError:
        addresses = _within(seconds, name, resolve or _resolve)
    return "local" if addresses and all(map(_is_loopback, addresses)) else "cloud"


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _resolve(name: str) -> list[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)]


def _within(seconds: float, name: str, resolve: Resolve) -> list[str]:
    """The addresses of a name; a look-up has no time limit of its own, so one that takes too long is left behind."""
    found: list[str] = []

    def work() -> None:
        try:
            found.extend(resolve(name))
        except (OSError, UnicodeError):
            return

    thread = threading.Thread(target=work, name="oo-lookup", daemon=True)
    thread.start()
    thread.join(seconds)
    return [] if thread.is_alive() else list(found)
