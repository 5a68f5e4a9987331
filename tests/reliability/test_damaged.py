"""Damaged databases: cut, flipped, zeroed, swapped, foreign; told in words, never answered with a fresh start."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from oo_cli.render import FIRST_STEP
from tests.conftest import Oo

TITLES = ("Call the dentist", "Water the plants", "Read a book")
PAGE = 4096
READS = (["tip"], ["why"], ["log"], ["status"], ["doctor", "--offline"], ["consent"], ["egress"])
WRITES = (["refresh"], ["mood", "3"], ["done"])


def cut(data: bytes, chance: random.Random) -> bytes:
    """Cut at a page, or a little beyond."""
    return data[: chance.randrange(1, len(data) // PAGE) * PAGE + chance.choice((0, 0, 1, 700))]


def flipped(data: bytes, chance: random.Random) -> bytes:
    """One bit to fifty are others."""
    found = bytearray(data)
    for _ in range(chance.choice((1, 5, 50))):
        found[chance.randrange(len(found))] ^= 1 << chance.randrange(8)
    return bytes(found)


def zeroed(data: bytes, chance: random.Random) -> bytes:
    """A page is empty."""
    at = chance.randrange(len(data) // PAGE) * PAGE
    return data[:at] + bytes(PAGE) + data[at + PAGE :]


def swapped(data: bytes, chance: random.Random) -> bytes:
    """Two pages changed places."""
    pages = [data[at : at + PAGE] for at in range(0, len(data), PAGE)]
    one, other = chance.sample(range(len(pages)), 2)
    pages[one], pages[other] = pages[other], pages[one]
    return b"".join(pages)


def foreign(data: bytes, chance: random.Random) -> bytes:
    """Somebody else's file."""
    return chance.choice((b"\x89PNG\r\n\x1a\n" * 900, chance.randbytes(9000), b"not a database " * 999))


KINDS: tuple[Callable[[bytes, random.Random], bytes], ...] = (cut, flipped, zeroed, swapped, foreign)


@pytest.fixture
def home(oo: Oo, environ: dict[str, str]) -> Path:
    """The database of a lived-in home."""
    for title in TITLES:
        assert oo("add", f"{title} due:2026-12-01").code == 0
    oo("refresh")
    oo("tip")
    oo("done")
    return Path(environ["OO_HOME"], "data", "oo.db")


def survives(oo: Oo, home: Path, sound: bytes, number: int) -> None:
    """One damage: every command ends in words, and nothing starts anew."""
    chance = random.Random(number)
    damage = KINDS[number % len(KINDS)]
    home.write_bytes(damage(sound, chance))
    for words in (*READS, *WRITES):
        ran = oo(*words)
        said = ran.out + ran.err
        assert "Traceback" not in said, (damage.__name__, number, words, said)
        assert ran.code in (0, 2, 5, 7), (damage.__name__, number, words, said)
        assert FIRST_STEP not in said, (damage.__name__, number, words)
        if words == ["tip"] and ran.code == 0 and not ran.out.startswith("·"):
            assert ran.out.splitlines()[0] in TITLES, (damage.__name__, number, said)
    assert home.exists()
    if damage is foreign:
        assert home.read_bytes()[:16] != sound[:16]


def test_forty_damages(oo: Oo, home: Path) -> None:
    """Eight of each kind."""
    sound = home.read_bytes()
    for number in range(40):
        survives(oo, home, sound, number)


@pytest.mark.nightly
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("block", range(10))
def test_a_thousand_damages(oo: Oo, home: Path, block: int) -> None:
    """Two hundred of each kind, each bit and page drawn by lot."""
    sound = home.read_bytes()
    for number in range(block * 100, block * 100 + 100):
        survives(oo, home, sound, number)


def test_an_emptied_database_is_no_first_start(oo: Oo, environ: dict[str, str]) -> None:
    """Where oO made a key there was a database: nothing of it left is damage, not a beginning."""
    del environ["OO_KEY"]
    oo("add", "Call the dentist")
    oo("refresh")
    home = Path(environ["OO_HOME"], "data", "oo.db")
    home.write_bytes(b"")
    for words in (["tip"], ["add", "Read a book"], ["doctor"]):
        ran = oo(*words)
        assert (ran.code, "has been emptied" in ran.out + ran.err) == (7, True)
    assert home.read_bytes() == b""
    assert oo("doctor", "--set-aside").code == 0
    assert oo("add", "Read a book").code == 0


def test_a_damaged_one_is_set_aside_on_the_persons_word(oo: Oo, home: Path) -> None:
    """Only when asked, never while it is sound, and nothing of it is lost; oO begins anew with the same key."""
    assert oo("doctor", "--set-aside").code == 2
    sound = home.read_bytes()
    broken = sound[: len(sound) // 2]
    home.write_bytes(broken)
    assert oo("refresh").code == 7
    ran = oo("doctor", "--set-aside")
    assert ran.code == 0
    aside = [path for path in home.parent.iterdir() if ".broken-" in path.name]
    assert [path.read_bytes() for path in aside] == [broken]
    assert str(aside[0]) in ran.out
    assert oo("add", "Begin again").code == 0
    assert "Set aside as damaged" in oo("doctor", "--offline").out
    assert oo("forget", "--yes").code == 0
    assert not aside[0].exists()


def test_what_belongs_to_an_emptied_one_goes_with_it(oo: Oo, environ: dict[str, str]) -> None:
    """Its journal is never rolled into the database that comes after it, and both are there to be forgotten."""
    del environ["OO_KEY"]
    oo("add", "Call the dentist")
    oo("refresh")
    home = Path(environ["OO_HOME"], "data", "oo.db")
    home.write_bytes(b"")
    journal = home.with_name("oo.db-journal")
    journal.write_bytes(b"of a process that was killed")
    assert oo("doctor", "--set-aside").code == 0
    aside = sorted(path for path in home.parent.iterdir() if ".broken-" in path.name)
    assert [path.read_bytes() for path in aside] == [b"", b"of a process that was killed"]
    assert not journal.exists()
    assert oo("add", "Begin again").code == 0
    assert oo("forget", "--yes").code == 0
    assert not any(path.exists() for path in aside)


def test_one_that_cannot_be_set_aside_stays(oo: Oo, home: Path, environ: dict[str, str]) -> None:
    """Where something else has the new name the person hears of it, and no byte of the database is lost."""
    broken = home.read_bytes()[:PAGE]
    home.write_bytes(broken)
    home.with_name(f"oo.db.broken-{environ['OO_NOW'][:19].replace('-', '').replace(':', '').replace('T', '-')}").mkdir()
    ran = oo("doctor", "--set-aside")
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (8, "", 1)
    assert home.read_bytes() == broken


def test_a_newer_one_is_not_damaged(oo: Oo, home: Path) -> None:
    """A database that only a newer oO understands is not set aside."""
    conn = sqlite3.connect(home)
    conn.execute("pragma user_version = 99")
    conn.close()
    ran = oo("doctor", "--set-aside")
    assert (ran.code, "newer oO" in ran.err) == (7, True)
