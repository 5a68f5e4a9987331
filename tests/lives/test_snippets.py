"""What the agents say to the lives: short, true, and never of one tasks."""

from __future__ import annotations

import re
from functools import cache

from oo_agents import registry
from oo_agents.kit.context import context_for
from oo_agents.kit.inference import run_inference
from oo_cli.engine.features.summary import summarise
from oo_data.contracts.agent import Snippet
from tests.lives.life import Life
from tests.lives.measure import AGENTS
from tests.lives.table import lives

HOURS_BACK = (0, 31, 56, 81)
OVERDUE = "task.overdue_days"
UNWELCOME = re.compile(
    r"\b1 (tasks|days|things)\b|\bnan\b|\binf\b|!|should|great|only|fail|behind|lazy|keep it up|well done|\.\d\d", re.I
)


@cache
def said() -> tuple[tuple[Life, int, Snippet], ...]:
    """All that is said at four moments of the last days of each life."""
    return tuple(
        (life, now, snippet)
        for life in lives()
        for now in (life.now - hours * 3_600_000 for hours in HOURS_BACK)
        for snippet in _speak(life, now)
    )


def _speak(life: Life, now: int) -> list[Snippet]:
    history = life.history(now)
    features = summarise(life.open_tasks(), history.completions, now, life.zone_at(0))
    values = {feature.key: feature.value for feature in features}
    heard = []
    for agent_id in AGENTS:
        manifest, agent = registry.manifest(agent_id), registry.load(agent_id)
        params = {param.name: param.value for param in run_inference(manifest, agent, history)}
        snippet = agent.compute(context_for(manifest, values, params, now, history.tz))
        heard += [snippet] if snippet else []
    return heard


def test_worth_reading() -> None:
    """At most 90 characters, one sentence, with a number in it and none of the words that shame or cheer."""
    for _, _, snippet in said():
        assert len(snippet.text) <= 90
        assert re.search(r"\d|One task", snippet.text), snippet.text
        assert snippet.text.endswith(".")
        assert not UNWELCOME.search(snippet.text), snippet.text


def test_weight_and_time() -> None:
    """Every weight is above nothing, and no sentence outlives its day or its manifest's time to live."""
    for _, now, snippet in said():
        assert 0 < snippet.weight <= 1
        assert now < snippet.expires_at <= now + registry.manifest(snippet.agent_id).ttl_hours * 3_600_000


def test_references_are_overdue_tasks() -> None:
    """What is named is open and late."""
    for life, now, snippet in said():
        (overdue,) = (f.value for f in summarise(life.open_tasks(), (), now, life.zone_at(0)) if f.key == OVERDUE)
        assert isinstance(overdue, dict)
        assert set(snippet.refs) <= set(overdue)
        assert bool(snippet.refs) is (snippet.agent_id == "overdue-task")


def test_everyone_speaks_and_no_one_chatters() -> None:
    """Over all lives each agent has something to say, and momentum, which is news, not every time."""
    moments = len(lives()) * len(HOURS_BACK)
    heard = [snippet.agent_id for _, _, snippet in said()]
    assert all(heard.count(agent_id) >= 5 for agent_id in AGENTS)
    assert heard.count("momentum") < moments / 4
    assert heard.count("time-of-day") < moments / 4
