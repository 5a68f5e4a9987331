"""Every tab looks as it was last looked at."""

from __future__ import annotations

import pytest

from oo_cli.usecases.inspect.tabs import NAMES
from tests.tui.inspect.shots import SIZES, path, picture, shots


@pytest.mark.parametrize("size", SIZES)
async def test_every_tab_looks_as_it_did(environ: dict[str, str], size: tuple[int, int]) -> None:
    """Seven tabs at three sizes, as text; what is meant to change is written anew and looked at."""
    drawn = await shots(environ, size)
    assert tuple(drawn) == NAMES
    assert drawn == {name: path(name, size).read_text(encoding="utf-8") for name in NAMES}


async def test_a_picture_of_the_demo_person(environ: dict[str, str]) -> None:
    """A tab of the made-up person, live, as an image that a page can hold."""
    drawn = await picture(environ, "tips")
    assert drawn.startswith("<svg")
    assert "not&#160;this" in drawn
