"""What the person sees of their areas, and their own word on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from oo_cli.engine.areas import alike, counts, themes
from oo_cli.engine.areas.limits import limits_of
from oo_cli.engine.areas.shipped import AREAS
from oo_cli.engine.features.summary import RECENT_DAYS
from oo_cli.engine.when import DAY_MS
from oo_cli.house import House
from oo_cli.usecases import areas as use
from oo_cli.usecases import pull
from oo_data.contracts.event import TipShown
from oo_data.contracts.feature import TaskCompletion, TaskFeatures
from oo_data.errors import BadUsageError, ConsentMissingError
from oo_data.store import areas, events, profile, records, vectors
from oo_data.store.areas import AreaRow
from oo_data.text import Untrusted, show

COMPARED = 500  # titles in the search for duplicates; the work grows with the square
GROUPED = 100
NAME_CELLS = 40
INSTALL = "Areas by meaning need the extra `embed`: pip install 'oo-assistant[embed]'"


class Named(NamedTuple):
    """The task of the last tip, or its project, with its area from now on ("" for none of the person's own)."""

    ref: str
    scope: str
    area: str


def listing(house: House) -> dict[str, Any]:
    """Areas with what is open and what was finished in 90 days, and on what each open task's area rests."""
    _allow(house)
    conn, now = house.store.conn, house.clock.now_ms()
    tasks, done = records.tasks(conn), records.completions(conn, now - RECENT_DAYS * DAY_MS)
    meant = use.knows_meaning(house)
    known = {ref: (row.area, row.origin) for ref, row in areas.rows(conn).items() if meant or row.origin == "user"}
    finished = Counter(found[0] for c in done if (found := counts.area_of(c, known)))
    placed = {task.ref: found for task in tasks if (found := counts.area_of(task, known))}
    rest = Counter((placed[task.ref][0], _basis(task, known)) for task in tasks if task.ref in placed)
    loose = [task for task in tasks if task.ref not in placed]
    return {
        "semantic": meant,
        "areas": [
            {
                "area": slug,
                "open": sum(rest[slug, basis] for basis in BASES),
                "done": finished[slug],
                **{basis: rest[slug, basis] for basis in BASES},
            }
            for slug in AREAS
            if finished[slug] or any(rest[slug, basis] for basis in BASES)
        ],
        "no_area": len(loose),
        "themes": _themes(house, loose) if meant else 0,
        "projects": [] if meant else _projects(house, tasks, done),
    }


BASES = ("yours", "by_title", "by_project")


def _basis(task: TaskFeatures, known: counts.Known) -> str:
    found, own = counts.area_of(task, known), known.get(counts.subject_of(task))
    if found is not None and found[1] == "user":
        return "yours"
    return "by_title" if own is not None else "by_project"


def _themes(house: House, loose: Iterable[TaskFeatures]) -> int:
    """How many groups there are among titles without an area."""
    embedder = house.embedder
    limits = limits_of(embedder.id) if embedder is not None else None
    if embedder is None or limits is None:
        return 0
    subjects = {counts.subject_of(task) for task in loose}
    refs = [ref for ref in vectors.refs(house.store.conn, embedder.id) if ref.partition(".")[0] in subjects]
    held = use.unsealed(house, embedder.id, sorted(refs)[:GROUPED])
    return len(themes.themes(tuple(held.values()), limits.theme))


def _projects(house: House, tasks: Iterable[TaskFeatures], done: Iterable[TaskCompletion]) -> list[dict[str, Any]]:
    """Counts by project, most first; names where they can be read without the network."""
    waiting = Counter(task.project_ref for task in tasks if task.project_ref)
    finished = Counter(c.project_ref for c in done if c.project_ref)
    signals = pull.pull(house, local_only=True).signals.values()
    names = {
        house.refs.project(signal.source, signal.project): show(Untrusted(signal.project), NAME_CELLS)
        for signal in signals
        if signal.project
    }
    refs = sorted(waiting | finished, key=lambda ref: (-waiting[ref] - finished[ref], str(ref)))
    return [{"project": names.get(ref or ""), "open": waiting[ref], "done": finished[ref]} for ref in refs]


def lines(found: dict[str, Any]) -> list[str]:
    """The same for a person."""
    said = [f"{a['area']:<20}{a['open']:>4} open{a['done']:>5} done   {_rests(a)}".rstrip() for a in found["areas"]]
    apart = "   a project" if said else ""
    said += [
        f"{p['project'] or '(a project)':<20}{p['open']:>4} open{p['done']:>5} done{apart}" for p in found["projects"]
    ]
    if found["semantic"] and found["no_area"]:
        among = f"; {found['themes']} other theme{'s' * (found['themes'] != 1)} among them" if found["themes"] else ""
        said.append(f"{found['no_area']} open in no area{among}.")
    return said


def _rests(area: dict[str, Any]) -> str:
    words = (("yours", "by your word"), ("by_title", "by title"), ("by_project", "by project"))
    return ", ".join(f"{area[basis]} {word}" for basis, word in words if area[basis])


def name(house: House, area: str, project: bool = False) -> Named:
    """The person's own word: the last tip's task, or its project, is of that area. It wins over inference."""
    _allow(house)
    slug = "-".join(area.casefold().split())
    if slug not in AREAS:
        raise BadUsageError("There is no such area.", f"One of: {', '.join(AREAS)}.")
    ref, source = _last(house, project)
    with house.store.write() as conn:
        areas.save(conn, [AreaRow(ref, source, slug, "user", house.clock.now_ms())])
    return Named(ref, _scope(project), slug)


def unname(house: House, project: bool = False) -> Named:
    """Give the last tip's task, or its project, back to inference. Raises `BadUsageError` where nothing was said."""
    ref, _ = _last(house, project)
    with house.store.write() as conn:
        if not areas.drop(conn, [ref], "user"):
            raise BadUsageError(f"That {_scope(project)} has no area of your own.", "See: oo area")
    return Named(ref, _scope(project), "")


def _scope(project: bool) -> str:
    return "project" if project else "task"


def _last(house: House, project: bool) -> tuple[str, str]:
    """The subject of the tip shown last, or its project, with its source."""
    shown = events.last_shown(house.store.conn) if house.exists else None
    if shown is None or not isinstance(shown.event, TipShown):
        raise BadUsageError("No tip was shown yet.", "Run: oo tip")
    conn, about = house.store.conn, shown.event.about
    found: TaskFeatures | TaskCompletion | None = next((t for t in records.tasks(conn) if t.ref == about), None)
    if found is None:  # done by now
        found = next((c for c in reversed(records.completions(conn, 0)) if c.ref == about), None)
    if found is None or found.source not in profile.sources(conn):
        raise BadUsageError("The last tip was about no task that oO knows.", "Run: oo tip")
    ref = found.project_ref if project else counts.subject_of(found)
    if ref is None:
        raise BadUsageError("That task is in no project.", "Leave --project out.")
    return ref, found.source


def duplicates(house: House, local_only: bool) -> list[dict[str, Any]]:
    """Pairs of open tasks that look like one, likest first; read anew from the sources, and nothing is kept."""
    _allow(house)
    embedder = house.embedder
    limits = limits_of(embedder.id) if embedder is not None else None
    if embedder is None or limits is None:
        return []
    pulled = pull.pull(house, local_only)
    shown = [show(signal.title, use.TITLE_CELLS) for signal in pulled.signals.values()]
    titles = [title for title in shown if title][:COMPARED]
    found = alike.alike(titles, embedder.embed(titles), limits)
    pairs = sorted((each for each in found if each.kind == "duplicate"), key=lambda each: -each.likeness)
    return [{"one": titles[p.one], "two": titles[p.two], "likeness": round(p.likeness, 2)} for p in pairs]


def _allow(house: House) -> None:
    if use.CONSENT not in (profile.granted(house.store.conn) if house.exists else ()):
        raise ConsentMissingError(
            "Areas need your consent: titles are then looked at, on this machine.",
            f"Allow it with: oo consent grant {use.CONSENT}",
        )
