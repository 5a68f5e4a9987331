"""Kill -9 before every change that forgetting makes: one more start, and it is done, or it was never begun."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.reliability import tracing
from tests.reliability.conftest import Figure
from tests.reliability.forks import Site
from tests.reliability.scene import Scene, every

TASK, NOTE = "Fetch the parcel", "slept badly"
ALL, MOODS = ("forget", "--yes"), ("forget", "--source", "mood", "--yes")


def sites_of(scene: Scene, words: tuple[str, ...]) -> list[Site]:
    """A home with a task, a mood and a key of its own, remembered; and the changes that forgetting makes there."""
    del scene.environ["OO_KEY"]
    scene("add", TASK)
    scene("mood", "3", NOTE)
    scene("refresh")
    scene.keep()
    return scene.forks.sites(words, scene.environ)


def die(scene: Scene, words: tuple[str, ...], site: Site) -> bool:
    """Kill it before one of its changes, and start once more; whether it had begun."""
    scene.restore()
    ended = scene.forks.run(words, scene.environ, f"{site.call}:signal=KILL:when={site.number}", site.call)
    assert ended.code in (0, -signal.SIGKILL), (site, ended)
    marks = (scene.paths.forgetting, scene.paths.unsettled)
    begun = not ended.code or not scene.home.exists() or any(map(is_there, marks))
    scene("status")
    if words == ALL:
        assert not begun or [path for path in scene.home.rglob("*") if path.is_file()] == [], site
        return begun
    assert not any(map(is_there, marks)), site
    assert scene.rows("pragma integrity_check") == [("ok",)]
    (left,) = scene.rows("select count(*) from mood")
    assert left in ([(0,)] if begun else [(0,), (1,)]), site  # whole, or done but for the rest of what it says
    assert len(scene.tasks()) == 1
    scene("refresh")
    return begun


def is_there(path: str) -> bool:
    """Whether there is such a file."""
    return Path(path).exists()


@tracing.needs_trace
@pytest.mark.parametrize("words", [ALL, MOODS], ids=["all", "moods"])
def test_at_some_changes(scene: Scene, words: tuple[str, ...]) -> None:
    """The first and the last of each kind."""
    sites = sites_of(scene, words)
    assert sum(die(scene, words, site) for site in every(sites, len(sites)))


@tracing.needs_trace
@pytest.mark.nightly
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("words", [ALL, MOODS], ids=["all", "moods"])
def test_at_every_change(scene: Scene, words: tuple[str, ...], figure: Figure) -> None:
    """Every write, sync, cut, rename and removal."""
    sites = sites_of(scene, words)
    begun = sum(die(scene, words, site) for site in sites)
    figure(f"{len(sites)} deaths, {begun} of them half-way: all finished by the next start")
