"""Ids: made once, opaque, safe in any column, file name or log."""

from __future__ import annotations

import os


def new_id() -> str:
    """A random 80-bit id in hexadecimal."""
    return os.urandom(10).hex()
