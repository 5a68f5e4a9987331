"""`oo agents`: the list, switching on and off, one run, a new one, and the ladder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from oo_agents import registry
from oo_cli.usecases.agents import line
from tests.conftest import ROOT, Oo


def listed(oo: Oo, agent_id: str) -> dict[str, object]:
    """One agent as `--json` tells it."""
    found: list[dict[str, object]] = json.loads(oo("agents", "list", "--json").out)
    return next(agent for agent in found if agent["id"] == agent_id)


def test_listing_creates_nothing(oo: Oo, environ: dict[str, str]) -> None:
    """A look at a fresh machine names the agents and leaves no trace."""
    ran = oo("agents", "list")
    assert (ran.code, ran.err) == (0, "")
    assert [row.split()[1] for row in ran.out.splitlines()] == list(registry.names())
    assert not Path(environ["OO_HOME"]).exists()


def test_off_and_on_again(oo: Oo) -> None:
    """Switching off says what was erased; switching on says when it counts."""
    oo("add", "Call the dentist")
    oo("refresh")
    assert listed(oo, "momentum")["last_run"] == "Tue 10:00 ok"
    off = oo("agents", "disable", "momentum")
    assert (off.code, "1 run." in off.err) == (0, True)
    assert (listed(oo, "momentum")["on"], listed(oo, "momentum")["last_run"]) == (False, None)
    ran = oo("agents", "run", "momentum")
    assert (ran.code, "oo agents enable momentum" in ran.err) == (4, True)
    assert oo("agents", "enable", "momentum").code == 0
    assert listed(oo, "momentum")["on"] is True


def test_run_says_why_it_says_nothing(oo: Oo) -> None:
    """One run by hand shows every parameter with its source, and is the last run from then on."""
    oo("add", "Call the dentist")
    ran = oo("agents", "run", "momentum")
    assert ran.code == 0
    assert "Says nothing" in ran.out
    assert "baseline_completions_per_day" in ran.out
    told = json.loads(oo("agents", "run", "momentum", "--json").out)
    assert (told["ran"], told["snippet"], told["error"]) == (True, None, None)
    assert {param["source"] for param in told["params"]} == {"default"}
    assert listed(oo, "momentum")["last_run"] == "Tue 10:00 ok"


def test_a_new_one_is_there_at_once(oo: Oo, environ: dict[str, str]) -> None:
    """Written, listed, enabled, run and refreshed with no reinstall and no other file changed."""
    oo("add", "Call the dentist")
    before = {path for path in Path(environ["OO_HOME"]).rglob("*") if path.is_file()}
    written = oo("agents", "new", "deep-work")
    folder = Path(environ["OO_HOME"]) / "config" / "agents" / "deep_work"
    assert (written.code, written.out) == (0, f"{folder}\n")
    made = {path for path in Path(environ["OO_HOME"]).rglob("*") if path.is_file()} - before
    assert made == {path for path in folder.rglob("*") if path.is_file()}
    assert not any(path.stat().st_mode & 0o077 for path in (folder, *folder.rglob("*")))
    assert "off deep-work        not run yet        Deep work, yours\n" in oo("agents", "list").out
    assert oo("agents", "enable", "deep-work").code == 0
    assert oo("refresh").err.endswith("1 open, 1 ready.\n")
    assert listed(oo, "deep-work")["last_run"] == "Tue 10:00 ok"
    assert oo("agents", "run", "deep-work").out.startswith("deep-work 0.1.0, ")
    assert not list(folder.rglob("__pycache__"))


def test_a_new_one_passes_its_own_tests(oo: Oo, tmp_path: Path, child_environ: dict[str, str]) -> None:
    """The scaffold's tests pass with plain pytest, and it is gold before a line is changed."""
    path = oo("agents", "new", "deep-work", "--dir", str(tmp_path / "code")).out.strip()
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", path]
    ran = subprocess.run(command, cwd=tmp_path, env=child_environ, capture_output=True, text=True, check=False)
    assert "3 passed" in ran.stdout
    (checked,) = json.loads(oo("agents", "check", path, "--json").out)
    assert (checked["id"], checked["rung"]) == ("deep-work", "gold")
    assert "gold" in oo("agents", "check", path).out


def test_the_scaffold_keeps_the_house_rules(oo: Oo, tmp_path: Path) -> None:
    """Put among ours, a new agent passes format, lint and types as it is; no other file has to change."""
    path = oo("agents", "new", "deep-work", "--dir", str(tmp_path)).out.strip()
    code = [f"{path}/agent.py", f"{path}/tests/test_agent.py", f"{path}/__init__.py"]
    ruff = str(Path(sys.executable).parent / "ruff")
    config = ["--no-cache", "--config", str(ROOT / "pyproject.toml")]
    environ = os.environ | {"MYPYPATH": f"{ROOT}/agents:{ROOT}/data"}
    for command in (
        [ruff, "format", "--check", *config, *code],
        [ruff, "check", *config, "--extend-ignore", "S101", *code],
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--cache-dir", str(tmp_path / "mypy"), *code[:1]],
    ):
        ran = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("name", ["Deep_Work", "deep--work", "../x", "momentum", "x" * 41, ""])
def test_an_id_that_is_none_or_taken(oo: Oo, environ: dict[str, str], name: str) -> None:
    """Nothing is written for a name that cannot be an agent's, or is one's already."""
    ran = oo("agents", "new", name)
    assert (ran.code, ran.out) == (2, "")
    assert not list(Path(environ["OO_HOME"]).rglob("agent.py"))


def test_nothing_is_overwritten(oo: Oo, tmp_path: Path) -> None:
    """A folder or a module of that name stays as it is."""
    (tmp_path / "taken").mkdir()
    (tmp_path / "module.py").write_text("mine")
    for name in ("taken", "module"):
        ran = oo("agents", "new", name, "--dir", str(tmp_path))
        assert (ran.code, "already" in ran.err) == (2, True)
    assert list((tmp_path / "taken").iterdir()) == []
    assert not (tmp_path / "module").exists()
    (tmp_path / "file").write_text("")
    assert oo("agents", "new", "deep-work", "--dir", str(tmp_path / "file")).code == 2


def test_a_broken_one_is_told_and_cannot_be_enabled(oo: Oo, environ: dict[str, str]) -> None:
    """Its line says what is wrong; the others are listed as ever, and check says the same."""
    oo("agents", "new", "deep-work")
    manifest = Path(environ["OO_HOME"]) / "config" / "agents" / "deep_work" / "manifest.toml"
    manifest.write_text(manifest.read_text().replace("ttl_hours = 6", "ttl_hours = 600"))
    row = oo("agents", "list").out.splitlines()[-1]
    assert "ttl_hours must be" in row
    assert row.endswith("(yours)")
    ran = oo("agents", "enable", "deep-work")
    assert (ran.code, "ttl_hours" in ran.err) == (2, True)
    assert "bronze, manifest: " in oo("agents", "check", "deep-work").out
    assert len(oo("agents", "list").out.splitlines()) == len(registry.names()) + 1


@pytest.mark.parametrize(
    "words",
    [
        ["run"], ["run", "nobody"], ["enable", "nobody"], ["disable", "nobody"], ["check", "nobody"], ["dance"],
        ["dance", "momentum"], ["list", "momentum"], ["run", "momentum", "--dir", "x"],
    ],
)  # fmt: skip
def test_wrong_words(oo: Oo, words: list[str]) -> None:
    """Whatever is misspelt is one line with the next step."""
    ran = oo("agents", *words)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)


def test_a_third_party_is_named_as_one() -> None:
    """Its line tells who brought it, in words that cannot paint the terminal."""
    agent = {
        "id": "their-agent", "on": False, "last_run": None, "title": "Theirs", "origin": "third-party",
        "distribution": "their-agents", "problem": None,
    }  # fmt: skip
    assert line(agent) == "off their-agent      not run yet        Theirs, third-party: their-agents"
    assert line(agent | {"problem": "Its id is another agent's."}).endswith("(third-party: their-agents)")


def test_listing_imports_no_agent(child_environ: dict[str, str]) -> None:
    """The list stays cheap: no agent's code, no parser of metadata, nothing heavy."""
    code = "import sys; from oo_cli.main import run; run(['agents']); print(*sys.modules, file=sys.stderr)"
    ran = subprocess.run([sys.executable, "-c", code], env=child_environ, capture_output=True, text=True, check=True)
    modules = set(ran.stderr.split())
    assert not [name for name in modules if name.endswith(".agent") and name not in ("oo_agents.kit.agent",
                "oo_data.contracts.agent")]  # fmt: skip
    heavy = {"importlib.metadata", "typer", "sqlite_utils", "cryptography", "subprocess", "oo_agents.kit.ladder"}
    assert not heavy & modules
