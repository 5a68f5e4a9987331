"""Agents of a person's own, written for a test, and the house they run in."""

from __future__ import annotations

from pathlib import Path

from oo_agents.registry import class_name, snake
from oo_cli.home import make_folders
from oo_cli.house import House
from oo_cli.usecases.agents import enable, own_folder
from oo_cli.usecases.think import Thoughts, derive, think
from tests.agents.people import done
from tests.fakes import DAY, TUESDAY, FixedClock, house_at

DONE = [done(TUESDAY - days * DAY) for days in range(40, 0, -1) for _ in range(2)]
MANIFEST = """
id = "{id}"
version = "1.0.0"
title = "Some agent"
features = ["done.per_day", "task.overdue_days"]
consents = ["agent.{id}"]
ttl_hours = {ttl}
schedule = "{schedule}"
invalidated_by = [{events}]
{contexts}

[[params]]
name = "pace"
default = 1.0
min_history = 0
unit = "per day"
"""
CODE = '''
from oo_agents.kit.agent import BaseAgent


class {name}(BaseAgent):
    """An agent for a test."""

    def compute(self, context):
        {compute}

    def infer(self, history):
        {infer}
'''
SAYS = "return self.say(context, f\"Pace {context.params['pace']:g}.\", 0.5)"


def write(
    house: House,
    agent_id: str,
    compute: str = SAYS,
    infer: str = "return {'pace': 2.0}",
    ttl: float = 6,
    schedule: str = "refresh",
    events: str = "",
    contexts: str = "",
    on: bool = True,
) -> Path:
    """Write an agent of the person's own whose methods have these bodies, and enable it."""
    make_folders(house.paths)
    folder = Path(own_folder(house)) / snake(agent_id)
    folder.mkdir(mode=0o700, parents=True)
    folder.parent.chmod(0o700)
    manifest = MANIFEST.format(id=agent_id, ttl=ttl, schedule=schedule, events=events, contexts=contexts)
    (folder / "manifest.toml").write_text(manifest)
    (folder / "agent.py").write_text(CODE.format(name=class_name(agent_id), compute=compute, infer=infer))
    for file in folder.iterdir():
        file.chmod(0o600)
    if on:
        enable(house, agent_id)
    return folder


def think_now(house: House, limit_s: float = 10) -> Thoughts:
    """Let the agents that are due think, on eighty completions and no open task."""
    now = house.clock.now_ms()
    return think(house, derive(house, [], DONE, now), DONE, now, limit_s)


def new_house(tmp_path: Path, clock: FixedClock | None = None) -> House:
    """A house in which no agent is on, its vault open as a refresh has it before it writes."""
    house = house_at(tmp_path, clock or FixedClock())
    house.sealer  # noqa: B018 - opening it is what is wanted
    return house
