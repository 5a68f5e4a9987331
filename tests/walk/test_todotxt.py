"""Two hundred real-looking lines walk through the whole house: refresh, tip, why, done, next tip."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.conftest import Oo

TODAY = date(2026, 12, 1)
VERBS = ("Call", "Write to", "Pay", "Repair", "Book", "Read", "Return", "Prepare", "Sort", "Clean", "Buy", "Ask about")
THINGS = (
    "the dentist", "Aunt Zsófia", "the water bill", "the bicycle", "a table for six", "the library books",
    "chapter four", "the ficus", "slides for Monday", "the attic", "coffee filters", "the bike light",
    "the tax letter", "new shoelaces",
)  # fmt: skip


def lived_in_list(lines: int = 200, seed: int = 3) -> str:
    """A todo.txt as people have them: some urgent, most vague, a fifth done."""
    chance = random.Random(seed)
    found = []
    for number in range(lines):
        created = TODAY - timedelta(days=chance.randrange(200))
        text = f"{chance.choice(VERBS)} {chance.choice(THINGS)} {number}"
        if chance.random() < 0.6:
            text += f" +{chance.choice(('home', 'work', 'flat', 'family', 'health'))}"
        if chance.random() < 0.4:
            text += f" @{chance.choice(('phone', 'computer', 'errands'))}"
        if chance.random() < 0.3:
            text += f" due:{TODAY + timedelta(days=chance.randrange(-10, 40))}"
        if chance.random() < 0.2:
            found.append(f"x {TODAY - timedelta(days=chance.randrange(60))} {created} {text}")
        else:
            mark = f"({chance.choice('ABC')}) " if chance.random() < 0.15 else ""
            found.append(f"{mark}{created} {text}")
    return "\n".join(found) + "\n"


@pytest.fixture
def file(oo: Oo, tmp_path: Path) -> Path:
    """The person's own file, connected."""
    path = tmp_path / "todo.txt"
    path.write_text(lived_in_list(), encoding="utf-8")
    assert oo("connect", "todotxt", "--file", str(path)).code == 0
    return path


def test_one_sensible_task_with_its_terms_then_another(oo: Oo, file: Path) -> None:
    """The tip is an overdue or pressing task, `done` changes one line of the file, and the next tip is another."""
    before = file.read_text(encoding="utf-8").splitlines()
    assert oo("refresh").code == 0
    first = json.loads(oo("tip", "--json", "--why").out)
    terms = {term["name"]: term["points"] for term in first["why"]["tip"]["terms"]}
    assert {"due", "soonest"} & {name.split(":")[0] for name, points in terms.items() if points > 0.2}
    assert first["why"]["tip"]["score"] == pytest.approx(sum(terms.values()), abs=0.05)
    assert oo("done").code == 0
    after = file.read_text(encoding="utf-8").splitlines()
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert len(changed) == 1
    assert changed[0][1].startswith("x 2026-12-01 ")
    assert first["tip"]["text"] in changed[0][0]
    second = json.loads(oo("tip", "--json").out)
    assert second["tip"]["subject"] != first["tip"]["subject"]


def test_a_whole_list_can_be_worked_off(oo: Oo, tmp_path: Path) -> None:
    """Every open task comes up once, none twice, and the end is silence."""
    path = tmp_path / "todo.txt"
    path.write_text(lived_in_list(40), encoding="utf-8")
    oo("connect", "todotxt", "--file", str(path))
    open_lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("x ")]
    seen = []
    while "tip" in (said := json.loads(oo("tip", "--json").out)):
        seen.append(said["tip"]["subject"])
        assert oo("done" if said["tip"]["kind"] == "todo" else "no").code == 0
        assert len(seen) <= 2 * len(open_lines)
    assert len(set(seen)) == len(seen)
    assert len([subject for subject in seen if not subject.startswith("advice.")]) == len(open_lines)
    assert all(line.startswith("x ") for line in path.read_text(encoding="utf-8").splitlines())


def test_the_demo_shows_a_tip_and_touches_nothing(
    environ: dict[str, str], child_environ: dict[str, str], door: list[str], tmp_path: Path
) -> None:
    """The made-up person is clearly marked, and the real home is neither read nor made."""
    own = child_environ | {"TMPDIR": str(tmp_path), "HOME": str(tmp_path / "person")}
    del own["OO_HOME"]
    ran = subprocess.run([*door, "tip", "--demo"], env=own, capture_output=True, text=True, check=True)
    assert ran.stderr.startswith("Demo: a made-up person in a throw-away home.")
    assert len(ran.stdout.splitlines()) == 2
    assert [path.name for path in tmp_path.iterdir()] == []


def test_refresh_stays_small(
    oo: Oo, environ: dict[str, str], child_environ: dict[str, str], door: list[str], file: Path
) -> None:
    """Two hundred tasks are read, scored and put on the shelf within 60 MB."""
    script = (
        "import sys\n"
        "from oo_cli.fast import main\n"
        "sys.argv = ['oo', 'refresh']\n"
        "code = main()\n"
        "peak = next(line for line in open('/proc/self/status') if line.startswith('VmHWM'))\n"
        "print(peak.split()[1])\n"
        "sys.exit(code)\n"
    )
    lean = {name: value for name, value in (child_environ | environ).items() if not name.startswith("COV")}
    ran = subprocess.run([sys.executable, "-c", script], env=lean, capture_output=True, text=True, check=True)
    assert int(ran.stdout) <= 60 * 1024
    assert os.path.exists(f"{environ['OO_HOME']}/data/oo.db")
