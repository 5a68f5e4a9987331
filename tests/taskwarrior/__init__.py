"""The real Taskwarrior of this machine, on a folder of its own."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

needs_task = pytest.mark.skipif(shutil.which("task") is None, reason="Debian's taskwarrior drives these")


def uuid_of(number: int) -> str:
    """A uuid that tells tests apart by number."""
    return str(UUID(int=number, version=4))


class Tasks:
    """A person's Taskwarrior: its folder, its settings, and what they type."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "tasks"
        self.config = root / "taskrc"
        self.environ = {
            "HOME": str(root),
            "TASKRC": str(self.config),
            "PATH": os.environ["PATH"],
            "TZ": "Europe/Berlin",
        }
        self.folder.mkdir(parents=True)
        self.set("confirmation=off", f"data.location={self.folder}")
        self.type("count")

    def set(self, *lines: str) -> None:
        """More lines of the person's settings."""
        with self.config.open("a") as file:
            file.writelines(f"{line}\n" for line in lines)

    def type(self, *words: str, said: str = "") -> str:
        """A command of the person's; what it prints."""
        ran = subprocess.run(
            ["task", *words], env=self.environ, input=said, capture_output=True, text=True, check=True, timeout=30
        )
        return ran.stdout

    def put(self, *items: dict[str, Any]) -> None:
        """Tasks by their attributes, as another machine would bring them."""
        self.type("import", "-", said=json.dumps(items, ensure_ascii=False))

    def item(self, uuid: str) -> dict[str, Any]:
        """One task as it is now."""
        words = ("rc.gc=off", "rc.recurrence=off", "rc.hooks=off", "rc.verbose=nothing", f"uuid:{uuid}", "export")
        found: list[dict[str, Any]] = json.loads(self.type(*words))
        return found[0]

    def digest(self) -> str:
        """Every byte under the folder, in short."""
        told = hashlib.sha256()
        for path in sorted(self.folder.rglob("*")):
            told.update(str(path).encode() + (path.read_bytes() if path.is_file() else b""))
        return told.hexdigest()

    def hook(self, name: str, script: str) -> None:
        """A hook of the person's."""
        path = self.folder / "hooks" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o700)


def task(number: int, description: str = "", **fields: Any) -> dict[str, Any]:
    """An open task for `Tasks.put`."""
    text = description or f"Task {number}"
    return {"uuid": uuid_of(number), "description": text, "status": "pending", "entry": "20261101T090000Z", **fields}


def done(number: int, end: str, **fields: Any) -> dict[str, Any]:
    """A completed one."""
    return task(number, **{"status": "completed", "end": end, **fields})


def write_completed(folder: Path, ends: Iterable[int], project: str = "home") -> None:
    """A long past at once, in the file format of version 2: one task for each end (UTC seconds)."""
    with (folder / "completed.data").open("a") as file:
        for number, end in enumerate(ends):
            words = f'description:"Past {number}" end:"{end}" entry:"{end - 86_400}" project:"{project}"'
            file.write(f'[{words} status:"completed" uuid:"{uuid_of(10**9 + number)}"]\n')
