"""Whatever is wrong: one clear line, a documented exit code, nothing lost, nothing crashed."""

from __future__ import annotations

import io
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import KEY, Oo

HOSTILE = (
    "\x1b[31mred\x1b[0m alert",
    "\x1b]52;c;aGVsbG8=\x07clipboard",
    "\x9b2J\x90payload\x9cclear",
    "[/] [bold red]markup[/bold red] {x!r} %s",
    "\u202egpj.exe\u202c \u2066isolate\u2069 rtl",
    "zero\u200bwidth\u2060joiner\ufefftag\U000e0041",
    "a" * 10_000,
    "e" + "\u0301" * 500,
    "--help; rm -rf ~ $(id) `id`",
    "\t\v\f tabs\u2028and\u2029lines",
)


@pytest.fixture
def home(oo: Oo, environ: dict[str, str]) -> Path:
    """A home with one task and a shelf."""
    oo("add", "Call the dentist due:2026-12-01")
    assert oo("refresh").code == 0
    return Path(environ["OO_HOME"])


def test_a_newer_database_is_refused_untouched(oo: Oo, home: Path) -> None:
    """An older oO never writes into what it does not understand."""
    database = home / "data" / "oo.db"
    conn = sqlite3.connect(database)
    conn.execute("pragma user_version = 99")
    conn.close()
    before = database.read_bytes()
    for words in (["tip"], ["refresh"], ["done"], ["log"], ["status"]):
        ran = oo(*words)
        assert (ran.code, ran.out) == (7, "")
        assert ran.err == "oo: The database was written by a newer oO. Update oO; nothing was changed.\n"
    assert database.read_bytes() == before


@pytest.mark.parametrize(
    "damage", [b"", b"not a database at all, only text" * 200, "cut", "flip"], ids=["empty", "text", "cut", "flip"]
)
def test_a_damaged_database_is_told_and_kept(oo: Oo, home: Path, damage: bytes | str) -> None:
    """Damage is never answered with a traceback, a silent restart, or a file that is gone."""
    database = home / "data" / "oo.db"
    sound = database.read_bytes()
    if damage == "cut":
        database.write_bytes(sound[: len(sound) // 2])
    elif damage == "flip":
        database.write_bytes(bytes(byte ^ 0x55 if at > 4096 else byte for at, byte in enumerate(sound)))
    else:
        assert isinstance(damage, bytes)
        database.write_bytes(damage)
    for words in (["tip"], ["refresh"], ["why"], ["doctor", "--offline"]):
        ran = oo(*words)
        assert ran.code in ({0, 7} if damage == b"" else {7})
        assert "Traceback" not in ran.err + ran.out
        assert "unexpected" not in ran.err
    assert database.exists()


def test_bad_lines_are_kept_and_reported_once(oo: Oo, environ: dict[str, str], tmp_path: Path) -> None:
    """A list with nonsense in it works; the nonsense is named by line, and stays as it is."""
    file = tmp_path / "todo.txt"
    content = b"Water the plants\nPay due:2026-02-30\n\xff\xfe\n\n(A) Call Mum\nx\n"
    file.write_bytes(content)
    ran = oo("connect", "todotxt", "--file", str(file))
    assert ran.code == 0
    assert ran.err.count("line 2") == 1
    assert oo("tip").out.startswith("Call Mum")
    assert oo("refresh").err.count("line") == 0
    file.write_bytes(content + b"y due:2026-02-31\n")
    assert oo("refresh").err.count("line 7") == 1
    file.write_bytes(content)
    assert oo("tip").err == ""
    assert file.read_bytes() == content


def test_hostile_titles_reach_no_way_out_raw(oo: Oo, environ: dict[str, str], tmp_path: Path) -> None:
    """Escape sequences, markup, bidi and giants come out as plain short text from every command."""
    file = tmp_path / "todo.txt"
    file.write_text("".join(title.replace("\n", " ") + "\n" for title in HOSTILE), encoding="utf-8")
    assert oo("connect", "todotxt", "--file", str(file)).code == 0
    seen = []
    for _ in HOSTILE:
        for words in (["tip"], ["why"], ["log"], ["tip", "--json"], ["done"]):
            ran = oo(*words)
            assert ran.code == 0
            seen.append(ran.out + ran.err)
    text = "".join(seen)
    assert not [char for char in text if (ord(char) < 32 and char != "\n") or 0x7F <= ord(char) < 0xA0]
    assert not set(text) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\ufeff\u2028\u2029")
    assert "[bold red]markup[/bold red]" in text
    assert max(len(line) for line in text.splitlines() if not line.startswith("{")) < 300


def test_another_key_locks_the_words_and_says_so(oo: Oo, home: Path, environ: dict[str, str]) -> None:
    """With the wrong key nothing is shown, nothing is overwritten, and the right key opens it again."""
    other = "dGhpcy1pcy1hbm90aGVyLXRlc3Qta2V5LTMyLWJ5dGU="
    ran = oo("refresh", OO_KEY=other)
    assert (ran.code, ran.out) == (7, "")
    assert ran.err.count("\n") == 1
    assert oo("tip", OO_KEY=KEY).out.startswith("Call the dentist")
    ran = oo("refresh", OO_KEY="too short")
    assert ran.code == 2
    assert "too short" not in ran.err


def test_a_word_where_a_number_belongs(oo: Oo) -> None:
    """The parser's name of a type is no word for a person."""
    for words in (("mood", "five"), ("log", "--limit", "x"), ("serve", "--for", "x")):
        assert "is not a number. See: oo" in oo(*words).err


def test_a_word_that_is_nearly_a_command(oo: Oo) -> None:
    """The question what was meant ends as a question does."""
    assert oo("tipp").err == "oo: No such command 'tipp'. Did you mean 'tip'? See: oo --help\n"


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"], ["tip", "--nonsense"], ["connect", "nonsense"], ["connect", "todotxt", "--file", "/nowhere"],
        ["connect", "todoist", "--token-stdin"], ["disconnect", "nonsense"], ["later", "yesterday-ish"],
        ["consent", "revoke"],
        ["consent", "grant", "nonsense"], ["profile", "set", "nonsense", "1"], ["profile", "set", "tips.per_day", "x"],
        ["profile", "set", "tips.per_day", "101"], ["key", "--file", "--keyring"], ["add"], ["tip", "--json", "--json"],
        ["add", "due:2026-02-30 x"], ["forget"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_wrong_words_are_usage_errors(oo: Oo, home: Path, words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistyped command is one line with a next step, on the error stream alone."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    ran = oo(*words)
    assert ran.code in (2, 3)
    assert ran.out == ""
    assert ran.err.count("\n") == 1
    assert ran.err.startswith(("oo: ", "{"))


def test_errors_are_objects_with_json(oo: Oo) -> None:
    """A script reads errors as it reads data."""
    ran = oo("done", "--json")
    assert ran.err == '{"error": "BadUsageError", "message": "No tip was shown yet.", "hint": "Run: oo tip"}\n'


def test_a_wrong_clock_setting_is_told(oo: Oo, home: Path) -> None:
    """OO_NOW that is no time is a usage error at every door."""
    ran = oo("tip", OO_NOW="half past nine")
    assert (ran.code, ran.err) == (2, "oo: OO_NOW is not a time. Write it as 2026-12-01T09:30 or unset it.\n")


@pytest.mark.skipif(shutil.which("unshare") is None, reason="a read-only mount needs a mount namespace")
def test_a_read_only_home_still_gives_its_tip(
    oo: Oo, home: Path, environ: dict[str, str], child_environ: dict[str, str], door: list[str]
) -> None:
    """On a read-only disk the tip is shown, what cannot be written is said in one line, and the exit code is 8."""
    before = (home / "data" / "oo.db").read_bytes()
    script = f'mount --bind "{home}" "{home}" && mount -o remount,ro,bind "{home}" && exec "$@"'
    jail = ["unshare", "--mount", "--map-root-user", "sh", "-c", script, "sh"]
    probe = subprocess.run([*jail, "true"], capture_output=True, check=False)
    if probe.returncode:
        pytest.skip("this machine allows no mount namespace")
    for words, shown in ((["tip"], "Call the dentist\nDue today.\n"), (["refresh"], ""), (["done"], "")):
        command = [*jail, *door, *words]
        ran = subprocess.run(command, env=child_environ | environ, capture_output=True, text=True, check=False)
        expected = (2,) if words == ["done"] else (8,)
        assert ran.returncode in expected, ran.stderr
        assert ran.stdout == shown
        assert ran.stderr.count("\n") == 1
        assert "Traceback" not in ran.stderr
    assert (home / "data" / "oo.db").read_bytes() == before


def test_a_reader_that_goes_away_is_no_error(
    home: Path, environ: dict[str, str], child_environ: dict[str, str], door: list[str]
) -> None:
    """`oo log | head -0` ends in silence."""
    for words in (["tip"], ["log"], ["doctor", "--offline"]):
        read, write = os.pipe()
        os.close(read)
        ran = subprocess.run(
            [*door, *words], env=child_environ | environ, stdout=write, stderr=subprocess.PIPE, text=True, check=False
        )
        os.close(write)
        assert (ran.returncode, ran.stderr) == (0, "")


def test_a_terminal_without_unicode_gets_plain_text(
    oo: Oo, environ: dict[str, str], child_environ: dict[str, str], door: list[str]
) -> None:
    """A title that the terminal cannot write is replaced, not a crash."""
    oo("add", "Rés­umé 日本語 👩‍👩‍👧")
    oo("refresh")
    plain = child_environ | environ | {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    for words in (["tip"], ["tip", "--why"]):
        ran = subprocess.run([*door, *words], env=plain, capture_output=True, text=True, check=False)
        assert ran.returncode == 0
        assert ran.stdout.startswith("R?sum?")
