"""The real cron of this machine, where nobody's crontab can come to harm."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from oo_cli.adapters.clockwork.crontab import Crontab
from oo_cli.adapters.programs import Programs
from oo_data.contracts.job import Job
from tests.conftest import Oo

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(200)]
PATH = "/usr/bin:/bin:/usr/sbin"


@pytest.fixture
def crontab() -> Iterator[Crontab]:
    """The machine's crontab with its daemon running; only for a user who has none."""
    if os.getuid() != 0 or shutil.which("cron", path=PATH) is None:
        pytest.skip("starting cron needs root and Debian's cron")
    programs = Programs({"PATH": PATH})
    if programs.run("crontab", "-l").code == 0:
        pytest.skip("this user has a crontab, which is not touched")
    daemon = subprocess.Popen(["cron", "-f"], env={"PATH": PATH})
    yield Crontab(programs)
    programs.run("crontab", "-r")
    daemon.terminate()
    daemon.wait()


def refreshed(oo: Oo) -> object:
    """When the last refresh was (UTC ms), or None."""
    return json.loads(oo("cron", "--json").out)["refreshed_at"]


def test_cron_runs_the_job_and_a_tip_appears(
    crontab: Crontab, oo: Oo, child_environ: dict[str, str], tmp_path: Path
) -> None:
    """A line written by oO is run by cron within two minutes, and the tip of a task added meanwhile is ready."""
    oo("add", "Call the dentist")
    before = refreshed(oo)
    home = Path(child_environ["OO_HOME"])
    with (home / "data/todo.txt").open("a") as todo:
        todo.write("(A) Water the plants\n")
    launcher = tmp_path / "oo"
    launcher.write_text(f'#!/bin/sh\nexec {sys.executable} -m oo_cli "$@"\n')
    launcher.chmod(0o755)
    carried = {name: child_environ[name] for name in ("OO_HOME", "OO_KEY", "PYTHONPATH", "PATH", "TZ")}
    job = Job("oo-refresh-test", (str(launcher), "refresh", "--if-stale", "--quiet"), tuple(carried.items()), 1, 0)
    crontab.install(job)
    try:
        end = time.monotonic() + 130
        while refreshed(oo) == before and time.monotonic() < end:
            time.sleep(1)
        assert refreshed(oo) != before
        assert json.loads(oo("status", "--json").out)["sources"][0]["open"] == 2
    finally:
        assert crontab.remove(job.id)
