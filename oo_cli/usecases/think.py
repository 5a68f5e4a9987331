"""Running the agents that are due: inference from the history, then one snippet each, every failure contained."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from oo_agents import registry
from oo_agents.kit.context import obstacle
from oo_agents.kit.inference import Inferred
from oo_agents.kit.runner import Ask
from oo_agents.kit.schedule import due
from oo_agents.registry import Entry
from oo_cli.engine.areas.counts import area_features
from oo_cli.engine.features import habit
from oo_cli.engine.features.registry import FEATURES, stale
from oo_cli.engine.features.summary import summarise
from oo_cli.house import House
from oo_cli.usecases import agenda, contexts, converge, moods
from oo_cli.usecases.agents import own_folder
from oo_cli.usecases.agents_run import LIMIT_S, Outcome, perform
from oo_cli.usecases.areas import CONSENT as TITLES
from oo_data.contracts.agent import AgentManifest, ParamValue, Reacted, Snippet, UserHistory
from oo_data.contracts.event import EVENTS, AgentFailed, FeedbackGiven, FeedbackUndone, PrefInferred, SnippetEmitted
from oo_data.contracts.feature import Feature, TaskCompletion, TaskFeatures, Value
from oo_data.contracts.profile import Pref, spell
from oo_data.contracts.span import OK
from oo_data.names import identity
from oo_data.store import events, keys, profile, records
from oo_data.store.records import StoredSnippet

if TYPE_CHECKING:
    from sqlite3 import Connection

NO_AREAS: Mapping[str, str] = MappingProxyType({})


@dataclass(slots=True)
class Thoughts:
    """What the agents made of the features.

    `snippets` are those of the agents that ran and those still in force of the agents that were not due. `failed` maps
    an agent to the class name of its error, `ran` to its version, `schedules` to its schedule, `millis` to how long it
    took.
    """

    snippets: list[Snippet] = field(default_factory=list)
    inferred: dict[str, tuple[Inferred, ...]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    ran: dict[str, str] = field(default_factory=dict)
    schedules: dict[str, str] = field(default_factory=dict)
    millis: dict[str, int] = field(default_factory=dict)

    def add(self, manifest: AgentManifest, outcome: Outcome) -> None:
        """Take in one run."""
        answer = outcome.answer
        self.ran[manifest.id] = manifest.version
        self.schedules[manifest.id] = manifest.schedule
        self.millis[manifest.id] = outcome.millis
        self.inferred[manifest.id] = answer.inferred
        if answer.snippet is not None:
            self.snippets.append(answer.snippet)
        if answer.error:
            self.failed[manifest.id] = answer.error


def derive(
    house: House,
    tasks: Sequence[TaskFeatures],
    done: Sequence[TaskCompletion],
    now: int,
    areas: Mapping[str, str] = NO_AREAS,
) -> tuple[Feature, ...]:
    """Every feature there is, anew: one pass costs less than reading the last one's back. `areas` are by task ref."""
    return (
        *summarise(tasks, done, now, house.zone),
        *area_features(tasks, done, areas, now, house.zone),
        *habit.features(done, tasks, now, house.zone),
        *moods.features(house, now),
        *contexts.features(house, now),
    )


def think(
    house: House,
    features: Sequence[Feature],
    done: Sequence[TaskCompletion],
    now: int,
    limit_s: float = LIMIT_S,
    areas: Mapping[str, str] = NO_AREAS,
) -> Thoughts:
    """Let every agent that may run and is due infer its parameters and speak, each for at most `limit_s` seconds."""
    thoughts = Thoughts()
    conn = house.store.conn
    granted = profile.granted(conn)
    runs = records.runs(conn)
    inputs = Inputs(house, features, done, now, areas)
    waiting: dict[str, str] = {}
    for entry in installed(house, granted):
        manifest = entry.manifest
        if manifest is None or why_not(house, entry, inputs, granted):
            continue
        last = runs.get(entry.id)
        happened = last_seen(conn, manifest.invalidated_by) if last and manifest.schedule != "refresh" else {}
        is_turn = agenda.has_turn(house, entry.id, now)
        if inputs.set_since(entry.id, last) or due(manifest, last[:2] if last else None, happened, is_turn):
            with house.spans.span("agent", manifest.id, manifest.version) as step:
                outcome = perform(entry, manifest, inputs.ask(manifest), limit_s)
                step.note("failed" if outcome.answer.error else OK, inferred=len(outcome.answer.inferred))
            thoughts.add(manifest, outcome)
        else:
            waiting[manifest.id] = manifest.version
    thoughts.snippets += _still_said(house, waiting, now)
    return thoughts


class Inputs:
    """What this moment holds for any agent: fresh features, the history, the person's own values."""

    def __init__(
        self,
        house: House,
        features: Sequence[Feature],
        done: Sequence[TaskCompletion],
        now: int,
        areas: Mapping[str, str] = NO_AREAS,
    ) -> None:
        conn = house.store.conn
        self.areas = areas
        self.values = fresh(conn, features, now)
        self.prefs = profile.prefs(conn)
        self.history = UserHistory(now, house.zone.key, _reactions(conn), tuple(done))

    def set_since(self, agent_id: str, last: tuple[str, int, str, int] | None) -> bool:
        """Whether the person set one of the agent's parameters after its last run."""
        ran_at = last[1] if last is not None else 0
        own = (p for p in self.prefs.values() if p.scope == agent_id and p.source == "user")
        return any(p.at > ran_at for p in own)

    def ask(self, manifest: AgentManifest) -> Ask:
        """The question to one agent."""
        own: dict[str, ParamValue] = {
            key: pref.value
            for (scope, key), pref in self.prefs.items()
            if scope == manifest.id and pref.source == "user"
        }
        # Which task is of which area rests on its title: that stays with the one agent allowed to look.
        sees = f"agent.{manifest.id}" == TITLES
        return Ask(self.values, own, self.history._replace(areas=self.areas) if sees else self.history)


def fresh(conn: Connection, features: Sequence[Feature], now: int) -> dict[str, Value]:
    """The features that hold: neither run out nor overtaken by an event."""
    known = {feature.key: feature for feature in features}
    older = [key for key in known if known[key].computed_at < now and key in FEATURES]
    happened = last_seen(conn, {name for key in older for name in FEATURES[key].invalidated_by})
    gone = stale(known, known, happened, now)
    return {key: feature.value for key, feature in known.items() if key not in gone}


def installed(house: House, granted: Collection[str]) -> tuple[Entry, ...]:
    """The agents there are; other people's are looked for only where a consent names one that is not here yet."""
    near = registry.discover(own_folder(house), third_party=False)
    known = {f"agent.{entry.id}" for entry in near}
    if all(key in known for key in granted if key.startswith("agent.")):
        return near
    return registry.discover(own_folder(house))


def why_not(house: House, entry: Entry, inputs: Inputs, granted: Collection[str]) -> str | None:
    """What keeps an agent from running now, in fixed words."""
    if entry.manifest is None or entry.problem:
        return entry.problem or "no manifest"
    if entry.origin != "ours" and profile.meta(house.store.conn, f"agent.{entry.id}") != registry.mark(entry):
        return "not the agent that was enabled"
    wanted, active = frozenset[str](), frozenset[str]()
    if entry.contexts:
        wanted = frozenset(house.refs.context(identity(name)) for name in entry.contexts)
        active = contexts.active_refs(house, inputs.history.now_ms)
    return obstacle(entry.manifest, granted, inputs.values, wanted, active)


def last_seen(conn: Connection, names: Iterable[str]) -> dict[str, int]:
    """When an event of each name was last logged (UTC ms), of those that ever were."""
    found = {}
    for name in names:
        for entry in events.latest(conn, (EVENTS[name],), 1):
            found[name] = entry.at
    return found


def _still_said(house: House, waiting: dict[str, str], now: int) -> list[Snippet]:
    """What agents that are not due said last, in the same version, until it runs out."""
    return [
        Snippet(
            stored.agent_id,
            stored.version,
            house.sealer.unseal(stored.text, "snippet", "text", stored.agent_id),
            stored.refs,
            stored.weight,
            stored.expires_at,
        )
        for stored in records.snippets(house.store.conn, now)
        if waiting.get(stored.agent_id) == stored.version
    ]


def _reactions(conn: Connection) -> tuple[Reacted, ...]:
    undone: set[str] = set()
    given: list[tuple[str, Reacted]] = []
    for entry in events.newest(conn, (FeedbackGiven, FeedbackUndone), 5000):
        if isinstance(entry.event, FeedbackUndone):
            undone.add(entry.event.subject)
        elif isinstance(entry.event, FeedbackGiven):
            given.append((entry.id, Reacted(entry.at, entry.event.reaction, entry.event.about)))
    return tuple(reacted for event_id, reacted in reversed(given) if event_id not in undone)


def record(house: House, thoughts: Thoughts, sources: Sequence[str], now: int) -> None:
    """Write snippets (sealed), inferred preferences and runs; inside the caller's write transaction."""
    conn = house.store.conn
    provenance = tuple(f"source.{source}" for source in sources)
    said = [snippet for snippet in thoughts.snippets if snippet.agent_id in thoughts.ran]
    stored = [
        StoredSnippet(
            s.agent_id,
            s.version,
            house.sealer.seal(s.text, "snippet", "text", s.agent_id, source=keys.MIXED, at=now),
            s.refs,
            s.weight,
            now,
            s.expires_at,
            provenance,
        )
        for s in said
    ]
    records.replace_snippets(conn, thoughts.ran, stored)
    for snippet in said:
        house.bus.publish(conn, SnippetEmitted(snippet.agent_id, snippet.version, snippet.weight), now)
    for agent_id, version in thoughts.ran.items():
        outcome = thoughts.failed.get(agent_id, "ok")
        records.save_run(conn, agent_id, version, now, outcome, thoughts.millis.get(agent_id, 0))
        if agent_id in thoughts.failed:
            house.bus.publish(conn, AgentFailed(agent_id, outcome), now)
    agenda.agents_ran(house, thoughts.schedules, now)
    for agent_id, params in thoughts.inferred.items():
        for p in params:
            record_pref(house, Pref(agent_id, p.name, p.source, p.value, p.evidence, now))


def record_pref(house: House, pref: Pref) -> None:
    """Keep what inference says of a preference now, inside the caller's write; a default: that it says nothing.

    What another home of this person learnt since stands until there is news here.
    """
    conn, is_inferred = house.store.conn, pref.source == "inferred"
    before = profile.inferred(conn, pref.scope, pref.key)
    same = (before.value if before else None) == (pref.value if is_inferred else None)
    event = PrefInferred(f"{pref.scope}.{pref.key}", pref.evidence, spell(pref.value))
    if not is_inferred:
        event = event._replace(evidence=0, value="")
    if not same and converge.is_old(house, event):
        return
    if not is_inferred:
        profile.drop_pref(conn, pref.scope, pref.key, "inferred")
    profile.save_prefs(conn, [pref])
    if not same:
        house.bus.publish(conn, event, pref.at)
