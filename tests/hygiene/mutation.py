"""Mutants of one room, and how many its tests notice: `python -m tests.hygiene.mutation gate`.

mutmut names modules by their path, so it works in a copy where the packages lie side by side, build/mutation/ROOM.
What was found there stays: a run that was stopped goes on, and changed code and tests are taken over.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from configparser import ConfigParser
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from tests.conftest import ROOT
from tests.hygiene import quickest

SEED = 8  # of the samples, so that two runs try the same mutants
ARGUMENTS = (
    "-pno:randomly", "-pno:cacheprovider", "-pno:xdist", "-ptests.hygiene.quickest",
    "--timeout=60", "--hypothesis-profile=mutation",
    # Those of one kind have a session or a process of their own; the others measure a first time, and mutmut asks a
    # process twice.
    "-k not secret_service and not killed_at_any and not killed_before_any and not test_hanging and not owes_an_answer",
)  # fmt: skip
WORDING = r'((raise|return) [\w.]*Error|super\(\).__init__)\((f?"[A-Z{o]|$)'  # an error may say it otherwise
NOTICED = ("killed", "timeout", "segfault", "suspicious")
FATES = (*NOTICED, "survived", "no tests")


class Room(NamedTuple):
    """The files that are changed, as the copy has them, and the tests that should notice, below `tests`."""

    files: list[str]
    tests: list[str]


def _room(files: str, tests: str) -> Room:
    return Room(files.split(), [f"tests/{test}" for test in tests.split()])


ROOMS = {
    "sanitiser": _room("oo_data/text.py", "unit/test_text.py"),
    "guard": _room(
        "oo_cli/adapters/http.py oo_cli/adapters/exchange.py",
        "unit/test_http.py unit/test_http_limits.py unit/test_listener.py",
    ),
    "gate": _room(
        "oo_cli/engine/gate/*",
        "unit/test_gate.py moments/test_habituation.py moments/test_openings.py cli/test_gate.py",
    ),
    "forget": _room(
        "oo_cli/usecases/forget.py oo_cli/usecases/forget_part.py",
        "store/test_forget.py store/test_export.py store/test_erasure_reviewed.py forget consent/test_cascade.py"
        " consent/test_matrix.py cron/test_command.py",
    ),
    "vault": _room("oo_cli/adapters/vault/*", "vault"),
    "store": _room(
        "oo_data/store/*",
        "store outbox areas/test_store.py areas/test_assign.py policies/test_policies.py policies/test_decide.py"
        " vault/test_envelope.py forget/test_part.py llm/test_embedder.py llm/test_told.py llm/test_refresh.py"
        " phone/test_pairing.py cli/test_egress.py clock/test_agenda.py mirror/test_homes.py walk/test_calendar.py"
        " sources/todoist/test_history.py tui/inspect/test_reading.py unit/test_http.py",
    ),
}


def copy(room: Room, into: Path) -> None:
    """Lay out the project as mutmut wants it, with its settings for this room."""
    for package in ("oo_cli", "agents/oo_agents", "data/oo_data", "tests", "docs"):
        shutil.copytree(ROOT / package, into / Path(package).name, dirs_exist_ok=True)
    for file in ("pyproject.toml", "README.md"):
        shutil.copy2(ROOT / file, into)
    settings = ConfigParser()
    settings["mutmut"] = {
        "source_paths": lines("oo_cli", "oo_agents", "oo_data"),
        "only_mutate": lines(*room.files),
        "also_copy": lines("docs", "README.md"),
        "do_not_mutate_patterns": lines(WORDING),
        "pytest_add_cli_args": lines(*ARGUMENTS),
        "pytest_add_cli_args_test_selection": lines(*room.tests),
        "timeout_constant": "2",  # seconds that a test may take longer; times `timeout_multiplier`
        "timeout_multiplier": "5",
        "use_git_change_detection": "false",
    }
    written = StringIO()
    settings.write(written)
    kept = into / "setup.cfg"
    if not kept.exists() or kept.read_text() != written.getvalue():
        shutil.rmtree(into / "mutants", ignore_errors=True)  # mutants are numbered by settings
        kept.write_text(written.getvalue())
    (into / "mutants/mutmut-stats.json").unlink(missing_ok=True)  # which test runs what, asked anew for changed tests


def lines(*words: str) -> str:
    """A list as mutmut reads it: a word a line, after an empty one."""
    return "\n".join(("", *words))


def mutmut(folder: Path, *words: str, check: bool = True, slow: bool = False) -> str:
    """Run mutmut in the copy; what it says to stdout is shown, or is what `results` answers. `slow`: ask every test."""
    told = subprocess.PIPE if words[0] == "results" else None
    unseen = None if check else subprocess.DEVNULL
    called, known = [sys.executable, "-m", "mutmut", *words], os.environ | ({quickest.ALL: "1"} if slow else {})
    ran = subprocess.run(called, cwd=folder, check=check, stdout=told, stderr=unseen, text=True, env=known)
    return ran.stdout or ""


def found(folder: Path) -> dict[str, str]:
    """Each mutant's name and what became of it."""
    pairs = (line.strip().partition(": ") for line in mutmut(folder, "results", "--all", "true").splitlines())
    return {name: status for name, _, status in pairs if status}


def draw(folder: Path, count: int, run: tuple[str, ...]) -> list[str]:
    """So many mutants by lot. Asked for one that there is none of, mutmut makes them all, and stops at that."""
    mutmut(folder, *run, "none", check=False)
    return random.Random(SEED).sample(sorted(found(folder)), count)


def score(room: str, tried: list[str]) -> str:
    """One line: how many were tried, and what became of them."""
    count = Counter(tried)
    noticed = sum(count[status] for status in NOTICED)
    parts = ", ".join(f"{many} {status}" for status, many in count.most_common())
    return f"{room}: {len(tried)} tried, {parts}: {noticed / len(tried):.1%} noticed\n"


def main() -> None:
    """Make the mutants of a room, try them, and print those that nobody noticed and the score."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("room", choices=ROOMS)
    asked.add_argument("--sample", type=int, help="so many, drawn by lot, instead of all")
    asked.add_argument("--again", action="store_true", help="only those that nobody noticed, by all tests of the room")
    asked.add_argument("--children", default=str(os.cpu_count()))
    chosen = asked.parse_args()
    room, folder = ROOMS[chosen.room], ROOT / "build/mutation" / chosen.room
    copy(room, folder)
    run = ("run", "--max-children", chosen.children)
    names = draw(folder, chosen.sample, run) if chosen.sample else []
    if names or chosen.again:
        known, tried = found(folder), NOTICED if chosen.again else FATES
        left = [name for name in names or known if known[name] not in tried]
        if left:
            mutmut(folder, *run, *left, slow=chosen.again)
    else:
        mutmut(folder, *run)
    results = {name: status for name, status in found(folder).items() if name in names or not names}
    for name, status in results.items():
        if status not in NOTICED:
            sys.stdout.write(f"{status:>12} {name}\n")
    sys.stdout.write(score(chosen.room, list(results.values())))


if __name__ == "__main__":
    main()
