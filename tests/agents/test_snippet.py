"""What an agent says is checked as if a stranger said it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_agents import registry
from oo_agents.kit.context import context_for
from oo_agents.kit.snippet import MAX_TEXT, checked, refs_in
from oo_data.contracts.agent import Snippet
from oo_data.text import show
from tests.agents.people import BERLIN, HOUR_MS, NOW

MANIFEST = registry.manifest("overdue-task")
CONTEXT = context_for(
    MANIFEST, {"task.overdue_days": {"ref1": 2.0}, "task.overdue_usual_days": {}, "done.lateness": ()}, {}, NOW, BERLIN
)
GOOD = Snippet("other", "9.9.9", "One task is late.", ("ref1",), 0.5, NOW + HOUR_MS)


def test_good() -> None:
    """A good snippet passes under the id and version of its manifest, not those it claims."""
    assert checked(GOOD, MANIFEST, CONTEXT) == GOOD._replace(agent_id=MANIFEST.id, version=MANIFEST.version)
    assert checked(None, MANIFEST, CONTEXT) is None


def test_bounded() -> None:
    """Weight, length and life are cut to what is allowed; what has run out already is not said."""
    said = checked(GOOD._replace(weight=7, text="long " * 9999, expires_at=NOW * 2), MANIFEST, CONTEXT)
    assert said is not None
    assert (said.weight, said.expires_at) == (1.0, NOW + round(MANIFEST.ttl_hours * HOUR_MS))
    assert len(said.text) <= MAX_TEXT
    assert checked(GOOD._replace(expires_at=NOW), MANIFEST, CONTEXT) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", ""), ("text", "\x1b[2J\u202e"), ("text", b"late"), ("text", None),
        ("weight", float("nan")), ("weight", float("inf")), ("weight", True), ("weight", "1"),
        ("refs", ["ref1"]), ("refs", ("ref2",)), ("refs", (1,)), ("refs", ("ref1",) * 51),
        ("expires_at", 1.5), ("expires_at", None), ("expires_at", True),
    ],
)  # fmt: skip
def test_garbage(field: str, value: Any) -> None:
    """Another type, no words, no number, a reference that it was not handed: all that is no snippet."""
    with pytest.raises(ValueError, match=r"^$"):
        checked(GOOD._replace(**{field: value}), MANIFEST, CONTEXT)


@pytest.mark.parametrize("said", ["late", 3, {"text": "late"}, (1, 2, 3, 4, 5, 6), object()])
def test_no_snippet_at_all(said: object) -> None:
    """Only the contract's own type is taken."""
    with pytest.raises(ValueError, match=r"^$"):
        checked(said, MANIFEST, CONTEXT)


def test_refs_of_parameters_are_its_own_too() -> None:
    """An agent may point at what its parameters name."""
    manifest = registry.manifest("focus-area")
    context = context_for(manifest, {"done.by_project": {"a": 1.0}}, {"preferred_areas": ("b",)}, NOW, BERLIN)
    assert refs_in(context) >= {"a", "b"}


@given(st.text(), st.floats(), st.integers())
def test_anything(text: str, weight: float, expires_at: int) -> None:
    """Whatever it holds, a snippet is refused or comes out safe to show."""
    try:
        said = checked(Snippet("x", "1.0.0", text, (), weight, expires_at), MANIFEST, CONTEXT)
    except ValueError:
        return
    assert said is None or (show(said.text) == said.text and 0 <= said.weight <= 1 and said.expires_at > NOW)
