"""The judge: blind, in both orders, only with its consent, and never surer than its evidence."""

from __future__ import annotations

import json

import pytest

from oo_cli.engine.orchestrator import judging, limits
from oo_cli.engine.orchestrator.judging import ORDERS, Pair
from oo_cli.usecases import consent, judge
from oo_data.errors import ConsentMissingError, ModelUnavailableError
from oo_data.ids import new_id
from oo_data.store import asked, egress
from tests.conftest import Oo
from tests.fakes import DAY, HOUR, MINUTE
from tests.llm.conftest import LOCAL, Bench, Open
from tests.llm.upstream import Asked, Reply, Script, Upstream, always, answer, by_alias, completion

JUDGE = "llm.judge.local"
PAIR = Pair("Pay the rent", "Start with the rent.", "It is due today.")


def prefers(wanted: str) -> Script:
    """A judge that knows a good line by a word in it, wherever it stands; without one it prefers neither."""

    def script(asked: Asked) -> Reply:
        told = json.loads(asked.body["messages"][1]["content"])
        better = next((side for side in ("A", "B") if wanted in told[side]), "neither")
        return completion(json.dumps({"better": better}))

    return script


MODEL = prefers("Start with")  # the words that `answer()` gives as a model
FIRST = always(completion('{"better": "A"}'))


class Court(Bench):
    """A home in which a model words tips and a judge may compare them."""

    def word(self, *titles: str) -> None:
        """Let a model word a tip for each title."""
        for title in titles:
            self.retitle(title)
            self.refresh()

    def judge(self, send: bool = True) -> dict[str, object]:
        """Ask the judge."""
        return judge.run(self.house, send, lambda count, total: None)

    def answers(self, script: Script) -> None:
        """How the judge answers from now on."""
        self.upstream.script = by_alias({"tip-generator": answer(), "judge": script})

    def questions(self) -> list[Asked]:
        """What the judge was asked."""
        return [each for each in self.upstream.log if each.body["model"] == "judge"]


@pytest.fixture
def court(open_bench: Open) -> Court:
    """Such a home, with both consents."""
    made = open_bench(kind=Court)
    assert isinstance(made, Court)
    made.allow()
    made.allow(JUDGE)
    made.answers(MODEL)
    return made


def test_both_orders_and_blind(court: Court) -> None:
    """Each pair goes twice, with sides exchanged; nothing tells which line is whose, and no fact gives it away."""
    court.retitle("Pay the rent")
    own = court.reason(court.refresh(ask=False))
    court.refresh()
    report = court.judge()
    one, two = (json.loads(each.body["messages"][1]["content"]) for each in court.questions())
    assert (one["A"], one["B"]) == (two["B"], two["A"])
    assert {one["A"], one["B"]} == {"Start with Pay the rent: a small first step is enough.", own}
    assert sorted(one) == ["A", "B", "title"]
    assert (report["model_better"], report["own_better"], report["ties"], report["asked"]) == (1, 0, 0, 2)


@pytest.mark.parametrize(
    ("script", "model", "own", "ties", "order"),
    [
        (MODEL, 1, 0, 0, 0),
        (prefers("ue today."), 0, 1, 0, 0),
        (FIRST, 0, 0, 1, 1),
        (prefers("nowhere"), 0, 0, 1, 0),
    ],
)
def test_what_a_pair_comes_to(court: Court, script: Script, model: int, own: int, ties: int, order: int) -> None:
    """Only what both orders agree on counts; a judge that goes by the order makes ties."""
    court.word("Pay the rent")
    court.answers(script)
    found = court.judge()
    assert [found[name] for name in ("model_better", "own_better", "ties", "order_decided")] == [
        model,
        own,
        ties,
        order,
    ]


def test_it_says_when_it_cannot_tell(court: Court) -> None:
    """Too few pairs or days are no evidence; then the interval decides, and one round a half is none either."""
    titles = [f"Pay the rent of flat {number}" for number in range(8)]
    court.word(*titles)
    court.judge()
    assert judge.verdict(court.house)["says"] == "too few"
    assert "Cannot tell yet: it takes 20 pairs on 3 days." in judge.lines(court.judge())
    for _ in range(2):
        court.clock.advance(DAY)
        court.word(*titles)
        court.judge()
    found = court.judge()
    assert (found["pairs"], found["days"], found["says"]) == (24, 3, "model")
    assert "The model's words are better: a share of 1.00 for the model (1.00 to 1.00)" in judge.lines(found)[1]


@pytest.mark.parametrize(("values", "says"), [((1, 0, 1, 0), "even"), ((0, 0, 0, 0), "own"), ((1, 1, 1, 1), "model")])
def test_the_interval_decides(court: Court, values: tuple[int, ...], says: str) -> None:
    """Verdicts of several days that contradict each other are no difference."""
    with court.house.store.write() as conn:
        for number in range(24):
            side = "model" if values[number % 4] else "plain"
            for order in ORDERS:
                row = asked.Asked(
                    new_id(), court.clock.now - (number % 4) * DAY, JUDGE, order, f"prefers:{side}",
                    1, 1, False, f"d{number}", None, None,
                )  # fmt: skip
                asked.save(conn, row)
    found = judge.verdict(court.house)
    assert found["says"] == says
    assert found["share"]["low"] <= found["share"]["value"] <= found["share"]["high"]


def test_nothing_is_judged_twice_and_words_run_out(court: Court) -> None:
    """What was judged stays judged; a pair older than a day is gone, its verdict not; a verdict holds no words."""
    court.word("Pay the rent")
    court.judge()
    assert court.judge()["asked"] == 0
    court.word("Call Grandma")
    court.clock.advance(DAY + MINUTE)
    assert judge.waiting(court.house) == []
    assert court.judge()["pairs"] == 1
    assert {(row.sent, row.answer) for row in court.rows("judge")} == {(None, None)}


def test_only_with_its_own_consent(court: Court) -> None:
    """That of the words is none for the judge, and one that is withdrawn stops the next request."""
    court.word("Pay the rent", "Call Grandma")
    court.allow(JUDGE, granted=False)
    with pytest.raises(ConsentMissingError) as caught:
        court.judge()
    assert JUDGE in caught.value.hint
    assert court.questions() == []
    court.allow(JUDGE)
    court.judge()
    assert len(court.questions()) == 4
    assert consent.revoke(court.house, JUDGE) == ["4 requests"]
    assert judge.verdict(court.house)["pairs"] == 0


def test_without_a_gateway(open_bench: Open) -> None:
    """There is nobody to ask; what was judged before can still be read."""
    bench = open_bench()
    bench.allow()
    bench.refresh()
    bench.house.environ = {**bench.house.environ, "LITELLM_URL": ""}
    del bench.house.llm
    with pytest.raises(ModelUnavailableError):
        judge.run(bench.house, True, lambda count, total: None)
    assert judge.run(bench.house, False, lambda count, total: None)["waiting"] == 2


@pytest.mark.parametrize(
    ("script", "verdict"),
    [
        (always(Reply(b"{}", 500)), "failed:failing"),
        (always(Reply(b"<html>")), "failed:garbled"),
        (always(completion("A is better")), "rejected:not-the-shape"),
        (always(completion('{"better": "C"}')), "rejected:not-the-shape"),
        (always(completion('{"better": ["A"]}')), "rejected:not-the-shape"),
        (always(completion('{"better": "A", "because": "I say so"}')), "rejected:not-the-shape"),
        (always(completion('{"better": "A"}' + " " * 300)), "rejected:not-the-shape"),
    ],
)
def test_trouble_stops_it(court: Court, script: Script, verdict: str) -> None:
    """One unusable answer ends the run and counts for nothing; after three nothing is asked for ten minutes."""
    court.word("Pay the rent")
    court.answers(script)
    report = court.judge()
    assert (report["asked"], report["pairs"], report["stopped"]) == (0, 0, "failed")
    assert court.rows("judge")[0].verdict == verdict
    court.judge()
    court.judge()
    assert court.judge()["stopped"] == "resting"
    assert len(court.questions()) == 3
    court.clock.advance(HOUR)
    court.answers(MODEL)
    assert court.judge()["pairs"] == 1


def test_the_budget_holds_for_it_too(court: Court) -> None:
    """The thousand requests of a day are those of all aliases together."""
    court.word("Pay the rent")
    with court.house.store.write() as conn:
        for _ in range(limits.CALLS_A_DAY - 2):
            conn.execute(
                "insert into egress values (?, ?, 'h', 'llm.embedder', ?, '', 0, 0, '200')",
                (new_id(), court.clock.now, LOCAL),
            )
    report = court.judge()
    assert (report["asked"], report["waiting"], report["stopped"]) == (1, 1, "budget")
    rows = [row for row in egress.recent(court.house.store, 10) if row.purpose == "llm.judge"]
    assert [(row.consent, row.categories) for row in rows] == [(JUDGE, judging.CATEGORIES)]


@pytest.mark.parametrize("order", ORDERS)
def test_an_answer_is_read_by_its_order(order: str) -> None:
    """A and B stand for who spoke as such; what is no answer is none."""
    first, second = ORDERS[order]
    assert judging.read('{"better": "A"}', order) == first
    assert judging.read(' {"better":"B"} ', order) == second
    assert judging.read('{"better": "neither"}', order) == "neither"
    assert [judging.read(bad, order) for bad in ("", "{}", "A", '{"better": 1}', "[" * 100)] == [None] * 5
    assert json.loads(judging.question(PAIR, order).user)["title"] == PAIR.title


@pytest.fixture
def home(oo: Oo, environ: dict[str, str], upstream: Upstream) -> Oo:
    """A real home with one tip that a model worded, on the command line."""
    upstream.script = by_alias({"tip-generator": answer(), "judge": MODEL})
    environ["LITELLM_URL"] = upstream.url
    oo("add", "Pay the rent")
    oo("consent", "grant", LOCAL)
    assert oo("refresh").code == 0
    return oo


def test_on_the_command_line(home: Oo, upstream: Upstream) -> None:
    """What would be sent can be seen first, to the byte; then it is asked, and says what it knows."""
    shown = home("eval", "--judge", "--show")
    assert "2 requests would be sent; nothing was." in shown.err
    refused = home("eval", "--judge")
    assert (refused.code, JUDGE in refused.err) == (4, True)
    home("consent", "grant", JUDGE)
    before = len(upstream.log)
    assert home("--offline", "eval", "--judge").code == 0
    assert len(upstream.log) == before
    ran = home("eval", "--judge")
    assert [each.text for each in upstream.log[before:]] == shown.out.splitlines()
    assert ran.out.startswith("Pairs judged in both orders: 1, on 1 day. The model's words were better in 1,")
    assert json.loads(home("eval", "--judge", "--json").out)["says"] == "too few"
    assert home("eval", "--show").code == 2
