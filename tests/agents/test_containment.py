"""Whatever an agent does that is not ours: the cold start, a line in the log, and the others run."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from oo_agents import registry
from oo_agents.kit.runner import Answer, Ask, consult
from oo_cli.house import House
from oo_cli.usecases import agents_run, think
from oo_data.contracts.agent import AgentContext, ParamValue, Snippet, UserHistory
from oo_data.contracts.event import AgentFailed
from oo_data.store import events, profile, records
from tests.agents.own import DONE, new_house, think_now, write
from tests.agents.people import NOW, history
from tests.fakes import FixedClock

FAULTS = {
    "raises": ("raise LookupError('secret')", "LookupError"),
    "leaves": ("import sys; sys.exit(0)", "SystemExit"),
    "leaves at once": ("import os; os._exit(0)", "ChildProcessError"),
    "crashes": ("import ctypes; ctypes.string_at(0)", "ChildProcessError"),
    "recurses": ("return self.compute(context)", "RecursionError"),
    "says no snippet": ("return 'late'", "ValueError"),
    "weighs nothing": ("return self.say(context, 'x', 0)._replace(weight=float('nan'))", "ValueError"),
    "points elsewhere": ("return self.say(context, 'x', 0.5, ('theirs',))", "ValueError"),
    "changes its view": ("context.features['done.per_day'] = ()", "TypeError"),
    "asks for more": ("return context.features['done.total']", "KeyError"),
    "writes": ("open('/tmp/oo-agent-was-here', 'w')", "PermissionError"),
    "reads": ("open('/etc/passwd').read()", "PermissionError"),
    "removes": ("import os; os.remove('/tmp/oo-agent-none')", "PermissionError"),
    "renames": ("import os; os.rename('/tmp/oo-agent-none', '/tmp/oo-agent-other')", "PermissionError"),
    "looks around": ("import os; os.listdir('/dev/shm')", "PermissionError"),
    "calls out": ("import socket; socket.create_connection(('127.0.0.1', 9), 1)", "PermissionError"),
    "runs a program": ("import subprocess; subprocess.run(['true'])", "PermissionError"),
    "forks": ("import os; os.fork()", "PermissionError"),
    "takes all memory": ("return 'x' * (1 << 33)", "MemoryError"),
}


def logged(house: House, thoughts: think.Thoughts) -> list[tuple[str, str]]:
    """The failures in the log once these thoughts are recorded."""
    with house.store.write():
        think.record(house, thoughts, [], house.clock.now_ms())
    failures = events.latest(house.store.conn, (AgentFailed,), 100)
    return [(e.event.subject, e.event.error) for e in failures if isinstance(e.event, AgentFailed)]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_when_it_speaks(tmp_path: Path, fault: str) -> None:
    """It says nothing, the log has the error's class and none of its words, and the agent beside it speaks."""
    house = new_house(tmp_path)
    compute, error = FAULTS[fault]
    write(house, "bad-agent", compute)
    write(house, "good-agent")
    thoughts = think_now(house)
    assert [snippet.text for snippet in thoughts.snippets] == ["Pace 2."]
    assert thoughts.failed == {"bad-agent": error}
    assert logged(house, thoughts) == [("bad-agent", error)]
    assert records.runs(house.store.conn)["bad-agent"][2] == error
    assert not os.path.exists("/tmp/oo-agent-was-here")


@pytest.mark.parametrize("fault", ["raises", "leaves", "leaves at once", "writes"])
def test_a_fault_when_it_infers(tmp_path: Path, fault: str) -> None:
    """Its parameter is at the cold start, whatever was inferred before."""
    house = new_house(tmp_path)
    folder = write(house, "bad-agent")
    logged(house, think_now(house))
    assert profile.prefs(house.store.conn)["bad-agent", "pace"].source == "inferred"
    infer, error = FAULTS[fault]
    code = (folder / "agent.py").read_text()
    (folder / "agent.py").write_text(code.replace("return {'pace': 2.0}", infer))
    thoughts = think_now(house)
    assert logged(house, thoughts) == [("bad-agent", error)]
    pref = profile.prefs(house.store.conn)["bad-agent", "pace"]
    assert (pref.value, pref.source) == (1.0, "default")


@pytest.mark.parametrize(
    "hang",
    [
        "while True: pass",
        "import time; time.sleep(60)",
        "import signal, time; signal.signal(signal.SIGALRM, signal.SIG_IGN); time.sleep(60)",
    ],
)
def test_a_hang(tmp_path: Path, hang: str) -> None:
    """An agent that never ends is ended, with its process, and refreshing goes on."""
    house = new_house(tmp_path)
    write(house, "bad-agent", hang)
    write(house, "good-agent")
    begun = time.monotonic()
    thoughts = think_now(house, limit_s=4.0)
    assert time.monotonic() - begun < 40
    assert thoughts.failed == {"bad-agent": "TimeoutError"}
    assert len(thoughts.snippets) == 1


def test_printing_and_long_words(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """What it prints is seen by nobody and is no answer; what it says is cut to one short line."""
    house = new_house(tmp_path)
    prints = "import os; print('shout' * 99); os.write(2, b'shout'); return self.say(context, 'long\\n' * 9999, 9)"
    write(house, "loud-agent", prints)
    (snippet,) = think_now(house).snippets
    assert (len(snippet.text), snippet.weight) == (90, 1.0)
    assert capfd.readouterr() == ("", "")


def test_an_agents_process_holds_nothing_of_ours(tmp_path: Path) -> None:
    """No variable of the environment, no open file and no module of the application is in it."""
    house = new_house(tmp_path)
    house.store.conn.execute("select 1")
    write(
        house,
        "curious-agent",
        "import os, sys; names = [n for n in os.environ if n not in ('PATH', 'LC_ALL', 'LC_CTYPE')]; "
        "mine = [m for m in sys.modules if m.startswith(('oo_cli', 'oo_data.store'))]; "
        "files = [os.readlink(f'/proc/self/fd/{n}') for n in range(3, 99) if os.path.islink(f'/proc/self/fd/{n}')]; "
        "files = [f for f in files if not f.startswith('pipe:')]; "
        "return self.say(context, f'{names} {mine} {files}', 0.5)",
    )
    assert [snippet.text for snippet in think_now(house).snippets] == ["[] [] []"]


def test_what_it_is_told(tmp_path: Path) -> None:
    """Features and parameters of its manifest and nothing else; the person's own value wins."""
    house = new_house(tmp_path)
    compute = "return self.say(context, f'{sorted(context.features)} {dict(context.params)}', 0.5)"
    write(house, "curious-agent", compute)
    assert think_now(house).snippets[0].text == "['done.per_day', 'task.overdue_days'] {'pace': 2.0}"


def test_replies_that_no_host_would_send(tmp_path: Path) -> None:
    """An answer is believed in nothing: an unfit value, too many bytes and no JSON all leave the cold start."""
    house = new_house(tmp_path)
    for agent_id, sent in (
        ("junk-agent", "b'junk'"),
        ("vast-agent", "b'x' * 10**6"),
        ("shaped-agent", '\'{"found": {"pace": "fast"}, "snippet": [1], "error": "x y"}\'.encode()'),
    ):
        code = "import os\n        for n in range(3, 9):\n            try:\n                os.write(n, " + sent + ")\n"
        code += "            except OSError:\n                pass\n        os._exit(0)"
        write(house, agent_id, code)
    thoughts = think_now(house)
    assert thoughts.failed.keys() == {"junk-agent", "vast-agent", "shaped-agent"}
    assert thoughts.snippets == []
    assert {found.source for each in thoughts.inferred.values() for found in each} == {"default"}


class Ours:
    """One of our agents, gone wrong as told."""

    def __init__(self, fault: BaseException | None = None, seconds: float = 0) -> None:
        self.fault, self.seconds = fault, seconds

    def compute(self, context: AgentContext) -> Snippet | None:
        """Fail or take its time."""
        if self.fault:
            raise self.fault
        time.sleep(self.seconds)
        return None

    def infer(self, history: UserHistory) -> dict[str, ParamValue]:
        """Nothing."""
        return {}


@pytest.mark.parametrize(
    ("agent", "error"),
    [
        (Ours(LookupError("secret")), "LookupError"),
        (Ours(SystemExit(1)), "SystemExit"),
        (Ours(seconds=2), "TimeoutError"),
        (Ours(), ""),
    ],
)
def test_ours(agent: Ours, error: str) -> None:
    """An agent that ships runs in this process, and its failures end there just the same."""
    manifest = registry.manifest("momentum")
    ask = Ask({"done.per_day": (0.0,) * 28}, {}, history(DONE))
    answer = agents_run.contained(manifest, ask, lambda: consult(manifest, agent, ask), 0.2)
    assert (answer.error, answer.snippet) == (error, None)
    assert {found.source for found in answer.inferred} == {"default"}


def test_interrupt_is_the_persons() -> None:
    """Ctrl-C ends the refresh, whoever runs at that moment."""
    manifest = registry.manifest("momentum")

    def interrupted() -> Answer:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        agents_run.contained(manifest, Ask({}, {}, history()), interrupted)


def test_the_same_in_both_places() -> None:
    """An agent answers the same in this process as in one of its own."""
    manifest = registry.manifest("momentum")
    here = registry.at(f"{registry.FOLDER}/momentum", "ours")
    there = here._replace(origin="third-party", module="oo_agents.momentum")
    ask = Ask({"done.per_day": (*[1.0] * 27, 9.0)}, {}, history(DONE, now=NOW))
    first, second = (agents_run.perform(entry, manifest, ask).answer for entry in (here, there))
    assert first == second
    assert first.snippet is not None


def test_a_clock_set_back_is_no_failure(tmp_path: Path) -> None:
    """Completions from a time to come leave agents as calm as any others."""
    house = new_house(tmp_path, FixedClock(1_000_000_000_000))
    write(house, "good-agent")
    thoughts = think_now(house)
    assert thoughts.failed == {}
