"""Each clockwork writes its own job, replaces it, shows it, and takes nothing else out."""

from __future__ import annotations

import plistlib
import shlex
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oo_cli.adapters.clockwork.crontab import Crontab
from oo_cli.adapters.clockwork.launchd import Launchd
from oo_cli.adapters.clockwork.systemd import Systemd
from oo_cli.adapters.programs import Programs
from oo_data.contracts.job import Job
from oo_data.errors import CannotWriteError
from tests.cron.machine import Machine

ODD = '/home/a b/100% "mine" $HOME\\n\'x'
JOB = Job("oo-refresh", ("/opt/oo/bin/oo", "refresh"), (("OO_HOME", ODD),), 15, 7)
LINES = st.lists(st.text(st.characters(exclude_characters="\n\r\0", codec="utf-8"), max_size=30), max_size=8)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine with every manager."""
    return Machine(tmp_path / "machine").has("crontab", "systemctl", "launchctl")


def programs(machine: Machine) -> Programs:
    """Its programs."""
    return Programs({"PATH": machine.path})


@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(lines=LINES)
def test_foreign_lines_of_a_crontab_stay_byte_equal(machine: Machine, lines: list[str]) -> None:
    """Whatever else a crontab holds is the same after installing twice and removing."""
    before = "".join(f"{line}\n" for line in lines).encode()
    machine.spool.write_bytes(before)
    cron = Crontab(programs(machine))
    cron.install(JOB)
    cron.install(JOB._replace(minutes=30))
    assert machine.spool.read_bytes().startswith(before)
    assert machine.spool.read_bytes().count(b"# oo-refresh\n") == 1
    assert cron.remove(JOB.id)
    assert (machine.spool.read_bytes() if machine.spool.exists() else b"") == before


def test_a_line_of_cron_runs_in_a_bare_environment_with_odd_names_whole(machine: Machine, tmp_path: Path) -> None:
    """Blanks, quotes, dollars and percent signs in a path reach the program as they are, and nothing is mailed."""
    seen = tmp_path / "seen"
    told = tmp_path / "teller"
    told.write_text(f'#!/bin/sh\nprintf %s "$OO_HOME" > "{seen}"\necho to be mailed\n')
    told.chmod(0o755)
    cron = Crontab(programs(machine))
    cron.install(JOB._replace(command=(str(told), "refresh")))
    minute, *_, command = machine.spool.read_text().rstrip("\n").split(" ", 5)
    assert minute == "7-59/15"
    # cron takes a backslash before % away, ends the command at a bare one, and gives the rest to sh.
    mailed = subprocess.run(
        ["sh", "-c", command.replace(r"\%", "%")], env={"PATH": "/usr/bin:/bin"}, capture_output=True, check=True
    )
    assert seen.read_text() == ODD
    assert mailed.stdout + mailed.stderr == b""


def test_the_job_of_another_home_is_another_line(machine: Machine) -> None:
    """Removing one home's job leaves that of a home whose name begins alike."""
    cron = Crontab(programs(machine))
    cron.install(JOB)
    cron.install(JOB._replace(id="oo-refresh-1a2b3c4d"))
    assert cron.remove(JOB.id)
    assert not cron.remove(JOB.id)
    assert "oo-refresh-1a2b3c4d" in (cron.standing("oo-refresh-1a2b3c4d") or "")


def test_a_crontab_that_cannot_be_read_is_not_overwritten(machine: Machine) -> None:
    """Where the crontab's content is unknown, nothing is written over it."""
    machine.lacks("crontab")
    with pytest.raises(CannotWriteError):
        Crontab(programs(machine)).install(JOB)


def test_a_person_who_may_not_use_cron_has_no_job_there(machine: Machine) -> None:
    """Where the administrator keeps cron from somebody, it is passed over instead of failing what others do."""
    machine.lacks("crontab", "You (ada) are not allowed to use this program (crontab)")
    cron = Crontab(programs(machine))
    assert (cron.works(), cron.standing(JOB.id), cron.remove(JOB.id)) == (False, None, False)


def test_a_line_too_long_for_cron_is_refused(machine: Machine) -> None:
    """A line that cron would cut is not written."""
    with pytest.raises(CannotWriteError):
        Crontab(programs(machine)).install(JOB._replace(environment=(("OO_HOME", "x" * 1000),)))
    assert not machine.spool.exists()


def test_systemd_gets_a_service_and_a_timer(machine: Machine, tmp_path: Path) -> None:
    """Both units are written, the timer is started, and removal leaves neither."""
    systemd = Systemd(programs(machine), str(tmp_path / "config"))
    assert systemd.standing(JOB.id) is None
    systemd.install(JOB)
    assert systemd.standing(JOB.id) == systemd.plan(JOB)
    service = (tmp_path / "config/systemd/user/oo-refresh.service").read_text()
    timer = (tmp_path / "config/systemd/user/oo-refresh.timer").read_text()
    assert 'ExecStart="/opt/oo/bin/oo" "refresh"\n' in service
    assert r'Environment="OO_HOME=/home/a b/100%% \"mine\" $HOME\\n' in service
    assert "OnCalendar=*:7/15\n" in timer
    assert machine.asked()[-1] == "systemctl --user enable --now oo-refresh.timer"
    assert systemd.remove(JOB.id)
    assert not list((tmp_path / "config/systemd/user").iterdir())
    assert not systemd.remove(JOB.id)


@pytest.mark.parametrize("minutes", [15, 60])
def test_systemd_itself_accepts_both_units(machine: Machine, tmp_path: Path, minutes: int) -> None:
    """systemd's own checker reads the units without a complaint, odd paths and whole hours included."""
    checker = Programs({"PATH": "/usr/bin:/bin", "XDG_RUNTIME_DIR": str(tmp_path)})
    if checker.find("systemd-analyze") is None:
        pytest.skip("systemd is not installed")
    Systemd(programs(machine), str(tmp_path / "config")).install(
        JOB._replace(command=("/bin/true", ODD), minutes=minutes)
    )
    units = sorted(map(str, (tmp_path / "config/systemd/user").iterdir()))
    verdict = checker.run("systemd-analyze", "--user", "verify", "--man=no", *units)
    complaints = [line for line in verdict.err.decode().splitlines() if "oo-refresh" in line]
    assert (verdict.code, complaints) == (0, [])


def test_a_timer_that_does_not_start_leaves_no_units(machine: Machine, tmp_path: Path) -> None:
    """A failed installation is none: no unit is left that would run one day."""
    machine.refuses("systemctl", "--user", "enable")
    systemd = Systemd(programs(machine), str(tmp_path / "config"))
    with pytest.raises(CannotWriteError):
        systemd.install(JOB)
    assert systemd.standing(JOB.id) is None


def test_launchd_gets_a_property_list(machine: Machine, tmp_path: Path) -> None:
    """The property list says what to run, how often, with which settings, and is loaded and unloaded."""
    launchd = Launchd(programs(machine), str(tmp_path))
    launchd.install(JOB)
    path = tmp_path / "Library/LaunchAgents/oo-refresh.plist"
    told = plistlib.loads(path.read_bytes())
    assert (told["ProgramArguments"], told["StartInterval"]) == (list(JOB.command), 900)
    assert told["EnvironmentVariables"] == {"OO_HOME": ODD}
    assert launchd.standing(JOB.id) == launchd.plan(JOB)
    assert launchd.remove(JOB.id)
    assert not path.exists()
    assert [shlex.split(line)[1] for line in machine.asked()] == ["bootout", "bootstrap", "bootout"]


def test_a_key_in_the_environment_goes_to_no_program() -> None:
    """What is oO's own in the environment stays here, the key first."""
    ran = Programs({"PATH": "/usr/bin:/bin", "OO_KEY": "secret", "LANG": "C"}).run("env")
    assert sorted(ran.out.decode().split()) == ["LANG=C", "PATH=/usr/bin:/bin"]
