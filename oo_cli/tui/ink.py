"""Colours that a terminal has, by number: the same for the first frame and for the face.

On the way to the first frame: the terminal's own description is asked only where its name does not tell.
"""

from collections.abc import Mapping

# Of the 256, those that no terminal's palette changes: exact greys, true black, true white.
_RICH = {"dark": (254, 244, 16), "light": (236, 243, 231)}
_SIXTEEN = {"dark": (7, 8, 0), "light": (0, 8, 15)}
_EIGHT = {"dark": (7, 7, 0), "light": (0, 0, 7)}
_NAMES = ("256color", "direct", "kitty", "alacritty", "foot", "ghostty", "wezterm")


class Ink:
    """Bright text, dim text and the ground as palette numbers; None where the terminal's own are left alone.

    `faint`: the dim text is set off by the terminal's faint attribute instead of a colour.
    """

    __slots__ = ("bright", "dim", "faint", "ground")

    def __init__(self, numbers: "tuple[int, int, int] | None", faint: bool) -> None:
        self.bright: int | None = None
        self.dim: int | None = None
        self.ground: int | None = None
        if numbers is not None:
            self.bright, self.dim, self.ground = numbers
        self.faint = faint

    def codes(self, dim: bool) -> str:
        """The escape sequence that text of this kind begins with, from a state that is reset."""
        parts = ["2"] if dim and self.faint else []
        if self.ground is not None:
            parts += [_code(self.dim if dim else self.bright, 30), _code(self.ground, 40)]
        return f"\x1b[{';'.join(parts)}m" if parts else ""


def ink_for(environ: Mapping[str, str], theme: str = "dark", plain: bool = False) -> Ink:
    """The ink for this terminal; `plain` where no colour is wanted."""
    if plain or environ.get("NO_COLOR"):
        return Ink(None, True)
    count = colours(environ)
    if count >= 256:
        return Ink(_RICH[theme], False)
    if count >= 16:
        return Ink(_SIXTEEN[theme], False)
    return Ink(_EIGHT[theme] if count >= 8 else None, True)


def colours(environ: Mapping[str, str]) -> int:
    """How many colours the terminal has."""
    term = environ.get("TERM", "")
    if environ.get("COLORTERM") in ("truecolor", "24bit") or any(name in term for name in _NAMES):
        return 256
    import curses

    try:
        curses.setupterm(term, 2)
    except curses.error:
        return 0
    return max(curses.tigetnum("colors"), 0)


def _code(number: "int | None", base: int) -> str:
    """The parameters that choose a palette number for text (30) or ground (40)."""
    if number is None:
        return str(base + 9)
    if number < 8:
        return str(base + number)
    return str(base + 52 + number) if number < 16 else f"{base + 8};5;{number}"
