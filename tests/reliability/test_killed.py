"""Kill -9 before every change of every writing command: what was acknowledged stays, once, and the next start works."""

from __future__ import annotations

import os
import signal
import sqlite3
from contextlib import closing

import pytest

from oo_data.store import db, migrations
from tests.reliability import tracing
from tests.reliability.acts import ACTS, DONE, PAIR, REFRESH, REPEATED, Act, Ready, ready, size, state
from tests.reliability.conftest import Figure
from tests.reliability.forks import Site
from tests.reliability.scene import Scene, acknowledged, every
from tests.store.test_migrations import GOLDEN

NO_LIST = 5  # the first release's own todo.txt is not among the golden rows
NEXT_START_SECONDS = 1.0  # of processor time: a busy machine is slow by itself
GOLDEN_KEY = "A" * 43 + "="  # 32 zero bytes


def die(scene: Scene, act: Act, at: Ready, site: Site) -> float:
    """Kill the act before one of its changes; the processor time of the next start in s."""
    scene.restore()
    before = scene.events()
    ended = scene.forks.run(act.words, scene.environ, f"{site.call}:signal=KILL:when={site.number}", site.call)
    assert ended.code in (0, -signal.SIGKILL), (site, ended)
    seconds = scene.is_sound(before)
    kept, told = size(state(scene)), acknowledged(ended, act.says)
    assert at.holds(kept, act) or (kept == at.before and not told), (site, ended, kept)
    assert not (told and act.keeps) or kept[act.keeps] == at.done[act.keeps], (site, ended)
    new = [kind for _, kind, _ in scene.events()[len(before) :] if kind == act.event]
    assert len(new) in ((1,) if act.event and told else (0, 1)), (site, ended)
    again = scene.forks.run(act.words, scene.environ)
    assert again.code in ((0,) if kept == at.before else (0, REPEATED)), (site, again)
    assert not act.keeps or len(state(scene)[act.keeps]) >= at.done[act.keeps], (site, again)
    if act.words == ("done",):
        given = [kind for _, kind, _ in scene.events()[len(before) :] if kind == act.event]
        assert (given, sum(line.startswith("x ") for line in scene.tasks())) == (["FeedbackGiven"], 1), site
    if act.words[0] == "add":
        assert sum("Buy milk" in line for line in scene.tasks()) in ((1, 2) if ended.code else (2,))
    scene("refresh")
    scene("tip")
    for path in scene.home.rglob("*.tmp"):
        os.utime(path, (0, 0))
    scene("add", "One more")
    assert list(scene.home.rglob("*.tmp")) == []
    return seconds


@tracing.needs_trace
@pytest.mark.parametrize("act", [DONE, REFRESH, PAIR], ids=lambda act: act.name)
def test_at_some_changes(scene: Scene, act: Act) -> None:
    """A reaction, a refresh and a pairing, killed at the first and last change of each kind."""
    at = ready(scene, act)
    for site in every(at.sites, len(at.sites)):
        die(scene, act, at, site)


@tracing.needs_trace
@pytest.mark.nightly
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)
def test_at_every_change(scene: Scene, act: Act, figure: Figure) -> None:
    """Every write, sync, cut, rename and removal of every writing command, enumerated."""
    at = ready(scene, act)
    slowest = max(die(scene, act, at, site) for site in at.sites)
    figure(f"{len(at.sites)} deaths, slowest next start {slowest:.2f} s of processor time")
    assert slowest < NEXT_START_SECONDS


def older(path: str, version: int) -> None:
    """A home as a release with that schema left it: the first one's rows, brought up so far."""
    os.makedirs(os.path.dirname(path), mode=0o700)
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        conn.executescript((GOLDEN / "schema-1.sql").read_text("utf-8"))
        if version > 1:
            from sqlite_utils import Database

            database, steps = Database(conn), migrations.migrations()
            with database.atomic():
                steps.apply(database, stop_before=steps.pending(database)[version - 1].name)
        assert conn.execute("pragma user_version").fetchone() == (version,)


def die_migrating(scene: Scene, site: Site, version: int) -> float:
    """Kill a migration before one of its changes; the next start ends it; its processor time in s."""
    scene.restore()
    before = scene.events()
    ended = scene.forks.run(["status"], scene.environ, f"{site.call}:signal=KILL:when={site.number}", site.call)
    assert ended.code in (0, -signal.SIGKILL), (site, ended)
    seconds = scene.is_sound(before)
    assert scene.rows("pragma user_version") == [(db.SCHEMA_VERSION,)], (version, site)
    assert scene.rows("select count(*) from completion") == [(1,)]
    assert scene.forks.run(["refresh", "--offline"], scene.environ).code == NO_LIST
    assert not os.path.exists(migrations.backup_path(scene.paths.database))
    return seconds


@tracing.needs_trace
def test_at_some_changes_of_a_migration(scene: Scene) -> None:
    """From the first schema: where the copy is made, where the old file is written, where the journal goes."""
    scene.environ["OO_KEY"] = GOLDEN_KEY
    older(scene.paths.database, 1)
    scene.keep()
    sites = scene.forks.sites(["status"], scene.environ)
    for site in every(sites, len(sites) // 3):
        die_migrating(scene, site, 1)


@tracing.needs_trace
@pytest.mark.nightly
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("version", range(1, db.SCHEMA_VERSION))
def test_at_every_change_of_every_migration(scene: Scene, version: int, figure: Figure) -> None:
    """From each schema since the first."""
    scene.environ["OO_KEY"] = GOLDEN_KEY
    older(scene.paths.database, version)
    scene.keep()
    sites = scene.forks.sites(["status"], scene.environ)
    slowest = max(die_migrating(scene, site, version) for site in sites)
    figure(f"{len(sites)} deaths, slowest next start {slowest:.2f} s of processor time")
    assert slowest < NEXT_START_SECONDS
