"""Whether what oO promises today still holds what the last release promised; `python -m tests.schemas.check` tells.

Something new may be added where it may be left out. Nothing may go, change its kind, or become required.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.schemas import generate

RELEASED = Path(__file__).parent / "released"
BUF = Path(sys.executable).parent / "buf"  # the wheel buf-bin brings it


def last_release() -> Path:
    """The folder of the newest release."""
    return max(RELEASED.iterdir(), key=lambda folder: [int(part) for part in folder.name.split(".")])


def breaks(was: generate.Schema, now: generate.Schema) -> Iterator[str]:
    """What in a schema of contracts breaks those who rely on an older one, in words."""
    for name, old in was["$defs"].items():
        new = now["$defs"].get(name)
        if new is None:
            yield f"{name} is gone"
        elif "properties" not in old:
            if not fits(old, new):
                yield f"{name} is another thing"
        else:
            yield from _of_contract(name, old, new)


def _of_contract(name: str, old: generate.Schema, new: generate.Schema) -> Iterator[str]:
    for field, kind in old["properties"].items():
        if field not in new["properties"]:
            yield f"{name}.{field} is gone"
        elif not fits(kind, new["properties"][field]):
            yield f"{name}.{field} is of another kind"
    yield from (f"{name}.{field} is required now" for field in sorted({*new["required"]} - {*old["required"]}))


def fits(old: Any, new: Any) -> bool:
    """Whether all that an older schema allowed is allowed still: a list of words, or of events, may only grow."""
    if isinstance(old, dict) and isinstance(new, dict):
        old, new = ({key: value for key, value in each.items() if key != "description"} for each in (old, new))
        return old.keys() == new.keys() and all(
            {*map(json.dumps, old[key])} <= {*map(json.dumps, new[key])} if key in ("enum", "anyOf")
            else fits(old[key], new[key])
            for key in old
        )  # fmt: skip
    return bool(old == new)


def buf(*words: str) -> subprocess.CompletedProcess[str]:
    """Run buf on files of this machine alone."""
    return subprocess.run([str(BUF), *words], capture_output=True, text=True, check=False, timeout=60)


def check(folder: Path, released: Path) -> list[str]:
    """Every break of the schemas below a folder against those of a release."""
    old, new = (json.loads((each / generate.CONTRACTS).read_text()) for each in (released, folder))
    found = list(breaks(old, new))
    if BUF.exists():
        found += buf("breaking", str(folder), "--against", str(released)).stdout.splitlines()
    return found


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as made:
        generate.write(Path(made))
        (Path(made) / "buf.yaml").write_text((generate.FOLDER / "buf.yaml").read_text())
        told = check(Path(made), last_release())
    print(*told, sep="\n", end="\n" if told else "")  # noqa: T201
    sys.exit(bool(told))
