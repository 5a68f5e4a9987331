"""What every tab looks like, as text, at three sizes; and the demo person's tabs as pictures.

`sheets.json` holds the demo person's tabs as they once were: what another part of oO says now does not change how a
screen draws it. To write `shots/` anew after a change that was meant: `python -m tests.tui.inspect.shots`.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from oo_cli.demo.past import live_through
from oo_cli.demo.person import throw_away
from oo_cli.house import House
from oo_cli.usecases.inspect.sheet import Ask, Chart, Row, Sheet, Tab
from oo_cli.usecases.inspect.tabs import NAMES, tabs
from oo_cli.wiring import open_house
from tests.tui.inspect.conftest import no_custody, screen

HERE = Path(__file__).parent
SIZES = ((40, 10), (80, 24), (200, 60))


def recorded() -> list[Tab]:
    """The tabs with their own columns and keys, and what they once showed."""
    known = json.loads((HERE / "sheets.json").read_text(encoding="utf-8"))
    return [tab._replace(read=_always(known[tab.id])) for tab in tabs(no_custody)]


async def shots(environ: Mapping[str, str], size: tuple[int, int]) -> dict[str, str]:
    """Every tab by its name, as text."""
    found = {}
    async with screen(lambda: open_house(environ, lambda _: None), recorded(), size) as shown:
        for number, name in enumerate(NAMES, start=1):
            found[name] = await shown.press(str(number)) + "\n"
    return found


async def picture(environ: Mapping[str, str], tab: str, size: tuple[int, int] = (100, 30)) -> str:
    """One tab of the demo person as SVG."""
    with ExitStack() as stack:

        def demo() -> House:
            house = stack.enter_context(throw_away(environ))
            live_through(house)
            return house

        async with screen(demo, tabs(no_custody), size) as shown:
            await shown.press(str(NAMES.index(tab) + 1))
            return shown.app.export_screenshot(title=f"oo inspect --tab {tab}")


def path(name: str, size: tuple[int, int]) -> Path:
    """Where the text of a tab at a size lies."""
    return HERE / "shots" / f"{name}-{size[0]}x{size[1]}.txt"


def _always(known: Mapping[str, Any]) -> Callable[[House, Ask], Sheet]:
    rows = tuple(Row(str(at), tuple(row["cells"]), row, row["faint"]) for at, row in enumerate(known["rows"]))
    sentence, step = known["empty"]
    charts = tuple(
        Chart(chart["label"], tuple(chart["values"]), chart["total"], chart["share"]) for chart in known["charts"]
    )
    sheet = Sheet(rows, known["says"], (sentence, step), notes=tuple(known["notes"]), charts=charts)
    return lambda house, ask: sheet


def main() -> None:
    """Write every file anew."""
    (HERE / "shots").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            for name, text in asyncio.run(shots({"OO_HOME": folder}, size)).items():
                path(name, size).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
