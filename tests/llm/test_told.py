"""What the person can see of it: why, the prompt itself, the doctor, consents; and how long any of it is kept."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from oo_cli.engine.orchestrator import limits
from oo_cli.usecases import gateway, settings
from oo_cli.usecases.doctor import examine
from oo_cli.usecases.findings import Finding
from oo_cli.usecases.forget import forget
from oo_cli.usecases.refresh import refresh
from oo_cli.usecases.why import explain, last_prompt, lines
from oo_data.env import Paths
from oo_data.store import asked, shelf, words
from tests.conftest import Oo
from tests.fakes import DAY, HOUR, MINUTE, destroy_key
from tests.llm.conftest import CLOUD, LOCAL, Bench, Open
from tests.llm.upstream import Reply, Upstream, always, answer


def show(bench: Bench) -> str:
    """Look at the tip and ask why."""
    shelf.record_shown(bench.house.store, bench.clock.now, "tip", shelf.pick(bench.house.store, bench.clock.now, False))
    return "\n".join(lines(explain(bench.house)))


def doctor(bench: Bench, offline: bool = False) -> Finding:
    """What the doctor says of the model."""
    (found,) = (each for each in examine(bench.house, offline, lambda house: "") if each.part == "model")
    return found


def test_why_tells_of_the_model(bench: Bench) -> None:
    """Which prompt, where, how long, how many tokens, and how to see what was sent."""
    bench.refresh()
    said = show(bench)
    assert "A model wrote the line below the title (tip-v1, on this machine, 0." in said
    assert "220 tokens)." in said
    assert "oo why --prompt" in said


@pytest.mark.parametrize(("place", "words"), [(1, "would have put another task first"), (0, "A model wrote")])
def test_why_tells_of_its_choice(bench: Bench, place: int, words: str) -> None:
    """A model that would have put another task first is said to."""
    bench.upstream.script = answer(place)
    bench.refresh()
    assert words in show(bench)


def test_why_without_a_model(open_bench: Open) -> None:
    """With none named nothing was asked, and nothing says otherwise."""
    bench = open_bench(LITELLM_URL="")
    bench.refresh()
    assert "No model was asked; nothing left this machine" in show(bench)
    assert explain(bench.house)["model"] is None


@pytest.mark.parametrize("reason", ["consent", "title", "waiting", "budget", "address", "resting"])
def test_every_reason_not_to_ask_has_words(reason: str) -> None:
    """A tip that no model was asked about says why in words, not in a code."""
    from oo_cli.usecases.why import NOT_ASKED

    assert reason in NOT_ASKED


def test_the_prompt_is_shown_as_it_was_sent(bench: Bench) -> None:
    """To the byte, with where it went; for a day, then nothing is left of it, sealed or not."""
    assert last_prompt(bench.house) is None
    bench.refresh()
    found = last_prompt(bench.house)
    assert found is not None
    assert found["body"] == bench.upstream.log[0].text
    assert (found["host"], found["consent"], found["model"]) == (bench.upstream.host, LOCAL, "a-model")
    raw = Path(bench.house.paths.database).read_bytes()
    assert b"Pay the rent" not in raw
    bench.clock.advance(DAY + MINUTE)
    refresh(bench.house, local_only=True)
    assert last_prompt(bench.house) is None
    assert [(row.sent, row.answer) for row in bench.rows()] == [(None, None)]


def test_a_failure_keeps_what_was_sent_too(bench: Bench) -> None:
    """What left the machine can be seen also where nothing came back."""
    bench.upstream.script = always(Reply(b"{}", 500))
    bench.refresh()
    found = last_prompt(bench.house)
    assert found is not None
    assert (found["body"], found["verdict"]) == (bench.upstream.log[0].text, "failed:failing")


def test_the_key_goes_in_a_header_and_nowhere_else(open_bench: Open) -> None:
    """The gateway's key is sent as a bearer token, and stands neither in the prompt kept nor in the ledger."""
    bench = open_bench(LITELLM_API_KEY="sk-a-key-of-mine")
    bench.allow()
    bench.refresh()
    assert bench.upstream.log[0].headers["Authorization"] == "Bearer sk-a-key-of-mine"
    assert "sk-a-key" not in str(last_prompt(bench.house))
    assert b"sk-a-key" not in Path(bench.house.paths.database).read_bytes()


def test_the_doctor_follows_it(bench: Bench) -> None:
    """Where it is, whether it may be asked, what it cost today, and that it rests after failures."""
    bench.refresh()
    found = doctor(bench)
    assert (found.level, found.exit_code) == ("ok", 0)
    assert found.says == (
        f"At {bench.upstream.host}, on this machine. You allow it. Today: 1 of 1000 requests, 220 of 600000 tokens."
    )
    bench.upstream.script = always(Reply(b"{}", 500))
    for number in range(3):
        bench.retitle(f"Pay the rent {number}")
        bench.refresh()
    assert "It failed 3 times in a row and rests until 10:10." in doctor(bench).says
    bench.allow(granted=False)
    assert doctor(bench).says.endswith(f"You have not allowed it: oo consent grant {LOCAL}")
    assert "not looked up" in doctor(bench, offline=True).says


def test_the_doctor_without_a_model_or_with_a_bad_address(open_bench: Open) -> None:
    """None is well; an address that requests may not go to is not, and says what is wanted."""
    assert doctor(open_bench(LITELLM_URL="")).level == "ok"
    found = doctor(open_bench(LITELLM_URL="http://gateway.example"))
    assert (found.level, found.exit_code) == ("bad", 2)
    assert "https" in found.next


def test_how_long_it_may_take_is_a_setting(bench: Bench) -> None:
    """Three seconds unless the person says otherwise, between one and sixty."""
    assert gateway.seconds(bench.house) == limits.SECONDS
    settings.assign(bench.house, limits.SETTING, "20")
    assert gateway.seconds(bench.house) == 20
    bench.upstream.script = lambda asked: answer()(asked)._replace(wait=3.5)
    assert bench.refresh().wording == "model"


def test_forget_names_the_gateway(bench: Bench) -> None:
    """What a gateway kept is not oO's to erase, so the receipt says where it was."""
    bench.refresh()
    receipt = forget(bench.house, destroy_key)
    assert any(bench.upstream.host in line for line in receipt.external)


def test_a_source_that_is_left_takes_the_prompts_with_it(bench: Bench) -> None:
    """Titles of a source are in what was sent, so leaving it erases that."""
    from oo_cli.usecases.connect import disconnect

    bench.refresh()
    disconnect(bench.house, "todoist")
    assert asked.latest(bench.house.store.conn, "tip-generator", 10) == []


@pytest.fixture
def home(oo: Oo, environ: dict[str, str], upstream: Upstream, tmp_path: Path) -> Iterator[Oo]:
    """A real home with a todo.txt, a gateway, and the command line."""
    file = tmp_path / "todo.txt"
    file.write_text("Pay the rent due:2026-12-01\nMow the lawn\n")
    assert oo("connect", "todotxt", "--file", str(file)).code == 0
    environ["LITELLM_URL"] = upstream.url
    yield oo
    words.clear(Paths(environ))


def test_on_the_command_line(home: Oo, upstream: Upstream) -> None:
    """From the first consent to the prompt, as a person would go about it."""
    assert f"no   {LOCAL}" in home("consent").out
    assert home("consent", "grant", LOCAL).code == 0
    assert home("why", "--prompt").out == "Nothing is kept of what a model was sent.\n"
    assert home("--offline", "refresh").code == 0
    assert upstream.log == []
    assert home("refresh").code == 0
    assert home("tip").out == "Pay the rent\nStart with Pay the rent: a small first step is enough.\n"
    shown = home("why", "--prompt")
    assert shown.out == f"{upstream.log[0].text}\n"
    assert LOCAL in shown.err
    assert json.loads(home("why", "--prompt", "--json").out)["body"] == upstream.log[0].text
    assert upstream.host in home("egress").out
    assert "1 of 1000 requests" in home("doctor").out
    assert "1 wording, 1 request" in home("consent", "revoke", LOCAL).err
    assert "small first step" not in home("tip").out
    assert home("refresh").code == 0
    assert len(upstream.log) == 1


def test_a_cloud_needs_its_own_consent(home: Oo, upstream: Upstream, environ: dict[str, str]) -> None:
    """The consent for this machine does not let anything go elsewhere, and a name is only looked up with one."""
    environ["LITELLM_URL"] = "https://gateway.invalid"
    home("consent", "grant", LOCAL)
    assert home("refresh").code == 0
    assert "gateway.invalid" not in home("egress").out
    said = home("doctor", "--offline").out
    assert "model: At gateway.invalid, not looked up (--offline)." in said
    assert CLOUD not in home("egress").out


LOADED = """
import sys
asked = []
def watch(event, arguments):
    if event in ("socket.getaddrinfo", "socket.connect"):
        asked.append(arguments)
sys.addaudithook(watch)
from oo_cli.main import run
run(["refresh"])
print(*sorted(n for n in sys.modules if "llm" in n or "orchestrator" in n or "ask_model" in n or n == "httpx"))
import importlib, pkgutil, oo_cli, oo_data
for root in (oo_cli, oo_data):
    for found in pkgutil.walk_packages(root.__path__, root.__name__ + "."):
        if ".tui" not in found.name:
            importlib.import_module(found.name)
print(len(asked))
"""


def test_nothing_of_it_is_loaded_without_a_gateway(oo: Oo, child_environ: dict[str, str], tmp_path: Path) -> None:
    """Without a gateway a refresh loads the contract and the numbers of settings; importing looks nothing up."""
    file = tmp_path / "todo.txt"
    file.write_text("Pay the rent\n")
    oo("connect", "todotxt", "--file", str(file))
    ran = subprocess.run(
        [sys.executable, "-c", LOADED], env=child_environ, capture_output=True, text=True, check=True, timeout=60
    )
    loaded, looked_up = ran.stdout.splitlines()
    numbers = {"oo_cli.engine.orchestrator", "oo_cli.engine.orchestrator.limits"}
    assert set(loaded.split()) <= {"oo_data.contracts.llm", *numbers}
    assert looked_up == "0"


def test_a_clock_that_steps_back_does_not_lengthen_the_rest(bench: Bench) -> None:
    """A request that seems to lie ahead keeps nothing from being asked."""
    past = [limits.Past(HOUR, "failed:busy", True)] * 3
    assert limits.is_resting(past, HOUR + MINUTE)
    assert not limits.is_resting(past, HOUR - MINUTE)
    assert not limits.is_resting([limits.Past(HOUR, "model", False), *past], HOUR + MINUTE)
