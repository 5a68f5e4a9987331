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
    """The five agents are found, and neither kit nor any other folder without a manifest."""
    assert set(FIVE) <= set(registry.names())
    assert "kit" not in registry.names()


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


def own(tmp_path: Path) -> Path:
    """The folder for agents of the person's own, closed to others."""
    folder = tmp_path / "config" / "agents"
    folder.mkdir(parents=True, mode=0o700)
    folder.parent.chmod(0o700)
    return folder


def with_code(folder: Path, name: str = "some_agent", manifest: str = MANIFEST) -> Path:
    """An agent that could run, written by the person."""
    plant(folder, name, manifest)
    (folder / name / "agent.py").write_text("raise RuntimeError('imported')\n")
    for path in (folder / name, *(folder / name).iterdir()):
        path.chmod(0o700 if path.is_dir() else 0o600)
    return folder / name


def found(folder: Path, agent_id: str = "some-agent") -> list[registry.Entry]:
    """The entries of that id."""
    return [entry for entry in registry.discover(str(folder)) if entry.id == agent_id]


def test_ones_own(tmp_path: Path) -> None:
    """A folder of the person's own is listed at once, and none of its code runs for that."""
    folder = own(tmp_path)
    with_code(folder)
    (entry,) = found(folder)
    assert (entry.origin, entry.problem, entry.folder) == ("yours", "", str(folder / "some_agent"))
    assert entry.manifest is not None
    assert registry.discover(str(tmp_path / "none"))[: len(FIVE)] == registry.discover()[: len(FIVE)]


@pytest.mark.parametrize("open_to_others", ["config", "agents", "some_agent", "agent.py", "manifest.toml"])
def test_code_that_others_could_have_written(tmp_path: Path, open_to_others: str) -> None:
    """An agent is the person's own only where nobody else may write to it, or to a folder above it."""
    folder = own(tmp_path)
    agent = with_code(folder)
    path = next(p for p in (folder.parent, folder, agent, *agent.iterdir()) if p.name == open_to_others)
    path.chmod(path.stat().st_mode | 0o020)
    (entry,) = found(folder)
    assert (entry.manifest, "writable by you alone" in entry.problem) == (None, True)


def test_a_link_is_not_ones_own(tmp_path: Path) -> None:
    """What a link leads to may be anybody's."""
    folder = own(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    (folder / "some_agent").symlink_to(with_code(tmp_path / "elsewhere"))
    assert "no link" in found(folder)[0].problem


@pytest.mark.parametrize(
    ("name", "manifest", "agent_id", "problem"),
    [
        ("some_agent", "id = 1", "some-agent", "broken: "),
        ("some_agent", MANIFEST.replace("done.per_day", "done.per_dya"), "some-agent", "does not exist: done.per_dya"),
        ("some_agent", MANIFEST.replace("= []", '= ["TaskSung"]', 1), "some-agent", "does not exist: TaskSung"),
        ("some_agent", "#" * 70_000, "some-agent", "cannot be read"),
        ("momentum", MANIFEST.replace("some-agent", "momentum"), "momentum", "another agent's"),
        ("Bad-Name", MANIFEST, "unnamed", "snake_case"),
    ],
)
def test_a_broken_one_is_listed(tmp_path: Path, name: str, manifest: str, agent_id: str, problem: str) -> None:
    """Whatever is wrong with one agent is told in its own line, and the others are as they were."""
    folder = own(tmp_path)
    with_code(folder, name, manifest)
    entry = found(folder, agent_id)[-1]
    assert (entry.origin, problem in entry.problem) == ("yours", True)
    assert {e.id for e in registry.discover(str(folder)) if not e.problem} >= set(FIVE)


def distribution(site: Path, name: str, points: str) -> None:
    """An installed distribution with these entry points."""
    info = site / f"{name.replace(' ', '_')}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[oo.agents]\n{points}\n")


def package(site: Path, dotted: str, manifest: str = MANIFEST) -> None:
    """A package that says when it is imported."""
    folder = site.joinpath(*dotted.split("."))
    folder.mkdir(parents=True)
    for parent in (folder, *folder.parents):
        if parent == site:
            break
        (parent / "__init__.py").write_text("raise RuntimeError('imported')\n")
    (folder / "manifest.toml").write_text(manifest)


def test_third_party(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An agent arrives with a distribution, inside a package too, and nothing of it is imported to list it."""
    monkeypatch.syspath_prepend(str(tmp_path))
    package(tmp_path, "theirs.inner")
    distribution(tmp_path, "their-agents", "some-agent = theirs.inner")
    (entry,) = found(tmp_path / "none")
    assert (entry.origin, entry.brought_by, entry.module) == ("third-party", "their-agents", "theirs.inner")
    assert (entry.problem, entry.folder) == ("", str(tmp_path / "theirs" / "inner"))
    assert registry.discover(third_party=False) == tuple(e for e in registry.discover() if e.origin == "ours")


@pytest.mark.parametrize(
    ("name", "points", "agent_id", "problem"),
    [
        ("theirs", "Some_Agent = theirs", "unnamed", "is no id"),
        ("theirs", "some-agent = nowhere", "some-agent", "no installed package"),
        ("theirs", "some-agent = theirs:Agent", "some-agent", "no installed package"),
        ("theirs", "some-agent = json", "some-agent", "cannot be read"),
        ("theirs", "other-agent = theirs", "other-agent", "id must be its folder's name"),
        ("theirs", "momentum = theirs", "momentum", "another agent's"),
    ],
)
def test_a_broken_third_party(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, points: str, agent_id: str, problem: str
) -> None:
    """Whatever a distribution declares, it is a line in the list, takes no id of ours, and breaks nothing."""
    monkeypatch.syspath_prepend(str(tmp_path))
    package(tmp_path, "theirs", MANIFEST.replace("some-agent", "momentum") if "momentum" in points else MANIFEST)
    distribution(tmp_path, name, points)
    entry = found(tmp_path / "none", agent_id)[-1]
    assert (entry.origin, problem in entry.problem) == ("third-party", True)
    assert {e.id for e in registry.discover() if not e.problem} >= set(FIVE)


def test_two_distributions_with_one_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A consent given to one must not serve another, so neither runs; a name in control characters is not shown."""
    monkeypatch.syspath_prepend(str(tmp_path))
    package(tmp_path, "theirs")
    package(tmp_path, "others")
    distribution(tmp_path, "one", "some-agent = theirs")
    distribution(tmp_path, "two \x1b[31m", "some-agent = others")
    entries = found(tmp_path / "none")
    assert {entry.brought_by for entry in entries} == {"one", "unknown"}
    assert all("another agent's" in entry.problem for entry in entries)
