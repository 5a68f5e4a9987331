"""`oo cron`: what a person sees, what is written, and that forgetting takes it out again."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from oo_cli.usecases import cron
from tests.conftest import Oo
from tests.cron.machine import Machine


@pytest.fixture
def machine(tmp_path: Path, environ: dict[str, str]) -> Machine:
    """A machine with cron alone; the person's home is a folder of the test."""
    made = Machine(tmp_path / "machine").has("crontab").lacks("systemctl").lacks("launchctl")
    environ |= {"PATH": made.path, "HOME": str(tmp_path / "person")}
    return made


def test_what_would_be_written_is_shown_and_not_written(oo: Oo, machine: Machine) -> None:
    """A dry run prints the very line, and leaves the crontab alone."""
    shown = oo("cron", "install", "--dry-run")
    assert shown.code == 0
    assert "refresh --if-stale --quiet >/dev/null 2>&1 # oo-refresh-" in shown.out
    assert not machine.spool.exists()
    assert oo("cron", "install", "--yes").code == 0
    assert machine.spool.read_text().strip() == shown.out.splitlines()[1]


def test_nothing_is_written_without_a_word(oo: Oo, machine: Machine) -> None:
    """In a pipe, without --yes, the command explains itself and writes nothing."""
    refused = oo("cron", "install")
    assert refused.code == 2
    assert "--dry-run" in refused.err
    assert not machine.spool.exists()


def test_no_secret_is_written_into_the_job(oo: Oo, machine: Machine, environ: dict[str, str]) -> None:
    """A key in the environment stays there, and the person is told what that means."""
    secret = {"LITELLM_API_KEY": "sk-very-secret", "LITELLM_URL": "https://ada:sk-very-secret@example.org"}
    said = oo("cron", "install", "--yes", OLLAMA_URL="http://127.0.0.1:11434", **secret)
    line = machine.spool.read_text()
    assert environ["OO_KEY"] not in line
    assert "sk-very-secret" not in line
    assert "OLLAMA_URL=http://127.0.0.1:11434" in line
    assert all(f"{name} is a secret" in said.err for name in ("OO_KEY", "LITELLM_API_KEY", "LITELLM_URL"))


def test_status_knows_its_own_line_and_a_changed_one(oo: Oo, machine: Machine) -> None:
    """Status shows what stands there, and says when it is not what oO would write."""
    assert "Nothing is installed" in oo("cron").out
    oo("cron", "install", "--yes", "--every", "30")
    assert json.loads(oo("cron", "status", "--json").out)["installed"][0]["current"]
    machine.spool.write_text(machine.spool.read_text().replace("--quiet", "--loud"))
    assert "not what this oO would write" in oo("cron").out


def test_remove_and_forget_take_the_line_out(oo: Oo, machine: Machine) -> None:
    """After `oo cron remove`, and after `oo forget`, the crontab is what it was."""
    machine.spool.write_text("# mine\n0 5 * * * /bin/true\n")
    for ending in (("cron", "remove"), ("forget", "--yes")):
        oo("add", "Call the dentist")
        oo("cron", "install", "--yes")
        assert "oo-refresh" in machine.spool.read_text()
        assert oo(*ending).code == 0
        assert machine.spool.read_text() == "# mine\n0 5 * * * /bin/true\n"


@pytest.mark.parametrize("refused", ["-r", "-l"])
def test_a_forget_says_which_job_it_had_to_leave(
    oo: Oo, machine: Machine, environ: dict[str, str], refused: str
) -> None:
    """A crontab that cannot be changed, or read, stops no forgetting; its job is named, and not called removed."""
    oo("cron", "install", "--yes")
    oo("add", "Call the dentist")
    machine.refuses("crontab", refused)
    ran = oo("forget", "--yes")
    assert (ran.code, Path(environ["OO_HOME"]).exists()) == (0, False)
    assert "a job in crontab that could not be removed" in ran.out
    assert "Removed: the job" not in ran.out
    assert machine.spool.exists()
    verified = oo("forget", "--verify").out
    assert "Nothing of oO is here" not in verified
    told = {"-r": "A job is left in: crontab", "-l": "It could not be looked for a job in: crontab"}
    assert told[refused] in verified


def test_an_interrupted_forget_takes_the_line_out_too(oo: Oo, machine: Machine, environ: dict[str, str]) -> None:
    """A start that finishes a killed forget removes the job as well."""
    oo("cron", "install", "--yes")
    state = Path(environ["OO_HOME"]) / "state"
    state.mkdir(parents=True, exist_ok=True)
    (state / "forgetting").touch()
    oo("status")
    assert not machine.spool.exists()


def test_only_one_clockwork_holds_the_job(oo: Oo, machine: Machine, tmp_path: Path) -> None:
    """Moving from cron to systemd leaves no second job behind."""
    oo("cron", "install", "--yes")
    machine.has("systemctl")
    assert "systemd" in oo("cron", "install", "--yes").out
    assert not machine.spool.exists()
    assert len(list((tmp_path / "person/.config/systemd/user").iterdir())) == 2


@pytest.mark.parametrize(
    ("words", "code"),
    [(("cron", "instal"), 2), (("cron", "install", "--every", "7"), 2), (("cron", "install", "--using", "at"), 2),
     (("cron", "install", "--using", "launchd"), 3)],
)  # fmt: skip
def test_a_wrong_word_gets_a_next_step(oo: Oo, machine: Machine, words: tuple[str, ...], code: int) -> None:
    """Each mistake is one line with its exit code, and nothing is written."""
    said = oo(*words)
    assert said.code == code
    assert len(said.err.strip().splitlines()) == 1
    assert not machine.spool.exists()


def test_the_job_needs_nothing_but_itself(oo: Oo, machine: Machine, child_environ: dict[str, str]) -> None:
    """Run as cron runs it, with an empty environment but the key a person put there, the job makes a tip ready."""
    oo("add", "Call the dentist")
    oo("cron", "install", "--yes")
    command = machine.spool.read_text().split(" ", 5)[5].replace(r"\%", "%").replace(">/dev/null 2>&1", "")
    bare = {name: child_environ[name] for name in ("OO_KEY", "PYTHONPATH", "OO_NOW")} | {"PATH": "/usr/bin:/bin"}
    ended = subprocess.run(["sh", "-c", command], env=bare, capture_output=True, check=False, cwd="/")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")
    assert json.loads(oo("cron", "--json").out)["refreshed_at"]
    assert "Call the dentist" in oo("tip").out


def test_a_launcher_is_named_by_its_full_path(tmp_path: Path) -> None:
    """The job starts the program that installed it, whatever PATH says later."""
    installed = tmp_path / "oo"
    installed.write_text("#!/bin/sh\n")
    assert cron.launcher(str(installed), "/no/python") == ("/no/python", "-m", "oo_cli")
    installed.chmod(0o755)
    assert cron.launcher(os.path.relpath(installed), "/no/python") == (str(installed),)
