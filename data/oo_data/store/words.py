"""The words on the shelf in memory: written beside the sealed rows so that `oo tip` needs no key.

Only a memory-backed directory is used; where the machine has none, tips are unsealed from the database instead.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable

from oo_data.env import Paths
from oo_data.store.shelf import WORDS_NAME

MEMORY_TYPES = frozenset(("tmpfs", "ramfs"))


def write(paths: Paths, lines: Iterable[tuple[str, str, str, str]]) -> bool:
    """Replace the words (tip id, text, reason, handle as JSON); False where there is no memory to hold them."""
    folder = _memory_folder(paths)
    if folder is None:
        return False
    target = f"{folder}/{WORDS_NAME}"
    partial = f"{target}.{os.getpid()}"
    try:
        fd = os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with open(fd, "w", encoding="utf-8", errors="replace") as file:
            file.writelines("\t".join(line) + "\n" for line in lines)
        os.replace(partial, target)
        _sweep(folder)
    except OSError:
        clear(paths)
        return False
    return True


def _sweep(folder: str) -> None:
    """Remove what a killed writer left beside the words."""
    for name in os.listdir(folder):
        if name != WORDS_NAME:
            os.unlink(f"{folder}/{name}")


def clear(paths: Paths) -> int:
    """Remove the words from every place that may hold them; the number of places that did."""
    return clear_folders(paths.memory_dirs())


def clear_folders(folders: Iterable[str]) -> int:
    """The same for folders that were named before the home was gone."""
    found = 0
    for folder in folders:
        if os.path.isdir(folder) and not os.path.islink(folder):
            shutil.rmtree(folder, ignore_errors=True)
            found += 1
    return found


def places(paths: Paths) -> list[str]:
    """Directories that hold words now."""
    return [folder for folder in paths.memory_dirs() if os.path.isdir(folder)]


def is_available(paths: Paths) -> bool:
    """Whether this machine has memory to hold words in."""
    return any(_is_memory(os.path.dirname(folder)) for folder in paths.memory_dirs())


def _memory_folder(paths: Paths) -> str | None:
    for folder in paths.memory_dirs():
        base = os.path.dirname(folder)
        if not _is_memory(base):
            continue
        try:
            os.makedirs(folder, mode=0o700, exist_ok=True)
            stat = os.lstat(folder)
        except OSError:
            continue
        if stat.st_uid == os.getuid() and not stat.st_mode & 0o077 and not os.path.islink(folder):
            return folder
    return None


def _is_memory(path: str) -> bool:
    """Whether the path lies on a file system that is never written to a disk (Linux tells in mountinfo)."""
    try:
        device = os.stat(path).st_dev
        with open("/proc/self/mountinfo", encoding="utf-8", errors="replace") as mounts:
            for line in mounts:
                fields, _, rest = line.partition(" - ")
                major, minor = fields.split()[2].split(":")
                if os.makedev(int(major), int(minor)) == device:
                    return rest.split()[0] in MEMORY_TYPES
    except (OSError, ValueError, IndexError):
        pass
    return False
