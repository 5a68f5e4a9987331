"""Our own agents run in a thread that cannot hold anything up."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable

import pytest

from oo_agents.kit.limit import limited


def test_answer_and_error() -> None:
    """What comes back in time comes back as it is, an error too."""
    assert limited(lambda: 7, 5) == 7
    assert limited(lambda: None, 5) is None
    with pytest.raises(ZeroDivisionError):
        limited(lambda: 1 // 0, 5)
    with pytest.raises(SystemExit):
        limited(lambda: sys.exit(3), 5)


def forever() -> None:
    """Run on without end."""
    while True:
        pass


@pytest.mark.parametrize("hang", [forever, lambda: time.sleep(15)], ids=["a loop", "a sleep"])
def test_too_long(hang: Callable[[], None]) -> None:
    """A loop and a sleep are both left behind at the limit, from any thread."""
    caught: list[str] = []

    def elsewhere() -> None:
        try:
            limited(hang, 0.05)
        except TimeoutError:
            caught.append("late")

    begun = time.monotonic()
    other = threading.Thread(target=elsewhere)
    other.start()
    other.join(20)
    assert caught == ["late"]
    assert time.monotonic() - begun < 12


def test_a_loop_is_ended() -> None:
    """A loop of Python does not burn the machine after its time is over."""
    with pytest.raises(TimeoutError):
        limited(forever, 0.05)
    for thread in [each for each in threading.enumerate() if each.name == "agent"]:
        thread.join(60)
        assert not thread.is_alive()
