"""What each source says of itself: its consents, where it goes, what oO keeps of it and what it drops."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent


class SourceManifest(NamedTuple):
    """The manifest of one source. `hosts` are empty for a source on this machine."""

    id: str
    title: str
    consents: tuple[str, ...]
    hosts: tuple[str, ...]
    scopes: tuple[str, ...]
    kept: tuple[str, ...]
    dropped: tuple[str, ...]


def manifests() -> tuple[SourceManifest, ...]:
    """Every source that has a manifest, by id."""
    return tuple(_read(path) for path in sorted(FOLDER.glob("*/manifest.toml")))


def _read(path: Path) -> SourceManifest:
    found = tomllib.loads(path.read_text(encoding="utf-8"))
    fields = (tuple(found[name]) for name in SourceManifest._fields[2:])
    return SourceManifest(found["id"], found["title"], *fields)
