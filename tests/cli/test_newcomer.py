"""What somebody new to oO met: numbers and nouns that disagree, logins nobody has, and a night that seemed deaf."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from oo_cli.engine.areas.shipped import AREAS
from oo_cli.engine.told import counted
from oo_data import catalog
from tests.conftest import Oo

ONE = {
    "meta": "1 fact about the installation",
    "event": "1 event",
    "source": "1 connected source",
    "secret": "1 secret of sources",
    "task": "1 open task",
    "completion": "1 completion",
    "feature": "1 feature",
    "snippet": "1 snippet of agents",
    "pref": "1 preference",
    "decision": "1 decision",
    "tip": "1 tip",
    "mute": "1 muted subject",
    "outbox": "1 write to a source",
    "pref_log": "1 change of preferences",
    "habit": "1 habit",
    "effort": "1 word on effort",
    "vector": "1 meaning of titles",
    "area": "1 area of life",
    "busy": "1 busy span",
    "model": "1 learnt model",
    "arrival": "1 mark of what came from another home",
    "register": "1 turn of preferences",
    "asked": "1 question to a model",
    "data_key": "1 data key",
    "duty": "1 timer",
    "silence": "1 silent span",
    "agent_run": "1 agent run",
    "forgotten": "1 exclusion of what was forgotten",
}
NIGHT = "2026-12-01T23:30:00+01:00"
FOCUS = "focus-area.preferred_areas"


def erasable() -> list[str]:
    """The tables whose rows the erasure of a source can count."""
    return [entry.where for entry in catalog.tables() if entry.on_source != "keep"]


def test_every_erasable_table_is_tried() -> None:
    """A table that is added to the catalogue is added here with what one of its rows is called."""
    assert sorted(ONE) == sorted(erasable())


@pytest.mark.parametrize("table", erasable())
def test_one_of_a_kind(table: str) -> None:
    """One row is told in the singular, none and several as the catalogue has it."""
    what = catalog.entry(table).what
    assert counted(1, what) == ONE[table]
    assert (counted(0, what), counted(2, what)) == (f"0 {what}", f"2 {what}")


@pytest.mark.parametrize(
    ("plural", "one"),
    [
        ("requests that left the machine", "1 request that left the machine"), ("runs", "1 run"),
        ("schema history", "1 schema history"), ("buses", "1 buse"), ("", "1 "), ("s", "1 "),
    ],
)  # fmt: skip
def test_one_of_other_words(plural: str, one: str) -> None:
    """Only the last letter of the noun goes, and what is no plural is left alone."""
    assert counted(1, plural) == one


def test_what_is_erased_is_told_in_plain_grammar(oo: Oo) -> None:
    """Every door that erases says one habit, one mood, one snippet of agents."""
    oo("mood", "2")
    assert oo("mood", "--forget").out == "Erased: 1 mood, 1 event. No mood is left.\n"
    oo("habit", "add", "Stretch")
    oo("refresh")
    erased = oo("forget", "--source", "habit", "--yes").out
    assert erased.startswith("Forgotten: ")
    assert "1 habit, " in erased
    assert "1 connected source, " in erased
    assert "1 habits" not in erased


@pytest.mark.parametrize("source", ["todoist", "todotxt", "habit", "nobody"])
@pytest.mark.parametrize("home", [True, False])
def test_a_source_that_is_not_connected(oo: Oo, environ: dict[str, str], source: str, home: bool) -> None:
    """A rehearsal promises nothing that could not be done: the code of a missing connection, and no home made."""
    if home:
        oo("mood", "3")
    ran = oo("forget", "--source", source, "--dry-run")
    assert (ran.code, ran.out, ran.err) == (3, "", f"oo: {source} is not connected. See: oo sources\n")
    assert Path(environ["OO_HOME"]).exists() == home


def test_a_rehearsal_claims_no_login(oo: Oo, environ: dict[str, str]) -> None:
    """Of a source on this machine no login is told, and what would go is still there afterwards."""
    oo("habit", "add", "Stretch")
    oo("add", "Call the dentist")
    assert "login" not in oo("forget", "--dry-run").out
    ran = oo("forget", "--source", "habit", "--dry-run")
    assert (ran.code, ran.out.startswith("Would forget: "), "login" in ran.out, ran.err) == (0, True, False, "")
    assert "Stretch" in oo("habit").out
    assert "login" not in oo("forget", "--yes").out
    assert not Path(environ["OO_HOME"]).exists()


def test_doctor_names_a_broken_agent_of_ones_own(oo: Oo, environ: dict[str, str]) -> None:
    """It says which and how to mend it, counts the others as sound, and calls nothing else broken for it."""
    oo("agents", "new", "deep-work")
    sound = next(finding for finding in findings(oo) if finding["part"] == "agents")
    manifest = Path(environ["OO_HOME"]) / "config" / "agents" / "deep_work" / "manifest.toml"
    manifest.write_text(manifest.read_text().replace("ttl_hours = 6", "ttl_hours = 600"))
    broken, rest = [finding for finding in findings(oo) if finding["part"] == "agents"]
    assert broken["level"] == "note"
    assert str(broken["says"]).endswith("Mend it: oo agents check deep-work")
    assert "ttl_hours" in str(broken["says"])
    assert (sound["says"], rest["says"]) == ("6 with sound manifests.", "5 with sound manifests.")


def findings(oo: Oo) -> list[dict[str, object]]:
    """What doctor finds without leaving the machine."""
    found: list[dict[str, object]] = json.loads(oo("--offline", "doctor", "--json").out)
    return found


@pytest.mark.parametrize("words", ["my psychiatrist", "home, my psychiatrist", "Home", "a" * 23, "A" * 24, "g" * 24])
def test_free_words_are_no_focus(oo: Oo, environ: dict[str, str], words: str) -> None:
    """Settings lie unsealed, so a focus is an area by its name or a reference, and nothing else is kept."""
    oo("add", "Call the dentist")
    ran = oo("profile", "set", FOCUS, words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"oo: There is no such area. One of: {', '.join(AREAS)}.\n"
    assert not any(words.encode() in path.read_bytes() for path in Path(environ["OO_HOME"]).rglob("*.db"))


@pytest.mark.parametrize("words", ["home", "home, health", "0123456789abcdef01234567"])
def test_an_area_is_a_focus(oo: Oo, words: str) -> None:
    """Areas and references are taken as before."""
    oo("add", "Call the dentist")
    assert oo("profile", "set", FOCUS, words).code == 0


def test_the_night_answers_who_asks(oo: Oo) -> None:
    """Status says that a typed tip is answered in quiet hours that are a guess, and it is."""
    oo("add", "Call the dentist")
    oo("refresh", OO_NOW=NIGHT)
    assert "Quiet now: quiet hours, until Wed 07:00; a typed oo tip is still answered.\n" in oo("status").out
    assert json.loads(oo("status", "--json").out)["gate"]["typed"] is False
    assert oo("tip").out.startswith("Call the dentist")


def test_the_persons_own_night_answers_nobody(oo: Oo) -> None:
    """Where the quiet hours are the person's own word, status promises nothing."""
    oo("add", "Call the dentist")
    oo("profile", "set", "time-of-day.quiet_start", "23", OO_NOW=NIGHT)
    oo("refresh")
    assert "Quiet now: quiet hours, until Wed 07:00.\n" in oo("status").out
    assert json.loads(oo("status", "--json").out)["gate"]["typed"] is True
    assert oo("tip").out.startswith("· Quiet hours")
