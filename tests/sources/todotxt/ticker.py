"""A process of its own that ticks tasks, for the test of two writers at one file: PATH PREFIX COUNT."""

from __future__ import annotations

import sys

from oo_cli.adapters.sources.todotxt.source import TodoTxtSource


def main() -> int:
    """The number of tasks that could not be ticked."""
    path, prefix, count = sys.argv[1:]
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    source = TodoTxtSource(path, "UTC", own=False)
    return sum(not source.complete(f"{prefix} {number}", 0) for number in range(int(count)))


if __name__ == "__main__":
    sys.exit(main())
