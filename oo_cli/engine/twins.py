"""One thing in two lists: open tasks of different sources whose words are the same.

Never merged: each keeps its own past and its own tick. Only the words decide, digits and all, because what is merely
alike ("Run 5 km", "Run 10 km") may be two things, and to hold one of those back would hide it.
"""

from __future__ import annotations

from collections.abc import Iterable

from oo_data.contracts.feature import TaskFeatures
from oo_data.contracts.tip import Candidate
from oo_data.names import identity

_ENDS = " .,;:!?\u2026"


def folded(title: str) -> str:
    """The words of a title: case, composition, blanks and the punctuation at its end do not tell two apart."""
    return " ".join(identity(title).split()).strip(_ENDS)


def held_back(order: Iterable[Candidate]) -> frozenset[str]:
    """The subjects that a twin in another source stands before. Two of one source are two."""
    first: dict[str, str] = {}
    held = set()
    for candidate in order:
        title = candidate.features.title_ref if candidate.features is not None else None
        if title is not None and first.setdefault(title, candidate.source) != candidate.source:
            held.add(candidate.subject)
    return frozenset(held)


def twins_of(ref: str, tasks: Iterable[TaskFeatures]) -> list[TaskFeatures]:
    """The open tasks of other sources that have the words of the task with that reference."""
    known = list(tasks)
    own = next((task for task in known if task.ref == ref), None)
    if own is None or own.title_ref is None:
        return []
    return [task for task in known if task.title_ref == own.title_ref and task.source != own.source]
