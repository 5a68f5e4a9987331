"""The ladder finds what it is for: each rule fails for an agent that breaks it, and for that one alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from oo_agents import registry
from oo_agents.kit import lives
from oo_agents.kit.context import SHAPES
from oo_agents.kit.ladder import LADDER, examine, rung_of
from oo_agents.kit.units import fit
from oo_cli.usecases import agents_check
from oo_cli.usecases.agents_new import new
from tests.agents.own import new_house


@pytest.fixture
def agent(tmp_path: Path) -> Path:
    """A fresh scaffold, outside of any house."""
    return Path(new(new_house(tmp_path), "some-agent", str(tmp_path / "code")))


def change(agent: Path, name: str, old: str, new_text: str) -> None:
    """Another text in one file of the agent's."""
    text = (agent / name).read_text()
    assert old in text
    (agent / name).write_text(text.replace(old, new_text))


def broken(agent: Path) -> list[str]:
    """The rules that it breaks."""
    return [rule.name for rule in examine(registry.at(str(agent))) if rule.why]


SPEAKS = "        *before, today"
TOTAL = "        usual = number"
RULES = [
    ("manifest.toml", 'version = "0.1.0"', "", "none", "manifest"),
    ("manifest.toml", "done.per_day", "done.per_dya", "none", "manifest"),
    ("agent.py", "class SomeAgent", "class Other", "none", "loads"),
    ("agent.py", "def infer", "def guess", "none", "loads"),
    ("agent.py", "import annotations", "import annotations\n1 / 0", "none", "loads"),
    ("agent.py", "recent = [", "1 / len(history.completions)\n        recent = [", "none", "total"),
    ("agent.py", SPEAKS, f"        1 / 0\n{SPEAKS}", "none", "total"),
    ("agent.py", "if len(recent) >= ENOUGH else {}", "", "bronze", "cold start"),
    ("agent.py", "sum(before) < ENOUGH or usual <= 0 or today < 2 * usual", "False", "bronze", "cold start"),
    ("agent.py", "weight=0.3", "weight=id(object()) % 97 / 97", "bronze", "deterministic"),
    ("agent.py", "recent = [", "sum(range(len(history.completions) // 50_000 * 10**8))\n        recent = [",
     "bronze", "fast"),
    ("agent.py", "twice your usual", "twice your usual" + " and more" * 9, "bronze", "snippet"),
    ("agent.py", "twice your usual", "twice your \\x1b[1musual", "bronze", "snippet"),
    ("agent.py", "today=True)", "today=True)._replace(weight=7)", "bronze", "snippet"),
    ("agent.py", "today=True)", "today=True, refs=('ref1',))", "bronze", "snippet"),
    ("manifest.toml", '"SourceDisconnected"', '"SourceRefreshed"', "gold", ""),
    ("manifest.toml", 'schedule = "refresh"', 'schedule = "daily"', "gold", ""),
    ("agent.py", TOTAL, f"        context.features.get('task.title')\n{TOTAL}", "silver", "least privilege"),
    ("agent.py", TOTAL, f"        'other' in context.params\n{TOTAL}", "silver", "least privilege"),
    ("agent.py", "today < 2 * usual:", "today < 2 * usual or (today > 1e6 and 1 / 0):", "silver", "hostile"),
    ("agent.py", "recent = [", "max(c.at for c in history.completions) / 0 if len(history.completions) == 2 else 0\n"
     "        recent = [", "silver", "hostile"),
    ("agent.py", "today=True)", "today=True)._replace(expires_at=context.now_ms + 10**9)", "silver", "expiry"),
    ("agent.py", "weight=0.3", "weight=0.3 + 0.1 * (list(context.features)[0] == 'done.per_day')", "silver", "order"),
    ("README.md", "`usual_per_day`", "the usual", "silver", "readme"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "text", "rung", "rule"), RULES)
def test_a_broken_rule(agent: Path, name: str, old: str, text: str, rung: str, rule: str) -> None:
    """One change, one rule: the rung below is what is left."""
    if rule == "order":
        change(agent, "manifest.toml", '["done.per_day"]', '["done.per_day", "done.by_project"]')
        change(agent, "README.md", "`done.per_day`", "`done.per_day`, `done.by_project`")
        first = "next(iter(context.features['done.by_project']), '') == 'ref0'"
        text = text.replace("list(context.features)[0] == 'done.per_day'", first)
    change(agent, name, old, text)
    rules = examine(registry.at(str(agent)))
    assert rung_of(rules) == rung
    assert [each.name for each in rules if each.why][:1] == ([rule] if rule else [])


def test_tests_and_schedule(agent: Path) -> None:
    """Without tests, or with a schedule that its own events undo, an agent stays on bronze."""
    change(agent, "manifest.toml", 'schedule = "refresh"', 'schedule = "daily"')
    change(agent, "manifest.toml", '"FeedbackGiven"', '"SourceRefreshed"')
    (agent / "tests" / "test_agent.py").unlink()
    assert broken(agent) == ["tests", "schedule"]
    assert rung_of(examine(registry.at(str(agent)))) == "bronze"


def test_one_that_changes_its_view(agent: Path) -> None:
    """A context is read-only, so whoever writes to it does not even stand on bronze."""
    change(agent, "agent.py", SPEAKS, f"        context.params['usual_per_day'] = 3.0\n{SPEAKS}")
    assert broken(agent) == ["total"]


@pytest.mark.parametrize(
    ("code", "why"),
    [("while True: pass", "takes longer than 1.5 s"), ("import os; os._exit(0)", "ended without an answer")],
)
def test_checking_is_contained(tmp_path: Path, agent: Path, code: str, why: str) -> None:
    """An agent that hangs or leaves is found out, and the check goes on to the next."""
    change(agent, "agent.py", "import annotations", f"import annotations\n{code}")
    (checked,) = agents_check.check(new_house(tmp_path), str(agent), limit_s=1.5)
    assert (checked["rung"], why in checked["rules"][-1]["why"]) == ("none", True)
    assert why in agents_check.lines([checked])[1]


def test_made_up_lives() -> None:
    """The same inputs for the same seed, of every feature, and parameters within their units."""
    for manifest in registry.manifests():
        for hostile in (False, True):
            first = list(lives.scenes(manifest, 20, hostile))
            assert first == list(lives.scenes(manifest, 20, hostile))
            assert all(scene.features.keys() == SHAPES.keys() for scene in first)
            units = {param.name: param.unit for param in manifest.params}
            assert all(fit(units[n], v) is not None for scene in first for n, v in scene.params.items())
    assert lives.usual(3, 100) == lives.usual(3, 100)
    assert [len(lives.usual(3, size).completions) for size in (0, 1, 100)] == [0, 1, 100]
    for seed in range(24):
        times = [done.at for done in lives.absurd(seed).completions]
        assert times == sorted(times)
    assert {rule for rules in LADDER.values() for rule in rules} >= {"hostile", "expiry"}
