"""The pictures of the README: what the program itself draws for the demo person, cell by cell, as SVG.

`python -m benchmarks.pictures [--png] [NAME ...]` writes docs/pictures/NAME.svg; with `--png` also NAME.png (Chromium).
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from html import escape
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from oo_cli.demo.person import todo_lines
from oo_cli.wiring import open_house
from tests.tui.terminal import Terminal
from tests.tui.vt import Painted, Run

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "pictures"
DOOR = [sys.executable, "-c", "import sys; from oo_cli.fast import main; sys.exit(main())"]
# One cell, and the air around the screen, in pixels.
CELL, LINE, AIR = 10, 22, 24
FONTS = "ui-monospace, 'SF Mono', Menlo, 'Cascadia Mono', Consolas, 'DejaVu Sans Mono', monospace"


class Shot(NamedTuple):
    """One picture: when it is, what is seen and then typed in turn, and last what must be seen; how large it is."""

    at: str
    seen: str
    typed: tuple[tuple[str, str], ...] = ()
    command: tuple[str, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
    size: tuple[int, int] = (76, 17)


CLOCK = (("face.clock", "on"),)
SHOTS = {
    "face-morning": Shot("2026-12-01T09:12:00+01:00", "09:12", settings=CLOCK),
    "face-later": Shot("2026-12-01T14:40:00+01:00", "next week", (("Stretch", "d"), ("Water", "l"))),
    "face-night": Shot("2026-12-01T23:05:00+01:00", "23:05", settings=CLOCK),
    "inspect-tips": Shot(
        "2026-12-01T09:12:00+01:00", "became", command=("inspect", "--demo", "--tab", "tips"), size=(100, 26)
    ),
    "inspect-agents": Shot(
        "2026-12-01T09:12:00+01:00", "time-of-day", command=("inspect", "--demo", "--tab", "agents"), size=(110, 17)
    ),
    "why": Shot(
        "2026-12-01T09:12:00+01:00", "gate", (("Stretch", "d"), ("Water", "d"), ("rental", "w")), size=(84, 21)
    ),
}


def main() -> None:
    """Take the pictures that were asked for, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(SHOTS))
    parser.add_argument("--png", action="store_true")
    asked = parser.parse_args()
    PICTURES.mkdir(exist_ok=True)
    for name in asked.names or SHOTS:
        target = PICTURES / f"{name}.svg"
        target.write_text(svg(taken(SHOTS[name])), encoding="utf-8")
        print(target.relative_to(ROOT))
        if asked.png:
            rendered(target)


def taken(shot: Shot) -> Painted:
    """The screen of one picture, drawn by the program on a terminal of its own."""
    with demo_home(shot) as environ:
        painted = Painted(*shot.size)
        with Terminal([*DOOR, *shot.command], environ, *shot.size) as terminal:
            for seen, key in shot.typed:
                painted.until(terminal, partial(contains, seen))
                terminal.press(key.encode())
            painted.until(terminal, partial(contains, shot.seen))
        return painted


def contains(word: str, screen: str) -> bool:
    """Whether a word can be read on a screen."""
    return word in screen


@contextmanager
def demo_home(shot: Shot) -> Iterator[dict[str, str]]:
    """The environment of a home with the demo person's list, at the time of the picture."""
    with tempfile.TemporaryDirectory(prefix="oo-pictures-") as folder:
        carried = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
        environ = carried | {
            "OO_HOME": f"{folder}/home", "OO_NOW": shot.at, "TZ": "Europe/Berlin", "COLORTERM": "truecolor",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        }  # fmt: skip
        house = open_house(environ, say=lambda text: None)
        tasks = Path(folder) / "todo.txt"
        tasks.write_text(todo_lines(house), encoding="utf-8")
        house.close()
        for words in (("connect", "todotxt", "--file", str(tasks)), *(("profile", "set", *s) for s in shot.settings)):
            subprocess.run([*DOOR, *words], env=environ, check=True, capture_output=True)
        yield environ


def svg(painted: Painted) -> str:
    """The screen as one SVG that needs nothing from elsewhere; text stays text."""
    rows = painted.runs()
    width, height = painted.columns * CELL + 2 * AIR, len(rows) * LINE + 2 * AIR
    ground = rows[0][0].ground
    drawn = [part for y, row in enumerate(rows) for part in _row(row, y, ground)]
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">',
            f'<rect width="{width}" height="{height}" rx="14" fill="#{ground}"/>',
            f'<g font-family="{FONTS}" font-size="16" xml:space="preserve">',
            *drawn,
            "</g>",
            "</svg>\n",
        )
    )


def _row(row: list[Run], y: int, ground: str) -> list[str]:
    """The runs of one row, each as wide as its cells whatever the font is."""
    found = []
    for run in row:
        if run.ground != ground:
            place = f'x="{AIR + run.column * CELL}" y="{AIR + y * LINE}" width="{run.cells * CELL}" height="{LINE}"'
            found.append(f'<rect {place} fill="#{run.ground}"/>')
        for column, word in _words(run):
            place = f'x="{AIR + column * CELL}" y="{AIR + y * LINE + 16}" textLength="{len(word) * CELL}"'
            found.append(f'<text {place} fill="#{run.ink}">{escape(word)}</text>')
    return found


def _words(run: Run) -> Iterator[tuple[int, str]]:
    """The words of a run with their columns; blanks draw nothing."""
    column = run.column
    for blank, characters in groupby(run.text, key=str.isspace):
        word = "".join(characters)
        if not blank:
            yield column, word
        column += len(word)


def rendered(picture: Path) -> None:
    """The same as PNG, twice as large."""
    chromium = shutil.which("chromium") or "chromium-browser"
    size = picture.read_text(encoding="utf-8").split('viewBox="0 0 ')[1].split('"')[0].replace(" ", ",")
    options = [
        *("--headless", "--no-sandbox", "--hide-scrollbars", "--force-device-scale-factor=2"),
        *("--default-background-color=00000000", f"--window-size={size}"),
        f"--screenshot={picture.with_suffix('.png')}",
    ]
    subprocess.run([chromium, *options, picture.as_uri()], check=True, capture_output=True)


if __name__ == "__main__":
    main()
