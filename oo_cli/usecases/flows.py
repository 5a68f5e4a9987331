"""What each consent lets happen: what flows, to whom, and what is kept of it. The one table of consent keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from oo_agents import registry
from oo_agents.registry import Entry
from oo_cli.adapters.sources.manifests import SourceManifest, manifests
from oo_cli.house import House
from oo_cli.usecases import areas, holdout, own
from oo_cli.usecases.agents import own_folder
from oo_cli.usecases.outbox import MOVES
from oo_data.contracts.llm import ALIASES, PLACES, Alias, Place, consent_key
from oo_data.store import profile

HERE = "oO on this machine"
WRITE = ".write"
_TOLD = "a word that a tip is ready; its text only where you ask for it"
_SENT: dict[Alias, str] = {
    "tip-generator": "titles of the first three candidates, and a sentence of what is true of each",
    "embedder": "titles of open tasks, each once, for areas of life (agent.focus-area), and the shipped examples",
    "judge": "titles of the last day's first tips, each with a model's words and oO's own, at oo eval --judge",
}
_SENT_KEPT: dict[Alias, tuple[str, ...]] = {
    "tip-generator": ("what was sent and said, sealed, for a day; verdict and numbers for 14 days",),
    "embedder": ("what each title means, as sealed numbers", "how each request ended, for 14 days"),
    "judge": ("which words it found better, for 14 days; no words",),
}


class Flow(NamedTuple):
    """One consent in words. `dropped` is read and not kept; `exact` lines go into detail."""

    key: str
    what: str
    to: str
    kept: tuple[str, ...]
    dropped: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()


# Consents with words of their own. Those of sources and agents follow from their manifests.
FIXED: tuple[Flow, ...] = (
    Flow(own.MOOD, "the moods that you say, with their notes", HERE, ("number and time; the note sealed",)),
    Flow(
        holdout.CONSENT,
        "nothing; by lot, some half days stay without tips",
        "nobody",
        ("which half days were drawn, and how many tasks you finished in each",),
    ),
    Flow(
        "phone",
        "the tip on display with its reasons, your settings and agents; and your reactions back",
        "the devices that you paired, while oo serve runs",
        ("each device's name, a hash of its token, when it last came", "the server's certificate, sealed"),
    ),
    Flow(
        "notify.desktop",
        _TOLD,
        "the notifications of this desktop",
        ("nothing; the desktop may keep a history",),
    ),
    Flow(
        "mirror.nats",
        "every event, also those of the past: references and numbers, no words; what you said in other homes comes in",
        "the NATS server that NATS_URL names",
        (
            "what came from other homes; withdrawn, all of it but settings goes",
            "how far it has come; that server keeps what it was sent (docs/mirror.md)",
        ),
    ),
    Flow(
        "trace.export",
        "how long each step of a refresh took, and how it ended: ids, fixed words and numbers",
        "the servers that OTEL_EXPORTER_OTLP_ENDPOINT and MLFLOW_TRACKING_URI name",
        ("here, which versions MLFLOW_TRACKING_URI has listed; those servers keep what they were sent",),
    ),
    Flow(
        "context.auto",
        "the hardware address of your network's gateway, and whether the battery drains; read on this machine alone",
        HERE,
        ("a keyed reference of each network that you bound to a context",),
        ("the addresses themselves",),
    ),
)
# Of the consents above, and of the aliases, those that something asks for. Any other cannot be granted:
# a yes that nothing needs would lie about until something takes it for its own.
_OF_MODELS = (consent_key(alias, place) for alias in ALIASES for place in PLACES)
ASKED = frozenset(
    (
        own.MOOD, holdout.CONSENT, "phone", "notify.desktop", "mirror.nats", "context.auto", "trace.export",
        *_OF_MODELS,
    )
)  # fmt: skip


def flows(house: House) -> dict[str, Flow]:
    """Every consent that can be asked for here, by key, and those of agents that were here once."""
    found = [*_of_sources(), *(flow for flow in (*FIXED, *flows_of_models()) if flow.key in ASKED)]
    entries = {f"agent.{entry.id}": entry for entry in registry.discover(own_folder(house)) if not entry.problem}
    asked = profile.consents(house.store.conn) if house.exists else {}
    channels = sorted(key for key in asked if key.startswith("notify.") and not designed(key))
    found += [Flow(key, _TOLD, "the hosts that `oo notify` lists", ("its address, sealed",)) for key in channels]
    gone = sorted(key for key in asked if key.startswith("agent.") and key not in entries)
    found += [_of_agent(entry) for entry in entries.values()]
    found += [Flow(key, "nothing: this agent is not here any more", HERE, ("what it left",)) for key in gone]
    return {flow.key: flow for flow in found}


def designed(key: str) -> bool:
    """Whether the design knows this consent, though nothing asks for it yet."""
    return any(flow.key == key for flow in (*FIXED, *flows_of_models()))


def _of_sources() -> Iterator[Flow]:
    for source in manifests():
        for key in source.consents:
            yield _writing(source, key) if key.endswith(WRITE) else _reading(source, key)


def _reading(source: SourceManifest, key: str) -> Flow:
    where = f"{HERE}, from {', '.join(source.hosts)}" if source.hosts else HERE
    exact = (f"the login asks {source.title} for: {source.scopes[0]}",) if source.scopes else ()
    return Flow(key, f"what {source.title} holds, read anew at each refresh", where, source.kept, source.dropped, exact)


def _writing(source: SourceManifest, key: str) -> Flow:
    kept = tuple(line for line in source.kept if line.startswith("writes"))
    exact = (f"the login asks {source.title} for: {', '.join(source.scopes)}",) if source.scopes else ()
    what = f"your own reactions: a tick, its undoing{', another day' if source.id in MOVES else ''}"
    return Flow(key, what, ", ".join(source.hosts) or source.title, kept, (), exact)


def _of_agent(entry: Entry) -> Flow:
    manifest = entry.manifest
    needs = manifest.features if manifest else ()
    infers = tuple(f"worked out: {param.name}" for param in manifest.params) if manifest else ()
    key, exact = f"agent.{entry.id}", tuple(f"it is handed: {name}" for name in needs)
    where = HERE if entry.origin == "ours" else f"{HERE}, in a process of its own"
    what, kept = "numbers and keyed references of your tasks and reactions", ("one sentence, sealed", *infers)
    if key == areas.CONSENT:
        what, kept = f"the titles of your tasks, and {what}", (*kept, "what each title means, as sealed numbers")
    return Flow(key, what, where, kept, (), exact)


def flows_of_models() -> Iterator[Flow]:
    """What asking each alias lets happen, by where its model runs."""
    to: dict[Place, str] = {
        "local": "the model gateway on this machine",
        "cloud": "the model gateway elsewhere, and whoever runs it",
    }
    for alias in ALIASES:
        for place in PLACES:
            yield Flow(consent_key(alias, place), _SENT[alias], to[place], _SENT_KEPT[alias])
