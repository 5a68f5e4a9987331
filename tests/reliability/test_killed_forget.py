"""Kill -9 before every change that forgetting makes: one more start, and it is done, or it was never begun."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from oo_cli.usecases import aftermath
from tests.reliability import tracing
from tests.reliability.conftest import Figure
from tests.reliability.forks import Site
from tests.reliability.parts import ALL, DISCONNECT, PARTS, Home, left, prepared, settled
from tests.reliability.scene import Scene, acknowledged, every


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
