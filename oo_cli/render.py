"""What a person reads: the tip, the silence, and every error. Nothing else writes to the terminal's two streams.

On the path of `oo tip`, so only what the interpreter has loaded by then.
"""

import os
import sys
import time
from collections.abc import Mapping

TYPE_CHECKING = False  # as in typing, which would have to be imported
if TYPE_CHECKING:
    from typing import TextIO

    from oo_data.errors import OoError

DIM, PLAIN = "\x1b[2m", "\x1b[0m"
FIRST_STEP = 'Tell oO one thing you have to do: oo add "Call the dentist due:friday"'
FIRST_STEP_REASON = "Nothing is connected yet. A list you already keep: oo connect todotxt --file PATH"

SILENCES = {
    "quiet-hours": "Quiet hours",
    "daily-budget": "Enough for today",
    "cool-down": "Quiet after your answer",
    "habituation": "Enough for now",
    "unlikely-moment": "Not a good moment",
    "busy": "You are busy",
    "hold-out": "A half day without tips, by lot; to end that: oo profile unset holdout.share",
    "nothing-open": "Nothing is open",
    "put-off": "All that is open is put off",
    "nothing-fits": "Nothing at hand fits that; to say how long a tip takes: oo effort 10m",
    "nothing-now": "Nothing more for now",
    "nothing-fresh": "Nothing fresh to say; run: oo refresh",
    "off": "Tips are off; to have them again: oo profile unset tips.per_day",
}
# Silences of which a person wants to know when they end.
ENDING = frozenset(("quiet-hours", "cool-down", "busy", "habituation", "unlikely-moment", "nothing-now"))


def tip_lines(text: str, reason: str, dim: bool) -> str:
    """The tip, and under it why, dimmed where the terminal can."""
    if not reason:
        return text
    return f"{text}\n{DIM}{reason}{PLAIN}" if dim else f"{text}\n{reason}"


def silence_line(reason: str, until: int, now: int) -> str:
    """One calm line that says why there is nothing, and how long."""
    said = SILENCES.get(reason, reason)
    return f"· {said}{_until(until, now) if reason in ENDING else ''}."


def _until(until: int, now: int) -> str:
    if not until or until - now > 24 * 3_600_000:
        return ""
    end, here = time.localtime(until / 1000), time.localtime(now / 1000)
    if end.tm_yday == here.tm_yday:
        return time.strftime(", until %H:%M", end)
    return time.strftime(", until %H:%M tomorrow", end)


def wants_dim(stream: "TextIO | None", environ: Mapping[str, str]) -> bool:
    """Whether the stream is a terminal that shows faint text and nobody asked for none."""
    return (
        stream is not None and stream.isatty() and not environ.get("NO_COLOR") and environ.get("TERM", "dumb") != "dumb"
    )


def fitted(text: str, columns: int) -> str:
    """Lines that a terminal would break within a word, broken between two; 0 columns are as many as it takes.

    An indented line and a row of a table go on two further in, a row after a short first cell under its second.
    """
    if not columns:
        return text
    return "\n".join(_broken(line, columns) for line in text.split("\n"))


def _broken(line: str, columns: int) -> str:
    rest = line.replace(DIM, "").replace(PLAIN, "")
    if _cells(rest) <= columns or "\x1b" in rest:  # a drawn table: its widths are its own
        return line
    begin = len(rest) - len(rest.lstrip(" "))
    gaps = _gaps(rest, begin)
    inner = gaps[0][1] if gaps and gaps[0][1] <= columns // 3 else begin + 2 if begin or gaps else 0
    found = []
    while _cells(rest) > columns:
        end = _end(rest, begin, columns)
        if end < 0:
            break
        found.append(rest[:end].rstrip())
        rest, begin = " " * inner + rest[end:].lstrip(), inner
    broken = "\n".join((*found, rest))
    return f"{DIM}{broken}{PLAIN}" if DIM in line else broken


def _end(line: str, begin: int, columns: int) -> int:
    """Where a line that is too long ends: before a cell that would have little room or needs little, else a word."""
    most = min(columns, len(line) - 1)
    while _cells(line[:most]) > columns:
        most -= 1
    gaps = _gaps(line, begin)
    for at, (end, cell) in enumerate(gaps):
        until = gaps[at + 1][0] if at + 1 < len(gaps) else len(line)
        if end <= most < until and (2 * cell > columns or 3 * _cells(line[cell:until]) <= 2 * columns):
            return end
    end = line.rfind(" ", begin, most + 1)
    while end > begin and line[end + 1 : end + 2] == "%":
        end = line.rfind(" ", begin, end)
    return end if end >= 0 else line.find(" ", begin)  # one word is too long: that is the terminal's to break


def _gaps(line: str, begin: int) -> list[tuple[int, int]]:
    """Where the cells of a row stand apart: by two spaces or more, but not within a product or a sum."""
    found = []
    while (begin := line.find("  ", begin)) >= 0:
        end = begin
        while line[end : end + 1] == " ":
            end += 1
        if not line.endswith((" x", " ="), 0, begin):
            found.append((begin, end))
        begin = end
    return found


def _cells(line: str) -> int:
    """About how wide a line is: from Hangul on most letters take two cells."""
    return len(line) if line.isascii() else sum(1 + (c >= "\u1100" and not "\u2000" <= c <= "\u2fff") for c in line)


def columns(stream: "TextIO | None") -> int:
    """How wide the terminal is; 0 for what is none."""
    try:
        return os.get_terminal_size(stream.fileno()).columns if stream is not None and stream.isatty() else 0
    except (OSError, ValueError):
        return 0


def tell(text: str) -> None:
    """Data for a person, on standard output."""
    out(fitted(text, columns(sys.stdout)))


def out(text: str) -> None:
    """Data, on standard output. A reader that has gone away ends the program in silence."""
    _write(sys.stdout, text)


def say(text: str) -> None:
    """Every other word, on standard error."""
    _write(sys.stderr, fitted(text, columns(sys.stderr)))


def report(error: "OoError", as_json: bool) -> int:
    """Tell an error in one line with its next step (an object with --json), on any terminal; its exit code."""
    told = f"oo: {error.line()}"
    if as_json:
        import json

        told = json.dumps({"error": type(error).__name__, "message": error.message, "hint": error.hint})
    _write(sys.stderr, told)
    return error.exit_code


def _write(stream: "TextIO | None", text: str) -> None:
    if stream is None:  # closed by the caller
        return
    try:
        stream.write(text + "\n")
        stream.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        if stream is sys.stdout:
            from oo_data.errors import CannotWriteError

            raise CannotWriteError("The output could not be written.", "Check where it goes.") from error
    except UnicodeEncodeError:
        plain = text.encode(stream.encoding or "ascii", "replace").decode(stream.encoding or "ascii")
        stream.write(plain + "\n")
