"""What a person reads, also on streams that are narrow, deaf or gone."""

from __future__ import annotations

import fcntl
import io
import json
import os
import struct
import subprocess
import sys
import termios

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli import render
from oo_data.errors import ConsentMissingError
from tests.unit.examples import ms

HELLO = "from oo_cli import render; import sys; sys.stdin.read(1); render.{}('· Café 漢字'); render.out('after')"


@pytest.mark.parametrize(
    ("reason", "dim", "said"),
    [
        ("", False, "Call"),
        ("", True, "Call"),
        ("Due today.", False, "Call\nDue today."),
        ("Due today.", True, "Call\n\x1b[2mDue today.\x1b[0m"),
    ],
)
def test_a_tip_in_lines(reason: str, dim: bool, said: str) -> None:
    """The tip, and its reason on a line of its own, faint where that can be shown."""
    assert render.tip_lines("Call", reason, dim) == said


@pytest.mark.parametrize(
    ("now", "until", "ending"),
    [
        ("2026-12-01T21:59", "2026-12-01T23:59", ", until 23:59"),
        ("2026-12-01T22:00", "2026-12-02T07:00", ", until 07:00 tomorrow"),
        ("2026-12-01T23:59", "2026-12-02T00:00", ", until 00:00 tomorrow"),
        ("2026-12-02T00:00", "2026-12-02T07:00", ", until 07:00"),
        ("2026-12-31T23:00", "2027-01-01T07:00", ", until 07:00 tomorrow"),
        ("2026-10-24T22:00", "2026-10-25T07:00", ", until 07:00 tomorrow"),
        ("2026-10-25T02:30+02:00", "2026-10-25T02:45+01:00", ", until 02:45"),
        ("2026-12-01T10:00", "2026-12-03T10:00", ""),
        ("2026-12-01T10:00", "", ""),
    ],
)
def test_a_silence_says_until_when(now: str, until: str, ending: str) -> None:
    """The hour in the person's zone, with "tomorrow" exactly from midnight on; none that is far or unknown."""
    line = render.silence_line("quiet-hours", ms(until) if until else 0, ms(now))
    assert line == f"· {render.SILENCES['quiet-hours']}{ending}."


@pytest.mark.parametrize("reason", [*render.SILENCES, "something-new"])
def test_every_silence_is_one_line(reason: str) -> None:
    """Each reason has words, and one that has none yet is said as it is."""
    line = render.silence_line(reason, 0, 0)
    assert line == f"· {render.SILENCES.get(reason, reason)}."
    assert "\n" not in line


@pytest.mark.parametrize(
    ("environ", "dim"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "xterm", "NO_COLOR": ""}, True),
        ({"TERM": "xterm", "NO_COLOR": "1"}, False),
        ({"TERM": "dumb"}, False),
        ({}, False),
    ],
)
def test_faint_only_where_it_shows(environ: dict[str, str], dim: bool) -> None:
    """A real terminal that knows how, and a person who did not decline; never a pipe."""
    leader, follower = os.openpty()
    with open(leader, "rb"), open(follower, "w", encoding="utf-8") as terminal:
        assert render.wants_dim(terminal, environ) is dim
    assert render.wants_dim(io.StringIO(), environ) is False


def test_errors_go_to_the_other_stream(capsys: pytest.CaptureFixture[str]) -> None:
    """One line with its next step, or an object with the same words; the exit code is the error's."""
    error = ConsentMissingError("That is not allowed.", "Run: oo consent grant phone")
    assert render.report(error, as_json=False) == render.report(error, as_json=True) == 4
    out, err = capsys.readouterr()
    first, second = err.splitlines()
    assert (out, first) == ("", "oo: That is not allowed. Run: oo consent grant phone")
    assert json.loads(second) == {
        "error": "ConsentMissingError",
        "message": "That is not allowed.",
        "hint": "Run: oo consent grant phone",
    }


@pytest.mark.parametrize(("encoding", "seen"), [("ascii", b"? Caf? ??"), ("latin-1", b"\xb7 Caf\xe9 ??")])
def test_a_narrow_stream_gets_what_it_can_take(encoding: str, seen: bytes, child_environ: dict[str, str]) -> None:
    """Where the encoding lacks a letter, a question mark stands for it, and the program goes on."""
    command = [sys.executable, "-c", HELLO.format("out")]
    ran = subprocess.run(
        command, input=b"", capture_output=True, env=child_environ | {"PYTHONIOENCODING": encoding}, check=True
    )
    assert (ran.stdout.splitlines(), ran.stderr) == ([seen, b"after"], b"")


@pytest.mark.parametrize(("call", "gone"), [("out", "stdout"), ("say", "stderr")])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_a_reader_that_went_away_is_no_error(
    call: str, gone: str, encoding: str, child_environ: dict[str, str]
) -> None:
    """`oo tip | head -0` ends with success and without a word, whichever stream was closed."""
    child = subprocess.Popen(
        [sys.executable, "-c", HELLO.format(call)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, env=child_environ | {"PYTHONIOENCODING": encoding},
    )  # fmt: skip
    with child:
        streams = {"stdout": child.stdout, "stderr": child.stderr}
        closed = streams.pop(gone)
        (left,) = streams.values()
        assert child.stdin
        assert closed
        assert left
        closed.close()
        child.stdin.close()
        assert left.read() == (b"after\n" if gone == "stderr" else b"")
        assert child.wait() == 0


@pytest.mark.parametrize(
    ("line", "broken"),
    [
        ("Draft the talk", "Draft the talk"),
        ("Draft the talk for the group", "Draft the talk for\nthe group"),
        ("  momentum says: 26 done this week", "  momentum says: 26\n    done this week"),
        ("tips.pause   30 min  default", "tips.pause   30 min\n  default"),
        ("\x1b[2mDue on Saturday, an hour\x1b[0m", "\x1b[2mDue on Saturday, an\nhour\x1b[0m"),
        ("ok    key: it is in a file", "ok    key: it is in\n      a file"),
        ("tips.per_hour 1  12 a day", "tips.per_hour 1\n  12 a day"),
        ("due: today   1.00 x  0.66 =  0.66", "due: today\n  1.00 x  0.66 =\n  0.66"),
        ("  due: today  1 x -1 =  -1", "  due: today\n    1 x -1 =  -1"),
        ("it is as likely as 40 % now", "it is as likely as\n40 % now"),
        ("See: https://example.org/a/long/address", "See:\nhttps://example.org/a/long/address"),
        ("歯医者に電話 する予定です", "歯医者に電話\nする予定です"),
        ("\x1b[1mpolicy \x1b[0m same choice", "\x1b[1mpolicy \x1b[0m same choice"),
        ("", ""),
    ],
)
def test_a_terminal_breaks_no_word(line: str, broken: str) -> None:
    """Twenty columns: prose goes on at the edge, tables and indented lines further in, dimmed words stay dimmed."""
    assert render.fitted(line, 20) == broken
    assert render.fitted(f"{line}\n{line}", 20) == f"{broken}\n{broken}"
    assert render.fitted(line, 0) == line


@given(st.text(alphabet="ab  x=%\u6b6f\u00e9\n"), st.integers(1, 30))
def test_fitting_keeps_every_word(text: str, columns: int) -> None:
    """Whatever is broken, the words are those that were said, in their order, and no line that could be is too long."""
    fitted = render.fitted(text, columns)
    assert fitted.split() == text.split()
    assert all(render._cells(line) <= columns or " " not in line.strip() for line in fitted.split("\n"))


def test_only_a_terminal_is_fitted(child_environ: dict[str, str]) -> None:
    """On a terminal of 24 columns lines are broken; in a pipe they are whole."""
    code = "from oo_cli import render; render.tell('Call the dentist about the crown')"
    words = [sys.executable, "-c", code]
    piped = subprocess.run(words, env=child_environ, capture_output=True, check=True)
    assert piped.stdout == b"Call the dentist about the crown\n"
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 10, 24, 0, 0))
    subprocess.run(words, env=child_environ, stdout=theirs, check=True)
    assert os.read(ours, 1000) == b"Call the dentist about\r\nthe crown\r\n"
    os.close(ours)
    os.close(theirs)


def test_an_error_is_one_line_on_every_terminal(child_environ: dict[str, str]) -> None:
    """Words beside the data are fitted as the data is; an error, whose next step may be copied, is not."""
    error = "BadUsageError('That is no mood.', 'Try: oo mood')"
    said = f"render.say('Words beside the data break'); render.report({error}, False)"
    code = f"from oo_cli import render; from oo_data.errors import BadUsageError; {said}"
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 10, 24, 0, 0))
    subprocess.run([sys.executable, "-c", code], env=child_environ, stderr=theirs, check=True)
    assert os.read(ours, 1000) == b"Words beside the data\r\nbreak\r\noo: That is no mood. Try: oo mood\r\n"
    os.close(ours)
    os.close(theirs)
