"""Any history, any part of it: forgotten, it is gone, the rest is as it was, and oO thinks as if it had never been."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from oo_cli.usecases.forget_part import MOOD, Part, forget
from oo_data.store import records
from tests.fakes import DAY
from tests.forget.lives import AGENTS, SOURCES, START, Act, Life, bytes_of, mood_note
from tests.store.conftest import rows

DAYS = (2, 9, 17, 26, 33)  # so far apart that no mute reaches from one into the next
TASKS = 4
HERE, THERE = SOURCES

histories = st.lists(
    st.builds(
        Act,
        st.sampled_from(DAYS),
        st.sampled_from(("add", "add", "done", "no", "later", "mood")),
        st.sampled_from(SOURCES),
        st.integers(0, TASKS - 1),
    ),
    min_size=4,
    max_size=16,
).map(lambda acts: sorted(acts, key=lambda act: act.day))


class Chosen(NamedTuple):
    """What is to be forgotten: a source or the moods, one task of a source, an agent, or so many of the days."""

    kind: str
    name: str = ""
    number: int = 0
    length: int = 0

    @property
    def span(self) -> tuple[int, int]:
        """The days that were chosen, in UTC ms."""
        last = min(self.number + self.length, len(DAYS)) - 1
        return START + (DAYS[self.number] - 1) * DAY, START + (DAYS[last] + 1) * DAY


parts = st.one_of(
    st.builds(Chosen, st.just("source"), st.sampled_from((*SOURCES, MOOD))),
    st.builds(Chosen, st.just("task"), st.sampled_from(SOURCES), st.integers(0, TASKS - 1)),
    st.builds(Chosen, st.just("agent"), st.sampled_from(AGENTS)),
    st.builds(Chosen, st.just("days"), st.just(""), st.integers(0, 3), st.integers(1, 4)),
)


def part_of(life: Life, chosen: Chosen) -> Part:
    """The part in references and times."""
    if chosen.kind == "days":
        since, until = chosen.span
        return Part(since=since, until=until)
    if chosen.kind == "task":
        return Part(refs={chosen.name: (life.ref(chosen.name, chosen.number),)})
    return Part(source=chosen.name) if chosen.kind == "source" else Part(agent=chosen.name)


def without(chosen: Chosen, act: Act) -> Act | None:
    """The same act in a life that never had the part: itself, nothing, or a task that goes and nobody tells why."""
    match chosen.kind:
        case "source":
            mine = (chosen.name == MOOD) if act.verb == "mood" else act.source == chosen.name
            return None if mine else act
        case "task":
            return None if (act.source, act.task) == (chosen.name, chosen.number) and act.verb != "mood" else act
        case "agent":
            return act
    since, until = chosen.span
    if not since <= act.at < until or act.verb == "add":
        return act
    return act._replace(verb="gone") if act.verb == "done" else None


def compare(acts: list[Act], chosen: Chosen, folder: Path) -> None:
    """Live, forget, and live without."""
    had = Life(folder / "had")
    had.live(acts)
    if (chosen.kind, chosen.name) == ("source", MOOD) and not any(act.verb == "mood" for act in acts):
        had.close()
        return
    part = part_of(had, chosen)
    about = others(had, part)
    forget(had.house, part)
    assert others(had, part) == about
    kept = [same for act in acts if (same := without(chosen, act)) is not None]
    left = bytes_of(had.house)
    if not part.until:  # of a span no word stays, but that of a task which is open now
        said = {act.title for act in acts if act.verb != "mood"} - {act.title for act in kept if act.verb != "mood"}
        assert [title for title in said if title in left] == []
    notes = {mood_note(act) for act in acts if act.verb == "mood"} - {
        mood_note(act) for act in kept if act.verb == "mood"
    }
    assert [note for note in notes if note in left] == []
    never = Life(
        folder / "never",
        [name for name in SOURCES if name != part.source],
        agents=[name for name in AGENTS if name != part.agent],
    )
    never.live(kept)
    assert had.known(relearn=True) == never.known(relearn=True)
    had.close()
    never.close()


def others(life: Life, part: Part) -> list[tuple[object, ...]]:
    """What is logged of reactions, and known of completions, outside of the part."""
    mine = {ref for found in part.refs.values() for ref in found}
    mine |= {life.ref(part.source, task) for task in range(TASKS)} if part.source in SOURCES else set()
    done = [c for c in records.completions(life.house.store.conn, 0) if c.ref not in mine]
    said = [row[1:] for row in rows(life.house.store, "event") if row[3] == "FeedbackGiven"]
    said = [row for row in said if not any(ref in str(row) for ref in mine)]
    inside = range(part.since, part.until)
    return [*(c for c in done if c.at not in inside), *(row for row in said if row[1] not in inside)]


QUIET = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture)


@settings(max_examples=3, deadline=None, suppress_health_check=QUIET)
@given(histories, parts)
@example([Act(2, "add", THERE, 1), Act(9, "later", THERE, 1), Act(17, "done", THERE, 1)], Chosen("days", "", 1, 1))
def test_some_histories(acts: list[Act], chosen: Chosen) -> None:
    """A few, for every change."""
    with tempfile.TemporaryDirectory() as folder:
        compare(acts, chosen, Path(folder))


@pytest.mark.nightly
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("block", range(10))
@settings(max_examples=500, deadline=None, suppress_health_check=QUIET)
@given(acts=histories, chosen=parts)
def test_many_histories(block: int, acts: list[Act], chosen: Chosen) -> None:
    """Ten times five hundred."""
    with tempfile.TemporaryDirectory() as folder:
        compare(acts, chosen, Path(folder))
