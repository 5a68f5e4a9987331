"""Inside `dbus-run-session`: a gnome-keyring, then some probes one after another, then no gnome-keyring.

Usage: `python -m tests.vault.secret_service unlocked|locked '[["VERB", "ARGUMENT"], ...]'`
One JSON object out.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time

NAME = "org.freedesktop.secrets"


def main(state: str, calls: list[list[str]]) -> dict[str, object]:
    """The outcome of every call, and the process id of the daemon that served them."""
    command = ["gnome-keyring-daemon", "--foreground", "--components=secrets"]
    if state == "unlocked":
        command.append("--unlock")
    daemon = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    try:
        assert daemon.stdin is not None
        daemon.stdin.write(b"a password" if state == "unlocked" else b"")
        daemon.stdin.close()
        _wait_for_name()
        return {"pid": daemon.pid, "outcomes": [_probe(words) for words in calls]}
    finally:
        daemon.terminate()
        daemon.wait(10)


def _wait_for_name() -> None:
    # Asking the bus, because a call to the name itself would start a second daemon.
    bus = "org.freedesktop.DBus"
    ask = [
        "dbus-send",
        "--session",
        "--print-reply",
        f"--dest={bus}",
        "/",
        f"{bus}.GetNameOwner",
        f"string:{NAME}",
    ]
    for _ in range(200):
        if subprocess.run(ask, capture_output=True, check=False).returncode == 0:
            return
        time.sleep(0.05)
    raise AssertionError("gnome-keyring-daemon did not start")


def _probe(words: list[str]) -> object:
    command = [sys.executable, "-m", "tests.vault.probe", *words]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=30).stdout)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1], json.loads(sys.argv[2]))))
