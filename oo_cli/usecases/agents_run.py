"""One agent, one run, contained: ours in a thread, anybody else's in a process of its own, each under a time limit."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from typing import IO, NamedTuple

from oo_agents import registry
from oo_agents.kit import wire
from oo_agents.kit.inference import error_word
from oo_agents.kit.limit import limited
from oo_agents.kit.runner import Answer, Ask, consult, failed
from oo_agents.registry import Entry
from oo_cli.adapters import interpreter
from oo_data.contracts.agent import AgentManifest

LIMIT_S = 5.0
MAX_REPLY = 262_144
HOST = "oo_agents.kit.host"


class Outcome(NamedTuple):
    """How a run went, and the milliseconds it took."""

    answer: Answer
    millis: int


def perform(entry: Entry, manifest: AgentManifest, ask: Ask, limit_s: float = LIMIT_S) -> Outcome:
    """Run one agent. Never raises for anything it does: whatever goes wrong, every parameter is at its cold start."""
    begun = time.monotonic_ns()
    if entry.origin == "ours":
        answer = contained(manifest, ask, lambda: consult(manifest, registry.load(entry.id), ask), limit_s)
    else:
        answer = contained(manifest, ask, lambda: _elsewhere(entry, manifest, ask, limit_s))
    return Outcome(answer, (time.monotonic_ns() - begun) // 1_000_000)


def contained(manifest: AgentManifest, ask: Ask, run: Callable[[], Answer], limit_s: float | None = None) -> Answer:
    """What `run` answers; where it raises, or takes longer than a limit, the cold start and the error's name."""
    try:
        return limited(run, limit_s) if limit_s is not None else run()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - also an agent that asks to leave the process
        return failed(manifest, ask, error_word(error))


def _elsewhere(entry: Entry, manifest: AgentManifest, ask: Ask, limit_s: float) -> Answer:
    question = {"task": "run", "ask": wire.ask_message(manifest, ask)}
    return wire.answer_of(manifest, ask, in_child(entry, question, limit_s))


def in_child(entry: Entry, question: wire.Message, limit_s: float) -> bytes:
    """What the agent's own process replies. Raises `TimeoutError`, or `ChildProcessError` where it ends without.

    A fresh interpreter and not a fork: it holds neither our keys nor a task's words, and needs no lock of a thread.
    """
    message = {**question, "entry": wire.entry_message(entry), "seconds": limit_s}
    child = subprocess.Popen(
        interpreter.running(HOST),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=interpreter.FOLDER,
        env=interpreter.ENVIRON,
        start_new_session=True,  # so that whatever it starts ends with it
    )
    try:
        return _talk(child, json.dumps(message).encode(), time.monotonic() + limit_s)
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        for pipe in filter(None, (child.stdin, child.stdout)):
            with suppress(BrokenPipeError):
                pipe.close()


def _talk(child: subprocess.Popen[bytes], message: bytes, end: float) -> bytes:
    if child.stdin is None or child.stdout is None:
        raise ChildProcessError
    with suppress(BrokenPipeError):
        child.stdin.write(message)  # the host reads all of it before any agent's code runs
        child.stdin.close()
    reply = _read(child.stdout, end)
    if not reply:
        raise ChildProcessError
    return reply


def _read(pipe: IO[bytes], end: float) -> bytes:
    found = b""
    with selectors.DefaultSelector() as ready:
        ready.register(pipe, selectors.EVENT_READ)
        while ready.select(max(0.0, end - time.monotonic())):
            chunk = os.read(pipe.fileno(), 65_536)
            if not chunk:
                return found
            found += chunk
            if len(found) > MAX_REPLY:
                raise ChildProcessError
    raise TimeoutError
