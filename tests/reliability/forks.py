"""A process that has loaded oO and forks a child for each command, so that thousands of deaths are affordable.

`python -m tests.reliability.forks` takes requests as JSON lines on standard input and answers with JSON lines. A child
can be traced from its first call on (strace, attached before it starts), with calls that fail or kill, or be killed by
the clock.
"""

from __future__ import annotations

import ctypes
import io
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import IO, NamedTuple

# Every call that changes a file. Python writes with write, SQLite with pwrite64.
CHANGES = (
    "write", "pwrite64", "fsync", "fdatasync", "ftruncate", "rename", "renameat", "renameat2", "unlink", "unlinkat",
    "mkdir", "mkdirat", "rmdir",
)  # fmt: skip
PR_SET_DUMPABLE, PR_SET_PTRACER, ANYBODY = 4, 0x59616D61, -1
WARM_KEY = "b2stdGhpcy1pcy1hLXRlc3Qta2V5LW9mLTMyLWJ5dGU="
_CALL = re.compile(r"^(?:\d+ +)?(\w+)\((\w*)", re.MULTILINE)


class Ended(NamedTuple):
    """How a child ended: its exit code, or minus the signal; what it said; the calls that were traced.

    `seconds` are those of the clock, `processor` those in which it ran: a busy machine makes only the first more.
    """

    code: int
    out: str
    err: str
    seconds: float
    processor: float
    trace: str

    @property
    def was_injected(self) -> bool:
        """Whether a call was made to fail or to kill."""
        return "(INJECTED)" in self.trace or self.code == -signal.SIGKILL


class Site(NamedTuple):
    """A change that a command makes: the call, its number among its kind, and whether it only speaks."""

    call: str
    number: int
    speaks: bool


class Forks:
    """The client: one process that forks for every run."""

    def __init__(self, environ: dict[str, str]) -> None:
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.reliability.forks"],
            env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def run(
        self, words: Sequence[str], environ: dict[str, str], inject: str = "", trace: str = "", kill_after: float = 0.0
    ) -> Ended:
        """Run one command. `inject` is strace's, of the call `trace`; `kill_after` is in seconds, 0 for never."""
        asked = {"words": words, "environ": environ, "inject": inject, "trace": trace, "kill_after": kill_after}
        to, back = _pipes(self._server)
        to.write(json.dumps(asked) + "\n")
        to.flush()
        return Ended(**json.loads(back.readline()))

    def sites(self, words: Sequence[str], environ: dict[str, str]) -> list[Site]:
        """Every change that a command makes, as a call and its number; strace counts each call by itself."""
        ended = self.run(words, environ, trace=",".join(CHANGES))
        number: Counter[str] = Counter()
        found = []
        for call, first in _CALL.findall(ended.trace):
            number[call] += 1
            found.append(Site(call, number[call], call == "write" and first in ("1", "2")))
        return sorted(found)

    def close(self) -> None:
        """End the process."""
        to, back = _pipes(self._server)
        to.close()
        self._server.wait(30)
        back.close()


def _pipes(server: subprocess.Popen[str]) -> tuple[IO[str], IO[str]]:
    assert server.stdin is not None
    assert server.stdout is not None
    return server.stdin, server.stdout


def serve() -> None:
    """Load what commands load, then answer until the input ends."""
    answers, sys.stdout = sys.stdout, sys.stderr
    with tempfile.TemporaryDirectory(prefix="oo-forks-") as folder:
        _warm(Path(folder))
        for line in sys.stdin:
            print(json.dumps(_one(Path(folder), **json.loads(line))._asdict()), file=answers, flush=True)


def _warm(folder: Path) -> None:
    """Have every module loaded that these commands load late."""
    from oo_cli.main import build, run
    from oo_data.env import Paths
    from oo_data.store import words as memory

    build()
    environ = dict(os.environ) | {"OO_HOME": str(folder / "warm"), "OO_KEY": WARM_KEY}
    with (folder / "said").open("w") as said, redirect_stdout(said), redirect_stderr(said):
        for words in (["add", "Read a book"], ["refresh"], ["tip"], ["done"], ["undo"], ["later"], ["status"]):
            run(words, environ)
    memory.clear(Paths(environ))


def _one(folder: Path, words: list[str], environ: dict[str, str], inject: str, trace: str, kill_after: float) -> Ended:
    log = folder / "trace"
    for file in (log, folder / "out", folder / "err"):
        file.write_text("")  # a child may die before it speaks
    begin, go = os.pipe()
    pid = os.fork()
    if pid == 0:
        _child(folder, words, environ, begin)
    os.close(begin)
    tracer = _attach(pid, log, inject, trace) if trace else None
    begun = time.monotonic()
    os.write(go, b"!")
    os.close(go)
    if kill_after:
        time.sleep(kill_after)
        os.kill(pid, signal.SIGKILL)
    _, status, used = os.wait4(pid, 0)
    seconds = time.monotonic() - begun
    if tracer is not None:
        tracer.wait(30)
    out, err = ((folder / name).read_text(errors="replace") for name in ("out", "err"))
    code, processor = os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime
    return Ended(code, out, err, seconds, processor, log.read_text(errors="replace"))


def _child(folder: Path, words: list[str], environ: dict[str, str], begin: int) -> None:
    code = 99
    try:
        kernel = ctypes.CDLL(None)
        kernel.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)  # its parent opened a vault, and closed its memory for that
        kernel.prctl(PR_SET_PTRACER, ctypes.c_ulong(ANYBODY), 0, 0, 0)
        for number, name in ((1, "out"), (2, "err")):
            os.dup2(os.open(folder / name, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), number)
        sys.stdout, sys.stderr, sys.stdin = open(1, "w"), open(2, "w"), io.StringIO()  # noqa: SIM115 - until its end
        from oo_cli.main import run

        os.read(begin, 1)
        code = run(words, environ)
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _attach(pid: int, log: Path, inject: str, trace: str) -> subprocess.Popen[bytes]:
    """Trace a child that waits for its go."""
    more = ["-e", f"inject={inject}"] if inject else []
    tracer = subprocess.Popen(["strace", "-f", "-qq", "-o", str(log), "-p", str(pid), "-e", f"trace={trace}", *more])
    status = Path(f"/proc/{pid}/status")
    while "TracerPid:\t0" in status.read_text():
        assert tracer.poll() is None, "strace cannot attach"
        time.sleep(0.001)
    return tracer


if __name__ == "__main__":
    serve()
