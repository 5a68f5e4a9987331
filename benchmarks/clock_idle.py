"""What `oo daemon` costs while nothing is due: wake-ups and processor time, beside a process that only sleeps.

    python -m benchmarks.clock_idle --seconds 300

Reads both from /proc: voluntary context switches, and nanoseconds on a processor, of every thread. Linux only.
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

DOOR = "import sys; from oo_cli.fast import main; sys.exit(main())"
ASLEEP = "import time; time.sleep(10**6)"
SETTLED_S = 20  # the first look, the first refresh and the end of it


class Used(NamedTuple):
    """What a process had used up to now."""

    wakes: int
    cpu_ns: int
    resident: int


def used(pid: int) -> Used:
    """Of all threads together."""
    wakes = cpu_ns = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        lines = (task / "status").read_text().splitlines()
        wakes += int(next(line for line in lines if line.startswith("voluntary_ctxt")).split()[1])
        cpu_ns += int((task / "schedstat").read_text().split()[0])
    resident = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")
    return Used(wakes, cpu_ns, resident)


def main() -> None:
    """Measure both side by side and print one line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=300)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as home:
        own = {"OO_HOME": home, "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
        environ = os.environ | own
        add = [sys.executable, "-c", DOOR, "--quiet", "add", "Call the dentist"]
        subprocess.run(add, env=environ, check=True, stdout=subprocess.DEVNULL)
        commands = {"oo daemon": [sys.executable, "-c", DOOR, "daemon"], "asleep": [sys.executable, "-c", ASLEEP]}
        running = {
            name: subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL)
            for name, command in commands.items()
        }
        try:
            time.sleep(SETTLED_S)
            before = {name: used(process.pid) for name, process in running.items()}
            time.sleep(seconds)
            for name, process in running.items():
                after, minutes = used(process.pid), seconds / 60
                wakes = (after.wakes - before[name].wakes) / minutes
                millis = (after.cpu_ns - before[name].cpu_ns) / 1e6 / minutes
                print(
                    f"{name}: {wakes * 60:.0f} wake-ups an hour, {millis:.2f} ms a minute,"
                    f" {after.resident / 1e6:.0f} MB resident"
                )
        finally:
            for process in running.values():
                process.terminate()
                process.wait()


if __name__ == "__main__":
    main()
