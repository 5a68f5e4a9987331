"""What a refresh and a tip cost as the history grows.

    python -m benchmarks.growth [--events 10000 100000 1000000] [--tasks 5000] [--done 50000] [--json FILE]

Makes a home with a todo.txt of `--tasks` open lines, a done.txt of `--done` lines and that many logged events, then
measures whole processes: CPU seconds and peak memory of `oo refresh`, CPU milliseconds of `oo tip` (best of five).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

if not __package__:  # run as a file: the packages lie beside its folder
    sys.path[:0] = [str(Path(__file__).resolve().parent.parent / part) for part in (".", "agents", "data")]

from oo_data.env import Paths
from oo_data.store.db import open_store

NOW = "2026-12-01T10:00:00+01:00"
NOW_MS = 1_796_115_600_000
TODAY = date(2026, 12, 1)
RUN = "import sys; from oo_cli.fast import main; sys.exit(main())"
VERBS = ("Call", "Write", "Pay", "Fix", "Read", "Order", "Plan", "Send", "Clean", "Book")
THINGS = (
    "the dentist",
    "a report",
    "the rent",
    "the bike",
    "a chapter",
    "filters",
    "the trip",
    "an invoice",
    "the desk",
)
INSERT = "insert into event (id, at, type, subject, data) values (?, ?, ?, ?, ?)"


class Cost(NamedTuple):
    """What one size of history costs."""

    events: int
    refresh_cpu_s: float
    refresh_peak_mb: float
    tip_cpu_ms: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure every size, print a table and a plot."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--events", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--tasks", type=int, default=5_000)
    parser.add_argument("--done", type=int, default=50_000)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args(arguments)
    costs = [measure(events, asked.tasks, asked.done) for events in asked.events]
    sys.stdout.write(f"{asked.tasks} open tasks, {asked.done} completions\n" + table(costs))
    if asked.json:
        asked.json.write_text(json.dumps([cost._asdict() for cost in costs]))
    return 0


def measure(events: int, tasks: int, done: int) -> Cost:
    """The cost in a fresh home with that much history."""
    with tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, "OO_HOME": f"{folder}/home", "OO_NOW": NOW, "TZ": "Europe/Berlin"}
        environ |= {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring", "PYTHONPATH": os.pathsep.join(sys.path)}
        write_lists(Path(folder), tasks, done)
        run(environ, "connect", "todotxt", "--file", f"{folder}/todo.txt", "--quiet")
        run(environ, "tip")
        fill_log(Paths(environ).database, events)
        (Path(folder) / "todo.txt").touch()
        run(environ, "refresh", "--quiet")  # the first one after a change also learns
        refresh = [run(environ, "refresh", "--quiet") for _ in range(3)]
        tips = [run(environ, "tip") for _ in range(5)]
        return Cost(
            events,
            round(min(cpu for cpu, _ in refresh), 2),
            round(max(peak for _, peak in refresh), 1),
            round(min(cpu for cpu, _ in tips) * 1000, 1),
        )


def write_lists(folder: Path, tasks: int, done: int) -> None:
    """Made-up lists: two years of completions with projects, contexts and dates."""
    rng = random.Random(7)

    def words() -> str:
        title = f"{rng.choice(VERBS)} {rng.choice(THINGS)} {rng.randrange(10**6)}"
        return f"{title} +p{rng.randrange(40)} @c{rng.randrange(6)}"

    def ago(most: int) -> date:
        return TODAY - timedelta(days=rng.randrange(most))

    lines = []
    for _ in range(tasks):
        due = f" due:{TODAY + timedelta(days=rng.randint(-20, 60))}" if rng.random() < 0.4 else ""
        lines.append(f"{rng.choice(('(A) ', '(B) ', '', '', ''))}{ago(300)} {words()}{due}")
    ended = []
    for _ in range(done):
        end = ago(540)
        ended.append(f"x {end} {end - timedelta(days=rng.randrange(30))} {words()}")
    (folder / "todo.txt").write_text("\n".join(lines) + "\n")
    (folder / "done.txt").write_text("\n".join(sorted(ended)) + "\n")


def fill_log(database: str, events: int) -> None:
    """Years of tips shown and answered, straight into the log; completions get the hour that a done.txt lacks."""
    store = open_store(database)
    step = 500 * 86_400_000 // max(1, events)
    with store.write() as conn:
        for number in range(events // 2):
            at = NOW_MS - (events - 2 * number) * step
            about = f"r{number % 5000}"
            tip = f"t{number}"
            shown, given = '{"about":"%s","surface":"tip"}', '{"about":"%s","reaction":"done","reason":"","until":0}'
            conn.execute(INSERT, (f"s{number}", at, "TipShown", tip, shown % about))
            conn.execute(INSERT, (f"g{number}", at + step, "FeedbackGiven", tip, given % about))
        conn.execute("update or ignore completion set timed = 1, at = at + abs(random()) % 36000000 - 14400000")
    store.close()


def run(environ: dict[str, str], *words: str) -> tuple[float, float]:
    """CPU seconds and peak megabytes of one command, in a process of its own."""
    probe = (
        "import os, resource, subprocess, sys;"
        "code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode;"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN);"
        "print(code, used.ru_utime + used.ru_stime, used.ru_maxrss)"
    )
    command = [sys.executable, "-c", probe, sys.executable, "-c", RUN, *words]
    ran = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    code, cpu, peak = ran.stdout.split()
    if code != "0":
        raise SystemExit(f"oo {' '.join(words)} ended with {code}: {ran.stderr}")
    return float(cpu), int(peak) / (1024 if sys.platform == "linux" else 1024**2)


def table(costs: Sequence[Cost]) -> str:
    """The figures, and each measure as bars scaled to its own largest."""
    head = f"{'events':>9} {'refresh, s CPU':<28} {'refresh, MB':<28} {'tip, ms CPU':<28}\n"
    rows = []
    for cost in costs:
        bars = []
        for at in range(1, len(Cost._fields)):
            most = max(float(other[at]) for other in costs) or 1.0
            bars.append(f"{cost[at]:>8g} {'█' * round(18 * cost[at] / most):<19}")
        rows.append(f"{cost.events:>9} " + " ".join(bars).rstrip())
    return head + "\n".join(rows) + "\n"


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.exit(main())
