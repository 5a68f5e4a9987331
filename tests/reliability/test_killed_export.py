"""Kill -9 before every change of an export and of its import: a whole one or none, and the next try works."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import pytest

from tests.reliability import tracing
from tests.reliability.conftest import Figure
from tests.reliability.forks import Ended, Forks, Site
from tests.reliability.scene import Scene, every

IN_USE = 2  # "this oO is in use already": what was killed had been taken in
LINES = 3


def killed(scene: Scene, words: tuple[str, ...], site: Site) -> Ended:
    """Run a command and kill it before that change."""
    ended = scene.forks.run(words, scene.environ, f"{site.call}:signal=KILL:when={site.number}", site.call)
    assert ended.code in (0, -signal.SIGKILL), (site, ended)
    return ended


def export_killed(scene: Scene, path: Path, site: Site) -> None:
    """A file that was cut off is no export, and forgetting names it; with it gone, the next export is whole."""
    scene.restore()
    path.unlink(missing_ok=True)
    before = scene.events()
    killed(scene, ("export", str(path)), site)
    scene.is_sound(before)
    if path.exists() and path.stat().st_size:
        assert str(path) in scene("forget", "--dry-run").out, site
        assert is_whole(path) or scene.forks.run(["import", str(path)], scene.environ).code != 0
    path.unlink(missing_ok=True)
    scene("export", str(path))
    assert is_whole(path)


def is_whole(path: Path) -> bool:
    """Whether it can be read to its end."""
    try:
        with ZipFile(path) as archive:
            return archive.testzip() is None and "oO/README.md" in archive.namelist()
    except BadZipFile:
        return False


def import_killed(there: Scene, path: Path, wanted: list[tuple[object, ...]], site: Site) -> None:
    """All of it is there or nothing, and doing it again ends with all."""
    there.clear()
    killed(there, ("import", str(path)), site)
    there("status")  # a start takes back what was cut off
    taken = there.events()
    assert taken in ([], wanted), site
    again = there.forks.run(["import", str(path)], there.environ)
    assert again.code == (IN_USE if taken else 0), (site, again)
    assert there.events() == wanted
    assert len(there.tasks()) == LINES
    there.is_sound(wanted)
    there("refresh")
    assert list(there.home.rglob("*.new")) == []


@pytest.fixture
def there(forks: Forks, scene: Scene, tmp_path: Path) -> Iterator[Scene]:
    """Another home, which is empty."""
    made = Scene(forks, scene.environ | {"OO_HOME": str(tmp_path / "there")}, tmp_path / "other")
    yield made
    made.clear()


def run(scene: Scene, there: Scene, path: Path, step: int) -> int:
    """Kill both at each `step`-th change; how many deaths there were."""
    scene.settle()
    scene.keep()
    sites = scene.forks.sites(["export", str(path)], scene.environ)
    chosen = every(sites, step or len(sites))
    for site in chosen:
        export_killed(scene, path, site)
    wanted = scene.events()
    sites = there.forks.sites(["import", str(path)], there.environ)
    more = every(sites, step or len(sites))
    for site in more:
        import_killed(there, path, wanted, site)
    return len(chosen) + len(more)


@tracing.needs_trace
def test_at_some_changes(scene: Scene, there: Scene, tmp_path: Path) -> None:
    """The first and the last of each kind."""
    run(scene, there, tmp_path / "all.zip", 0)


@tracing.needs_trace
@pytest.mark.nightly
@pytest.mark.timeout(3600)
def test_at_every_change(scene: Scene, there: Scene, tmp_path: Path, figure: Figure) -> None:
    """Every one."""
    figure(f"{run(scene, there, tmp_path / 'all.zip', 1)} deaths")
