"""Running the agents: inference from the history, then one snippet each, every failure contained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from oo_agents import registry
from oo_agents.kit.context import context_for, eligible
from oo_agents.kit.inference import Inferred, run_inference
from oo_agents.registry import Agent
from oo_cli.engine.when import HOUR_MS
from oo_cli.house import House
from oo_data.contracts.agent import AgentManifest, ParamValue, Reacted, Snippet, UserHistory
from oo_data.contracts.event import AgentFailed, FeedbackGiven, FeedbackUndone, PrefInferred, SnippetEmitted
from oo_data.contracts.feature import Feature, TaskCompletion, Value
from oo_data.contracts.profile import Pref
from oo_data.store import events, profile, records
from oo_data.store.records import StoredSnippet
from oo_data.text import show


@dataclass(slots=True)
class Thoughts:
    """What the agents made of the features. `failed` maps an agent to the class name of its error."""

    snippets: list[Snippet] = field(default_factory=list)
    inferred: dict[str, tuple[Inferred, ...]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    ran: dict[str, str] = field(default_factory=dict)


def think(house: House, features: Sequence[Feature], done: Sequence[TaskCompletion], now: int) -> Thoughts:
    """Let every agent whose consent holds infer its parameters and speak."""
    thoughts = Thoughts()
    granted = profile.granted(house.store.conn)
    prefs = profile.prefs(house.store.conn)
    values: dict[str, Value] = {feature.key: feature.value for feature in features if feature.fresh_until > now}
    history = UserHistory(now, house.zone.key, _reactions(house), tuple(done))
    for manifest in registry.manifests():
        if f"agent.{manifest.id}" not in granted or not eligible(manifest, granted, values):
            continue
        try:
            _run(manifest, registry.load(manifest.id), history, values, prefs, thoughts)
        except Exception as error:  # noqa: BLE001 - an agent is a plug-in: whatever it raises, the others run
            thoughts.failed[manifest.id] = type(error).__name__
        thoughts.ran[manifest.id] = manifest.version
    return thoughts


def _run(
    manifest: AgentManifest,
    agent: Agent,
    history: UserHistory,
    values: Mapping[str, Value],
    prefs: Mapping[tuple[str, str], Pref],
    thoughts: Thoughts,
) -> None:
    inferred = run_inference(manifest, agent, history)
    thoughts.inferred[manifest.id] = inferred
    params: dict[str, ParamValue] = {found.name: found.value for found in inferred}
    params |= {key: p.value for (scope, key), p in prefs.items() if scope == manifest.id and p.source == "user"}
    snippet = agent.compute(context_for(manifest, values, params, history.now_ms, history.tz))
    if snippet is not None and snippet.expires_at > history.now_ms:
        latest = history.now_ms + int(manifest.ttl_hours * HOUR_MS)
        thoughts.snippets.append(
            Snippet(
                manifest.id,
                manifest.version,
                show(snippet.text, 200),
                snippet.refs,
                min(max(0.0, snippet.weight), 1.0),
                min(snippet.expires_at, latest),
            )
        )


def _reactions(house: House) -> tuple[Reacted, ...]:
    logged = events.latest(house.store.conn, (FeedbackGiven, FeedbackUndone), 5000)
    undone = {entry.event.subject for entry in logged if isinstance(entry.event, FeedbackUndone)}
    return tuple(
        Reacted(entry.at, entry.event.reaction, entry.event.about)
        for entry in reversed(logged)
        if isinstance(entry.event, FeedbackGiven) and entry.id not in undone
    )


def record(house: House, thoughts: Thoughts, sources: Sequence[str], now: int) -> None:
    """Write snippets (sealed), inferred preferences and runs; inside the caller's write transaction."""
    conn = house.store.conn
    provenance = tuple(f"source.{source}" for source in sources)
    stored = [
        StoredSnippet(
            s.agent_id,
            s.version,
            house.sealer.seal(s.text, "snippet", "text", s.agent_id),
            s.refs,
            s.weight,
            now,
            s.expires_at,
            provenance,
        )
        for s in thoughts.snippets
    ]
    records.replace_snippets(conn, thoughts.ran, stored)
    for snippet in thoughts.snippets:
        house.bus.publish(conn, SnippetEmitted(snippet.agent_id, snippet.version, snippet.weight), now)
    for agent_id, version in thoughts.ran.items():
        outcome = thoughts.failed.get(agent_id, "ok")
        records.save_run(conn, agent_id, version, now, outcome, 0)
        if agent_id in thoughts.failed:
            house.bus.publish(conn, AgentFailed(agent_id, outcome), now)
    _record_prefs(house, thoughts, now)


def _record_prefs(house: House, thoughts: Thoughts, now: int) -> None:
    conn = house.store.conn
    known = profile.prefs(conn)
    for agent_id, found in thoughts.inferred.items():
        for inferred in found:
            before = known.get((agent_id, inferred.name))
            same = before is not None and before.value == inferred.value and before.source == inferred.source
            pref = Pref(agent_id, inferred.name, inferred.source, inferred.value, inferred.evidence, now)
            if inferred.source != "inferred":
                profile.drop_pref(conn, agent_id, inferred.name, "inferred")
            profile.save_prefs(conn, [pref])
            if inferred.source == "inferred" and not same:
                house.bus.publish(conn, PrefInferred(f"{agent_id}.{inferred.name}", inferred.evidence), now)
