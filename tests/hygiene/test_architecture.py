"""The house as failing tests: import contracts, names in the wheel, sizes of rooms, sources and agents as declared."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT

HEAVY = {
    "apscheduler",
    "textual",
    "pydantic",
    "httpx",
    "keyring",
    "sqlite_utils",
    "cryptography",
    "rich",
    "numpy",
    "asyncio",
}
CODE = ("oo_cli", "agents/oo_agents", "data/oo_data")


def modules() -> list[Path]:
    """Every Python file of the product."""
    return [path for root in CODE for path in sorted((ROOT / root).rglob("*.py"))]


def test_imports_only_go_down(child_environ: dict[str, str]) -> None:
    """The floors of docs/architecture.md hold."""
    lint = Path(sys.executable).parent / "lint-imports"
    ran = subprocess.run(
        [str(lint), "--no-cache"], cwd=ROOT, env=child_environ, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout


def test_files_and_functions_stay_readable() -> None:
    """A file over 400 lines, or a function over 60, is split by meaning."""
    long_files = [str(path) for path in modules() if len(path.read_text().splitlines()) > 400]
    long_functions = [
        f"{path}:{node.name}"
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and (node.end_lineno or 0) - node.lineno > 60
    ]
    assert (long_files, long_functions) == ([], [])


def test_a_command_room_stays_small() -> None:
    """A command parses, calls a use case and tells the answer; it is no place for rules."""
    rooms = [path for path in modules() if path.parent.name == "commands"]
    assert [path.name for path in rooms if len(path.read_text().splitlines()) > 125] == []


def test_nothing_asks_whether_it_is_tested() -> None:
    """Production code knows nothing of tests."""
    assert [
        str(path) for path in modules() if re.search(r"PYTEST|_called_from_test|\bpytest\b", path.read_text())
    ] == []


def test_every_test_says_what_it_protects() -> None:
    """A test without a sentence of intent cannot be judged when it fails."""
    silent = [
        f"{path}:{node.name}"
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]
    assert silent == []


def test_no_code_runs_at_import_of_a_heavy_library(child_environ: dict[str, str]) -> None:
    """Importing every module of ours loads none of the heavy libraries."""
    script = (
        "import importlib, pkgutil, sys\n"
        "import oo_cli, oo_agents, oo_data\n"
        "for root in (oo_cli, oo_agents, oo_data):\n"
        "    for found in pkgutil.walk_packages(root.__path__, root.__name__ + '.'):\n"
        "        if not found.name.startswith(('oo_cli.tui', 'oo_cli.phone', 'oo_cli.daemon.jobs')):\n"
        "            importlib.import_module(found.name)\n"
        f"print(*sorted(set({sorted(HEAVY)}) & set(sys.modules)))\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], env=child_environ, capture_output=True, text=True, check=True)
    assert ran.stdout.split() == []


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel as it would be installed, built without the network."""
    pytest.importorskip("hatchling", reason="the build backend makes the wheel")
    target = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    return zipfile.ZipFile(next(target.glob("*.whl")))


def test_the_wheel_holds_three_packages_and_their_data(wheel: zipfile.ZipFile) -> None:
    """Nothing of the repository leaks into site-packages, and nothing that runs at start-up is shipped."""
    names = wheel.namelist()
    tops = {name.split("/")[0] for name in names if ".dist-info" not in name}
    assert tops == {"oo_cli", "oo_agents", "oo_data"}
    assert not [name for name in names if name.endswith(".pth")]
    for wanted in ("oo_cli/demo/todo.txt", "oo_agents/momentum/manifest.toml", "oo_data/py.typed"):
        assert wanted in names


def test_every_source_declares_what_it_keeps() -> None:
    """A source's manifest names its consents, hosts, and what is kept and dropped."""
    for path in sorted((ROOT / "oo_cli/adapters/sources").glob("*/manifest.toml")):
        manifest = tomllib.loads(path.read_text())
        assert manifest["id"] == path.parent.name
        assert f"source.{manifest['id']}" in manifest["consents"]
        assert manifest["kept"]
        assert manifest["dropped"]
        assert isinstance(manifest["hosts"], list)


def test_dependencies_are_bounded_and_explained() -> None:
    """Every dependency has a lower and an upper bound, and a line on why it and not another."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text())
    project, extras = told["project"], told["project"]["optional-dependencies"] | told["dependency-groups"]
    explained = (ROOT / "docs/dependencies.md").read_text()
    wanted = [*project["dependencies"], *(d for extra in extras.values() for d in extra)]
    for requirement in wanted:
        name = re.match(r"[A-Za-z0-9_.-]+", requirement)
        assert name is not None
        assert f"`{name[0]}`" in explained, requirement
        assert ">=" in requirement, requirement
        assert "<" in requirement or name[0] == "tzdata", requirement
