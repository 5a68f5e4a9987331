"""What each source says of itself: its consents, where it goes, what oO keeps of it and what it drops."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent
LISTS = ("consents", "hosts", "scopes", "kept", "dropped")


class SourceManifest(NamedTuple):
    """The manifest of one source. `hosts` are empty for a source on this machine.

    `every_minutes` is how often it is read: if it says nothing, hourly where it has hosts, else (0) when it changes.
    """

    id: str
    title: str
    consents: tuple[str, ...]
    hosts: tuple[str, ...]
    scopes: tuple[str, ...]
    kept: tuple[str, ...]
    dropped: tuple[str, ...]
    every_minutes: int


def manifests() -> tuple[SourceManifest, ...]:
    """Every source that has a manifest, by id."""
    return tuple(_read(path) for path in sorted(FOLDER.glob("*/manifest.toml")))


@lru_cache(maxsize=32)
def manifest(source_id: str) -> SourceManifest:
    """The manifest of one of our sources."""
    return _read(FOLDER / source_id / "manifest.toml")


def _read(path: Path) -> SourceManifest:
    found = tomllib.loads(path.read_text(encoding="utf-8"))
    fields = {name: tuple(found[name]) for name in LISTS}
    every_minutes = int(found.get("every_minutes", 60 if found["hosts"] else 0))
    return SourceManifest(found["id"], found["title"], **fields, every_minutes=every_minutes)
