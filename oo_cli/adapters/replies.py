"""What comes back from outside: an answer, or one of a few faults in words of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from oo_data.errors import SourceUnavailableError

# What ended an exchange, as the ledger has it, and as the person reads it.
FAULTS = {
    "no-address": "No address was found for {host}.",
    "unreachable": "{host} could not be reached.",
    "refused": "{host} refused the connection.",
    "tls-failed": "No safe connection to {host} was possible.",
    "timed-out": "{host} took too long to answer.",
    "broken": "{host} broke off its answer.",
    "garbled": "The answer of {host} could not be unpacked.",
    "too-large": "{host} sent more than oO will read.",
    "redirected": "{host} pointed elsewhere, and oO does not follow.",
    "failed": "The request to {host} failed.",
}


class NotYoursError(SourceUnavailableError):
    """Somebody else's program listens where the request was to go."""

    def __init__(self, host: str) -> None:
        super().__init__(f"At {host} listens a program of another user.", "Nothing was sent. Free that port.")


class ExchangeFailedError(SourceUnavailableError):
    """No usable answer came. `fault` is a key of `FAULTS`, for callers that may try again."""

    def __init__(self, fault: str, host: str) -> None:
        super().__init__(FAULTS[fault].format(host=host), "oO tries again at the next refresh.")
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, read to its end (an error's body may be cut). Header names are lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
