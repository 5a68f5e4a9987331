"""What the last release promised still holds; what would break it fails, what only adds does not."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from oo_data.contracts.event import data_of, kind_of
from oo_data.store import db, events, migrations
from tests.conftest import ROOT
from tests.schemas import check, generate, release

needs_buf = pytest.mark.skipif(not check.BUF.exists(), reason="the extra `test` brings buf, where there is a wheel")
EVENT, WIRE, TIP = "event.py", "wire.py", "tip.py"


def test_nothing_promised_is_broken() -> None:
    """The schemas of today against those of the last release: by contract, and by buf for the wire."""
    assert check.check(generate.FOLDER, check.last_release()) == []


@pytest.mark.parametrize("folder", sorted(check.RELEASED.iterdir()), ids=lambda folder: folder.name)
def test_events_of_a_release_still_load(folder: Path, tmp_path: Path) -> None:
    """A log that an earlier oO wrote is read whole, field by field."""
    path = str(tmp_path / "oo.db")
    migrations.prepare(path)
    store = db.open_store(path)
    rows = [json.loads(line) for line in (folder / release.LOG).read_text().splitlines()]
    with store.write() as conn:
        for at, row in enumerate(rows):
            assert db.append_event(conn, f"e{at}", at, row["type"], row["subject"], row["data"])
    found = [entry.event for entry in events.since(store.conn, 0)]
    store.close()
    assert [(kind_of(event), event.subject) for event in found] == [(row["type"], row["subject"]) for row in rows]
    for event, row in zip(found, rows, strict=True):
        assert data_of(event).items() >= json.loads(row["data"]).items()


class Copy:
    """A copy of the contracts, to be changed and checked as CI checks the tree."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for part in ("data", "tests/schemas", "docs/schemas"):
            shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "tests/__init__.py").touch()

    def change(self, room: str, old: str, new: str) -> None:
        """Replace what stands once in a file of contracts."""
        path = self.folder / "data/oo_data/contracts" / room
        text = path.read_text()
        assert text.count(old) == 1
        path.write_text(text.replace(old, new))

    def check(self) -> tuple[int, str]:
        """How CI's check of this copy ends, and what it says."""
        ran = subprocess.run(
            [sys.executable, "-m", "tests.schemas.check"],
            cwd=self.folder, env=os.environ | {"PYTHONPATH": f"{self.folder}:{self.folder}/data"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return ran.returncode, ran.stdout + ran.stderr


def _removed(copy: Copy) -> None:
    copy.change(EVENT, "    version: str\n    weight: float", "    weight: float")
    copy.change(WIRE, '("subject", "version", "weight")', '("subject", "-version", "weight")')


def _retyped(copy: Copy) -> None:
    copy.change(EVENT, "    evidence: int", "    evidence: float")


def _required(copy: Copy) -> None:
    copy.change(TIP, "    decision_id: str", "    decision_id: str\n    mood: int")


def _renumbered(copy: Copy) -> None:
    copy.change(WIRE, '("subject", "open_tasks", "done_tasks")', '("subject", "done_tasks", "open_tasks")')


def _narrowed(copy: Copy) -> None:
    copy.change(TIP, 'Reaction = Literal["done", "later", "no"]', 'Reaction = Literal["done", "later"]')


def _new_field(copy: Copy) -> None:
    copy.change(EVENT, "    tips: int\n    silences: int", "    tips: int\n    silences: int\n    mood: int = 0")
    copy.change(WIRE, '("subject", "tips", "silences")', '("subject", "tips", "silences", "mood")')


def _new_word(copy: Copy) -> None:
    copy.change(TIP, 'Surface = Literal["tip", ', 'Surface = Literal["tip", "watch", ')


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_removed, "SnippetEmitted.version is gone"),
        (_retyped, "PrefInferred.evidence is of another kind"),
        (_required, "Tip.mood is required now"),
        (_narrowed, "Tip.actions is of another kind"),
        pytest.param(_renumbered, 'Field "2" with name "done_tasks"', marks=needs_buf),
    ],
)
def test_a_breaking_change_fails(change: Callable[[Copy], None], told: str, tmp_path: Path) -> None:
    """A field removed, of another kind, newly required or under another's number, and a word withdrawn."""
    copy = Copy(tmp_path)
    change(copy)
    code, said = copy.check()
    assert (code, told in said) == (1, True), said


@pytest.mark.parametrize("change", [_new_field, _new_word])
def test_an_addition_passes(change: Callable[[Copy], None], tmp_path: Path) -> None:
    """A field with a default, or one more word of a closed list, breaks nobody."""
    copy = Copy(tmp_path)
    change(copy)
    assert copy.check() == (0, "")
