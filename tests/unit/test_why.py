"""Why in words: what an agent said comes with its age, no more exactly than it matters."""

from __future__ import annotations

import pytest

from oo_cli.usecases.why import lines


@pytest.mark.parametrize(
    ("age", "left", "said"),
    [(0.0, 24.0, "1 min old, 24 h left"), (0.2, 23.8, "12 min old, 24 h left"), (5.4, 0.5, "5 h old, 30 min left")],
)
def test_the_age_of_what_an_agent_says(age: float, left: float, said: str) -> None:
    """Minutes below an hour, whole hours above."""
    agent = {"id": "momentum", "says": "A good week.", "age_hours": age, "ttl_hours": left}
    told = lines({"tip": None, "agents": [agent], "gate": {"open": True}})
    assert f"  momentum says: A good week. ({said})" in told
