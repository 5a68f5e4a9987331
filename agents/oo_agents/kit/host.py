"""The process in which an agent runs that oO does not ship: one question on standard input, one answer, the end.

It holds no key, no title and no open file of oO's. The limits below catch carelessness (a loop, a stray file, a
request); they are no cell for malice, which is why such an agent is off until the person enables it.
"""

from __future__ import annotations

import _posixsubprocess
import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from oo_agents import registry
from oo_agents.kit import wire
from oo_agents.kit.inference import error_word
from oo_agents.kit.runner import consult, failed

MEMORY_BYTES = 2 << 30
# Audit events (sys.addaudithook) by how they begin: network, other programs, databases, changes to any file.
_REFUSED = (
    "socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system", "os.kill", "pty.", "sqlite3.",
    "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.ch", "os.truncate", "os.utime",
    "os.setxattr", "os.removexattr", "shutil.",
)  # fmt: skip
_LOOKING = ("open", "os.listdir", "os.scandir")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def main() -> None:
    """Answer one question. Whatever the agent prints goes nowhere."""
    reply_to = os.dup(1)
    question = json.loads(sys.stdin.buffer.read())
    with open(os.devnull, "r+b", buffering=0) as nothing:
        for fd in (0, 1, 2):
            os.dup2(nothing.fileno(), fd)
    confine(question["seconds"], [*sys.path, question["entry"]["folder"]])
    answer = json.dumps(_answer(question)).encode()
    while answer:
        answer = answer[os.write(reply_to, answer) :]
    os._exit(0)  # what the agent registered for the end does not run


def confine(seconds: float, readable: list[str]) -> None:
    """Take from this process what no agent needs: files beyond `readable`, the network, other programs, endlessness."""
    sys.dont_write_bytecode = True
    for limit, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CPU, int(seconds) + 1),
        (resource.RLIMIT_AS, MEMORY_BYTES),
    ):
        with suppress(OSError, ValueError):
            resource.setrlimit(limit, (most, most))
    signal.alarm(int(seconds) + 1)  # in case whoever asked has died and cannot end this process
    _posixsubprocess.fork_exec = _no_program  # has no audit event of its own
    sys.addaudithook(_guard(tuple(f"{path.rstrip('/')}/" for path in _roots(readable))))


def _no_program(*_: object) -> int:
    raise PermissionError("an agent starts no programs")


def _roots(readable: list[str]) -> set[str]:
    own = {sys.prefix, sys.base_prefix, "/usr/share/zoneinfo", "/usr/lib", "/lib", "/dev/null", "/dev/urandom"}
    wanted = {path for path in (*readable, *own) if os.path.isabs(path)}
    return wanted | {os.path.realpath(path) for path in wanted}


def _guard(roots: tuple[str, ...]) -> Callable[[str, tuple[Any, ...]], None]:
    def guard(event: str, details: tuple[Any, ...]) -> None:
        if event.startswith(_REFUSED):
            raise PermissionError("an agent has the context it is handed, and nothing else")
        if event in _LOOKING and isinstance(details[0], str | bytes):
            path = os.path.abspath(os.fsdecode(details[0]))
            if not f"{path}/".startswith(roots) or _writes(*details[1:]):
                raise PermissionError("an agent opens no files")

    return guard


def _writes(mode: object = None, flags: object = 0) -> bool:
    return (isinstance(mode, str) and any(sign in mode for sign in "wax+")) or (
        isinstance(flags, int) and bool(flags & _WRITING)
    )


def _answer(question: wire.Message) -> wire.Message:
    where = question["entry"]
    entry = registry.at(where["folder"], where["origin"], where["id"], where["module"])
    if question["task"] == "check":
        from oo_agents.kit import ladder

        return {"rules": ladder.examine(entry)}
    if entry.manifest is None:
        return {"found": {}, "snippet": None, "error": "DataDamagedError"}
    ask = wire.ask_of(question["ask"])
    try:
        return wire.answer_message(consult(entry.manifest, registry.load_entry(entry), ask))
    except BaseException as error:  # noqa: BLE001 - also one that asks to leave the process
        return wire.answer_message(failed(entry.manifest, ask, error_word(error)))


if __name__ == "__main__":
    main()
