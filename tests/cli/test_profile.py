"""`oo profile`: every value with where it came from, and the person's word above all."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from oo_agents import registry
from oo_agents.kit.units import UNITS
from oo_cli.commands.profile import ABOUT_CELLS
from oo_cli.usecases.settings import ABOUT, TAKES, Setting, global_value
from oo_data.errors import BadUsageError
from oo_data.text import width
from tests.conftest import Oo

QUIET = "time-of-day.quiet_start"


@pytest.fixture
def lived(oo: Oo, environ: dict[str, str], tmp_path: Path) -> Oo:
    """A home with a past of two hundred completions, read."""
    done = [
        f"x 2026-{9 + n % 3:02d}-{1 + n % 28:02d} Errand {n} due:2026-{9 + n % 3:02d}-{1 + n % 28:02d}"
        for n in range(200)
    ]
    (tmp_path / "todo.txt").write_text("\n".join([*done, "Call the dentist"]) + "\n")
    oo("connect", "todotxt", "--file", str(tmp_path / "todo.txt"))
    return oo


def entry(oo: Oo, name: str) -> dict[str, object]:
    """One setting as data."""
    found: dict[str, object] = json.loads(oo("profile", "show", name, "--json").out)
    return found


def test_every_value_is_told_with_its_origin(lived: Oo) -> None:
    """Two lines for each setting, in columns that fit; what was worked out names its agent and its evidence."""
    lines = lived("profile").out.splitlines()
    assert max(map(width, lines)) <= 80
    heads, abouts = lines[::2], lines[1::2]
    assert len(heads) == len(abouts) == len(json.loads(lived("profile", "--json").out))
    assert all(about.startswith("  ") and about.strip() for about in abouts)
    column = heads[0].index("12 a day")
    assert all(head[column - 1] == " " != head[column] for head in heads)
    inferred = [e for e in json.loads(lived("profile", "--json").out) if e["source"] == "inferred"]
    assert inferred
    for e in inferred:
        assert e["by"] == e["name"].partition(".")[0]
        assert e["evidence"] == 200
        assert f"worked out by {e['by']} from 200 completions" in lived("profile", "show", e["name"]).out


def test_set_wins_and_unset_gives_back(lived: Oo) -> None:
    """The person's word stands through refreshes; without it what was worked out is in force again."""
    name = "momentum.baseline_completions_per_day"
    before = entry(lived, name)
    assert before["source"] == "inferred"
    assert lived("profile", "set", name, "7", OO_NOW="2026-12-02T10:00:00+01:00").out.split()[1:4] == ["7", "a", "day"]
    lived("refresh", OO_NOW="2026-12-03T10:00:00+01:00")
    assert (entry(lived, name)["told"], entry(lived, name)["source"]) == ("7 a day", "user")
    lived("profile", "unset", name)
    after = entry(lived, name)
    assert after["source"] == "inferred"
    history = after["history"]
    assert isinstance(history, list)
    assert [change["source"] for change in history] == ["inferred", "user", "inferred"]
    lived("profile", "unset", name)
    assert entry(lived, name)["history"] == history


def test_a_refresh_is_no_change(lived: Oo) -> None:
    """However often it is refreshed, a value that is the same keeps the day on which it came to be."""
    before = json.loads(lived("profile", "--json").out)
    for hour in (11, 12, 13):
        lived("refresh", OO_NOW=f"2026-12-01T{hour}:00:00+01:00")
    assert [e["at"] for e in json.loads(lived("profile", "--json").out)] == [e["at"] for e in before]


def test_history(oo: Oo) -> None:
    """The last changes, newest first; both ways of asking say the same."""
    assert oo("profile", "--history", QUIET).out == f"{QUIET}  22:00           default\n  when quiet hours begin\n"
    for day, value in ((1, "23:00"), (2, "21")):
        oo("profile", "set", QUIET, value, OO_NOW=f"2026-12-0{day}T10:00:00+01:00")
    oo("profile", "unset", QUIET, OO_NOW="2026-12-03T10:00:00+01:00")
    told = oo("profile", "show", QUIET).out
    assert told == oo("profile", "--history", QUIET).out
    assert told.splitlines()[2:] == [
        "  2026-12-03  22:00  default",
        "  2026-12-02  21:00  you",
        "  2026-12-01  23:00  you",
    ]


@pytest.mark.parametrize(
    ("name", "typed", "told"),
    [
        (QUIET, "23", "23:00"), (QUIET, "23:00", "23:00"), ("time-of-day.peak_hours", "9:00, 14", "9, 14"),
        ("overdue-task.project_realness", "40 %", "40 %"), ("overdue-task.project_realness", "0.4", "40 %"),
        ("tips.per_day", "0", "0 a day"), ("overdue-task.lateness_tolerance_days", "1.5", "1.5 days"),
    ],
)  # fmt: skip
def test_values_are_taken_as_they_are_shown(oo: Oo, name: str, typed: str, told: str) -> None:
    """What the list shows can be typed back."""
    assert oo("profile", "set", name, typed).code == 0
    assert (entry(oo, name)["told"], entry(oo, name)["source"]) == (told, "user")


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        (QUIET, "24"), (QUIET, "22:30"), (QUIET, "late"), ("tips.per_day", "1.5"), ("tips.per_day", "nan"),
        ("tips.per_day", "101"), ("tips.per_day", "-1"), ("overdue-task.project_realness", "140 %"), ("nothing", "1"),
        ("time-of-day.tz", "Europe/Rome"), (QUIET, "9" * 400), ("overdue-task.project_realness", "much %"),
    ],
)  # fmt: skip
def test_what_is_no_value(oo: Oo, name: str, typed: str) -> None:
    """One line, the code of wrong words, and the value as it was."""
    before = oo("profile", "--json").out
    ran = oo("profile", "set", name, "--", typed)
    assert (ran.code, ran.out) == (2, "")
    assert oo("profile", "--json").out == before


@pytest.mark.parametrize(
    ("name", "typed", "hint"),
    [
        (QUIET, "21:30", "It takes a whole hour, like 22:00."),
        ("time-of-day.peak_hours", "9 10", "It takes whole hours with commas between, like 9, 10, 11."),
        ("quiet_start", "21", "Did you mean time-of-day.quiet_start?"),
    ],
)
def test_what_a_setting_takes_is_said(oo: Oo, name: str, typed: str, hint: str) -> None:
    """A value or a name that is nearly right gets the right one in the answer."""
    assert hint in oo("profile", "set", name, typed).err


def test_every_unit_says_what_it_takes() -> None:
    """No unit is told by its inner name, but the zone, which is the machine's."""
    assert set(UNITS) - set(TAKES) == {"timezone"}


def test_words_and_fractions() -> None:
    """A global may be one of some words, or a number within bounds that is no whole one."""
    switch, share = Setting("on", "a switch", words=("on", "off")), Setting(0.1, "a share", "share", 0, 0.5)
    assert [global_value(switch, " OFF "), global_value(share, "20 %"), global_value(share, "0")] == ["off", 0.2, 0.0]
    for setting, typed in ((switch, "maybe"), (switch, "1"), (share, "0.6"), (share, "nan"), (share, "")):
        with pytest.raises(BadUsageError):
            global_value(setting, typed)


def test_every_parameter_of_ours_is_explained() -> None:
    """No shipped agent has a parameter without a few words, and no words are left over."""
    named = {f"{m.id}.{p.name}" for m in registry.manifests() for p in m.params if p.name != "tz"}
    assert set(ABOUT) == named
    ends = (f"; worked out by {name.partition('.')[0]} from 12345 completions" for name in ABOUT)
    assert max(len(about + end) for about, end in zip(ABOUT.values(), ends, strict=True)) <= ABOUT_CELLS


def test_no_reference_is_shown(lived: Oo, environ: dict[str, str]) -> None:
    """Areas that are references are counted."""
    conn = sqlite3.connect(Path(environ["OO_HOME"]) / "data" / "oo.db")
    conn.execute(
        "insert or replace into pref values ('focus-area', 'preferred_areas', 'inferred', ?, 9, 1)",
        (json.dumps(["0" * 24, "a" * 24]),),
    )
    conn.commit()
    conn.close()
    told = lived("profile", "show", "focus-area.preferred_areas").out
    assert "2 projects" in told
    assert "0" * 24 not in told
