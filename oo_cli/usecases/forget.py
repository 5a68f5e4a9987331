"""Forgetting everything, so that it can be killed at any point and finished by the next start."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field

from oo_cli.house import House, make_folders
from oo_cli.usecases.residue import Scan, scan
from oo_data.env import Paths
from oo_data.errors import OoError
from oo_data.store import db, erase, profile, tips, words

DestroyKey = Callable[[House], list[str]]


@dataclass(slots=True)
class Receipt:
    """What was forgotten, in counts; shown once and kept nowhere."""

    rows: dict[str, int] = field(default_factory=dict)
    files: int = 0
    bytes: int = 0
    keys: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    external: list[str] = field(default_factory=list)
    scan: Scan | None = None


def plan(house: House) -> Receipt:
    """What `forget` would reach, without touching anything."""
    receipt = Receipt()
    receipt.rows = _count_rows(house)
    found = erase.files_of(house.paths)
    receipt.files = len(found)
    receipt.bytes = sum(os.lstat(path).st_size for path in found)
    receipt.external = _external(house)
    return receipt


def forget(house: House, destroy_key: DestroyKey) -> Receipt:
    """Destroy the key, then every file, then look for residues byte by byte.

    The mark comes first: a start that finds it finishes the work, so nothing is ever half forgotten.
    """
    receipt = plan(house)
    needles = _needles(house)
    make_folders(house.paths)
    os.close(os.open(house.paths.forgetting, os.O_CREAT | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
    receipt.keys = destroy_key(house)
    house.close()
    finish(house.paths)
    receipt.kept = _left(house.paths)
    receipt.scan = scan(receipt.kept, needles)
    return receipt


def finish(paths: Paths) -> None:
    """Remove memory, files and folders; safe to repeat, and the mark goes last."""
    try:
        words.clear(paths)
        for path in erase.files_of(paths):
            erase.unlink(path)
        if os.path.lexists(paths.forgetting):
            os.unlink(paths.forgetting)
    except OSError as error:
        raise db.told(error) from error
    erase.remove_folders(paths)


def _count_rows(house: House) -> dict[str, int]:
    if not house.exists:
        return {}
    try:
        conn = house.store.conn
    except OoError:
        return {}
    return erase.count_rows(conn)


def _external(house: House) -> list[str]:
    """Places that oO does not own and therefore leaves: files of the person's, grants at a provider."""
    if not house.exists:
        return []
    try:
        states = profile.sources(house.store.conn)
    except OoError:
        return []
    found = []
    for state in states.values():
        if state.watch_path and state.watch_path not in (house.paths.todo_file,):
            found.append(f"your own file is left as it is: {state.watch_path}")
        if state.id == "todoist":
            found.append("the token at Todoist: remove it under Settings, Integrations, Developer")
    if house.environ.get("OO_KEY"):
        found.append("OO_KEY is set in your environment; unset it yourself")
    return found


def _needles(house: House) -> list[str]:
    """Words that must not be found afterwards: everything readable on the shelf, and the logins."""
    if not house.exists:
        return []
    found: set[str] = set()
    try:
        conn = house.store.conn
        sealer = house.sealer
        for tip_id, sealed in tips.sealed_texts(conn).items():
            found.add(sealer.unseal(sealed, "tip", "text", tip_id))
        for name, sealed in profile.secrets(conn).items():
            found.add(sealer.unseal(sealed, "secret", "sealed", name))
    except OoError:
        return sorted(found)
    return sorted(found)


def _left(paths: Paths) -> list[str]:
    """Whatever still lies under oO's own directories, and in memory."""
    found = words.places(paths)
    for root in dict.fromkeys(paths.roots()):
        for folder, _, names in os.walk(root):
            found += [os.path.join(folder, name) for name in names]
    return sorted(set(found))
