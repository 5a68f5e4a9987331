"""The budget of the fast door: what it loads, that it says what the other door says, and what it costs."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Oo

FORBIDDEN = {
    *("typer", "click", "rich", "pydantic", "httpx", "keyring", "textual", "litellm", "apscheduler", "sqlite_utils"),
    *("cryptography", "asyncio", "logging", "json", "re", "typing", "dataclasses", "pathlib"),
}
MODULES_OF_TIP = """
import sqlite3, sys
before = set(sys.modules)
from oo_cli.fast import main
code = main()
print(*sorted(set(sys.modules) - before), sep="\\n", file=sys.stderr)
sys.exit(code)
"""
LISTS = (
    "(A) 2026-11-20 Renew the passport +papers @town due:2026-12-02\nWater the plants\n",
    "Rés­umé 日本語 👩‍👩‍👧 due:2026-12-01\n",
    "x 2026-11-30 only done things\n",
    "\x1b[31mred\x1b[0m [/] [bold]x due:2026-11-20\n",
    "",
)


def prepare(oo: Oo, environ: dict[str, str], lines: str = LISTS[0]) -> None:
    """A home with a shelf made from these lines."""
    file = Path(environ["OO_HOME"] + "-todo.txt")
    file.write_text(lines, encoding="utf-8")
    assert oo("connect", "todotxt", "--file", str(file)).code == 0


def test_it_loads_at_most_ten_modules_beyond_sqlite3(
    oo: Oo, environ: dict[str, str], child_environ: dict[str, str]
) -> None:
    """Every module on the way to the tip is paid for at each prompt."""
    prepare(oo, environ)
    command = [sys.executable, "-c", MODULES_OF_TIP, "tip"]
    ran = subprocess.run(command, env=child_environ | environ, capture_output=True, text=True, check=True)
    loaded = set(ran.stderr.split())
    assert ran.stdout == "Renew the passport\nDue tomorrow, top priority.\n"
    assert loaded & FORBIDDEN == set()
    assert len({name for name in loaded if not name.startswith(("coverage", "_coverage"))}) <= 10


@pytest.mark.parametrize("lines", LISTS)
def test_both_doors_say_the_same(
    oo: Oo, environ: dict[str, str], child_environ: dict[str, str], door: list[str], lines: str
) -> None:
    """One implementation: the fast door and the other one print the same bytes, tip or silence."""
    prepare(oo, environ, lines)
    fast = subprocess.run([*door, "tip"], env=child_environ | environ, capture_output=True, text=True, check=True)
    slow = oo("tip")
    assert (fast.stdout, fast.stderr) == (slow.out, slow.err)


def test_the_fast_door_records_the_impression_once(
    oo: Oo, environ: dict[str, str], child_environ: dict[str, str], door: list[str]
) -> None:
    """What was seen is logged, and a prompt that asks every second does not fill the log."""
    prepare(oo, environ)
    for _ in range(3):
        subprocess.run([*door, "tip"], env=child_environ | environ, capture_output=True, check=True)
    assert oo("log").out.count("shown") == 1


def instructions(command: list[str], environ: dict[str, str]) -> int:
    """Instructions of a whole process, as valgrind counts them."""
    counter = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null", *command]
    ran = subprocess.run(counter, env=environ, capture_output=True, text=True, check=True)
    line = next(line for line in ran.stderr.splitlines() if "I refs" in line or "I   refs" in line)
    return int(line.split()[-1].replace(",", ""))


@pytest.fixture
def lean(child_environ: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The child's environment for counting: compiled modules are used, coverage is not."""
    own = {name: value for name, value in child_environ.items() if not name.startswith("COV")}
    return own | {"PYTHONPYCACHEPREFIX": str(tmp_path / "pyc"), "PYTHONHASHSEED": "0"}


needs_valgrind = pytest.mark.skipif(shutil.which("valgrind") is None, reason="valgrind counts the instructions")


@pytest.mark.cost
@needs_valgrind
@pytest.mark.timeout(600)
def test_costs_stay_within_their_budgets(
    oo: Oo, environ: dict[str, str], lean: dict[str, str], door: list[str]
) -> None:
    """`oo tip` at most 1.25 times `import sqlite3` in instructions; commands and an idle refresh 6, a local one 25."""
    prepare(oo, environ)
    environ_of_child = lean | environ
    floor_command = [sys.executable, "-c", "import sqlite3"]
    budgets = {
        "tip": 1.25,
        "done": 6.0,
        "undo": 6.0,
        "why": 6.0,
        "log": 6.0,
        "status": 6.0,
        "later": 6.0,
        "refresh": 25.0,
        "refresh --if-stale": 6.0,
    }
    for word in budgets:
        subprocess.run([*door, *word.split()], env=environ_of_child, capture_output=True, check=True)
    instructions(floor_command, environ_of_child)
    floor = instructions(floor_command, environ_of_child)
    ratios = {word: instructions([*door, *word.split()], environ_of_child) / floor for word in budgets}
    print({word: round(ratio, 2) for word, ratio in ratios.items()})  # noqa: T201 - the figures are the point
    assert {word: ratio for word, ratio in ratios.items() if ratio > budgets[word]} == {}


@pytest.mark.cost
@needs_valgrind
@pytest.mark.timeout(600)
def test_a_million_events_do_not_slow_the_tip(
    oo: Oo, environ: dict[str, str], lean: dict[str, str], door: list[str]
) -> None:
    """A long life costs nothing at the prompt: at most 1.05 times an empty log."""
    prepare(oo, environ)
    command, environ_of_child = [*door, "tip"], lean | environ
    subprocess.run(command, env=environ_of_child, capture_output=True, check=True)
    empty = instructions(command, environ_of_child)
    conn = sqlite3.connect(f"{environ['OO_HOME']}/data/oo.db")
    conn.executemany(
        "insert into event (id, at, type, subject, data) values (?, ?, ?, ?, '{}')",
        (
            (f"e{n}", 1_700_000_000_000 + n * 60_000, ("TipShown", "SourceRefreshed")[n % 2], f"s{n}")
            for n in range(10**6)
        ),
    )
    conn.commit()
    conn.close()
    full = instructions(command, environ_of_child)
    print(round(full / empty, 3), os.path.getsize(f"{environ['OO_HOME']}/data/oo.db"))  # noqa: T201
    assert full / empty <= 1.05
