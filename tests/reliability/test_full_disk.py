"""A disk that fails at any change of any writing command: words and a code, nothing half written, all readable."""

from __future__ import annotations

import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from oo_cli.usecases.add import add_task
from oo_cli.usecases.feedback import react
from oo_cli.usecases.recommend import recommend
from oo_cli.usecases.refresh import refresh
from oo_data.contracts.tip import RecommendRequest
from oo_data.errors import OoError
from oo_data.store import words as memory
from tests.fakes import FixedClock, house_at
from tests.reliability import tracing
from tests.reliability.acts import ACTS, DONE, PAIR, REFRESH, REPEATED, REVOKE, Act, Ready, ready, size, state
from tests.reliability.conftest import Figure
from tests.reliability.forks import Ended, Site
from tests.reliability.parts import ALL, DISCONNECT, PARTS, Home, left, prepared, settled
from tests.reliability.scene import CANNOT_WRITE, ERROR, Scene, every

# Each writes as another one does.
LEFT_OUT = {("no", "not now"), ("tip",), ("connect", "calendar"), ("habit", "undo"), ("habit", "remove"),
            ("effort", "--clear")}  # fmt: skip
WRITING = [act for act in ACTS if act.words[:2] not in LEFT_OUT]
LASTING = ("pwrite64", "ftruncate", "fsync", "fdatasync", "mkdir")  # what is told on a full disk needs write
FAULTS = ("ENOSPC", "EDQUOT", "EIO")


def hindered(scene: Scene, words: tuple[str, ...], site: Site, fault: str, lasting: bool) -> Ended:
    """Have one change of a command fail, and those of its kind after it where the fault lasts; a line tells of it."""
    when = f"{site.number}+" if lasting and site.call in LASTING else str(site.number)
    ended = scene.forks.run(words, scene.environ, f"{site.call}:error={fault}:when={when}", site.call)
    assert ended.code in (0, CANNOT_WRITE), (site, fault, ended)
    said = ended.err.splitlines()
    if ended.code:
        assert said, (site, fault, ended)
        assert said[-1].startswith(ERROR), (site, fault, ended)
        assert sum(line.startswith(ERROR) for line in said) == 1
    assert "Traceback" not in ended.err
    assert "unexpected" not in ended.err, (site, fault, ended)
    return ended


def fail_in_part(scene: Scene, words: tuple[str, ...], at: Home, site: Site, fault: str, lasting: bool) -> bool:
    """Have a change of a partial forget fail: by the next start the part is gone, or all is as before; whether told."""
    scene.restore()
    ended = hindered(scene, words, site, fault, lasting)
    kept = left(scene)
    assert kept == at.done or (kept == at.before and ended.code), (site, fault, ended, kept - at.done, at.done - kept)
    assert not Path(scene.paths.unsettled).exists()
    assert scene.rows("pragma integrity_check") == [("ok",)]
    return bool(ended.code)


def fail_in_all(scene: Scene, site: Site, fault: str, lasting: bool) -> bool:
    """Have a change of forgetting everything fail: another forget ends it; whether it was told."""
    scene.restore()
    ended = hindered(scene, ALL, site, fault, lasting)
    assert ended.code or not files(scene), (site, fault, ended)
    scene("status")
    if files(scene):
        scene(*ALL)
    assert not files(scene), (site, fault, ended)
    return bool(ended.code)


def files(scene: Scene) -> list[Path]:
    """Whatever lies in the home."""
    return [path for path in scene.home.rglob("*") if path.is_file()]


def fail(scene: Scene, act: Act, at: Ready, site: Site, fault: str, lasting: bool) -> bool:
    """Have one change fail, and those of its kind after it where the fault lasts; whether the command told of it."""
    scene.restore()
    before, events = state(scene), scene.events()
    ended = hindered(scene, act.words, site, fault, lasting)
    written = not ended.code
    could_be_asked = not Path(f"{scene.paths.database}-journal").exists()
    scene.is_sound(events)
    if ended.code:
        now = state(scene)
        written = now != before
        if not could_be_asked:  # whether it was kept: the list stays as it is, and the next refresh sees it done
            now = now | {"list": before["list"]}
        if now != before:  # what fails when all is written, was written all the same
            assert at.holds(size(now), act), (site, fault, ended)
    scene("log")
    again = scene.forks.run(act.words, scene.environ)
    assert again.code in ((0, REPEATED) if written else (0,)), (site, again)
    assert scene.rows("pragma integrity_check") == [("ok",)]
    return bool(ended.code)


def unspoken(at: Ready | Home) -> list[Site]:
    """The changes of a command, what it says apart."""
    return [site for site in at.sites if not site.speaks]


@tracing.needs_trace
@pytest.mark.parametrize("act", [DONE, REFRESH, REVOKE, PAIR], ids=lambda act: act.name)
def test_at_some_changes(scene: Scene, act: Act) -> None:
    """The first and the last change of each kind, on a disk that is full from then on."""
    at = ready(scene, act)
    told = [fail(scene, act, at, site, "ENOSPC", True) for site in every(unspoken(at), len(at.sites))]
    assert any(told)


@pytest.mark.parametrize("table", ["completion", "mute"])
def test_what_fails_after_the_tick_takes_it_back(tmp_path: Path, table: str) -> None:
    """The list is ticked in the middle of the write: where what comes after cannot be kept, it is as it was."""
    with closing(house_at(tmp_path, FixedClock())) as house:
        add_task(house, "Buy milk")
        refresh(house)
        recommend(house, RecommendRequest(house.clock.now_ms(), "tip", asked=True))
        before = Path(house.paths.todo_file).read_text()
        fails = f"create temp trigger fails before insert on {table} begin select raise(abort, 'full'); end"
        house.store.conn.execute(fails)
        with pytest.raises(OoError):
            react(house, "done")
        assert Path(house.paths.todo_file).read_text() == before
        house.store.conn.execute("drop trigger fails")
        assert react(house, "done").in_source
        assert Path(house.paths.todo_file).read_text() == f"x 2026-12-01 {before}"
        memory.clear(house.paths)


@tracing.needs_trace
@pytest.mark.nightly
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("act", WRITING, ids=lambda act: act.name)
def test_at_every_change(scene: Scene, act: Act, figure: Figure) -> None:
    """Every change, with each fault: full and over quota from then on, and a single read error of the disk."""
    at = ready(scene, act)
    found = unspoken(at)
    told = sum(fail(scene, act, at, site, fault, fault != "EIO") for site in found for fault in FAULTS)
    figure(f"{len(found) * len(FAULTS)} faults, {told} told, none half written")
    assert told


@tracing.needs_trace
def test_a_part_at_some_changes(scene: Scene) -> None:
    """Disconnecting: the first and the last change of each kind, on a disk that is full from then on."""
    at = prepared(scene, DISCONNECT)
    told = [fail_in_part(scene, DISCONNECT, at, site, "ENOSPC", True) for site in every(unspoken(at), len(at.sites))]
    assert any(told)


@tracing.needs_trace
@pytest.mark.nightly
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("words", PARTS, ids=" ".join)
def test_a_part_at_every_change(scene: Scene, words: tuple[str, ...], figure: Figure) -> None:
    """Every change of a partial forget, with each fault."""
    at = prepared(scene, words)
    found = unspoken(at)
    told = sum(fail_in_part(scene, words, at, site, fault, fault != "EIO") for site in found for fault in FAULTS)
    figure(f"{len(found) * len(FAULTS)} faults, {told} told, none half done")
    assert told


@tracing.needs_trace
def test_everything_at_every_change(scene: Scene) -> None:
    """Every change of forgetting everything, on a disk that is full from then on."""
    found = [site for site in settled(scene, ALL) if not site.speaks]
    told = [fail_in_all(scene, site, "ENOSPC", True) for site in found]
    assert any(told)


SMALL = """set -e
mount -t tmpfs -o size={size}k tmpfs {home}
mount -t tmpfs tmpfs {memory}
cp -r {sound}/. {home}
exec "$@"
"""


def why_no_disk() -> str:
    """Why no small disk can be mounted here, or nothing."""
    words = ["unshare", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    try:
        ran = subprocess.run(words, capture_output=True, check=False)
    except FileNotFoundError:
        return "unshare is not installed"
    return "" if ran.returncode == 0 else "this machine lets nobody mount a disk of their own"


@pytest.mark.skipif(bool(why_no_disk()), reason=why_no_disk() or "-")
@pytest.mark.parametrize("room", [4, 24, 96])
def test_on_a_small_disk(scene: Scene, room: int) -> None:
    """A real file system with a few kilobytes left: words and a code, and all still readable."""
    scene.settle()
    scene.keep()
    used = sum(-(-path.stat().st_size // 4096) * 4 for path in scene.home.rglob("*"))
    memory = scene.home.with_name("memory")  # where words lie, so that none stay behind
    memory.mkdir()
    rounded = 64  # folders take room too
    script = SMALL.format(size=used + room + rounded, home=scene.home, sound=scene.sound, memory=memory)
    asked = [["later"], ["mood", "3"], ["refresh"], *([["add", "A task " * 400]] * 80), ["log"], ["status"]]
    wrap = ["unshare", "--map-root-user", "--mount", "sh", "-c", script, "sh"]
    answers = tracing.untraced(asked, scene.environ | {"XDG_RUNTIME_DIR": str(memory)}, wrap)
    codes = [answer["code"] for answer in answers]
    assert set(codes) <= {0, CANNOT_WRITE}
    assert CANNOT_WRITE in codes
    assert codes[-2:] == [0, 0]
    for answer in answers:
        assert "Traceback" not in answer["err"]
        assert "unexpected" not in answer["err"]
        if answer["code"] == CANNOT_WRITE:
            assert sum(line.startswith(ERROR) for line in answer["err"].splitlines()) == 1
