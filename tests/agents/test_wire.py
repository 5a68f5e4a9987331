"""What crosses to an agent's own process and back: no more than it may see, and nothing believed."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_agents import registry
from oo_agents.kit import lives, wire
from oo_agents.kit.inference import Inferred
from oo_agents.kit.runner import Answer, Ask
from oo_agents.kit.units import fit
from oo_data.contracts.agent import AgentManifest, InferredParam, Snippet
from tests.agents.people import NOW, history

PACE = InferredParam("pace", 1.0, 0, "per day")
HOURS = InferredParam("hours", (9,), 5, "hours")
MANIFEST = AgentManifest(
    "some-agent", "1.0.0", "Some agent", ("task.overdue_days",), ("agent.some-agent",), 1.0, "daily", (), (PACE, HOURS)
)
ASK = Ask({**lives.empty(), "task.overdue_days": {"ref1": 2.0}}, {"pace": 3.0, "theirs": 4.0}, lives.usual(1, 40, 9))


def crossed(ask: Ask, manifest: AgentManifest = MANIFEST) -> wire.Message:
    """The question as JSON leaves it."""
    message: wire.Message = json.loads(json.dumps(wire.ask_message(manifest, ask)))
    return message


def test_no_more_than_the_manifest_names() -> None:
    """Features and own values of other agents never leave this process."""
    message = crossed(ASK)
    assert message["features"] == {"task.overdue_days": {"ref1": 2.0}}
    assert message["own"] == {"pace": 3.0}


@pytest.mark.parametrize(("params", "count"), [((PACE,), 40), ((HOURS,), 40), ((), 0)])
def test_the_history_only_for_inference(params: tuple[InferredParam, ...], count: int) -> None:
    """An agent that infers nothing, or cannot yet, is handed no history."""
    manifest = MANIFEST._replace(params=params)
    assert len(wire.ask_of(crossed(ASK, manifest)).history.completions) == count
    young = ASK._replace(history=lives.usual(1, 40, 4))
    ripe = PACE in params
    assert len(wire.ask_of(crossed(young, manifest)).history.completions) == (40 if ripe else 0)


@pytest.mark.parametrize("agent_id", registry.names())
def test_there_and_back(agent_id: str) -> None:
    """What an agent reads there is what it would read here, type by type, for each of ours."""
    manifest = registry.manifest(agent_id)
    for scene in lives.scenes(manifest, 8, hostile=True):
        for person in (lives.usual(2, 30), lives.absurd(5)):
            ask = Ask(scene.features, scene.params, person)
            back = wire.ask_of(crossed(ask, manifest))
            assert back.features == {key: scene.features[key] for key in manifest.features}
            assert (back.own, back.history) == (scene.params, person)
            assert [type(value) for value in back.own.values()] == [type(value) for value in scene.params.values()]


def test_an_answer_there_and_back() -> None:
    """An honest answer arrives as it was given."""
    said = Snippet("some-agent", "1.0.0", "One is late.", ("ref1",), 0.5, ASK.history.now_ms + 9)
    inferred = (Inferred("pace", 2.0, "inferred", 40, ""), Inferred("hours", (3, 4), "inferred", 9, ""))
    answer = Answer(inferred, said, "")
    assert wire.answer_of(MANIFEST, ASK, json.dumps(wire.answer_message(answer)).encode()) == answer


@pytest.mark.parametrize(
    "reply",
    [b"", b"junk", b"[]", b"{}", b"\xff", b"[" * 99_999, b'{"found": [], "snippet": null, "error": ""}',
     b'{"found": {}, "snippet": null, "error": "two words"}', b'{"found": {}, "snippet": [1], "error": ""}',
     b'{"found": {}, "snippet": ["a", "b", "late", ["other"], 0.5, 1e18], "error": ""}'],
)  # fmt: skip
def test_no_answer(reply: bytes) -> None:
    """What is no answer is a failure, with every parameter at its cold start."""
    answer = wire.answer_of(MANIFEST, ASK, reply)
    assert (answer.snippet, answer.error) == (None, "ValueError")
    assert [found.value for found in answer.inferred] == [1.0, (9,)]


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=7) | st.dictionaries(st.sampled_from(["pace", "hours", "x"]), inner),
    max_leaves=9,
)


@given(JUNK, JUNK, JUNK)
def test_any_answer(found: object, snippet: object, error: object) -> None:
    """Whatever the process replies, parameters fit their units and what is said may be said."""
    reply = json.dumps({"found": found, "snippet": snippet, "error": error}).encode()
    answer = wire.answer_of(MANIFEST, ASK._replace(history=history(events=9)), reply)
    assert [each.name for each in answer.inferred] == ["pace", "hours"]
    assert all(
        fit(param.unit, each.value) is not None for param, each in zip((PACE, HOURS), answer.inferred, strict=True)
    )
    assert answer.snippet is None or (answer.snippet.agent_id == "some-agent" and answer.snippet.expires_at > NOW)
    assert answer.error == "" or answer.error.isidentifier()
