"""Areas of life of the open tasks: titles are embedded once, vectors kept sealed, what is new placed at a refresh.

Runs under the consent of the one agent that speaks of areas; titles go nowhere but into the embedder, which is the one
on this machine unless the person allows the gateway's.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from oo_cli.engine.areas import counts
from oo_cli.engine.areas.atlas import Atlas, Vector, build
from oo_cli.engine.areas.limits import Limits, limits_of
from oo_cli.engine.areas.shipped import edition
from oo_cli.house import House
from oo_data.contracts.feature import TaskCompletion, TaskFeatures
from oo_data.contracts.llm import PLACES, consent_key
from oo_data.contracts.signal import TaskSignal
from oo_data.errors import ModelUnavailableError, OoError
from oo_data.ports import Embedder
from oo_data.store import areas, profile, vectors
from oo_data.store.areas import AreaRow
from oo_data.store.vectors import StoredVector, packed, unpacked
from oo_data.text import show

if TYPE_CHECKING:
    from oo_cli.usecases.embedding import GatewayEmbedder

CONSENT = "agent.focus-area"
AT_GATEWAY = frozenset(consent_key("embedder", place) for place in PLACES)
AT_ONCE = 300  # new titles a refresh: about a second beside loading the model
OWN_EXAMPLES = 30  # of the person's own, for each area
TITLE_CELLS = 200
BASIS = "areas.basis"


class Assigned(NamedTuple):
    """Areas by task reference, and what a refresh writes down. `waiting` titles are left for the next one.

    `embedder` is empty where nothing was placed anew; `failed`: the embedder could not be had.
    """

    areas: Mapping[str, str]
    rows: tuple[AreaRow, ...] = ()
    dropped: tuple[str, ...] = ()
    vectors: tuple[StoredVector, ...] = ()
    stale: tuple[str, ...] = ()
    embedder: str = ""
    basis: str = ""
    waiting: int = 0
    failed: bool = False
    gateway: GatewayEmbedder | None = None


def assign(
    house: House,
    signals: Mapping[str, TaskSignal],
    tasks: Sequence[TaskFeatures],
    done: Sequence[TaskCompletion],
    now: int,
    at_once: int = AT_ONCE,
    ask: bool = False,
) -> Assigned:
    """The area of every task and completion that has one; at most `at_once` new titles are embedded, 0 for none.

    Nothing without the consent, and only the person's own word without an embedder that knows meaning. Only with `ask`
    may the gateway's be asked; where that fails, the one on this machine places what is there.
    """
    conn = house.store.conn
    if CONSENT not in profile.granted(conn):
        return Assigned({})
    rows, gateway = areas.rows(conn), gateway_embedder(house, now)
    if gateway is not None and ask and at_once:
        gateway.learn()
    known = _meaning(house, gateway)
    if not known:
        rows = {ref: row for ref, row in rows.items() if row.origin == "user"}
        return Assigned(counts.resolve((*tasks, *done), _known(rows)), gateway=gateway)
    found = Assigned({})
    for embedder, limits in known:
        if not at_once or (embedder is gateway and not ask):
            break  # what is known holds, and what is new waits
        try:
            room = gateway.room() if gateway is not None and embedder is gateway else at_once
            found = _Placing(house, embedder, limits, rows, now).run(signals, tasks, min(at_once, room))
            break
        except ModelUnavailableError:
            found = Assigned({}, failed=True)
    rows = {ref: row for ref, row in rows.items() if ref not in found.dropped} | {row.ref: row for row in found.rows}
    return found._replace(areas=counts.resolve((*tasks, *done), _known(rows)), gateway=gateway)


def record(house: House, assigned: Assigned) -> None:
    """Write down what was placed and asked; inside the caller's write transaction."""
    if assigned.gateway is not None:
        assigned.gateway.record()
    if not assigned.embedder:
        return
    conn = house.store.conn
    connected = profile.sources(conn)  # what was disconnected meanwhile stays forgotten
    areas.drop(conn, assigned.dropped, "inferred")
    areas.save(conn, [row for row in assigned.rows if row.source in connected])
    vectors.drop(conn, {embedder.id for embedder, _ in _meaning(house, assigned.gateway)}, assigned.stale)
    vectors.save(conn, [row for row in assigned.vectors if row.source in connected])
    areas.sweep(conn)
    profile.set_meta(conn, BASIS, assigned.basis)


def key_of(house: House, task: TaskFeatures, title: str) -> str:
    """The name of a title's vector: what it is the title of, and a keyed digest of its words."""
    return f"{counts.subject_of(task)}.{house.refs.title(title)}"


def unsealed(house: House, embedder: str, refs: Iterable[str]) -> dict[str, Vector]:
    """The kept vectors of those titles, opened."""
    kept = vectors.sealed(house.store.conn, embedder, refs)
    opened = ((ref, house.sealer.unseal(each, "vector", "sealed", ref)) for ref, each in kept.items())
    return {ref: unpacked(b64decode(text)) for ref, text in opened}


def knows_meaning(house: House) -> bool:
    """Whether there is any embedder here that tells areas by meaning."""
    return bool(_meaning(house, gateway_embedder(house, house.clock.now_ms())))


def gateway_embedder(house: House, now: int) -> GatewayEmbedder | None:
    """The gateway's embedder, where the environment names a gateway and the person allows it."""
    try:
        llm = house.llm
    except OoError:
        return None  # an address that is none: the doctor tells it
    if llm is None or profile.granted(house.store.conn).isdisjoint(AT_GATEWAY):
        return None
    from oo_cli.usecases.embedding import GatewayEmbedder

    return GatewayEmbedder(house, llm, now)


def _meaning(house: House, gateway: GatewayEmbedder | None) -> list[tuple[Embedder, Limits]]:
    """The embedders that know meaning and were measured, with their limits; the first is to be used if it answers."""
    found: list[tuple[Embedder, Limits]] = []
    if gateway is not None and gateway.limits is not None:
        found.append((gateway, gateway.limits))
    embedder = house.embedder
    limits = limits_of(embedder.id) if embedder is not None and embedder.semantic else None
    return found if embedder is None or limits is None else [*found, (embedder, limits)]


def _known(rows: Mapping[str, AreaRow]) -> counts.Known:
    return {ref: (row.area, row.origin) for ref, row in rows.items()}


class _Placing:
    """One refresh's work: embed what is new, then place it, or everything where the examples have changed."""

    def __init__(self, house: House, embedder: Embedder, limits: Limits, rows: Mapping[str, AreaRow], now: int) -> None:
        self.house, self.embedder, self.limits, self.rows, self.now = house, embedder, limits, rows, now
        self.said = {ref: row.area for ref, row in rows.items() if row.origin == "user"}
        self.kept = vectors.refs(house.store.conn, embedder.id)
        self.every = vectors.every_ref(house.store.conn)

    def run(self, signals: Mapping[str, TaskSignal], tasks: Sequence[TaskFeatures], at_once: int) -> Assigned:
        titles = {task.ref: show(signals[task.ref].title, TITLE_CELLS) for task in tasks if task.ref in signals}
        keys = {task: key_of(self.house, task, titles[task.ref]) for task in tasks if titles.get(task.ref)}
        new = {key: task for task, key in keys.items() if key not in self.kept}
        stale = self._stale(keys, tasks)
        basis = self._basis()
        anew = basis != profile.meta(self.house.store.conn, BASIS)
        if not (new or stale or anew):
            return Assigned({})
        fresh = dict(list(new.items())[:at_once])
        found = dict(zip(fresh, self.embedder.embed([titles[task.ref] for task in fresh.values()]), strict=True))
        known = {key: task for task, key in keys.items() if key in fresh or key in self.kept}
        places = self._place({key: task for key, task in known.items() if anew or key in fresh}, found, known)
        rows, dropped = self._rows(places, tasks)
        return Assigned(
            areas={},
            rows=rows,
            dropped=dropped,
            vectors=tuple(self._sealed(key, task.source, found[key]) for key, task in fresh.items()),
            stale=stale,
            embedder=self.embedder.id,
            basis=basis,
            waiting=len(new) - len(fresh),
        )

    def _stale(self, keys: Mapping[TaskFeatures, str], tasks: Sequence[TaskFeatures]) -> tuple[str, ...]:
        """Vectors of titles that changed or are gone; of what a person placed, the last one stays an example."""
        wanted = frozenset(keys.values())
        read = {counts.subject_of(task) for task in keys}
        unread = {counts.subject_of(task) for task in tasks} - read
        kept = unread | (self.said.keys() - read)
        return tuple(sorted(key for key in self.every - wanted if key.partition(".")[0] not in kept))

    def _basis(self) -> str:
        """What every placing rests on, beside the title: another one asks for placing everything anew."""
        told = "\n".join([self.embedder.id, edition(), *(f"{ref} {area}" for ref, area in sorted(self.said.items()))])
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def _place(
        self, wanted: Mapping[str, TaskFeatures], fresh: Mapping[str, Vector], known: Mapping[str, TaskFeatures]
    ) -> dict[str, str | None]:
        """The area, or None, by the subject of each task."""
        if not wanted:
            return {}
        told = self._told(known)
        own = [key for keys in told.values() for key in keys]
        held = {**unsealed(self.house, self.embedder.id, {*own, *wanted} - fresh.keys()), **fresh}
        examples = {area: [held[key] for key in keys if key in held] for area, keys in told.items()}
        atlas: Atlas = build(self.embedder.embed, examples)
        return {
            counts.subject_of(task): atlas.place(held[key], self.limits) for key, task in wanted.items() if key in held
        }

    def _told(self, known: Mapping[str, TaskFeatures]) -> dict[str, list[str]]:
        """By area the vectors of what the person put there: tasks, and all open tasks of a project."""
        told: dict[str, list[str]] = {}
        for key in sorted(self.kept | known.keys()):
            area = self.said.get(key.partition(".")[0])
            task = known.get(key)
            if area is None and task is not None and task.project_ref is not None:
                area = self.said.get(task.project_ref)
            if area is not None and len(told.setdefault(area, [])) < OWN_EXAMPLES:
                told[area].append(key)
        return told

    def _rows(
        self, places: Mapping[str, str | None], tasks: Sequence[TaskFeatures]
    ) -> tuple[tuple[AreaRow, ...], tuple[str, ...]]:
        """What to write for tasks placed now, and for projects by the votes of their open tasks."""
        found: dict[str, str | None] = {ref: area for ref, area in places.items() if ref not in self.said}
        sources = {counts.subject_of(task): task.source for task in tasks}
        votes: dict[str, list[str]] = {}
        for task in tasks:
            subject = counts.subject_of(task)
            row = self.rows.get(subject)
            area = found.get(subject, row.area if row else None)
            if task.project_ref is not None and task.project_ref not in self.said and area is not None:
                votes.setdefault(task.project_ref, []).append(area)
                sources[task.project_ref] = task.source
        found |= {ref: counts.vote(cast) for ref, cast in votes.items() if len(cast) >= counts.LEAST_VOTES}
        rows = tuple(AreaRow(ref, sources[ref], area, "inferred", self.now) for ref, area in found.items() if area)
        return rows, tuple(ref for ref, area in found.items() if area is None and ref in self.rows)

    def _sealed(self, key: str, source: str, vector: Vector) -> StoredVector:
        text = b64encode(packed(vector)).decode()
        sealed = self.house.sealer.seal(text, "vector", "sealed", key, source=source, at=self.now)
        return StoredVector(key, self.embedder.id, source, sealed, self.now)
