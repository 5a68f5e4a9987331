"""A moment, a zone and a bare task, from which the tests of this room start."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from oo_data.contracts.feature import TaskFeatures

BERLIN = ZoneInfo("Europe/Berlin")
UTC = ZoneInfo("UTC")
# Half-hour changes, changes at midnight, no changes, and both ends of the day line.
ZONES = tuple(
    ZoneInfo(name)
    for name in (
        "UTC", "Europe/Berlin", "America/New_York", "America/Santiago", "America/St_Johns", "Africa/Cairo",
        "Asia/Kathmandu", "Asia/Beirut", "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Kiritimati", "America/Havana",
    )
)  # fmt: skip
BARE = TaskFeatures("ref", "todotxt", None, None, 1, None, (), None, False, None, 3)

zones = st.sampled_from(ZONES)
moments = st.integers(1_262_304_000_000, 2_051_222_400_000)  # the years 2010 to 2034


def ms(text: str) -> int:
    """UTC milliseconds of a time; one without an offset is Berlin's."""
    moment = datetime.fromisoformat(text)
    return round((moment if moment.tzinfo else moment.replace(tzinfo=BERLIN)).timestamp() * 1000)


def task(**changed: Any) -> TaskFeatures:
    """A task of which only the named fields are set."""
    return BARE._replace(**changed)


NOW = ms("2026-12-01T10:00")  # a Tuesday
