"""From where on likeness means something: for each embedder its own, because every model has another scale."""

from __future__ import annotations

import math
from typing import NamedTuple


class Limits(NamedTuple):
    """Cosines. A title has no area below `least`, or when the next area is nearer than `margin` behind.

    Two titles are `related`, or look like one `duplicate`; `theme` is the mean likeness that holds a group together.
    """

    least: float
    margin: float
    theme: float
    related: float
    duplicate: float


NEVER = math.inf
# usem3: docs/areas.md says how these were found. Letters alone tell of duplicates only.
KNOWN = {
    "usem3": Limits(least=0.12, margin=0.02, theme=0.4, related=0.55, duplicate=0.82),
    "ngrams": Limits(least=NEVER, margin=NEVER, theme=NEVER, related=NEVER, duplicate=0.95),
}


def limits_of(embedder_id: str) -> Limits | None:
    """The limits of an embedder of that name, whatever its version; None for one that nobody has measured."""
    return KNOWN.get(embedder_id.partition("@")[0])
