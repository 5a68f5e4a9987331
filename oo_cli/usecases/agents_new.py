"""A new agent: a folder that works, is gold on the ladder, and is the person's own from then on."""

from __future__ import annotations

import os

from oo_agents import registry
from oo_agents.manifest import ID
from oo_cli.home import make_folders
from oo_cli.house import House
from oo_cli.usecases.agents import own_folder
from oo_data.errors import BadUsageError, CannotWriteError

MANIFEST = """\
# Every field: docs/agents.md and docs/manifest.schema.json of oO.
id = "{id}"
version = "0.1.0"
title = "{title}"
features = ["done.per_day"]
consents = ["agent.{id}"]
ttl_hours = 6
schedule = "refresh"
invalidated_by = ["SourceDisconnected", "FeedbackGiven"]

[[params]]
name = "usual_per_day"
default = 1.0
min_history = 0
unit = "per day"
"""

AGENT = '''\
"""Says so when today is well above your usual."""

from __future__ import annotations

from collections.abc import Mapping

from oo_agents.kit.agent import BaseAgent
from oo_agents.kit.clock import DAY_MS
from oo_agents.kit.values import number, row
from oo_agents.kit.wording import rounded
from oo_data.contracts.agent import AgentContext, ParamValue, Snippet, UserHistory

DAYS = 28
ENOUGH = 14  # completions, below which nothing can be called usual


class {name}(BaseAgent):
    """One sentence, or nothing."""

    def compute(self, context: AgentContext) -> Snippet | None:
        """Speaks on a day with at least twice the usual."""
        *before, today = row(context.features, "done.per_day")
        usual = number(context.params, "usual_per_day")
        if sum(before) < ENOUGH or usual <= 0 or today < 2 * usual:
            return None
        text = f"{{rounded(today)}} done today, twice your usual {{rounded(usual)}} or more."
        return self.say(context, text, weight=0.3, today=True)

    def infer(self, history: UserHistory) -> Mapping[str, ParamValue]:
        """The mean of the last 28 days; too little leaves the default in force."""
        recent = [done for done in history.completions if 0 <= history.now_ms - done.at < DAYS * DAY_MS]
        return {{"usual_per_day": len(recent) / DAYS}} if len(recent) >= ENOUGH else {{}}
'''

README = """\
# {id}

Says so when today is well above your usual: *6 done today, twice your usual 2.5 or more.*

**Speaks** on a day with at least twice the usual; silent below 14 completions in 28 days. The sentence
ends with the day.

**Features**: `done.per_day` (28 days, today last).

| param | cold start | how it is inferred |
|---|---|---|
| `usual_per_day` | 1.0 | mean of the last 28 days |

**Limits.** Weekends count like any day.
"""

TEST = '''\
"""{id} on made-up days."""

from __future__ import annotations

from pathlib import Path

from oo_agents import registry
from oo_agents.kit.context import context_for
from oo_agents.kit.ladder import examine, rung_of
from oo_agents.kit.lives import NOW
from oo_data.contracts.agent import Snippet

ENTRY = registry.at(str(Path(__file__).parent.parent))


def says(*per_day: float) -> Snippet | None:
    """What the agent says after these days, today last, when two a day are usual."""
    assert ENTRY.manifest is not None
    days = (*[0.0] * (28 - len(per_day)), *per_day)
    context = context_for(ENTRY.manifest, {{"done.per_day": days}}, {{"usual_per_day": 2.0}}, NOW, "UTC")
    return registry.load_from(ENTRY.folder).compute(context)


def test_speaks() -> None:
    """Twice the usual is worth a word."""
    said = says(*[2.0] * 10, 5.0)
    assert said is not None
    assert said.text == "5 done today, twice your usual 2 or more."


def test_silent() -> None:
    """An ordinary day, and a history of which nothing is known, are not."""
    assert says(*[2.0] * 10, 3.0) is None
    assert says(9.0) is None


def test_ladder() -> None:
    """Every rule of the ladder is kept."""
    rules = examine(ENTRY)
    assert (rung_of(rules), [rule for rule in rules if rule.why]) == ("gold", [])
'''

FILES = {
    "manifest.toml": MANIFEST,
    "agent.py": AGENT,
    "README.md": README,
    "__init__.py": "",
    "tests/__init__.py": "",
    "tests/test_agent.py": TEST,
}


def new(house: House, agent_id: str, folder: str = "") -> str:
    """Write a new agent into a folder, the person's own where none is named; the path of the agent.

    Raises `BadUsageError` for an id that is none or taken, `CannotWriteError`. A folder that is there is left alone.
    """
    if not ID.fullmatch(agent_id):
        raise BadUsageError("That is no id for an agent.", "Take small letters, digits and hyphens: deep-work")
    if not folder:
        make_folders(house.paths)
        folder = own_folder(house)
    if any(entry.id == agent_id for entry in registry.discover(own_folder(house))):
        raise BadUsageError("There is an agent of that name already.", "See: oo agents")
    target = os.path.join(os.path.abspath(os.path.expanduser(folder)), registry.snake(agent_id))
    title = "".join(char for char in agent_id.replace("-", " ").capitalize() if not char.isdigit()).strip()
    words = {"id": agent_id, "name": registry.class_name(agent_id), "title": title if len(title) > 1 else "An agent"}
    try:
        if os.path.exists(f"{target}.py"):
            raise FileExistsError
        os.makedirs(folder, mode=0o700, exist_ok=True)
        os.mkdir(target, 0o700)
        os.mkdir(f"{target}/tests", 0o700)
        for name, text in FILES.items():
            fd = os.open(f"{target}/{name}", os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
            with open(fd, "w", encoding="utf-8") as file:
                file.write(text.format(**words))
    except FileExistsError:
        raise BadUsageError("There is a folder of that name already.", "Choose another id, or remove it.") from None
    except OSError as error:
        raise CannotWriteError("The agent's folder cannot be written.", "Name another with --dir.") from error
    return target
