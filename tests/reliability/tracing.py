"""System-call traces of whole commands: what they connect to, what they look up, and how many bytes went where."""

from __future__ import annotations

import ipaddress
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.reliability.driver import MARK

# Everything with an address, every byte over a socket (Python's sockets call sendto and recvfrom), and opened files.
CALLS = "socket,connect,bind,sendto,sendmsg,sendmmsg,recvfrom,recvmsg,openat,open,newfstatat,stat,statx"
_ADDRESS = re.compile(r'sa_family=(\w+)(?:.*?(?:inet_addr\("|inet_pton\(AF_INET6, ")([0-9a-fA-F.:]+)")?')
_PORT = re.compile(r"sin6?_port=htons\((\d+)\)")
_BYTES = re.compile(r"(sendto|recvfrom)\(\d+<TCP(?:v6)?:\[\S+->\S+:(\d+)\]>.*= (\d+)$")


class Reach(NamedTuple):
    """One system call that names an address."""

    command: str
    family: str
    address: str
    port: int

    @property
    def is_here(self) -> bool:
        """Whether it stays on this machine."""
        if self.family in ("AF_UNIX", "AF_UNSPEC", "AF_NETLINK"):  # a socket file; nothing; the kernel
            return True
        return bool(self.address) and ipaddress.ip_address(self.address).is_loopback


class Trace(NamedTuple):
    """What a traced process did. `moved` is bytes sent and received by port of the other side."""

    out: str
    reaches: tuple[Reach, ...]
    opened: tuple[tuple[str, str], ...]
    moved: dict[int, tuple[int, int]]


@cache
def why_not() -> str:
    """Why nothing can be traced here, or nothing."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    ran = subprocess.run(["strace", "-f", "-qq", "-e", "trace=connect", "true"], capture_output=True, check=False)
    return "" if ran.returncode == 0 else "this machine lets nobody trace (ptrace is not permitted)"


needs_trace = pytest.mark.skipif(bool(why_not()), reason=why_not() or "-")


def traced(command: Sequence[str], environ: dict[str, str], folder: Path, given: str = "") -> Trace:
    """Run a program under strace, children included."""
    log = folder / "trace"
    words = ["strace", "-f", "-qq", "-yy", "--seccomp-bpf", "-s", "0", "-o", str(log), "-e", f"trace={CALLS}", *command]
    ran = subprocess.run(words, env=environ, input=given, capture_output=True, text=True, check=False, timeout=300)
    assert "Traceback" not in ran.stderr, ran.stderr
    return _read(ran.stdout, _whole(log.read_text(errors="replace").splitlines()))


def commands(asked: Sequence[Sequence[str]], environ: dict[str, str], folder: Path) -> tuple[Trace, list[Any]]:
    """Run commands one after the other in one traced process."""
    trace = traced([sys.executable, "-m", "tests.reliability.driver"], environ, folder, json.dumps(asked))
    return trace, json.loads(trace.out)


def untraced(asked: Sequence[Sequence[str]], environ: dict[str, str], wrap: Sequence[str] = ()) -> list[Any]:
    """The same without a trace; `wrap` goes before the interpreter."""
    # -B: where files may not grow, Python would leave half a compiled module in the tree, for every run to come.
    words = [*wrap, sys.executable, "-B", "-m", "tests.reliability.driver"]
    ran = subprocess.run(
        words, env=environ, input=json.dumps(asked), capture_output=True, text=True, check=False, timeout=300
    )
    assert ran.returncode == 0, ran.stderr
    return list(json.loads(ran.stdout))


def _whole(lines: list[str]) -> list[str]:
    """Each call on one line, also where another thread's came between its beginning and its end."""
    begun: dict[str, str] = {}
    whole = []
    for line in lines:
        thread, _, call = line.partition(" ")
        if call.endswith("<unfinished ...>"):
            begun[thread] = call.removesuffix("<unfinished ...>")
        elif call.lstrip().startswith("<... "):
            whole.append(begun.pop(thread, "") + call.partition("resumed>")[2])
        else:
            whole.append(call)
    return whole


def _read(out: str, lines: list[str]) -> Trace:
    command, reaches, opened = "", [], []
    moved: dict[int, tuple[int, int]] = {}
    for line in lines:
        if MARK in line:
            command = line.partition(MARK)[2].partition('"')[0]
        elif "sa_family=" in line:
            found = _ADDRESS.search(line)
            port = _PORT.search(line)
            if found:
                reaches.append(Reach(command, found[1], found[2] or "", int(port[1]) if port else 0))
        elif bytes_moved := _BYTES.search(line):
            call, port_text, count = bytes_moved.groups()
            sent, got = moved.get(int(port_text), (0, 0))
            more = (int(count), 0) if call == "sendto" else (0, int(count))
            moved[int(port_text)] = (sent + more[0], got + more[1])
        elif "open" in line:
            path = line.partition('"')[2].partition('"')[0]
            if path:
                opened.append((command, os.path.basename(path)))
    return Trace(out, tuple(reaches), tuple(opened), moved)
