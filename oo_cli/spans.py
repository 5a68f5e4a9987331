"""The recorder of steps: begin, end, and numbers, in memory. Off, a step costs one call and nothing is kept."""

from __future__ import annotations

import re
import time
from types import TracebackType
from typing import Self

from oo_data.contracts.span import OK, Span, Step
from oo_data.ports import Mark, Tracer

MOST = 500  # spans of one refresh; what comes after is not recorded
# Ids, versions and fixed words. Whatever else were handed in is not kept.
_SAFE = re.compile(r"[A-Za-z0-9_.:@+\-]{0,64}")
_UNFIT = "?"


class _NoMark(Mark):
    """A step that nobody records."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        return None

    def note(self, outcome: str = OK, **numbers: int) -> None:
        """Nothing."""


class _Off(Tracer):
    """Records nothing."""

    _mark = _NoMark()

    def span(self, step: Step, id: str = "", version: str = "") -> _NoMark:
        """The same step each time."""
        return self._mark

    def taken(self) -> tuple[Span, ...]:
        """None."""
        return ()


OFF: Tracer = _Off()


class Recorder(Tracer):
    """Records steps from now on, `now_ms` UTC milliseconds; for one thread."""

    def __init__(self, now_ms: int) -> None:
        self._base = now_ms * 1_000_000 - time.monotonic_ns()
        self._spans: list[Span] = []
        self._open: list[int] = []

    def span(self, step: Step, id: str = "", version: str = "") -> _Step | _NoMark:
        """A step inside the one that is under way."""
        return _Step(self, step, _fit(id), _fit(version)) if len(self._spans) < MOST else _Off._mark

    def taken(self) -> tuple[Span, ...]:
        """What was recorded."""
        spans, self._spans = tuple(self._spans), []
        return spans

    def begin(self, step: Step, id: str, version: str) -> int:
        """The place of a new step."""
        parent = self._open[-1] if self._open else -1
        self._spans.append(Span(step, parent, self._base + time.monotonic_ns(), 0, id, version, OK, {}))
        self._open.append(len(self._spans) - 1)
        return self._open[-1]

    def end(self, place: int, outcome: str, numbers: dict[str, int]) -> None:
        """The step at a place is over."""
        self._open.remove(place)
        end = self._base + time.monotonic_ns()
        self._spans[place] = self._spans[place]._replace(end_ns=end, outcome=_fit(outcome), numbers=numbers)


class _Step(Mark):
    """One step under way."""

    def __init__(self, recorder: Recorder, step: Step, id: str, version: str) -> None:
        self._recorder, self._step, self._id, self._version = recorder, step, id, version
        self._place, self._outcome, self._numbers = 0, OK, dict[str, int]()

    def __enter__(self) -> Self:
        self._place = self._recorder.begin(self._step, self._id, self._version)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        outcome = kind.__name__ if kind is not None else self._outcome
        self._recorder.end(self._place, outcome, self._numbers)

    def note(self, outcome: str = OK, **numbers: int) -> None:
        """Keep the word and the numbers; a later word takes the place of an earlier one."""
        self._outcome = outcome
        self._numbers |= numbers


def _fit(word: str) -> str:
    return word if _SAFE.fullmatch(word) else _UNFIT
