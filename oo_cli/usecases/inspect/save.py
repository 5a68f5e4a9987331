"""A tab as a JSON file of the person's own."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

from oo_cli.house import House
from oo_cli.usecases.export import note
from oo_cli.usecases.inspect.sheet import Ask, Tab
from oo_data.errors import BadUsageError, CannotWriteError

PIECE = 1000  # rows read at a time


def save(house: House, tab: Tab, find: str, path: str) -> int:
    """Write all rows of a tab that hold `find`, readable by the person only; how many there were.

    Raises `BadUsageError` where there is something of that name, `CannotWriteError` where it cannot be written.
    """
    path = os.path.expanduser(path.strip())
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise BadUsageError("There is a file of that name already.", "Name another one.") from None
    except OSError as error:
        raise CannotWriteError("The file could not be made there.", "Name another place.") from error
    try:
        with open(handle, "w", encoding="utf-8") as file:
            if house.exists:
                note(house, os.path.abspath(path))
            count = 0
            for count, data in enumerate(_all(house, tab, find), 1):
                file.write(f"{',' if count > 1 else '['}\n{json.dumps(data, ensure_ascii=False)}")
            file.write("\n]\n" if count else "[]\n")
    except BaseException as error:
        os.unlink(path)
        if isinstance(error, OSError):
            raise CannotWriteError("The file could not be written.", "Is the disk full?") from error
        raise
    return count


def _all(house: House, tab: Tab, find: str) -> Iterator[Any]:
    after = ""
    while True:
        sheet = tab.read(house, Ask(PIECE, find, after))
        yield from (row.data for row in sheet.rows)
        if not sheet.more or not sheet.rows:
            return
        after = sheet.rows[-1].key
