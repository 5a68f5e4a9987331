"""What follows an erasure: old copies are shut, the file is rebuilt, and the words in memory go. Finished by any start.

A mark is set before the erasure. It holds what is to be erased, as references and times, where that can be done again.
"""

from __future__ import annotations

import os

from oo_cli.house import House, make_folders
from oo_data.errors import CannotWriteError
from oo_data.store import erase, whole, words

NOTHING = "{}"  # an erasure that is one transaction: it was, or it never began


def owe(house: House, what: str = NOTHING) -> None:
    """Set the mark, unless one is there: that of a larger erasure, of which this one is a part."""
    if os.path.lexists(house.paths.unsettled):
        return
    make_folders(house.paths)  # the one for the mark may have been cleared away
    whole.write(house.paths.unsettled, what.encode())
    words.clear(house.paths)


def owed(house: House) -> str | None:
    """What the mark holds, or None where there is none."""
    try:
        with open(house.paths.unsettled, encoding="ascii", errors="replace") as file:
            return file.read(1 << 16)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CannotWriteError("The mark of a forget cannot be read.", "See: oo doctor") from error


def settle(house: House) -> bool:
    """Shut older copies by another key, rebuild the file, clear memory, and take the mark away; safe to repeat.

    False where the key comes from `OO_KEY`, which oO cannot change.
    """
    rotated = house.doors.rotate(house)
    erase.compact(house.store)
    words.clear(house.paths)
    if os.path.lexists(house.paths.unsettled):
        os.unlink(house.paths.unsettled)
    return rotated
