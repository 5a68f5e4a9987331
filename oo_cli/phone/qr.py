"""A QR code as lines of text, two modules to a character."""

from __future__ import annotations

import segno

QUIET = 2  # light modules around it: the standard asks for four, cameras for two
_HALVES = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}
_ON_WHITE, _PLAIN = "\x1b[38;5;16;48;5;231m", "\x1b[0m"


def lines(text: str, coloured: bool) -> list[str]:
    """The code, black on white; without colours the light modules are drawn, as terminals are dark."""
    code = segno.make(text, error="m", micro=False, boost_error=False)
    rows = [[bool(module) is coloured for module in row] for row in code.matrix_iter(border=QUIET)]
    if len(rows) % 2:
        rows.append([not coloured] * len(rows[0]))
    pairs = zip(rows[::2], rows[1::2], strict=True)
    drawn = ("".join(map(_HALVES.__getitem__, zip(*pair, strict=True))) for pair in pairs)
    return [f"{_ON_WHITE}{line}{_PLAIN}" if coloured else line for line in drawn]
