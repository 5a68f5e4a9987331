"""What may be said at all: nothing hidden, muted or without consent."""

from __future__ import annotations

import pytest

from oo_cli.engine.candidates import ADVICE_SOURCE, candidates
from oo_data.contracts.agent import Snippet
from oo_data.contracts.tip import Candidate
from tests.unit.examples import BERLIN, NOW, ms, task

GRANTED = frozenset(("source.todotxt", "agent.momentum", "agent.overdue-task"))


def snippet(agent: str, *refs: str) -> Snippet:
    """A sentence of an agent about some tasks."""
    return Snippet(agent, "1", "Something true.", refs, 0.5, NOW)


def test_tasks_and_advice_become_candidates() -> None:
    """A task carries its features and who spoke of it; advice stands for itself; nothing is scored yet."""
    plain, spoken = task(ref="a"), task(ref="b")
    said = [snippet("momentum", "b"), snippet("overdue-task", "b", "gone")]
    assert candidates([plain, spoken], iter(said), (), GRANTED, NOW, BERLIN) == [
        Candidate("a", "todo", "todotxt", "source.todotxt", plain),
        Candidate("b", "todo", "todotxt", "source.todotxt", spoken, (), ("momentum", "overdue-task")),
        Candidate("advice.momentum", "advice", ADVICE_SOURCE, "agent.momentum", None, (), ("momentum",)),
        Candidate("advice.overdue-task", "advice", ADVICE_SOURCE, "agent.overdue-task", None, (), ("overdue-task",)),
    ]


@pytest.mark.parametrize(
    ("start", "now", "shown"),
    [
        (None, "2026-12-01T10:00", True),
        ("2026-12-01", "2026-12-01T00:00", True),
        ("2026-12-01", "2026-11-30T23:59", False),
        ("2026-12-01T18:00", "2026-12-01T10:00", True),
        ("2026-11-30T23:30:00Z", "2026-11-30T12:00", False),
        ("9999-12-31", "2026-12-01T10:00", False),
        ("nonsense", "2026-12-01T10:00", True),
    ],
)
def test_a_task_is_hidden_until_its_day(start: str | None, now: str, shown: bool) -> None:
    """A start hides the task before that local day, and an unreadable one hides nothing."""
    found = candidates([task(start=start)], [], (), GRANTED, ms(now), BERLIN)
    assert bool(found) == shown


@pytest.mark.parametrize(
    ("muted", "granted", "left"),
    [
        ((), GRANTED, ["ref", "advice.momentum"]),
        (("ref",), GRANTED, ["advice.momentum"]),
        (("advice.momentum",), GRANTED, ["ref"]),
        ((), {"agent.momentum"}, ["advice.momentum"]),
        ((), {"source.todotxt"}, ["ref"]),
        ((), {"source.todoist", "agent.other"}, []),
    ],
)
def test_muted_or_without_consent_is_left_out(
    muted: tuple[str, ...], granted: frozenset[str] | set[str], left: list[str]
) -> None:
    """A mute and a missing consent each take out exactly what they name."""
    found = candidates([task()], [snippet("momentum")], muted, granted, NOW, BERLIN)
    assert [candidate.subject for candidate in found] == left
