"""Where oO's files live, what time it is, and in which zone, as the environment has it."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from oo_cli.adapters.clock import SystemClock, local_zone
from oo_data.env import Paths, now_ms
from oo_data.errors import BadUsageError
from oo_data.ports import Clock


def test_one_directory_holds_everything() -> None:
    """OO_HOME overrides every XDG variable, and the key does not lie beside the data."""
    paths = Paths({"OO_HOME": "/h", "XDG_DATA_HOME": "/elsewhere", "HOME": "/home/p"})
    assert (paths.data, paths.config, paths.state, paths.cache) == ("/h/data", "/h/config", "/h/state", "/h/cache")
    assert (paths.database, paths.key_file) == ("/h/data/oo.db", "/h/config/key")
    assert (paths.todo_file, paths.forgetting) == ("/h/data/todo.txt", "/h/state/forgetting")
    assert paths.roots() == ["/h/data", "/h/config", "/h/state", "/h/cache", "/h"]
    assert not paths.key_file.startswith(paths.data)


def test_a_relative_home_is_fixed_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative OO_HOME means the directory it meant when the program started."""
    monkeypatch.chdir(tmp_path)
    assert Paths({"OO_HOME": "mine/../own"}).data == f"{tmp_path}/own/data"


@pytest.mark.parametrize(
    ("environ", "own"),
    [
        ({}, ["/home/p/.local/share/oo", "/home/p/.config/oo", "/home/p/.local/state/oo", "/home/p/.cache/oo"]),
        (
            {"XDG_DATA_HOME": "/d", "XDG_CONFIG_HOME": "/c", "XDG_STATE_HOME": "/s", "XDG_CACHE_HOME": "/k"},
            ["/d/oo", "/c/oo", "/s/oo", "/k/oo"],
        ),
        (
            {"XDG_DATA_HOME": "d", "XDG_CONFIG_HOME": "", "XDG_STATE_HOME": "./s", "XDG_CACHE_HOME": "~/k"},
            ["/home/p/.local/share/oo", "/home/p/.config/oo", "/home/p/.local/state/oo", "/home/p/.cache/oo"],
        ),
    ],
)
def test_xdg_directories(environ: dict[str, str], own: list[str]) -> None:
    """The base directories, their defaults, and the rule that a relative one is ignored; only oO's own are roots."""
    assert Paths({"HOME": "/home/p", **environ}).roots() == own


@pytest.mark.parametrize("environ", [{}, {"HOME": ""}])
def test_without_a_home_variable(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Under cron without HOME, the account's own home directory stands in."""
    monkeypatch.delenv("HOME")
    assert Paths(environ).data == f"{os.path.expanduser('~')}/.local/share/oo"
    assert Paths(environ).data.startswith("/")


def test_memory_directories_are_named_by_the_home(tmp_path: Path) -> None:
    """Two homes never share words in memory, and a home without data has none."""
    homes = [Paths({"OO_HOME": str(tmp_path / name), "XDG_RUNTIME_DIR": "/run/own"}) for name in ("a", "b")]
    assert homes[0].memory_dirs() == []
    for paths in homes:
        os.makedirs(paths.data)
    mine, other = (paths.memory_dirs() for paths in homes)
    assert [os.path.dirname(folder) for folder in mine] == ["/run/own", f"/run/user/{os.getuid()}", "/dev/shm"]
    assert not set(mine) & set(other)
    assert {os.path.basename(folder) for folder in mine} == {os.path.basename(mine[0])}
    for runtime in ("", "relative"):
        paths = Paths({"OO_HOME": str(tmp_path / "a"), "XDG_RUNTIME_DIR": runtime})
        assert paths.memory_dirs() == mine[1:]


@pytest.mark.parametrize(
    ("fixed", "expected"),
    [
        ("2026-12-01T09:30:00Z", 1_796_117_400_000),
        ("2026-12-01T10:30+01:00", 1_796_117_400_000),
        ("2026-12-01T10:30", 1_796_117_400_000),
        ("2026-12-01 10:30:00", 1_796_117_400_000),
        ("2026-12-01T09:30:00.001Z", 1_796_117_400_001),
        ("2026-12-01", 1_796_079_600_000),
        ("1969-12-31T23:59:59.999Z", -1),
    ],
)
def test_a_fixed_clock(fixed: str, expected: int) -> None:
    """OO_NOW in ISO 8601, to the millisecond; local (here Berlin) where it names no zone."""
    clock: Clock = SystemClock({"OO_NOW": fixed})
    assert clock.now_ms() == expected


@given(st.text(st.characters(exclude_characters="\x00"), min_size=1, max_size=30) | st.datetimes().map(str))
@example("0001-01-01T00:00:00")
@example("9999-12-31T23:59:59-14:00")
@example("\udc80")
def test_any_fixed_clock_is_a_time_or_refused(fixed: str) -> None:
    """Whatever OO_NOW holds, it is a time or a usage error, nothing else."""
    with contextlib.suppress(BadUsageError):
        assert isinstance(now_ms({"OO_NOW": fixed}), int)


@pytest.mark.parametrize("fixed", ["tomorrow", "2026-13-01", "26-12-01", "1796117400", "9999-12-31T23:59:59-24:00"])
def test_a_wrong_clock_is_told_without_its_words(fixed: str) -> None:
    """The refusal names the variable and the way to write it, not what it held."""
    with pytest.raises(BadUsageError) as caught:
        now_ms({"OO_NOW": fixed})
    assert caught.value.line() == "OO_NOW is not a time. Write it as 2026-12-01T09:30 or unset it."


@pytest.mark.parametrize("environ", [{}, {"OO_NOW": ""}])
def test_the_machines_clock(environ: dict[str, str]) -> None:
    """Without OO_NOW, the time is the machine's."""
    before = time.time_ns() // 1_000_000
    assert before <= SystemClock(environ).now_ms() <= time.time_ns() // 1_000_000


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("America/New_York", "America/New_York"),
        (":Asia/Kathmandu", "Asia/Kathmandu"),
        (":/usr/share/zoneinfo/Europe/Berlin", "Europe/Berlin"),
        ("Middle/Earth", "UTC"),
        ("CET-1CEST,M3.5.0,M10.5.0/3", "UTC"),
        ("../../etc/passwd", "UTC"),
        ("Europe", "UTC"),
        ("/etc/localtime", "UTC"),
    ],
)
def test_the_zone_of_tz(name: str, zone: str) -> None:
    """TZ by name or path; what no zone is called after is UTC, not a crash."""
    assert local_zone({"TZ": name}, "/nowhere") == ZoneInfo(zone)


@pytest.mark.parametrize("environ", [{}, {"TZ": ""}, {"TZ": ":"}])
def test_the_zone_of_the_machine(environ: dict[str, str], tmp_path: Path) -> None:
    """Without TZ, where the localtime link points; where it is a copy or none, what Debian's file names, else UTC."""
    link = tmp_path / "localtime"
    link.symlink_to(tmp_path / "zoneinfo" / "Australia" / "Lord_Howe")
    assert local_zone(environ, str(link)).key == "Australia/Lord_Howe"
    nowhere, named = str(tmp_path / "absent"), tmp_path / "timezone"
    assert local_zone(environ, nowhere, nowhere).key == "UTC"
    (tmp_path / "copy").write_bytes(b"TZif")
    assert local_zone(environ, str(tmp_path / "copy"), nowhere).key == "UTC"
    for text, key in (("Asia/Kathmandu\n", "Asia/Kathmandu"), ("No/Where\n", "UTC"), ("", "UTC")):
        named.write_text(text)
        assert local_zone(environ, str(tmp_path / "copy"), str(named)).key == key
    assert local_zone(environ).key
