"""Keeps what a release promises, for later ones to be held against: `python -m tests.schemas.release 0.2.0`."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from oo_data.contracts.event import EVENTS, Event, data_of
from tests.schemas import check, generate

LOG = "events.jsonl"
SAMPLE: dict[str, Any] = {"str": "x-1", "int": 3, "float": 0.5}


def samples() -> Iterator[Event]:
    """One event of each kind, with a value in every field."""
    for kind in EVENTS.values():
        yield kind(**{name: cast(Any, SAMPLE[of.__forward_arg__]) for name, of in kind.__annotations__.items()})


def rows() -> Iterator[dict[str, str]]:
    """The same as they lie in the log."""
    for event in samples():
        yield {"type": type(event).__name__, "subject": event.subject, "data": json.dumps(data_of(event))}


def keep(folder: Path) -> None:
    """Write a release's schemas and events below a folder of its own."""
    generate.write(folder)
    shutil.copy(generate.FOLDER / "buf.yaml", folder)
    (folder / LOG).write_text("".join(json.dumps(row) + "\n" for row in rows()))


if __name__ == "__main__":
    keep(check.RELEASED / sys.argv[1])
