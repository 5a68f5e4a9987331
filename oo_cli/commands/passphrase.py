"""Asking the person for a passphrase: on the terminal without echo, or on standard input where they said so."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from oo_data.errors import BadUsageError
from oo_data.secret import Secret

if TYPE_CHECKING:
    from oo_data.ports import Ask


def asking(from_stdin: bool) -> Ask:
    """How to ask. Without `from_stdin` nothing is read where no person sits at a terminal."""
    return _from_stdin if from_stdin else _from_terminal


def _from_stdin(new: bool) -> Secret | None:
    return Secret(sys.stdin.readline().rstrip("\r\n"))


def _from_terminal(new: bool) -> Secret | None:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    from getpass import getpass

    given = getpass("New passphrase for oO: " if new else "Passphrase for oO: ", stream=sys.stderr)
    if new and given != getpass("The same again: ", stream=sys.stderr):
        raise BadUsageError("Those were two different passphrases.", "Try again; nothing was changed.")
    return Secret(given)
