"""The pictures of the README: one for every shot, drawn by the program, and nothing in them from elsewhere."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from benchmarks.pictures import PICTURES, SHOTS, svg, taken


def test_every_shot_has_its_picture() -> None:
    """What the README may show is there, and no picture is left of a shot that is no more."""
    assert {path.stem for path in PICTURES.glob("*.svg")} == set(SHOTS)


@pytest.mark.parametrize("path", sorted(PICTURES.glob("*.svg")), ids=lambda path: path.stem)
def test_a_picture_needs_nothing_from_elsewhere(path: Path) -> None:
    """It is well-formed, holds text and shapes only, and names no address but that of its own format."""
    drawn = path.read_text(encoding="utf-8")
    root = ET.fromstring(drawn)  # noqa: S314 - our own file
    assert {element.tag.rpartition("}")[2] for element in root.iter()} <= {"svg", "rect", "g", "text"}
    assert drawn.count("http") == 1


def test_a_picture_is_what_the_program_draws() -> None:
    """At night there is one glyph and the time, on true black."""
    drawn = svg(taken(SHOTS["face-night"]))
    assert [element.text for element in ET.fromstring(drawn).iter() if element.text and element.text.strip()] == [  # noqa: S314
        "·",
        "23:05",
    ]
    assert 'fill="#000000"' in drawn
