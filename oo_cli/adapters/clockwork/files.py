"""Small files of the person's own session, written whole or not at all."""

from __future__ import annotations

import os

from oo_data.store import whole
from oo_data.store.db import told


def read(path: str) -> str | None:
    """The text of a file, or None where there is none."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise told(error) from error


def write(path: str, text: str) -> None:
    """Put a file in its place in one step, readable by its owner only. Raises `CannotWriteError`."""
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    except OSError as error:
        raise told(error) from error
    whole.write(path, text.encode())


def remove(path: str) -> bool:
    """Remove a file; whether there was one. Raises `CannotWriteError`."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise told(error) from error
    return True
