"""Whatever lies in the table `model`: a refresh goes on, and what can be learnt anew is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from oo_cli.engine.policies import epsilon_greedy as greedy
from oo_cli.usecases import policies
from oo_cli.usecases.decide import learnt_from
from oo_data.store import policies as store
from tests.brain import Home, home_at
from tests.fakes import HOUR

Change = Callable[[dict[str, Any]], dict[str, Any]]
NAN, SIZE = float("nan"), len(greedy.NAMES)
ANYTHING = (
    "garbage", "", "\x00\xff", "null", "0", '"words"', "[]", "{}", '{"state": 1}', '{"state": null}',
    '{"held": 0, "state": "{}"}', '{"held": 0, "state": "null", "zone": "Europe/Berlin"}',
    '{"held": 0, "state": "[]", "zone": "Europe/Berlin"}',
    '{"held": {}, "state": "\\"x\\"", "zone": []}', "[" * 100_000,
)  # fmt: skip


def put(**changed: object) -> Change:
    """The state with some fields changed."""
    return lambda state: {**state, **changed}


def less(name: str) -> Change:
    """The state without one field."""
    return lambda state: {key: value for key, value in state.items() if key != name}


def filled(name: str, value: object) -> Change:
    """The state with every number of a list replaced."""
    return lambda state: {**state, name: [value] * len(state[name])}


def habit(name: str, value: object) -> Change:
    """The rhythm with one of its habits changed."""
    return lambda state: {**state, "habits": {**state["habits"], name: value}}


RANKER: dict[str, Change] = {
    "another version": put(version=99),
    "other terms": put(terms=["due"]),
    "short covariance": put(covariance=[1.0] * 10),
    "long covariance": lambda state: {**state, "covariance": [*state["covariance"], 0.0]},
    "short mean": put(mean=[1.0]),
    "NaN mean": filled("mean", NAN),
    "NaN covariance": filled("covariance", NAN),
    "endless mean": filled("mean", float("inf")),
    "words for numbers": filled("mean", "x"),
    "nothing for numbers": filled("covariance", None),
    "a number too large": filled("mean", 10**400),
    "at a word": put(at="x"),
    "at nothing": put(at=None),
    "at NaN": put(at=NAN),
    "at the end of time": put(at=1e300),
    "a field missing": less("drifted"),
    "mean is a table": put(mean={}),
    "learnt from nothing": put(seen=0),
}
RHYTHM: dict[str, Change] = {
    "another version": put(version=99),
    "short mean": put(mean=[1.0]),
    "NaN mean": filled("mean", NAN),
    "NaN variance": filled("variance", NAN),
    "words for numbers": filled("mean", "x"),
    "a number too large": filled("mean", 10**400),
    "known until a word": put(known_until="x"),
    "known until NaN": put(known_until=NAN),
    "pending words": put(pending=["x"]),
    "pending nothing": put(pending=None),
    "pending a table": put(pending={}),
    "no habits": put(habits={}),
    "habits a word": put(habits="x"),
    "short habits": habit("long", []),
    "habits in words": habit("long", ["x"] * 48),
    "NaN habits": habit("short", [NAN] * 48),
    "recent words": habit("recent", ["x"]),
    "recent nothing": habit("recent", None),
    "no first": habit("first", None),
    "a field missing": less("pending"),
}
SOUND = [4.0 if at // SIZE == at % SIZE else 0.0 for at in range(SIZE * SIZE)]
GREEDY = {
    "zeros": {"precision": [0.0] * SIZE**2, "moment": [0.0] * SIZE, "seen": 1, "seq": 0},
    "short": {"precision": [1.0], "moment": [1.0], "seen": 0, "seq": 0},
    "short moment": {"precision": SOUND, "moment": [1.0], "seen": 3, "seq": 0},
    "NaN": {"precision": [NAN] * SIZE**2, "moment": [NAN] * SIZE, "seen": 5, "seq": 0},
    "NaN moment": {"precision": SOUND, "moment": [NAN] * SIZE, "seen": 5, "seq": 0},
    "words": {"precision": ["x"] * SIZE**2, "moment": [0.0] * SIZE, "seen": 5, "seq": 0},
    "never seen": {"precision": SOUND, "moment": [0.0] * SIZE, "seen": -500, "seq": 0},
    "seen a word": {"precision": SOUND, "moment": [0.0] * SIZE, "seen": "x", "seq": 0},
    "before the log": {"precision": SOUND, "moment": [0.0] * SIZE, "seen": 5, "seq": -1},
    "beyond any log": {"precision": SOUND, "moment": [0.0] * SIZE, "seen": 5, "seq": 10**30},
    "a field missing": {"precision": SOUND, "moment": [0.0] * SIZE, "seen": 5},
    "not definite": {"precision": [-4.0] * SIZE**2, "moment": [0.0] * SIZE, "seen": 5, "seq": 0},
}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A list with a past, from which all has been learnt once."""
    with home_at(tmp_path) as opened:
        opened.lists(*opened.open_tasks(4))
        opened.did(*opened.past(12, 7 * HOUR))
        opened.refresh()
        yield opened


def held(home: Home, name: str) -> str:
    """The row as it lies there."""
    stored = store.model(home.house.store.conn, name)
    assert stored is not None
    return stored.state


def works(home: Home) -> None:
    """A refresh makes a shelf, the policies can be listed, and there is something to say."""
    home.refresh()
    assert [entry["id"] for entry in policies.listing(home.house)]
    assert home.ask().text


@pytest.mark.parametrize("state", ANYTHING, ids=lambda state: state[:30] or "empty")
@pytest.mark.parametrize("name", ["ranker", "rhythm"])
def test_anything_in_a_row_is_replaced(home: Home, name: str, state: str) -> None:
    """Text that was never a model is as good as none: all is learnt again, exactly."""
    good = held(home, name)
    home.keep(name, state)
    works(home)
    assert held(home, name) == good


@pytest.mark.parametrize(
    ("name", "kind"), [("ranker", kind) for kind in RANKER] + [("rhythm", kind) for kind in RHYTHM]
)
def test_a_spoilt_model_is_learnt_anew(home: Home, name: str, kind: str) -> None:
    """A row of the right form with wrong numbers is found out before anything is ranked with it."""
    change = {"ranker": RANKER, "rhythm": RHYTHM}[name][kind]
    good = held(home, name)
    row = json.loads(good)
    home.keep(name, json.dumps({**row, "state": json.dumps(change(json.loads(row["state"])))}))
    works(home)
    assert held(home, name) == good


@pytest.mark.parametrize("state", [*ANYTHING, *map(json.dumps, GREEDY.values())], ids=[*map(repr, range(15)), *GREEDY])
def test_the_learner_from_reactions_begins_anew(home: Home, state: str) -> None:
    """Weights that are none are dropped, and the next reaction is heard."""
    home.keep(greedy.NAME, state, greedy.VERSION)
    works(home)
    assert learnt_from(home.house) == 0


def test_what_another_version_learnt_is_left_alone(home: Home) -> None:
    """A sound state under a foreign version counts for nothing."""
    state = greedy.learn(greedy.fresh(), {"due": 0.3}, 1.0)
    home.keep(greedy.NAME, greedy.dump(state), greedy.VERSION)
    assert learnt_from(home.house) == 1
    home.keep(greedy.NAME, greedy.dump(state), "0")
    works(home)
    assert learnt_from(home.house) == 0


def test_a_row_that_nothing_new_came_into_is_not_written_again(home: Home) -> None:
    """A refresh in an idle hour leaves the ranker's ten thousand numbers as they lie."""
    first = store.model(home.house.store.conn, "ranker")
    home.clock.advance(HOUR)
    home.refresh()
    assert store.model(home.house.store.conn, "ranker") == first
