"""What follows an erasure: old copies are shut, the file is rebuilt, and the words in memory go. Finished by any start.

A mark is set before the erasure. It holds what is to be erased, as references and times, where that can be done again.
"""

from __future__ import annotations

import os
from contextlib import suppress

from oo_cli.home import make_folders
from oo_cli.house import House
from oo_data.errors import CannotWriteError, DataLockedError
from oo_data.store import erase, keys, whole, words

NOTHING = "{}"  # an erasure that is one transaction: it was, or it never began


def owe(house: House, what: str = NOTHING) -> None:
    """Set the mark; where there is nothing to be done again, any that is there will do.

    It may be that of a larger erasure, of which this one is a part.
    """
    if what == NOTHING and os.path.lexists(house.paths.unsettled):
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


def settle(house: House, what: str = NOTHING) -> bool:
    """Shut older copies by other keys, rebuild the file, clear memory, and take the mark away; safe to repeat.

    Only the mark of `what`: that of more belongs to another erasure, under way yet. False where the key comes from
    `OO_KEY`, which oO cannot change.
    """
    rotated = True
    if keys.are_used(house.store.conn):
        _renew(house)
        rotated = house.doors.rotate(house)
    erase.compact(house.store)
    words.clear(house.paths)
    if owed(house) == what:
        erase.unlink(house.paths.unsettled)
    return rotated


def settle_soon(house: House) -> None:
    """The same; where the vault cannot be opened now, the next start that can does it."""
    with suppress(DataLockedError):
        settle(house)


def _renew(house: House) -> None:
    if keys.outdated(house.store.conn):
        sealer = house.sealer
        with house.store.write() as conn:
            for source in keys.outdated(conn):
                sealer.renew(source)
            keys.are_renewed(conn)
