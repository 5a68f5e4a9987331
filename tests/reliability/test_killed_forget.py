"""Kill -9 before every change that forgetting makes: one more start, and it is done, or it was never begun."""

from __future__ import annotations

import signal
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from oo_cli.usecases import aftermath
from tests.reliability import tracing
from tests.reliability.acts import size, state
from tests.reliability.conftest import Figure
from tests.reliability.forks import Site
from tests.reliability.scene import Scene, acknowledged, every

NOTE = "slept badly"
ALL = ("forget", "--yes")
DISCONNECT = ("disconnect", "todotxt")
PARTS = (
    ("forget", "--source", "mood", "--yes"),
    ("forget", "--source", "todotxt", "--yes"),
    ("forget", "--agent", "overdue-task", "--yes"),
    ("forget", "--task", "last", "--yes"),
    ("forget", "--since", "2000-01-01", "--yes"),
    DISCONNECT,
)
# What every refresh makes anew.
REMADE = ("event", "tip", "decision", "ShelfPrepared", "SourceRefreshed")


class Home(NamedTuple):
    """A home with more than what goes: the changes that are made, and what there is before and after."""

    sites: list[Site]
    before: Counter[str]
    done: Counter[str]


def settled(scene: Scene, words: tuple[str, ...]) -> list[Site]:
    """A home with tasks, reactions, a mood and a key of its own, remembered; and the changes that the words make."""
    del scene.environ["OO_KEY"]
    scene.settle()
    scene("mood", "3", NOTE)
    scene.keep()
    return scene.forks.sites(words, scene.environ)


def prepared(scene: Scene, words: tuple[str, ...]) -> Home:
    """The same of a part, and what there is before it and once it is done."""
    sites = settled(scene, words)
    done = left(scene)
    scene.restore()
    before = left(scene)
    assert before != done
    return Home(sites, before, done)


def left(scene: Scene) -> Counter[str]:
    """How much there is of all that a person would miss, after the next start and a refresh."""
    scene("status")
    scene("refresh")
    found = Counter(size(state(scene))) + Counter(str(kind) for _, kind, _ in scene.events())
    found["given"] = len(scene.rows("select key from consent where granted"))
    for name in REMADE:
        del found[name]
    return +found


def die_in_part(scene: Scene, words: tuple[str, ...], at: Home, site: Site) -> bool:
    """Kill it before one of its changes, and start once more; whether the part is gone, and older copies shut."""
    scene.restore()
    ended = scene.forks.run(words, scene.environ, f"{site.call}:signal=KILL:when={site.number}", site.call)
    assert ended.code in (0, -signal.SIGKILL), (site, ended)
    mark = Path(scene.paths.unsettled)
    begun = acknowledged(ended) or (mark.exists() and mark.read_text() != aftermath.NOTHING)
    kept = left(scene)
    is_done = kept == at.done
    assert is_done or (kept == at.before and not begun), (site, ended, kept - at.done, at.done - kept)
    assert not mark.exists(), site
    assert scene.rows("pragma integrity_check") == [("ok",)]
    if is_done:
        key = Path(scene.paths.key_file)
        assert key.read_bytes() != Path(scene.sound, key.relative_to(scene.home)).read_bytes(), site
    return is_done


def die_in_all(scene: Scene, site: Site) -> bool:
    """The same of everything; whether it had begun."""
    scene.restore()
    ended = scene.forks.run(ALL, scene.environ, f"{site.call}:signal=KILL:when={site.number}", site.call)
    assert ended.code in (0, -signal.SIGKILL), (site, ended)
    begun = not ended.code or not scene.home.exists() or Path(scene.paths.forgetting).exists()
    scene("status")
    assert not begun or [path for path in scene.home.rglob("*") if path.is_file()] == [], site
    return begun


@tracing.needs_trace
def test_everything_at_some_changes(scene: Scene) -> None:
    """The first and the last of each kind."""
    sites = settled(scene, ALL)
    assert sum(die_in_all(scene, site) for site in every(sites, len(sites)))


@tracing.needs_trace
@pytest.mark.parametrize("words", [PARTS[0], DISCONNECT], ids=" ".join)
def test_a_part_at_some_changes(scene: Scene, words: tuple[str, ...]) -> None:
    """A part that its mark finishes, and one that is a single transaction: the first and the last of each kind."""
    at = prepared(scene, words)
    assert sum(die_in_part(scene, words, at, site) for site in every(at.sites, len(at.sites)))


@tracing.needs_trace
@pytest.mark.nightly
@pytest.mark.timeout(3600)
def test_everything_at_every_change(scene: Scene, figure: Figure) -> None:
    """Every write, sync, cut, rename and removal."""
    sites = settled(scene, ALL)
    begun = sum(die_in_all(scene, site) for site in sites)
    figure(f"{len(sites)} deaths, {begun} of them half-way: all finished by the next start")


@tracing.needs_trace
@pytest.mark.nightly
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("words", PARTS, ids=" ".join)
def test_a_part_at_every_change(scene: Scene, words: tuple[str, ...], figure: Figure) -> None:
    """The same of each part: afterwards it is gone as if nothing had happened, or nothing has."""
    at = prepared(scene, words)
    done = sum(die_in_part(scene, words, at, site) for site in at.sites)
    figure(f"{len(at.sites)} deaths, {done} of them finished, the others never begun")
