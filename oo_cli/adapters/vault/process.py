"""What a process owes to the key it is about to hold."""

from __future__ import annotations

from contextlib import suppress

PR_SET_DUMPABLE = 4  # prctl(2)


def keep_closed() -> None:
    """Let no other process of this user read this one's memory, and no crash write it down (Linux).

    Done where the key is first needed and not at every start: ctypes costs the fast door more than all of its work,
    and there a core limit of zero and the absence of any key have to do.
    """
    import ctypes

    with suppress(OSError, AttributeError):  # other systems have no such call
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0)
