"""Kill -9 before every change of every writing command: what was acknowledged stays, once, and the next start works."""

from __future__ import annotations

import os
import signal
import sqlite3
from contextlib import closing
from typing import NamedTuple

import pytest

from oo_data.store import db, migrations
from tests.reliability import tracing
from tests.reliability.conftest import Figure
from tests.reliability.forks import Site
from tests.reliability.scene import Scene, acknowledged, every
from tests.store.test_migrations import GOLDEN

NO_LIST = 5  # the first release's own todo.txt is not among the golden rows
NEXT_START_SECONDS = 1.0
GOLDEN_KEY = "A" * 43 + "="  # 32 zero bytes
REPEATED = 2  # "there is nothing to undo": what was killed had been done


class Act(NamedTuple):
    """A command, the event it appends, and what has to happen before it."""

    words: tuple[str, ...]
    event: str = ""
    before: tuple[str, ...] = ()


ACTS = (
    Act(("done",), "FeedbackGiven"),
    Act(("later",), "FeedbackGiven"),
    Act(("no", "not now"), "FeedbackGiven"),
    Act(("undo",), "FeedbackUndone"),
    Act(("undo",), "FeedbackUndone", ("done",)),
    Act(("tip",), "TipShown", ("no",)),
    Act(("mood", "3")),
    Act(("add", "Buy milk")),
    Act(("refresh",)),
    Act(("key", "rotate")),
    Act(("context", "work")),
    Act(("profile", "set", "tips.per_day", "3")),
    Act(("consent", "revoke", "agent.momentum")),
)


def ready(scene: Scene, act: Act) -> list[Site]:
    """A home in which the act can happen, remembered; and the changes that it makes."""
    if act.words[0] == "key":
        del scene.environ["OO_KEY"]
    scene.settle()
    if act.before:
        scene(*act.before)
    scene.keep()
    return scene.forks.sites(act.words, scene.environ)


def die(scene: Scene, act: Act, site: Site) -> float:
    """Kill the act before one of its changes; how long the next start took."""
    scene.restore()
    before = scene.events()
    ended = scene.forks.run(act.words, scene.environ, f"{site.call}:signal=KILL:when={site.number}", site.call)
    assert ended.code in (0, -signal.SIGKILL), (site, ended)
    seconds = scene.is_sound(before)
    new = [kind for _, kind, _ in scene.events()[len(before) :] if kind == act.event]
    assert len(new) in ((1,) if act.event and acknowledged(ended) else (0, 1)), (site, ended)
    again = scene.forks.run(act.words, scene.environ)
    assert again.code in ((0, REPEATED) if new else (0,)), (site, again)
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
@pytest.mark.parametrize("act", [ACTS[0], ACTS[8]], ids=lambda act: " ".join(act.words))
def test_at_some_changes(scene: Scene, act: Act) -> None:
    """A reaction and a refresh, killed at the first and last change of each kind and at some between."""
    sites = ready(scene, act)
    for site in every(sites, len(sites)):
        die(scene, act, site)


@tracing.needs_trace
@pytest.mark.nightly
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("act", ACTS, ids=lambda act: " ".join((*act.before, *act.words)))
def test_at_every_change(scene: Scene, act: Act, figure: Figure) -> None:
    """Every write, sync, cut, rename and removal of every writing command, enumerated."""
    sites = ready(scene, act)
    slowest = max(die(scene, act, site) for site in sites)
    figure(f"{len(sites)} deaths, slowest next start {slowest:.2f} s")
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
    """Kill a migration before one of its changes; the next start ends it. How long that took."""
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
    figure(f"{len(sites)} deaths, slowest next start {slowest:.2f} s")
    assert slowest < NEXT_START_SECONDS
