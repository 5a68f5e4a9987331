"""Showing what of the person lies readable at rest: before a forget nothing but their own lists, after it nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from itertools import chain
from typing import NamedTuple, get_args

from oo_cli.engine.areas.shipped import AREAS
from oo_cli.house import House
from oo_cli.usecases import forget, pull
from oo_cli.usecases.residue import Scan, scan
from oo_data import catalog
from oo_data.contracts.event import EVENTS
from oo_data.contracts.tip import REASONS, Reaction, Surface
from oo_data.errors import OoError
from oo_data.store import erase
from oo_data.text import show

OWN_WORDS = "your own words"


class Verified(NamedTuple):
    """What was looked for, and where it was found. `meant`: files that are readable by design, each with why.

    `found` are files that should hold none of the words. `files` are oO's, `jobs` start it, `unseen` could not be asked
    for one, `keys` are the places where a key of this home lies. `alike`: words that oO itself writes, so they were not
    looked for.
    """

    scan: Scan
    found: tuple[str, ...]
    meant: tuple[tuple[str, str], ...]
    files: tuple[str, ...]
    jobs: tuple[str, ...]
    unseen: tuple[str, ...]
    keys: tuple[str, ...]
    alike: int

    @property
    def is_clean(self) -> bool:
        """Whether no word lies where it should not, and a home that is gone has left nothing."""
        return not self.found and (bool(self.files) or not (self.jobs or self.unseen or self.keys))


def verify(
    house: House, keys: Callable[[House], list[str]], said: Iterable[str] = (), folders: Iterable[str] = ()
) -> Verified:
    """Look through every file of oO, and of other folders, for all words that oO can open, and for those `said`."""
    own = [path for path in _readable(house) if os.path.isfile(path)]
    words = {word for word in said if word} | set(forget.known_words(house)) | _titles(house)
    ours = _of_oo(house)
    wanted = {word for word in words if word.strip('"').lower() not in ours}  # a handle is kept in quotes
    memory = house.paths.memory_dirs()
    mine = list(dict.fromkeys(forget.files_in([*house.paths.roots(), *memory])))
    looked = scan(dict.fromkeys([*mine, *forget.files_in(map(os.path.abspath, folders))]), wanted)
    meant = tuple((path, _why(path, memory)) for path in looked.hits if path in own or path.startswith(tuple(memory)))
    names = {path for path, _ in meant}
    jobs, unseen = forget.jobs(house)
    return Verified(
        looked,
        tuple(path for path in looked.hits if path not in names),
        meant,
        tuple(mine),
        tuple(jobs),
        tuple(unseen),
        tuple(keys(house)),
        len(words) - len(wanted),
    )


def _readable(house: House) -> list[str]:
    """The files in which the person's words are meant to stand: their own lists."""
    own = [entry for entry in catalog.files() if entry.form == OWN_WORDS]
    return [*erase.existing(house.paths, own), *forget.watched(house)]


def _why(path: str, memory: list[str]) -> str:
    return "the words of the next tips, in memory" if path.startswith(tuple(memory)) else "your own list"


def _titles(house: House) -> set[str]:
    """What the sources of this machine list now."""
    if not house.exists:
        return set()
    try:
        return {show(signal.title) for signal in pull.pull(house, local_only=True).signals.values()}
    except OoError:
        return set()


def _of_oo(house: House) -> str:
    """What the database says in words of oO's own: names of tables and events, areas, settings, reactions, the zone."""
    if not house.exists:
        return ""
    fields = chain.from_iterable((name, *kind._fields) for name, kind in EVENTS.items())
    words = (*fields, *AREAS, *get_args(Surface), *get_args(Reaction), *REASONS, house.zone.key)
    return "\n".join((erase.own_words(house.store.conn), *words)).lower()
