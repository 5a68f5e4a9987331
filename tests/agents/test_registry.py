"""The registry: agents by folder, manifests by name, code only for the one that is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from oo_agents import registry
from oo_data.errors import BadUsageError, DataDamagedError

FIVE = ("focus-area", "momentum", "overdue-task", "recent-patterns", "time-of-day")
MANIFEST = """
id = "some-agent"
version = "1.0.0"
title = "Some agent"
features = ["done.per_day"]
consents = ["agent.some-agent"]
ttl_hours = 1
schedule = "daily"
invalidated_by = []
params = []
"""


def plant(folder: Path, name: str, manifest: str = MANIFEST) -> None:
    """An agent's folder that holds a manifest only."""
    (folder / name).mkdir()
    (folder / name / "manifest.toml").write_text(manifest)


def test_names() -> None:
    """The five agents are found, and neither kit nor any other folder."""
    assert registry.names() == FIVE


def test_dropping_in_a_folder_is_enough(tmp_path: Path) -> None:
    """A new agent is a folder with a manifest: no list anywhere names it."""
    plant(tmp_path, "some_agent")
    (tmp_path / "kit").mkdir()
    (tmp_path / "notes.txt").touch()
    assert registry.names(str(tmp_path)) == ("some-agent",)
    assert [each.title for each in registry.manifests(str(tmp_path))] == ["Some agent"]


@pytest.mark.parametrize("name", ["some-agent", "Some_agent", "_agent", "some__agent", "агент"])
def test_folder_name(tmp_path: Path, name: str) -> None:
    """A folder that cannot be an id is told, without its name, instead of being skipped."""
    plant(tmp_path, name)
    with pytest.raises(DataDamagedError, match="snake_case") as raised:
        registry.names(str(tmp_path))
    assert name not in raised.value.line()


def test_id_is_the_folder(tmp_path: Path) -> None:
    """A manifest cannot pose as another agent's."""
    plant(tmp_path, "other_agent")
    with pytest.raises(DataDamagedError, match="other-agent is broken: id must be its folder's name"):
        registry.manifests(str(tmp_path))


def test_unreadable_manifest(tmp_path: Path) -> None:
    """A manifest that is no file is damage, not a crash."""
    (tmp_path / "some_agent" / "manifest.toml").mkdir(parents=True)
    with pytest.raises(DataDamagedError, match="some-agent is broken: it cannot be read"):
        registry.manifest("some-agent", str(tmp_path))


@pytest.mark.parametrize("agent_id", ["nobody", "kit", "../time-of-day", "time_of_day", "", "Momentum", "a" * 300])
def test_unknown(agent_id: str) -> None:
    """An unknown name, or one that tries to be a path, is bad usage and imports nothing."""
    with pytest.raises(BadUsageError, match="no agent of that name"):
        registry.load(agent_id)


@pytest.mark.parametrize("agent_id", FIVE)
def test_load(agent_id: str) -> None:
    """Each agent loads by its name as the class its id spells."""
    agent = registry.load(agent_id)
    assert type(agent).__name__ == agent_id.title().replace("-", "")
