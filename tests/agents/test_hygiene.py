"""What the ladder in agents/README.md promises to check by machine, for every agent there is."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from oo_agents import registry
from oo_agents.kit.context import FEATURES
from oo_agents.kit.ladder import examine, rung_of
from oo_agents.kit.lives import empty
from oo_data.contracts.event import EVENTS
from tests.agents.people import compute, history, infer

AGENTS = registry.names()
ROOM = Path(registry.FOLDER)
FLOOR = (
    "oo_agents.kit",
    "oo_data.contracts",
    "oo_data.errors",
    "__future__",
    "collections",
    "itertools",
    "math",
    "typing",
)
REQUIRED = {
    "time-of-day": {"preferred_hour", "quiet_start", "quiet_end", "peak_hours", "tz"},
    "momentum": {"engagement_trend", "baseline_completions_per_day", "stdev"},
    "overdue-task": {"lateness_tolerance_days", "project_realness"},
    "recent-patterns": {"lookback_days", "weekly_cycle", "daily_cycle"},
    "focus-area": {"preferred_areas"},
}


def home(agent_id: str) -> Path:
    """The agent's folder."""
    return ROOM / agent_id.replace("-", "_")


def python(code: str) -> object:
    """What the code prints as JSON, run in a process of its own that nothing measures: it would load what does."""
    paths = os.pathsep.join(path for path in sys.path if path)
    own = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    run = subprocess.run(
        [sys.executable, "-c", code],
        env=own | {"PYTHONPATH": paths},
        capture_output=True,
        check=True,
        text=True,
    )
    return json.loads(run.stdout)


def test_all_five() -> None:
    """The five agents have exactly the parameters that the design asks for."""
    found = {each.id: {param.name for param in each.params} for each in registry.manifests()}
    assert {agent_id: found[agent_id] for agent_id in REQUIRED} == REQUIRED


@pytest.mark.parametrize("agent_id", AGENTS)
def test_features_and_events_exist(agent_id: str) -> None:
    """A manifest names only features the engine derives and events the house knows."""
    manifest = registry.manifest(agent_id)
    assert set(manifest.features) <= FEATURES
    assert set(manifest.invalidated_by) <= set(EVENTS)


@pytest.mark.parametrize("agent_id", AGENTS)
def test_imports_stay_on_the_floor(agent_id: str) -> None:
    """An agent imports contracts, errors and kit: no other agent, no store, no network, no clock."""
    for file in home(agent_id).glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                found = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0
                found = [node.module or ""]
            else:
                continue
            assert all(name in FLOOR or name.startswith(tuple(f"{top}." for top in FLOOR)) for name in found)


@pytest.mark.parametrize("agent_id", AGENTS)
def test_readme(agent_id: str) -> None:
    """The README fits one screen and names every feature and parameter with its cold start."""
    readme = (home(agent_id) / "README.md").read_text()
    manifest = registry.manifest(agent_id)
    assert len(readme.splitlines()) <= 40
    assert readme.startswith(f"# {agent_id}\n")
    assert all(f"`{name}`" in readme for name in (*manifest.features, *(param.name for param in manifest.params)))
    assert "**Limits.**" in readme


@pytest.mark.parametrize("agent_id", AGENTS)
def test_gold(agent_id: str) -> None:
    """Every agent that ships stands on the top rung of the ladder."""
    rules = examine(registry.at(str(home(agent_id)), "ours"))
    assert (rung_of(rules), [rule for rule in rules if rule.why]) == ("gold", [])


@pytest.mark.parametrize("agent_id", AGENTS)
def test_silence_without_evidence(agent_id: str) -> None:
    """On a fresh machine no agent says or infers anything but the time zone, and none fails."""
    assert compute(agent_id, empty()) is None
    for events in (0, 1):
        found = infer(agent_id, history(events=events))
        assert {name for name, each in found.items() if each.source == "inferred"} <= {"tz"}
        assert not any(each.error for each in found.values())


def modules_after(code: str) -> list[str]:
    """The modules that a new process holds once it has run the code."""
    run = f"import json, sys, oo_agents.registry as registry; {code}; print(json.dumps(sorted(sys.modules)))"
    modules = python(run)
    assert isinstance(modules, list)
    return modules


def agents_in(modules: list[str]) -> list[str]:
    """Those of the modules that are an agent's code."""
    return [name for name in modules if re.fullmatch(r"oo_agents\.(?!kit)\w+\.agent", name)]


def test_registry_loads_no_agent() -> None:
    """Listing agents with their manifests runs no agent's code and no heavy library."""
    modules = modules_after("registry.manifests()")
    assert "oo_agents.registry" in modules
    assert agents_in(modules) == []
    heavy = {"pydantic", "httpx", "keyring", "cryptography", "rich", "textual", "sqlite_utils", "sqlite3"}
    heavy |= {"statistics", "pathlib", "zoneinfo", "asyncio"}
    assert not heavy & {name.partition(".")[0] for name in modules}


def test_load_imports_one_agent() -> None:
    """Loading one agent leaves the others alone."""
    assert agents_in(modules_after("registry.load('momentum')")) == ["oo_agents.momentum.agent"]
