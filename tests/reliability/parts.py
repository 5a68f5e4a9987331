"""Forgetting, whole and in part: a home with more than what goes, and what is left of it."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from tests.reliability.acts import size, state
from tests.reliability.forks import Site
from tests.reliability.scene import Scene

NOTE = "slept badly"
ALL = ("forget", "--yes")
DISCONNECT = ("disconnect", "todotxt")
PARTS = (
    ("forget", "--source", "mood", "--yes"),
    ("forget", "--source", "todotxt", "--yes"),
    ("forget", "--agent", "overdue-task", "--yes"),
    ("forget", "--task", "last", "--yes"),
    ("forget", "--since", "2000-01-01", "--yes"),
    DISCONNECT,
)
# What every refresh makes anew.
REMADE = ("event", "tip", "decision", "ShelfPrepared", "SourceRefreshed")


class Home(NamedTuple):
    """A home with more than what goes: the changes that are made, and what there is before and after."""

    sites: list[Site]
    before: Counter[str]
    done: Counter[str]


def settled(scene: Scene, words: tuple[str, ...]) -> list[Site]:
    """A home with tasks, reactions, a mood and a key of its own, remembered; and the changes that the words make."""
    del scene.environ["OO_KEY"]
    scene.settle()
    scene("mood", "3", NOTE)
    scene.keep()
    return scene.forks.sites(words, scene.environ)


def prepared(scene: Scene, words: tuple[str, ...]) -> Home:
    """The same of a part, and what there is before it and once it is done."""
    sites = settled(scene, words)
    done = left(scene)
    scene.restore()
    before = left(scene)
    assert before != done
    return Home(sites, before, done)


def left(scene: Scene) -> Counter[str]:
    """How much there is of all that a person would miss, after the next start and a refresh."""
    scene("status")
    scene("refresh")
    found = Counter(size(state(scene))) + Counter(str(kind) for _, kind, _ in scene.events())
    found["given"] = len(scene.rows("select key from consent where granted"))
    for name in REMADE:
        del found[name]
    return +found
