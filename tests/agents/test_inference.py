"""Inference can only help: whatever an agent does, every parameter comes back with a value that fits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_agents.kit.inference import Inferred, error_word, ripe, run_inference, settle
from oo_agents.kit.units import UNITS, fit
from oo_data.contracts.agent import (
    AgentContext,
    AgentManifest,
    InferredParam,
    ParamValue,
    Snippet,
    UserHistory,
)
from tests.agents.people import NOW, done, history

PACE = InferredParam("pace", 1.0, 0, "per day")
QUIET = InferredParam("quiet_start", 22, 20, "hour")
HOURS = InferredParam("peak_hours", (9, 10), 0, "hours")


def manifest(*params: InferredParam) -> AgentManifest:
    """A manifest of which only the parameters matter."""
    return AgentManifest("fake", "1.0.0", "Fake", ("done.per_day",), ("agent.fake",), 1.0, "daily", (), params)


class Fake:
    """An agent that infers what it is told to."""

    def __init__(self, found: Any = None, error: BaseException | None = None) -> None:
        self.found, self.error, self.asked = found, error, 0

    def compute(self, context: AgentContext) -> Snippet | None:
        """Never says anything."""
        return None

    def infer(self, history: UserHistory) -> Mapping[str, ParamValue]:
        """Return or raise as told."""
        self.asked += 1
        if self.error:
            raise self.error
        found: Mapping[str, ParamValue] = self.found
        return found


def test_inferred() -> None:
    """A good value is taken in the unit's type, with the completions it could rest on."""
    found = run_inference(manifest(PACE), Fake({"pace": 3}), history([done(NOW)] * 4))
    assert found == (Inferred("pace", 3.0, "inferred", 4, ""),)
    assert isinstance(found[0].value, float)


@pytest.mark.parametrize(("events", "value", "source"), [(19, 22, "default"), (20, 1, "inferred")])
def test_min_history(events: int, value: int, source: str) -> None:
    """Below its minimum of feedback events the cold-start default stands; completions do not count there."""
    found = run_inference(manifest(QUIET), Fake({"quiet_start": 1}), history([done(NOW)] * 99, events=events))
    assert (found[0].value, found[0].source, found[0].evidence) == (value, source, events)


def test_min_history_is_per_param() -> None:
    """A parameter that is ripe does not wait for one that is not."""
    found = run_inference(manifest(PACE, QUIET), Fake({"pace": 2.0, "quiet_start": 1}), history())
    assert [each.source for each in found] == ["inferred", "default"]


def test_not_asked_in_vain() -> None:
    """Nothing runs while no parameter is ripe."""
    fake = Fake({"quiet_start": 1})
    run_inference(manifest(QUIET), fake, history())
    assert fake.asked == 0


@pytest.mark.parametrize("error", [ValueError("secret"), RecursionError(), ZeroDivisionError(), MemoryError()])
def test_raises(error: Exception) -> None:
    """An agent that raises leaves its defaults and the name of the error's class, nothing of its text."""
    found = run_inference(manifest(PACE, HOURS), Fake(error=error), history())
    assert [each.value for each in found] == [1.0, (9, 10)]
    assert {(each.source, each.error) for each in found} == {("default", type(error).__name__)}


def test_interrupt_passes() -> None:
    """Ctrl-C is not an agent's failure."""
    with pytest.raises(KeyboardInterrupt):
        run_inference(manifest(PACE), Fake(error=KeyboardInterrupt()), history())


@pytest.mark.parametrize(
    "value", ["2", -1, 10_001, float("nan"), float("inf"), True, None, (1.0,), [1.0], 10**400, object()]
)
def test_nonsense_value(value: object) -> None:
    """A value of another type or out of its unit's range is not taken."""
    found = run_inference(manifest(PACE), Fake({"pace": value}), history())
    assert found == (Inferred("pace", 1.0, "default", 0, "ValueError"),)


@pytest.mark.parametrize("result", [None, 3, "pace", [("pace",)], object()])
def test_nonsense_result(result: object) -> None:
    """What is no mapping at all counts as a failure."""
    found = run_inference(manifest(PACE), Fake(result), history())
    assert (found[0].source, bool(found[0].error)) == ("default", True)


def test_unknown_name() -> None:
    """A misspelt name is never passed on; the parameter that went missing shows an error."""
    found = run_inference(manifest(PACE, HOURS), Fake({"pace": 2.0, "peek_hours": (1,)}), history())
    assert found == (
        Inferred("pace", 2.0, "inferred", 0, ""),
        Inferred("peak_hours", (9, 10), "default", 0, "KeyError"),
    )


def test_left_out() -> None:
    """A parameter left out keeps its default, and that is no error."""
    assert run_inference(manifest(PACE), Fake({}), history()) == (Inferred("pace", 1.0, "default", 0, ""),)


@pytest.mark.parametrize(
    ("name", "word"),
    [("ValueError", "ValueError"), ("E" * 61, "Exception"), ("Ünlaut", "Exception"), ("a\x1b[31m", "Exception")],
)
def test_error_word(name: str, word: str) -> None:
    """An error is told by its class, which anyone may name anything."""
    assert error_word(type(name, (Exception,), {})()) == word


def test_settle_trusts_nobody() -> None:
    """Values that come from elsewhere count only for parameters that are ripe here, and only where they fit."""
    person = history([done(NOW)] * 3, events=19)
    assert ripe(manifest(PACE, QUIET), person) == {"pace"}
    found = settle(manifest(PACE, QUIET, HOURS), {"pace": 2.0, "quiet_start": 3, "peak_hours": "x"}, "", person)
    assert [(each.value, each.source, each.error) for each in found] == [
        (2.0, "inferred", ""),
        (22, "default", ""),
        ((9, 10), "default", "ValueError"),
    ]


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner).map(tuple) | st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(st.dictionaries(st.sampled_from(["pace", "peak_hours", "other"]) | st.integers(), JUNK) | JUNK)
def test_any_result(result: object) -> None:
    """For any result at all, each parameter comes back once and fits its unit."""
    found = run_inference(manifest(PACE, HOURS), Fake(result), history())
    assert [each.name for each in found] == ["pace", "peak_hours"]
    assert all(fit(unit, each.value) == each.value for unit, each in zip(("per day", "hours"), found, strict=True))


@given(st.sampled_from(sorted(UNITS)), JUNK)
def test_fit_is_stable(unit: str, value: object) -> None:
    """What fits, fits again unchanged."""
    fitted = fit(unit, value)
    assert fitted is None or fit(unit, fitted) == fitted


@pytest.mark.parametrize(
    ("unit", "value", "fitted"),
    [
        ("hour", 0, 0),
        ("hour", 24, None),
        ("hour", 9.0, None),
        ("hours", (), ()),
        ("hours", (23, 0), (23, 0)),
        ("hours", (9, 9), None),
        ("hours", (9, "a"), None),
        ("hours", (True,), None),
        ("share", 1, 1.0),
        ("trend", -1.0, -1.0),
        ("days", -0.1, None),
        ("timezone", "", ""),
        ("timezone", "Europe/Berlin\n", None),
        ("refs", ("a", "b"), ("a", "b")),
        ("refs", ("",), None),
        ("refs", ("naïve",), None),
        ("refs", tuple(str(number) for number in range(25)), None),
    ],
)
def test_fit(unit: str, value: object, fitted: object) -> None:
    """Units hold type, range, length and, for text, plain characters."""
    assert fit(unit, value) == fitted
