"""What the watch face costs while nothing happens, beside a clock in C that redraws every second, in the same windows.

`python -m benchmarks.idle [--seconds 120] [--windows 2]`; Linux, with Debian's `tty-clock`. CPU time is the scheduler's
own account of every thread (nanoseconds), a wake-up is a voluntary switch, memory is what is resident at the end.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from tests.tui.terminal import Terminal

DOOR = [sys.executable, "-c", "import sys; from oo_cli.fast import main; sys.exit(main())"]
# A weekday morning that stands still, so that a tip is on the screen in every window.
MORNING = "2026-12-01T10:00:30+01:00"
LIST = "Call Ada due:2026-12-01\nBuy milk due:2026-12-03\nWater the plants\n"


class Reading(NamedTuple):
    """One program's account so far: nanoseconds on a processor, wake-ups, and resident kilobytes."""

    busy: int
    wakes: int
    resident: int


def main() -> None:
    """Measure and print one line a program and window."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--windows", type=int, default=2)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="oo-idle-") as folder:
        environ = prepared(Path(folder))
        with Terminal(DOOR, environ) as face, Terminal(["tty-clock", "-s"], environ) as clock:
            face.until(b"Call Ada")
            rest([face, clock], 15.0)  # what starting leaves to be done
            for window in range(1, asked.windows + 1):
                before = [read(face), read(clock)]
                rest([face, clock], asked.seconds)
                after = [read(face), read(clock)]
                for name, was, is_ in zip(("oo", "tty-clock"), before, after, strict=True):
                    print(line(f"window {window}", name, was, is_, asked.seconds))
            face.press(b"q")
            face.leave()


def prepared(folder: Path) -> dict[str, str]:
    """A home of its own with a list and a tip, as the environment of a program."""
    carried = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    environ = carried | {
        "OO_HOME": str(folder / "home"), "OO_NOW": MORNING, "TZ": "Europe/Berlin", "TERM": "xterm-256color",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }  # fmt: skip
    tasks = folder / "todo.txt"
    tasks.write_text(LIST, encoding="utf-8")
    subprocess.run([*DOOR, "connect", "todotxt", "--file", str(tasks)], env=environ, check=True, capture_output=True)
    return environ


def rest(terminals: list[Terminal], seconds: float) -> None:
    """Let time pass; what is drawn is read, as a terminal would."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        for terminal in terminals:
            terminal.piece(min(left / 2, 0.5))
            terminal.again()


def read(terminal: Terminal) -> Reading:
    """The account of every thread of a terminal's program, and of the programs that it started."""
    busy = wakes = resident = 0
    for number in family(terminal.program.pid):
        place = Path(f"/proc/{number}")
        for thread in place.glob("task/*"):
            busy += int((thread / "schedstat").read_text().split()[0])
            words = (thread / "status").read_text().split()
            wakes += int(words[words.index("voluntary_ctxt_switches:") + 1])
        words = (place / "status").read_text().split()
        resident += int(words[words.index("VmRSS:") + 1])
    return Reading(busy, wakes, resident)


def family(number: int) -> list[int]:
    """A process and all that it started."""
    children = " ".join(found.read_text() for found in Path(f"/proc/{number}/task").glob("*/children")).split()
    return [number, *(each for child in children for each in family(int(child)))]


def line(window: str, name: str, was: Reading, is_: Reading, seconds: float) -> str:
    """One program in one window, per minute."""
    minutes = seconds / 60
    busy, wakes = (is_.busy - was.busy) / 1e6 / minutes, (is_.wakes - was.wakes) / minutes
    return f"{window}  {name:<10}{busy:>8.2f} ms/min {wakes:>8.1f} wake-ups/min {is_.resident / 1024:>7.1f} MB"


if __name__ == "__main__":
    main()
