"""The colours: what the first frame writes and what the face has Textual write are the same."""

from __future__ import annotations

import pytest

from oo_cli.tui.ink import Ink, colours, ink_for

CODES = {
    "dark, 256": (ink_for({"COLORTERM": "truecolor"}), "\x1b[38;5;254;48;5;16m", "\x1b[38;5;244;48;5;16m"),
    "light, 256": (ink_for({"TERM": "foot"}, "light"), "\x1b[38;5;236;48;5;231m", "\x1b[38;5;243;48;5;231m"),
    "dark, 16": (Ink((7, 8, 0), False), "\x1b[37;40m", "\x1b[90;40m"),
    "light, 16": (Ink((0, 8, 15), False), "\x1b[30;107m", "\x1b[90;107m"),
    "dark, 8": (Ink((7, 7, 0), True), "\x1b[37;40m", "\x1b[2;37;40m"),
    "none": (ink_for({"COLORTERM": "truecolor", "NO_COLOR": "1"}), "", "\x1b[2m"),
    "asked for none": (ink_for({"COLORTERM": "truecolor"}, plain=True), "", "\x1b[2m"),
}


@pytest.mark.parametrize(("ink", "bright", "dim"), CODES.values(), ids=CODES)
def test_both_draw_in_the_same_ink(ink: Ink, bright: str, dim: str) -> None:
    """Each kind of terminal gets the codes that it has, from the first frame and from the face alike."""
    from rich.color import ColorSystem

    from oo_cli.tui.canvas import _style

    assert (ink.codes(dim=False), ink.codes(dim=True)) == (bright, dim)
    for codes, faint in ((bright, False), (dim, True)):
        drawn = _style(ink, faint).render("x", color_system=ColorSystem.TRUECOLOR)
        assert drawn == (f"{codes}x\x1b[0m" if codes else "x")


@pytest.mark.parametrize("term", ["xterm-256color", "tmux-256color", "xterm-kitty", "alacritty", "xterm-direct"])
def test_a_name_that_tells_is_believed(term: str) -> None:
    """No terminal's description is loaded where its name says how many colours it has."""
    assert colours({"TERM": term}) == 256
