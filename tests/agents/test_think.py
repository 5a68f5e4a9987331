"""Which agents run in a refresh, what stays of those that do not, and how other people's arrive."""

from __future__ import annotations

from pathlib import Path

import pytest

from oo_agents import registry
from oo_cli.house import House
from oo_cli.usecases import contexts, think
from oo_cli.usecases.agents import disable, enable, own_folder
from oo_data.contracts.event import ConsentChanged, ContextChanged, Event, MoodNoted, SnippetEmitted
from oo_data.contracts.feature import Feature
from oo_data.contracts.profile import Pref
from oo_data.errors import BadUsageError
from oo_data.store import events, profile, records
from tests.agents.own import MANIFEST, new_house, think_now, write
from tests.agents.test_registry import distribution
from tests.fakes import DAY, HOUR, TUESDAY, FixedClock


def once(house: House) -> think.Thoughts:
    """Think and record, as a refresh does."""
    thoughts = think_now(house)
    house.sealer  # noqa: B018 - opened before the write, because making the first key writes too
    with house.store.write():
        think.record(house, thoughts, ["todotxt"], house.clock.now_ms())
    return thoughts


def test_a_daily_agent_waits_and_its_words_stay(tmp_path: Path) -> None:
    """Until it is due again its snippet stands until it runs out, its parameters for good, and neither is news."""
    clock = FixedClock()
    house = new_house(tmp_path, clock)
    write(house, "calm-agent", ttl=6, schedule="daily")
    first = once(house)
    assert (list(first.ran), len(first.snippets)) == (["calm-agent"], 1)
    clock.advance(5 * HOUR)
    again = once(house)
    assert (again.ran, again.snippets) == ({}, first.snippets)
    clock.advance(2 * HOUR)
    assert once(house).snippets == []
    assert profile.prefs(house.store.conn)["calm-agent", "pace"].value == 2.0
    assert len(events.latest(house.store.conn, (SnippetEmitted,), 9)) == 1
    clock.advance(17 * HOUR)
    assert list(once(house).ran) == ["calm-agent"]


def test_an_event_makes_it_due(tmp_path: Path) -> None:
    """What its manifest names brings its turn forward, once."""
    clock = FixedClock()
    house = new_house(tmp_path, clock)
    write(house, "calm-agent", schedule="daily", events='"MoodNoted"')
    once(house)
    clock.advance(HOUR)
    with house.store.write() as conn:
        house.bus.publish(conn, MoodNoted("m", 4), clock.now)
    clock.advance(HOUR)
    assert list(once(house).ran) == ["calm-agent"]
    clock.advance(HOUR)
    assert once(house).ran == {}


def test_the_persons_own_value_makes_it_due(tmp_path: Path) -> None:
    """A parameter that the person sets is in its next words, not in those of the day after."""
    clock = FixedClock()
    house = new_house(tmp_path, clock)
    write(house, "calm-agent", schedule="daily")
    once(house)
    clock.advance(HOUR)
    with house.store.write() as conn:
        profile.save_prefs(conn, [Pref("calm-agent", "pace", "user", 7.0, 0, clock.now)])
    assert [snippet.text for snippet in once(house).snippets] == ["Pace 7."]
    clock.advance(HOUR)
    assert once(house).ran == {}
    assert profile.prefs(house.store.conn)["calm-agent", "pace"].source == "user"


def test_off_until_enabled(tmp_path: Path) -> None:
    """Nobody's code runs because it is there; switched off, all that it made is gone."""
    house = new_house(tmp_path)
    write(house, "new-agent", on=False)
    assert once(house).ran == {}
    enable(house, "new-agent")
    assert list(once(house).ran) == ["new-agent"]
    disable(house, "new-agent")
    assert once(house).ran == {}
    assert records.snippets(house.store.conn, TUESDAY) == []
    assert records.runs(house.store.conn) == {}
    assert not [scope for scope, _ in profile.prefs(house.store.conn) if scope == "new-agent"]


def test_every_consent_and_feature_is_needed(tmp_path: Path) -> None:
    """An agent that asks for more than its own consent, or for what is not known, waits for it."""
    house = new_house(tmp_path)
    for agent_id, old, new in (
        ("asking-agent", '"agent.asking-agent"', '"agent.asking-agent", "llm.embedder.local"'),
        ("early-agent", '"done.per_day"', '"mood.last"'),
    ):
        folder = write(house, agent_id)
        manifest = (folder / "manifest.toml").read_text()
        (folder / "manifest.toml").write_text(manifest.replace(old, new))
    assert once(house).ran == {}
    with house.store.write() as conn:
        profile.set_consent(conn, "llm.embedder.local", True, TUESDAY)
    assert list(once(house).ran) == ["asking-agent"]


def test_a_context_that_it_asks_for(tmp_path: Path) -> None:
    """An agent for a context of the person's runs in it alone, however its name is written."""
    clock = FixedClock()
    house = new_house(tmp_path, clock)
    write(house, "work-agent", contexts='contexts = ["BÜRO"]')
    assert once(house).ran == {}
    contexts.switch(house, "Büro")
    assert list(once(house).ran) == ["work-agent"]
    contexts.switch_off(house)
    assert once(house).snippets == []


def test_a_stale_feature_is_not_handed_out(tmp_path: Path) -> None:
    """A value that ran out, or that an event overtook, is as good as unknown."""
    house = new_house(tmp_path)
    with house.store.write() as conn:
        house.bus.publish(conn, ContextChanged("c", 1), TUESDAY - HOUR)
    known = [
        Feature("context.active", 0.0, TUESDAY - 2 * HOUR, TUESDAY + HOUR, ()),
        Feature("mood.last", 4.0, TUESDAY - 2 * HOUR, TUESDAY + HOUR, ()),
        Feature("mood.mean_7d", 4.0, TUESDAY - 2 * DAY, TUESDAY, ()),
        Feature("done.total", 4.0, TUESDAY, TUESDAY + HOUR, ()),
    ]
    assert think.fresh(house.store.conn, known, TUESDAY).keys() == {"mood.last", "done.total"}


def test_a_new_version_says_nothing_old(tmp_path: Path) -> None:
    """What an earlier version said is not said on, and the new one does not wait."""
    house = new_house(tmp_path)
    folder = write(house, "calm-agent", schedule="daily")
    once(house)
    file = folder / "manifest.toml"
    file.write_text(file.read_text().replace("1.0.0", "1.1.0"))
    assert once(house).ran == {"calm-agent": "1.1.0"}


def test_our_five_run_here_and_are_timed(tmp_path: Path) -> None:
    """With their consents all of ours run, none fails, and how long each took is noted."""
    house = new_house(tmp_path)
    with house.store.write() as conn:
        for agent_id in registry.names():
            profile.set_consent(conn, f"agent.{agent_id}", True, TUESDAY)
    thoughts = once(house)
    assert thoughts.failed == {}
    assert set(registry.names()) == set(thoughts.ran) == set(thoughts.millis)
    assert all(0 <= millis < 5000 for *_, millis in records.runs(house.store.conn).values())


def third_party(site: Path, agent_id: str = "their-agent") -> None:
    """A package of someone else's with one agent in it."""
    package = site / "theirs"
    package.mkdir()
    (package / "__init__.py").write_text("")
    manifest = MANIFEST.format(id=agent_id, ttl=1, schedule="refresh", events="", contexts="")
    (package / "manifest.toml").write_text(manifest)
    code = "class TheirAgent(BaseAgent):\n    def compute(self, context):\n"
    code += "        return self.say(context, 'Theirs.', 0.5)\n    def infer(self, history):\n        return {}\n"
    (package / "agent.py").write_text(f"from oo_agents.kit.agent import BaseAgent\n\n\n{code}")
    distribution(site, "their-agents", f"{agent_id} = theirs")


def test_third_party(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Installed is not enabled; enabled it runs, and once uninstalled it can still be switched off."""
    site = tmp_path / "site"
    site.mkdir()
    third_party(site)
    house = new_house(tmp_path)
    with monkeypatch.context() as installed:
        installed.syspath_prepend(str(site))
        assert once(house).ran == {}
        enable(house, "their-agent")
        assert [snippet.text for snippet in once(house).snippets] == ["Theirs."]
    assert once(house).ran == {}
    assert "1 snippet" in disable(house, "their-agent")
    with pytest.raises(BadUsageError):
        enable(house, "their-agent")


def test_the_others_are_looked_for_only_when_allowed(tmp_path: Path) -> None:
    """A refresh reads no distribution's metadata while nobody else's agent has a consent."""
    house = new_house(tmp_path)
    write(house, "mine")
    assert think.installed(house, {"agent.mine", "agent.momentum"}) == registry.discover(own_folder(house), False)


def test_a_consent_comes_with_what_it_is_for(tmp_path: Path) -> None:
    """Whoever hears that an agent was allowed finds what it was allowed as: the two are written at once."""
    house = new_house(tmp_path, FixedClock())
    write(house, "calm-agent", on=False)
    told = []

    def hear(event: Event) -> None:
        if isinstance(event, ConsentChanged):
            told.append((event.subject, event.granted, profile.meta(house.store.conn, event.subject)))

    house.bus.subscribe(hear)
    enable(house, "calm-agent")
    assert told == [("agent.calm-agent", 1, "yours ")]
