"""A time limit for our own agents, which run in this process; those of others run in one of their own."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import TypeVar

Found = TypeVar("Found")


def limited(call: Callable[[], Found], seconds: float) -> Found:
    """What `call` returns, or what it raises; `TimeoutError` once the time is over.

    In a thread, because a signal would reach the main thread only and refreshing may happen in another. One that runs
    on is told to end at its next line of Python, and as a daemon holds up nothing.
    """
    answer: list[Found] = []
    trouble: list[BaseException] = []

    def work() -> None:
        try:
            answer.append(call())
        except BaseException as error:  # noqa: BLE001 - an agent that asks to leave the process has failed, no more
            trouble.append(error)

    thread = Thread(target=work, name="agent", daemon=True)
    thread.start()
    thread.join(seconds)
    if answer:
        return answer[0]
    if trouble:
        raise trouble[0]
    _end(thread)
    raise TimeoutError


def _end(thread: Thread) -> None:
    import ctypes

    ident = ctypes.c_ulong(thread.ident or 0)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ident, ctypes.py_object(SystemExit))
