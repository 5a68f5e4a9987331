"""The first minutes: nothing connected, the first task, the first tip, the first tick."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import Oo

DENTIST = "Call the dentist due:2026-12-01 +health @phone"


def test_with_nothing_connected_the_tip_is_the_next_step(oo: Oo, environ: dict[str, str]) -> None:
    """A new person is led, not refused, and looking creates no home."""
    ran = oo("tip")
    assert (ran.code, ran.err) == (0, "")
    assert 'oo add "' in ran.out
    assert not Path(environ["OO_HOME"]).exists()


def test_an_added_task_becomes_the_tip_and_done_ticks_it(oo: Oo, environ: dict[str, str]) -> None:
    """Adding, seeing and ticking work with no other command in between."""
    assert oo("add", DENTIST).code == 0
    assert oo("tip").out == "Call the dentist\nDue today.\n"
    done = oo("done")
    assert (done.code, done.err) == (0, "Done: Call the dentist\n")
    line = (Path(environ["OO_HOME"]) / "data" / "todo.txt").read_text()
    assert line == f"x 2026-12-01 2026-12-01 {DENTIST}\n"
    assert oo("tip").out == "· Nothing is open.\n"


def test_the_next_tip_after_done_is_another_one(oo: Oo) -> None:
    """A ticked task is not said again, neither at once nor after a refresh."""
    oo("add", DENTIST)
    oo("add", "Water the plants due:2026-12-02")
    assert oo("tip").out.startswith("Call the dentist")
    oo("done")
    assert oo("tip").out.startswith("Water the plants")
    oo("refresh")
    assert oo("tip").out.startswith("Water the plants")


def test_undo_gives_the_task_back_as_it_was(oo: Oo, environ: dict[str, str]) -> None:
    """A slip of the finger costs nothing: the file is byte for byte what it was."""
    oo("add", DENTIST)
    file = Path(environ["OO_HOME"]) / "data" / "todo.txt"
    before = file.read_bytes()
    oo("tip")
    oo("done")
    assert oo("undo").err == "Taken back: Call the dentist\n"
    assert file.read_bytes() == before
    assert oo("tip").out.startswith("Call the dentist")
    assert oo("undo").code == 2


def test_done_twice_is_one_reaction(oo: Oo) -> None:
    """Pressing twice is not doing twice."""
    oo("add", DENTIST)
    oo("tip")
    assert [oo("done").code, oo("done").code] == [0, 0]
    logged = [json.loads(line) for line in oo("log", "--reactions", "--json").out.splitlines()]
    assert [entry["reaction"] for entry in logged] == ["done"]


def test_later_keeps_a_task_away_until_then_and_not_longer(oo: Oo) -> None:
    """A snooze holds through a refresh and ends when it said it would."""
    oo("add", DENTIST)
    oo("tip")
    assert oo("later", "2h").err == "Later, Tue 12:00: Call the dentist\n"
    oo("refresh")
    assert "dentist" not in oo("tip").out
    oo("refresh", OO_NOW="2026-12-01T12:00:01+01:00")
    assert oo("tip").out.startswith("Call the dentist")


def test_no_takes_one_of_four_reasons(oo: Oo) -> None:
    """A dismissal can say why; "too many" brings quiet that holds for a typed command too."""
    oo("add", DENTIST)
    oo("add", "Water the plants")
    oo("tip")
    assert oo("no", "because").code == 2
    assert oo("no", "too", "many").code == 0
    assert oo("tip").out == "· Quiet after your answer, until 14:00.\n"
    oo("undo")
    assert oo("tip").out.startswith("Call the dentist")


def test_reacting_to_nothing_says_what_to_do(oo: Oo) -> None:
    """A reaction without a tip is a clear word, and creates nothing."""
    for words in (["done"], ["later"], ["no"]):
        ran = oo(*words)
        assert (ran.code, ran.out) == (2, "")
        assert ran.err == "oo: No tip was shown yet. Run: oo tip\n"


def test_the_key_file_is_announced_once(oo: Oo, environ: dict[str, str]) -> None:
    """Where no keyring is, the person is told where the key went, and only then."""
    del environ["OO_KEY"]
    oo("add", DENTIST)
    first, second = oo("tip"), oo("tip")
    key = Path(environ["OO_HOME"]) / "config" / "key"
    assert f"No keyring here: the key that seals your data is in {key}" in first.err
    assert second.err == ""
    assert key.stat().st_mode & 0o777 == 0o600


def test_silence_can_be_an_exit_code(oo: Oo) -> None:
    """A script can tell silence from a tip when it asks to."""
    oo("add", DENTIST)
    assert oo("tip", "--exit-code").code == 0
    oo("done")
    assert oo("tip").code == 0
    assert oo("tip", "--exit-code").code == 10


def test_json_carries_the_contract(oo: Oo) -> None:
    """Scripts get the tip as one object, with its reason, actions and terms."""
    oo("add", DENTIST)
    said = json.loads(oo("tip", "--json", "--why").out)
    assert said["tip"]["text"] == "Call the dentist"
    assert said["tip"]["actions"] == ["done", "later", "no"]
    assert {term["name"].split(":")[0] for term in said["why"]["tip"]["terms"]} >= {"due", "project", "soonest"}
    total = sum(term["value"] * term["weight"] for term in said["why"]["tip"]["terms"])
    assert round(total, 2) == said["why"]["tip"]["score"]


def test_a_reaction_long_after_says_that_the_words_are_gone(oo: Oo) -> None:
    """The words of a tip are swept a day after it ran out; who reacts to it then is told so, not shown nothing."""
    oo("add", "Call the dentist")
    oo("tip")
    oo("refresh", OO_NOW="2026-12-05T10:00:00+01:00")
    assert "(words no longer kept)" in oo("no", OO_NOW="2026-12-05T10:01:00+01:00").err
