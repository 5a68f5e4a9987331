"""What a review of agents found: code beside the code, consent taken back meanwhile, and a namesake's grant."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from oo_agents import registry
from oo_agents.kit.context import FEATURES, NEEDS
from oo_cli.house import House
from oo_cli.usecases import agents_once, think
from oo_cli.usecases.agents import disable, enable
from oo_data.contracts.event import AgentFailed, PrefInferred, SnippetEmitted
from oo_data.contracts.feature import TaskCompletion
from oo_data.errors import BadUsageError
from oo_data.store import events, profile, records
from tests.agents.own import CODE, MANIFEST, SAYS, new_house, think_now, write
from tests.agents.people import done
from tests.agents.test_registry import distribution, found, with_code
from tests.agents.test_registry import own as own_agents
from tests.fakes import DAY, HOUR, TUESDAY, FixedClock

HEADER = b"a header and compiled code"


def compiled(folder: Path) -> None:
    """Compiled code that anybody may replace, where Python looks before it reads the source."""
    (folder / "__pycache__").mkdir(mode=0o700)
    (folder / "__pycache__" / "agent.cpython-311.pyc").write_bytes(HEADER)
    (folder / "__pycache__" / "agent.cpython-311.pyc").chmod(0o622)


def open_cache(folder: Path) -> None:
    """A place for compiled code that anybody may write to, and nothing in it yet."""
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__").chmod(0o777)


def helper(folder: Path) -> None:
    """A module beside the agent that anybody may write to."""
    (folder / "helper.py").touch()
    (folder / "helper.py").chmod(0o666)


def deep_helper(folder: Path) -> None:
    """The same, two folders further down."""
    (folder / "parts" / "more").mkdir(mode=0o700, parents=True)
    (folder / "parts").chmod(0o700)
    helper(folder / "parts" / "more")


def linked(folder: Path) -> None:
    """A folder that lies elsewhere, where nobody looks who may write to it."""
    elsewhere = folder.parent.parent.parent / "elsewhere"
    elsewhere.mkdir()
    (folder / "parts").symlink_to(elsewhere)


@pytest.mark.parametrize("plant", [compiled, open_cache, helper, deep_helper, linked])
def test_what_lies_beside_the_code(tmp_path: Path, plant: Callable[[Path], None]) -> None:
    """Whatever could be run with an agent must be as closed as its agent.py."""
    folder = own_agents(tmp_path)
    plant(with_code(folder))
    (entry,) = found(folder)
    assert (entry.manifest, "writable by you alone" in entry.problem) == (None, True)


@pytest.mark.parametrize("plant", [compiled, helper, linked])
def test_planted_after_it_was_enabled(tmp_path: Path, plant: Callable[[Path], None]) -> None:
    """An enabled agent stops running once others can write beside it, and cannot be enabled again like that."""
    house = new_house(tmp_path)
    folder = write(house, "some-agent")
    assert list(think_now(house).ran) == ["some-agent"]
    plant(folder)
    assert think_now(house).ran == {}
    with pytest.raises(BadUsageError, match="writable by you alone"):
        enable(house, "some-agent")


def test_closed_files_beside_the_code_are_welcome(tmp_path: Path) -> None:
    """A helper, a folder and compiled code that are the person's alone keep nothing from running."""
    folder = own_agents(tmp_path)
    agent = with_code(folder)
    for name in ("__pycache__", "parts"):
        (agent / name).mkdir(mode=0o700)
        (agent / name / "file").touch(mode=0o600)
    (entry,) = found(folder)
    assert entry.problem == ""


class Meanwhile(FixedClock):
    """A clock at one look at which something else happens first."""

    def __init__(self) -> None:
        super().__init__()
        self.happens: list[Callable[[], object]] = []

    def now_ms(self) -> int:
        """The time, once that has happened."""
        while self.happens:
            self.happens.pop()()
        return super().now_ms()


def test_withdrawn_while_it_runs_by_hand(tmp_path: Path) -> None:
    """What a run by hand made is dropped where its consent is gone by then: nothing that was erased comes back."""
    clock = Meanwhile()
    house = new_house(tmp_path, clock)
    write(house, "slow-agent")
    assert agents_once.run(house, "slow-agent")["ran"] is True
    clock.happens.append(lambda: disable(new_house(tmp_path), "slow-agent"))
    told = agents_once.run(house, "slow-agent")
    assert (told["ran"], told["why"]) == (False, "consent missing")
    conn = house.store.conn
    assert (records.runs(conn), records.snippets(conn, TUESDAY), profile.prefs(conn)) == ({}, [], {})
    assert events.latest(conn, (SnippetEmitted, PrefInferred, AgentFailed), 9) == []


def test_withdrawn_in_the_middle(tmp_path: Path) -> None:
    """The consent of another agent counts too: its features may be what this one has seen."""
    clock = Meanwhile()
    house = new_house(tmp_path, clock)
    write(house, "slow-agent")
    write(house, "other-agent")
    clock.happens.append(lambda: disable(new_house(tmp_path), "other-agent"))
    assert agents_once.run(house, "slow-agent")["ran"] is False
    assert records.snippets(house.store.conn, TUESDAY) == []


@pytest.mark.parametrize(("feature", "consent"), NEEDS)
def test_a_feature_with_a_consent_of_its_own(tmp_path: Path, feature: str, consent: str) -> None:
    """Who would see a mood or what titles tell must name that consent, so that the person is asked for it."""
    folder = own_agents(tmp_path)
    manifest = MANIFEST.format(id="some-agent", ttl=1, schedule="daily", events="", contexts="")
    sees = manifest.replace('"done.per_day"', f'"{feature}"')
    agent = with_code(folder, manifest=sees)
    (entry,) = found(folder)
    assert entry.problem == f"Its manifest names a feature without the consent it rests on: {consent}."
    (agent / "manifest.toml").write_text(sees.replace('"agent.some-agent"', f'"agent.some-agent", "{consent}"'))
    (entry,) = found(folder)
    assert entry.problem == ""


def test_every_such_feature_is_listed() -> None:
    """A new feature of moods or of areas cannot be forgotten in the list of those that need a consent."""
    tells = {key for key in FEATURES if key.startswith("mood.") or "area" in key}
    assert {feature for feature, _ in NEEDS} == tells


def test_ours_name_what_they_rest_on() -> None:
    """The rule holds for the agents that ship."""
    shipped = [entry for entry in registry.discover() if entry.origin == "ours"]
    assert [entry.problem for entry in shipped] == [""] * len(shipped)


def theirs(site: Path, brought_by: str, features: str = '"done.per_day"') -> None:
    """An installed distribution that brings some-agent."""
    module = brought_by.replace("-", "_")
    (site / module).mkdir(parents=True, exist_ok=True)
    (site / module / "__init__.py").touch()
    manifest = MANIFEST.format(id="some-agent", ttl=6, schedule="refresh", events="", contexts="")
    (site / module / "manifest.toml").write_text(manifest.replace('"done.per_day"', features))
    (site / module / "agent.py").write_text(CODE.format(name="SomeAgent", compute=SAYS, infer="return {}"))
    if not list(site.glob(f"{brought_by}-*.dist-info")):
        distribution(site, brought_by, f"some-agent = {module}")


def test_a_namesake_does_not_inherit_a_grant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The person said yes to their own agent: one of that id that a package brings later has to ask anew."""
    house = new_house(tmp_path)
    folder = write(house, "some-agent")
    assert list(think_now(house).ran) == ["some-agent"]
    folder.rename(tmp_path / "put-away")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    theirs(tmp_path / "site", "one")
    assert think_now(house).ran == {}
    told = agents_once.run(house, "some-agent")
    assert (told["ran"], told["why"]) == (False, "not the agent that was enabled")
    enable(house, "some-agent")
    assert list(think_now(house).ran) == ["some-agent"]


def test_another_distribution_does_not_inherit_a_grant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does a second package, nor the same one that would see more than was said yes to."""
    house = new_house(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    theirs(tmp_path / "site", "one")
    enable(house, "some-agent")
    assert list(think_now(house).ran) == ["some-agent"]
    theirs(tmp_path / "site", "one", '"done.per_day", "done.total"')
    assert think_now(house).ran == {}
    theirs(tmp_path / "site", "one")
    assert list(think_now(house).ran) == ["some-agent"]
    for part in ("one", "one-1.0.dist-info"):
        (tmp_path / "site" / part).rename(tmp_path / f"old-{part}")
    theirs(tmp_path / "site", "two")
    assert think_now(house).ran == {}


def about(*projects: str) -> list[TaskCompletion]:
    """Three completions a day of the last fifteen days, project by project in turn."""
    return [
        done(TUESDAY - days * DAY, project=projects[(days * 3 + n) % len(projects)])
        for days in range(15, 0, -1)
        for n in range(3)
    ]


def said(house: House, completions: Sequence[TaskCompletion]) -> list[str]:
    """What the agents say of these completions, recorded as a refresh does."""
    now = house.clock.now_ms()
    thoughts = think.think(house, think.derive(house, [], completions, now), completions, now)
    with house.store.write():
        think.record(house, thoughts, [], now)
    return [snippet.text for snippet in thoughts.snippets]


def test_a_focus_that_is_no_more_is_not_said(tmp_path: Path) -> None:
    """The sentence goes with the next refresh once it is untrue, not when its day is over."""
    clock = FixedClock()
    house = new_house(tmp_path, clock)
    with house.store.write() as conn:
        profile.set_consent(conn, "agent.focus-area", True, TUESDAY)
    (sentence,) = said(house, about("a", "a", "a", "b", "b", "c"))
    assert "were finished in 2 of 3 projects" in sentence
    clock.advance(HOUR)
    assert said(house, about("a", "b", "c", "d", "e", "f")) == []
    assert records.snippets(house.store.conn, clock.now) == []


STARTS = {
    "the module": "import _posixsubprocess as module; module.fork_exec()",
    "what the library took of it": "import subprocess; subprocess._fork_exec()",
}


@pytest.mark.parametrize("start", STARTS)
def test_no_program_through_the_back_door(tmp_path: Path, start: str) -> None:
    """What no audit event announces is taken away from an agent's process as well."""
    house = new_house(tmp_path)
    write(house, "bad-agent", STARTS[start])
    assert think_now(house).failed == {"bad-agent": "PermissionError"}
