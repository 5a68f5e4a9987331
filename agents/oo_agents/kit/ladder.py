"""The quality ladder, checked by machine: bronze is safe to list, silver to enable, gold to rely on.

Each rule runs the agent on made-up lives and says why it fails, in fixed words and names of the manifest.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from oo_agents import registry
from oo_agents.kit import lives
from oo_agents.kit.agent import Agent
from oo_agents.kit.context import context_for
from oo_agents.kit.inference import error_word, run_inference
from oo_agents.kit.lives import Scene
from oo_agents.kit.schedule import HOUR_MS
from oo_agents.kit.snippet import MAX_TEXT, refs_in
from oo_data.contracts.agent import AgentContext, AgentManifest, Snippet
from oo_data.text import show

SCENES, HISTORIES = 150, 24
LARGE, INFER_S, COMPUTE_S = 50_000, 1.0, 0.05
EVERY_REFRESH = frozenset(("SourceRefreshed", "SnippetEmitted", "AgentFailed", "PrefInferred", "ShelfPrepared"))


class Rule(NamedTuple):
    """One rule and how the agent fares: `why` is empty where it is kept."""

    rung: str
    name: str
    why: str


class Bench:
    """One agent on the bench, loaded when first needed."""

    def __init__(self, entry: registry.Entry) -> None:
        self.entry = entry

    @property
    def manifest(self) -> AgentManifest:
        """The manifest; the first rule has seen that there is one."""
        if self.entry.manifest is None:
            raise ValueError
        return self.entry.manifest

    @cached_property
    def agent(self) -> Agent:
        """The agent itself."""
        return registry.load_entry(self.entry)

    @cached_property
    def said(self) -> list[tuple[Scene, AgentContext, Snippet | None]]:
        """What it says at usual moments."""
        return [(scene, *self.ask(scene)) for scene in lives.scenes(self.manifest, SCENES, hostile=False)]

    def ask(self, scene: Scene) -> tuple[AgentContext, Snippet | None]:
        """What it says at one moment."""
        context = context_for(self.manifest, scene.features, scene.params, scene.now_ms, scene.tz)
        return context, self.agent.compute(context)


def examine(entry: registry.Entry) -> list[Rule]:
    """Every rule of the ladder in its order, up to the first rung that is not reached."""
    bench, found = Bench(entry), list[Rule]()
    for rung, rules in LADDER.items():
        for name, rule in rules.items():
            try:
                why = rule(bench)
            except Exception as error:  # noqa: BLE001 - an agent may raise anything
                why = f"it raises {error_word(error)}"
            found.append(Rule(rung, name, why))
            if why and rung == "bronze":
                return found
        if any(each.why for each in found):
            return found
    return found


def rung_of(rules: list[Rule]) -> str:
    """The highest rung whose every rule, and those of the rungs below, are kept."""
    reached = "none"
    for rung in LADDER:
        ours = [rule for rule in rules if rule.rung == rung]
        if not ours or any(rule.why for rule in ours):
            break
        reached = rung
    return reached


def _manifest(bench: Bench) -> str:
    return bench.entry.problem or ("" if bench.entry.manifest else "there is none")


def _loads(bench: Bench) -> str:
    wanted = registry.class_name(bench.manifest.id)
    both = callable(getattr(bench.agent, "compute", None)) and callable(getattr(bench.agent, "infer", None))
    return "" if both and type(bench.agent).__name__ == wanted else f"agent.py has no whole class {wanted}"


def _total(bench: Bench) -> str:
    for events in (0, 1, 50):
        for inferred in run_inference(bench.manifest, bench.agent, lives.usual(0, 0, events)):
            if inferred.error:
                return f"infer raises {inferred.error} on an empty history"
    bench.ask(Scene(lives.NOW, "UTC", lives.empty(), {}))
    return ""


def _tests(bench: Bench) -> str:
    folder = bench.entry.folder
    places = [f"{folder}/tests"]
    if bench.entry.origin == "ours":
        places.append(f"{os.path.dirname(os.path.dirname(os.path.dirname(folder)))}/tests/agents")
    names = ("test_agent.py", f"test_{os.path.basename(folder)}.py")
    held = any(os.path.isfile(f"{place}/{name}") for place in places for name in names)
    return "" if held else "no tests lie beside it"


def _cold_start(bench: Bench) -> str:
    units = {param.name: param.unit for param in bench.manifest.params}
    for inferred in run_inference(bench.manifest, bench.agent, lives.usual(0, 0)):
        if inferred.source == "inferred" and units[inferred.name] != "timezone":
            return f"{inferred.name} is inferred from nothing"
    _, said = bench.ask(Scene(lives.NOW, "UTC", lives.empty(), {}))
    return "it speaks though nothing is known" if said is not None else ""


def _deterministic(bench: Bench) -> str:
    again = [bench.ask(scene)[1] for scene, _, _ in reversed(bench.said)]
    if again[::-1] != [said for _, _, said in bench.said]:
        return "compute says something else the second time"
    for seed in range(4):
        history = lives.usual(seed, 600)
        if run_inference(bench.manifest, bench.agent, history) != run_inference(bench.manifest, bench.agent, history):
            return "infer finds something else the second time"
    return ""


def _fast(bench: Bench) -> str:
    history = lives.usual(1, LARGE, 5000)
    begun = time.process_time()
    run_inference(bench.manifest, bench.agent, history)
    took = time.process_time() - begun
    if took > INFER_S:
        return f"infer takes {took:.1f} s for {LARGE} completions; at most {INFER_S:g} s"
    begun = time.process_time()
    count = len([bench.ask(scene) for scene, _, _ in bench.said])
    took = (time.process_time() - begun) / max(1, count)
    return f"compute takes {took:.2f} s; at most {COMPUTE_S:g} s" if took > COMPUTE_S else ""


def _snippet(bench: Bench) -> str:
    return next(filter(None, (_fault(context, said) for _, context, said in bench.said)), "")


def _schedule(bench: Bench) -> str:
    often = sorted(EVERY_REFRESH.intersection(bench.manifest.invalidated_by))
    if bench.manifest.schedule == "refresh" or not often:
        return ""
    return f"{bench.manifest.schedule}, but invalidated by {often[0]}, which every refresh brings"


def _least_privilege(bench: Bench) -> str:
    for scene in lives.scenes(bench.manifest, SCENES, hostile=False):
        context = context_for(bench.manifest, scene.features, scene.params, scene.now_ms, scene.tz)
        features, params = Spy(context.features), Spy(context.params)
        bench.agent.compute(context._replace(features=features, params=params))
        if features.missed or params.missed:
            return "it asks for a feature or parameter that its manifest does not name"
    return ""


def _hostile(bench: Bench) -> str:
    for seed in range(HISTORIES):
        for inferred in run_inference(bench.manifest, bench.agent, lives.absurd(seed)):
            if inferred.error:
                return f"infer raises {inferred.error} on an absurd history (seed {seed})"
    for seed, scene in enumerate(lives.scenes(bench.manifest, SCENES, hostile=True)):
        try:
            why = _fault(*bench.ask(scene))
        except Exception as error:  # noqa: BLE001 - told with the seed that shows it
            why = f"compute raises {error_word(error)}"
        if why:
            return f"{why} (hostile seed {seed})"
    return ""


def _expiry(bench: Bench) -> str:
    ttl = round(bench.manifest.ttl_hours * HOUR_MS)
    for scene, _, said in bench.said:
        if said is not None and not scene.now_ms < said.expires_at <= scene.now_ms + ttl:
            return "a snippet does not expire within ttl_hours"
    return ""


def _order(bench: Bench) -> str:
    for scene, _, said in bench.said:
        turned: dict[str, Any] = {
            key: dict(reversed(value.items())) if isinstance(value, dict) else value
            for key, value in reversed(scene.features.items())
        }
        if bench.ask(scene._replace(features=turned))[1] != said:
            return "what it says hangs on the order of a table"
    return ""


def _readme(bench: Bench) -> str:
    try:
        with open(f"{bench.entry.folder}/README.md", encoding="utf-8") as file:
            text = file.read()
    except OSError:
        return "there is no README.md"
    named = (*bench.manifest.features, *(param.name for param in bench.manifest.params))
    left_out = next((name for name in named if f"`{name}`" not in text), "")
    return f"README.md does not name `{left_out}`" if left_out else ""


def _fault(context: AgentContext, said: Snippet | None) -> str:
    """What is wrong with a snippet as it comes from the agent."""
    if said is None:
        return ""
    if len(said.text) > MAX_TEXT or not said.text.isprintable() or show(said.text) != said.text or not said.text:
        return f"a text is empty, unprintable or longer than {MAX_TEXT}"
    if any(word in said.text for word in ("nan", "inf ", "e+", "None")):
        return "a text holds a number that is none"
    if not 0 <= said.weight <= 1:
        return "a weight is not within 0 and 1"
    return "" if refs_in(context).issuperset(said.refs) else "a snippet refers to what the agent was not handed"


class Spy(Mapping[str, Any]):
    """A mapping that remembers whether it was asked for what it does not have."""

    def __init__(self, held: Mapping[str, Any]) -> None:
        self._held = held
        self.missed: set[object] = set()

    def __getitem__(self, key: str) -> Any:
        if key not in self._held:
            self.missed.add(key)
        return self._held[key]

    def __contains__(self, key: object) -> bool:
        if key not in self._held:
            self.missed.add(key)
        return key in self._held

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)


LADDER: Mapping[str, Mapping[str, Callable[[Bench], str]]] = {
    "bronze": {"manifest": _manifest, "loads": _loads, "total": _total},
    "silver": {
        "tests": _tests,
        "cold start": _cold_start,
        "deterministic": _deterministic,
        "fast": _fast,
        "snippet": _snippet,
        "schedule": _schedule,
    },
    "gold": {
        "least privilege": _least_privilege,
        "hostile": _hostile,
        "expiry": _expiry,
        "order": _order,
        "readme": _readme,
    },
}
