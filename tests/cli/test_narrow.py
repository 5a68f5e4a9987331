"""What commands show on terminals of every width: nothing is cut by the edge, and what belongs together stays so."""

from __future__ import annotations

import fcntl
import io
import os
import re
import struct
import termios
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, redirect_stdout

import pytest

from oo_cli.commands import charts
from oo_cli.commands.desk import Desk
from oo_cli.options import Options
from oo_data.store import egress
from oo_data.store.db import open_store
from oo_data.text import width
from tests.conftest import Oo

COLUMNS = (40, 60, 80, 120)
SHOWN = ("why", "profile", "egress", "egress --totals", "consent list", "log", "agents", "policy", "status", "eval")
ANSI = re.compile(r"\x1b\[[0-9;]*m")

Show = Callable[[int, str], list[str]]


class Screen(io.StringIO):
    """A stream that says it is a terminal, as wide as the one behind `fd`."""

    def __init__(self, fd: int) -> None:
        super().__init__()
        self._fd = fd

    def fileno(self) -> int:
        """The terminal's."""
        return self._fd

    def isatty(self) -> bool:
        """It is one."""
        return True


@contextmanager
def terminal(columns: int) -> Iterator[Screen]:
    """Standard output on a terminal of so many columns."""
    with ExitStack() as stack:
        for fd in (ends := os.openpty()):
            stack.callback(os.close, fd)
        fcntl.ioctl(ends[1], termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        yield stack.enter_context(redirect_stdout(Screen(ends[1])))


@pytest.fixture
def show(oo: Oo, environ: dict[str, str]) -> Show:
    """What a command shows at a width, in a home where each has something to tell."""
    oo("add", "Write the quarterly report for the board and send it to everybody due:2026-11-30")
    oo("add", "Call the dentist +teeth")
    oo("refresh")
    oo("tip")
    oo("done")
    oo("tip")
    with closing(open_store(f"{environ['OO_HOME']}/data/oo.db")) as store:
        row = egress.EgressRow(
            "q", 1_795_370_000_000, "calendar.example.org", "read", "source.todotxt", ("busy times",)
        )
        egress.begin(store, row)
        egress.finish(store, "q", 1234, 56_789, "200")

    def shown(columns: int, command: str) -> list[str]:
        with terminal(columns) as screen:
            assert oo(*command.split(), TERM="xterm").code == 0
        return ANSI.sub("", screen.getvalue()).splitlines()

    return shown


def test_no_line_is_wider_than_the_terminal(show: Show) -> None:
    """At 40, 60, 80 and 120 columns nothing is left for the terminal to break."""
    for command in SHOWN:
        for columns in COLUMNS:
            lines = show(columns, command)
            assert lines
            assert all(width(line) <= columns for line in lines), (command, columns, lines)


def test_a_narrow_row_keeps_its_cells_whole(show: Show) -> None:
    """A term keeps its product on one line, a setting its value beside where that came from, an agent its state."""
    terms = [line for line in show(40, "why") if " x " in line]
    assert terms
    assert all(re.fullmatch(r" +-?[\d.]+ x +-?[\d.]+ = +-?[\d.]+", line) for line in terms)
    assert all("  12 a day        default" in show(columns, "profile") for columns in (40, 60))
    assert any(line.endswith(" ok") for line in show(40, "agents"))
    assert any(re.search(r"ranker +live ", line) for line in show(80, "policy"))


def test_a_table_that_does_not_fit_is_told_in_sentences() -> None:
    """One sentence a row, broken between its cells; its bars, which say nothing more, are left out."""

    class Narrow(Desk):
        dim, columns = True, 30

    at = Narrow({}, Options(), None)
    heads, rows = ("ranker", "hit@1", "MRR", ""), [("newest", "0.412 (0.3 to 0.5)", "0.500", charts.bar(at, 0.5))]
    assert charts.table(at, heads, rows) == "newest:\n  hit@1 0.412 (0.3 to 0.5),\n  MRR 0.500"
    at.columns = 60
    assert "██" in charts.table(at, heads, rows)
    at.columns = 0
    assert "█" in charts.table(at, ("a", "b", ""), [("x" * 200, "1", charts.bar(at, 1.0))])
