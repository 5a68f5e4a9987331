"""`oo tip --for` and `--energy`: a narrower choice from the same shelf, and never a longer task than there is time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Oo

LIST = """(A) Write the thesis est:2h due:2026-12-01
(B) Call the dentist est:10m
Water the plants est:5m
Sort the cellar est:3h
"""


@pytest.fixture
def ready(oo: Oo, tmp_path: Path) -> Oo:
    """A list whose tasks say how long they take."""
    file = tmp_path / "todo.txt"
    file.write_text(LIST)
    assert oo("connect", "todotxt", "--file", str(file)).code == 0
    return oo


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), "Write the thesis"),
        (("--for", "15m"), "Call the dentist"),
        (("--for", "7 min"), "Water the plants"),
        (("--for", "2h"), "Write the thesis"),
        (("--energy", "low"), "Call the dentist"),
        (("--for", "1h30m", "--energy", "high"), None),
        (("--for", "2m"), None),
    ],
)
def test_the_choice_is_narrowed(ready: Oo, words: tuple[str, ...], expected: str | None) -> None:
    """The best task that fits is offered; where none fits that is said, and is no error."""
    ran = ready("tip", *words, "--json")
    assert ran.code == 0
    said = json.loads(ran.out)
    if expected is None:
        assert said["silence"]["reason"] == "nothing-fits"
    else:
        assert said["tip"]["text"] == expected


def test_a_plain_line_says_that_nothing_fits(ready: Oo) -> None:
    """A person reads one calm line, not an empty one."""
    ran = ready("tip", "--for", "1m")
    assert (ran.code, ran.out) == (0, "· Nothing at hand fits that; to say how long a tip takes: oo effort 10m.\n")


@pytest.mark.parametrize("words", [("--for", "soon"), ("--for", "0m"), ("--for", "999h"), ("--energy", "some")])
def test_what_cannot_be_meant_is_a_usage_error(ready: Oo, words: tuple[str, ...]) -> None:
    """A mistyped length or level is told with an example, and shows no tip."""
    ran = ready("tip", *words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("oo: That is not a ")
