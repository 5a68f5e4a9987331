"""The registry of features agrees with whoever derives, names, keeps and erases them."""

from __future__ import annotations

from pathlib import Path

import pytest

from oo_agents import registry as agents
from oo_agents.kit import lives
from oo_agents.kit.context import FEATURES as KNOWN_TO_AGENTS
from oo_agents.kit.context import SHAPES
from oo_agents.kit.ladder import LADDER
from oo_agents.manifest import schema
from oo_cli.engine.areas.counts import area_features
from oo_cli.engine.features import habit, mood
from oo_cli.engine.features.registry import FEATURES, TABLE, stale
from oo_cli.engine.features.summary import summarise
from oo_cli.usecases.contexts import ACTIVE
from oo_data import catalog
from oo_data.contracts import signal
from oo_data.contracts.event import EVENTS
from oo_data.contracts.feature import Feature
from oo_data.contracts.signal import MoodSignal
from oo_data.store import erase, profile, records
from tests.conftest import ROOT
from tests.fakes import BERLIN, DAY, HOUR, TUESDAY, FixedClock, house_at


def derived() -> dict[str, Feature]:
    """What the engine yields of a person of whom everything is known, the contexts' count apart."""
    found = (
        *summarise([], [], TUESDAY, BERLIN),
        *area_features([], [], {}, TUESDAY, BERLIN),
        *habit.features([], [], TUESDAY, BERLIN),
        *mood.features([MoodSignal(TUESDAY, 4)], TUESDAY),
    )
    return {feature.key: feature for feature in found}


def test_every_feature_that_is_derived_is_registered() -> None:
    """No feature without an entry, and no entry without its feature."""
    assert derived().keys() | {ACTIVE} == FEATURES.keys()


def test_agents_may_name_what_is_registered() -> None:
    """The contract that manifests are held to and the registry are one list; what our manifests name is in it."""
    assert FEATURES.keys() == KNOWN_TO_AGENTS
    assert {key for manifest in agents.manifests() for key in manifest.features} <= FEATURES.keys()


@pytest.mark.parametrize("key", FEATURES)
def test_an_entry_names_what_exists(key: str) -> None:
    """Signals are contracts, events are logged ones, and a feature holds for no longer than it may."""
    spec = FEATURES[key]
    assert all(hasattr(signal, name) for name in spec.signals)
    assert set(spec.invalidated_by) <= EVENTS.keys()
    assert spec.signals
    assert spec.invalidated_by
    feature = derived().get(key)
    assert feature is None or 0 < feature.fresh_until - feature.computed_at <= spec.fresh_for


@pytest.mark.parametrize("key", [key for key in FEATURES if key != ACTIVE])
def test_the_shape_is_the_features(key: str) -> None:
    """A feature has the shape that agents are told of."""
    size, _, kind = SHAPES[key].partition(" ")
    value = derived()[key].value
    if SHAPES[key] == "number":
        assert isinstance(value, float)
    elif kind == "numbers":
        assert isinstance(value, tuple)
        assert len(value) == int(size)
    else:
        assert isinstance(value, dict if kind == "by ref" else tuple)
    assert type(lives.empty()[key]) is type(value)


def test_every_feature_has_an_eraser(tmp_path: Path) -> None:
    """Forgetting a source takes all features, because each may hold something of it."""
    assert catalog.entry(TABLE).on_source == "mixed rows"
    house = house_at(tmp_path, FixedClock())
    with house.store.write() as conn:
        profile.connect_source(conn, "todotxt", TUESDAY, None)
        records.save_features(conn, [Feature(key, 1.0, TUESDAY, TUESDAY + DAY, ("todotxt",)) for key in FEATURES])
    with house.store.write() as conn:
        assert erase.source(conn, "todotxt")[TABLE] == len(FEATURES)
    assert erase.count_rows(house.store.conn)[TABLE] == 0


@pytest.mark.parametrize(
    ("computed_at", "fresh_until", "happened", "gone"),
    [
        (TUESDAY - HOUR, TUESDAY + 1, {}, False),
        (TUESDAY - HOUR, TUESDAY, {}, True),
        (TUESDAY + 1, TUESDAY + DAY, {}, True),
        (TUESDAY - HOUR, TUESDAY + 1, {"SourceRefreshed": TUESDAY - HOUR}, False),
        (TUESDAY - HOUR, TUESDAY + 1, {"SourceRefreshed": TUESDAY - HOUR + 1}, True),
        (TUESDAY - HOUR, TUESDAY + 1, {"MoodNoted": TUESDAY}, False),
    ],
    ids=["fresh", "run out", "from a time to come", "the event it came of", "a later event", "another's event"],
)
def test_stale(computed_at: int, fresh_until: int, happened: dict[str, int], gone: bool) -> None:
    """A feature holds until its time is over or an event it depends on has happened since."""
    known = {"done.total": Feature("done.total", 1.0, computed_at, fresh_until, ())}
    assert stale(["done.total"], known, happened, TUESDAY) == ({"done.total"} if gone else set())


def test_what_is_unknown_is_stale() -> None:
    """A feature never computed, or not registered, is asked for anew or judged by its time alone."""
    other = Feature("other.key", 1.0, TUESDAY, TUESDAY + 1, ())
    assert stale(["done.total", "other.key"], {"other.key": other}, {"SourceRefreshed": TUESDAY}, TUESDAY) == {
        "done.total"
    }


def test_the_table_in_the_docs_is_current() -> None:
    """docs/agents.md lists every feature as it is registered, every field of a manifest and every rule."""
    page = (ROOT / "docs/agents.md").read_text()
    for key, spec in FEATURES.items():
        cells = (f"`{key}`", spec.what, f"{SHAPES[key]}, {spec.unit}", ", ".join(spec.signals))
        row = f"| {' | '.join(cells)} | {spec.fresh_for // HOUR} h | {', '.join(spec.invalidated_by)} |"
        assert row in page, row
    assert all(f"`{field}`" in page for field in schema()["properties"] if field != "params")
    assert all(f"**{rule}**" in page for rules in LADDER.values() for rule in rules)
