"""Groups among titles that fit no area: counted, never named and never acted upon."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from oo_cli.engine.areas.atlas import Vector, dot

MEMBERS = 3  # fewer are no theme


def themes(vectors: Sequence[Vector], least: float) -> list[tuple[int, ...]]:
    """Places of the vectors by group, largest first: average linkage (UPGMA), cut where the mean cosine is `least`."""
    groups = {place: [place] for place in range(len(vectors))}
    # Sums of likeness between groups: the mean over all pairs stays exact while they grow.
    sums = [[dot(one, two) for two in vectors] for one in vectors]
    while len(groups) > 1:
        mean, one, two = max(
            (sums[one][two] / (len(groups[one]) * len(groups[two])), one, two) for one, two in combinations(groups, 2)
        )
        if mean < least:
            break
        groups[one] += groups.pop(two)
        for other in groups:
            sums[one][other] += sums[two][other]
            sums[other][one] = sums[one][other]
    found = [tuple(sorted(group)) for group in groups.values() if len(group) >= MEMBERS]
    return sorted(found, key=lambda group: (-len(group), group))
