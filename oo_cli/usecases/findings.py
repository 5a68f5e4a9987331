"""What the doctor finds: one checked fact, and the next step where there is one."""

from __future__ import annotations

from typing import Literal, NamedTuple

Level = Literal["ok", "note", "bad"]


class Finding(NamedTuple):
    """One checked fact. `exit_code` is what `oo doctor` ends with if this is the first bad one."""

    part: str
    level: Level
    says: str
    exit_code: int = 0
    next: str = ""
