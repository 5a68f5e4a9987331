"""The flags that every command understands."""

from __future__ import annotations

import random
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.options import FLAGS, HELP, Options, split
from oo_data.errors import BadUsageError

words = st.lists(st.text(max_size=5).filter(lambda word: word != "--" and word not in FLAGS), max_size=5)
flags = st.lists(st.sampled_from(sorted(FLAGS)), max_size=4, unique_by=lambda flag: FLAGS[flag])


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        ([], Options()),
        (["tip", "--json"], Options(json=True, rest=["tip"])),
        (["-q", "tip"], Options(quiet=True, rest=["tip"])),
        (["--quiet", "tip", "--why", "--offline"], Options(quiet=True, offline=True, rest=["tip", "--why"])),
        (["--no-color", "--accessible", "--exit-code"], Options(no_color=True, accessible=True, exit_code=True)),
        (["add", "--", "--json", "--"], Options(rest=["add", "--", "--json", "--"])),
        (["--json", "add", "--", "-q"], Options(json=True, rest=["add", "--", "-q"])),
        (["--jso", "-qq", "--json=1"], Options(rest=["--jso", "-qq", "--json=1"])),
    ],
)
def test_flags_are_taken_out(arguments: list[str], options: Options) -> None:
    """Flags anywhere before `--` are read; everything else is left in its order."""
    assert split(arguments) == options


@pytest.mark.parametrize("arguments", [["--json", "tip", "--json"], ["-q", "--quiet"]])
def test_twice_is_a_mistake(arguments: list[str]) -> None:
    """The same flag twice, also by its short name, is a usage error."""
    with pytest.raises(BadUsageError, match="was given twice"):
        split(arguments)


@given(words, flags, words, st.randoms(use_true_random=False))
def test_nothing_is_lost(before: list[str], given_flags: list[str], after: list[str], chance: random.Random) -> None:
    """Wherever flags stand, each sets its own option and no other word is touched."""
    arguments = list(before)
    for flag in given_flags:
        arguments.insert(chance.randint(0, len(arguments)), flag)
    options = split([*arguments, "--", *after])
    assert options.rest == [*before, "--", *after]
    assert {f.name for f in fields(options) if getattr(options, f.name) is True} == {FLAGS[f] for f in given_flags}


def test_help_names_every_flag() -> None:
    """The line of help and the table agree."""
    assert all(flag in HELP for flag in FLAGS if flag.startswith("--"))
    assert set(FLAGS.values()) == {f.name for f in fields(Options)} - {"rest"}
