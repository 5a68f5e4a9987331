"""Another process's step, done at every point of a piece of work in turn: races without chance or waiting."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from types import CodeType, FrameType
from typing import Any, TypeVar

Result = TypeVar("Result")


def points(inside: Callable[..., object], work: Callable[[], object]) -> range:
    """The points of `inside` that one undisturbed run of `work` passes, to be given to `at_point` one by one."""
    passed = [0]

    def count() -> None:
        passed[0] += 1

    _traced(inside, work, count)
    return range(passed[0])


def at_point(inside: Callable[..., object], nth: int, act: Callable[[], object], work: Callable[[], Result]) -> Result:
    """Run `work`, with `act` done once just before the n-th instruction that the function `inside` runs in it."""
    left: Iterator[int] = iter(range(nth, -1, -1))

    def maybe() -> None:
        if next(left, -1) == 0:
            act()

    return _traced(inside, work, maybe)


def _traced(inside: Callable[..., object], work: Callable[[], Result], at_each: Callable[[], None]) -> Result:
    code: CodeType = inside.__code__

    def step(frame: FrameType, event: str, argument: Any) -> Any:
        if event == "opcode":
            at_each()
        return step

    def called(frame: FrameType, event: str, argument: Any) -> Any:
        if frame.f_code is not code:
            return None
        frame.f_trace_opcodes = True
        return step

    before = sys.gettrace()
    sys.settrace(called)
    try:
        return work()
    finally:
        sys.settrace(before)
