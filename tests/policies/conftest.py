"""A house with a small list, whose days can be lived through quickly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from oo_cli.engine.policies.base import Policy
from oo_cli.house import House
from oo_cli.usecases import decide
from oo_data.contracts.event import FeedbackGiven, TipIgnored, TipShown
from oo_data.contracts.tip import Candidate, Decision
from oo_data.store import decisions, profile, tips, words
from oo_data.store.tips import ShelvedTip
from tests.fakes import FixedClock, house_at
from tests.policies.world import MOMENT

Decide = Callable[..., tuple[Decision, ...]]
React = Callable[..., str]


@pytest.fixture
def clock() -> FixedClock:
    """A Tuesday morning in Berlin."""
    return FixedClock()


@pytest.fixture
def house(tmp_path: Path, clock: FixedClock) -> Iterator[House]:
    """A house with one connected list."""
    opened = house_at(tmp_path, clock)
    with opened.store.write() as conn:
        profile.connect_source(conn, "todotxt", 0, None)
    yield opened
    opened.close()
    words.clear(opened.paths)


@pytest.fixture
def decided(house: House, clock: FixedClock) -> Decide:
    """Let the policies decide about some candidates, as a refresh does; the rows that were logged."""

    chance = Random(1)

    def make(candidates: list[Candidate], *others: Policy) -> tuple[Decision, ...]:
        bench = decide.bench(house, (), clock.now, others, chance)
        rows = decide.decisions(bench, candidates, MOMENT, clock.now).decisions
        with house.store.write() as conn:
            for row in rows:
                decisions.save(conn, row)
        return rows

    return make


@pytest.fixture
def react(house: House, clock: FixedClock) -> React:
    """Show what a decision chose, or another subject, and answer it; the id of the reaction's event."""

    def answer(decision: Decision, reaction: str, subject: str = "", reason: str = "") -> str:
        about = subject or decision.chosen or ""
        tip_id = f"tip-{decision.id[:8]}-{about}"
        now = clock.advance(1000)
        row = ShelvedTip(
            tip_id, 0, "todo", about, "todotxt", "source.todotxt", decision.id, now, now, now, b"t", b"r", b"h"
        )
        with house.store.write() as conn:
            tips.replace_shelf(conn, now, (), [row])
            house.bus.publish(conn, TipShown(tip_id, about, "tip"), now)
            if reaction == "ignored":
                return house.bus.publish(conn, TipIgnored(tip_id, about), now)
            return house.bus.publish(conn, FeedbackGiven(tip_id, about, reaction, reason, 0), now)

    return answer
