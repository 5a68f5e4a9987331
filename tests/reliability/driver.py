"""A process that runs commands one after the other, as the slow door does, and tells how each ended.

Run as `python -m tests.reliability.driver` with a JSON list of commands on standard input. Before each one it looks at
a path that names it, so that a trace of its system calls can be told apart by command.
"""

from __future__ import annotations

import io
import json
import os
import sys
import time
from contextlib import redirect_stderr, redirect_stdout, suppress
from types import FrameType
from typing import Any

MARK = "/oo-mark/"
# Audit events by which Python tells of sockets and programs (docs: "Audit events table").
WATCHED = (
    "socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname", "subprocess.Popen",
    "os.exec", "os.posix_spawn", "os.system", "os.fork", "pty.spawn", "webbrowser.open", "http.client.connect",
    "urllib.Request", "ftplib.connect", "smtplib.connect",
)  # fmt: skip

calls: list[tuple[str, str]] = []


def watch(event: str, details: tuple[Any, ...]) -> None:
    """Note who did it: the nearest room of ours below the call."""
    if event in WATCHED:
        calls.append((event, _room(sys._getframe(1))))


def _room(frame: FrameType | None) -> str:
    while frame is not None:
        path = frame.f_code.co_filename
        for package in ("oo_cli", "oo_agents", "oo_data"):
            if f"/{package}/" in path:
                return f"{package}/{path.partition(f'/{package}/')[2]}"
        frame = frame.f_back
    return "elsewhere"


def run(words: list[str]) -> dict[str, Any]:
    """One command, with everything that it said."""
    from oo_cli.main import run as oo

    calls.clear()
    out, err = io.StringIO(), io.StringIO()
    with suppress(OSError):
        os.stat(f"{MARK}{' '.join(words)}")
    begun = time.monotonic()
    with redirect_stdout(out), redirect_stderr(err):
        code = oo(words)
    told = {"words": words, "code": code, "out": out.getvalue(), "err": err.getvalue(), "calls": list(calls)}
    return told | {"seconds": time.monotonic() - begun}


def main() -> None:
    """Run what standard input asks for; the answers as JSON on standard output."""
    from oo_cli.fast import harden

    harden()
    asked = json.load(sys.stdin)
    sys.stdin = io.StringIO(os.environ.get("OO_TEST_STDIN", ""))
    sys.addaudithook(watch)
    json.dump([run(words) for words in asked], sys.stdout)


if __name__ == "__main__":
    main()
