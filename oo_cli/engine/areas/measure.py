"""Limits for an embedder that nobody has measured, from how it does on the shipped examples.

Each example title is placed by all the others (leave one out). The limits are the lowest at which nine of ten that
are placed are placed right; an embedder that places fewer than half of them so well has no limits, and is not used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from oo_cli.engine.areas.atlas import Region, Vector, build, nearest
from oo_cli.engine.areas.limits import NEVER, Limits
from oo_cli.engine.areas.shipped import shipped, texts

RIGHT = 0.9
PLACED = 0.5
MARGIN = 1 / 6  # of `least`, as in the limits that were measured by hand


def measure(vectors: Sequence[Vector]) -> Limits | None:
    """The limits that these vectors of the shipped texts allow, or None."""
    by_text = dict(zip(texts(), vectors, strict=True))
    trials = _trials(by_text)
    for least in sorted(max(scores.values()) for _, scores in trials):
        limits = limits_from(least)
        placed = [(area, found) for area, scores in trials if (found := nearest(scores, limits))]
        if least <= 0:
            continue
        if len(placed) < PLACED * len(trials):
            return None
        if sum(area == found for area, found in placed) >= RIGHT * len(placed):
            return limits
    return None


def limits_from(least: float) -> Limits:
    """The limits of an embedder that was measured: where an area begins. Duplicates and themes are not judged."""
    return Limits(least, least * MARGIN, theme=NEVER, related=NEVER, duplicate=NEVER)


def _trials(by_text: Mapping[str, Vector]) -> list[tuple[str, Mapping[str, float]]]:
    """Each example's own area, and how near every area is without it; the languages take turns."""
    atlas = build(lambda wanted: [by_text[text] for text in wanted], {})
    found: list[tuple[str, Mapping[str, float]]] = []
    for area, known in shipped().items():
        whole = atlas.regions[area]
        for place, row in enumerate(known.titles):
            seen = atlas.seen(by_text[row[place % len(row)]])
            rest = Region(whole.about, [*whole.examples[:place], *whole.examples[place + 1 :]])
            regions = {**atlas.regions, area: rest}
            found.append((area, {name: region.score(seen) for name, region in regions.items()}))
    return found
