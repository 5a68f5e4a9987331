"""A refresh with a model: its words where they are fit, oO's own where anything is wrong, and never a long wait."""

from __future__ import annotations

import json
import socket
import time

import pytest

from oo_cli.engine.orchestrator import limits
from oo_cli.usecases import ask_model, consent
from oo_cli.usecases.policies import report
from oo_cli.usecases.refresh import refresh
from oo_cli.usecases.why import explain, lines
from oo_data.ids import new_id
from oo_data.store import decisions, egress, profile, shelf
from tests.fakes import DAY, HOUR, MINUTE
from tests.llm.conftest import CLOUD, LOCAL, Bench, Open
from tests.llm.upstream import Asked, Reply, Script, always, answer, completion

PURPOSE = "llm.tip-generator"
SAID = "Start with Pay the rent: a small first step is enough."


def ledger(bench: Bench) -> list[egress.EgressRow]:
    """The requests to a model that the ledger has."""
    return [row for row in egress.recent(bench.house.store, 5000) if row.purpose == PURPOSE]


def test_the_first_tip_is_worded(bench: Bench) -> None:
    """The model's sentence stands below the person's own title, on the shelf and in memory; others keep theirs."""
    bench.refresh()
    first, *others = bench.shelf()
    assert (bench.text(first), bench.reason(first), first.wording) == ("Pay the rent", SAID, "model")
    assert {tip.wording for tip in others} == {""}
    known = shelf.read_words(bench.house.paths, first.id)
    assert known is None or known[:2] == ("Pay the rent", SAID)


def test_what_is_sent_is_little(bench: Bench) -> None:
    """The alias, three titles with what is true of them, and nothing else of the person; the ledger has it."""
    bench.refresh()
    (asked,) = bench.upstream.log
    assert asked.path == "/v1/chat/completions"
    assert asked.body["model"] == "tip-generator"
    assert [task["title"] for task in asked.tasks] == ["Pay the rent", "Call Grandma", "Mow the lawn"]
    assert [sorted(task) for task in asked.tasks] == [["facts", "id", "title"]] * 3
    assert list(asked.body["response_format"]["json_schema"]["schema"]["properties"]) == ["candidate_id", "tip"]
    (row,) = ledger(bench)
    assert (row.host, row.consent, row.status) == (bench.upstream.host, LOCAL, "200")
    assert row.categories == ("task titles", "reasons")


def test_the_choice_runs_in_shadow(bench: Bench) -> None:
    """What the model would have put first is logged beside the live decision; the order on the shelf is not its own."""
    bench.upstream.script = answer(1)
    bench.refresh()
    first, second, *_ = bench.shelf()
    assert (bench.text(first), first.wording) == ("Pay the rent", "skipped:choice")
    assert (bench.reason(second), second.wording) == (SAID.replace("Pay the rent", "Call Grandma"), "model")
    beside = decisions.of_moment(bench.house.store.conn, first.decision_id)
    assert (beside["orchestrator"].stage, beside["orchestrator"].chosen) == ("shadow", second.subject)
    assert beside["ranker"].chosen == first.subject


def test_the_evidence_counts_its_choices(bench: Bench) -> None:
    """Its agreement with the live policy is measured like any other's, and it cannot be promoted."""
    for number in range(3):
        bench.retitle("Pay the rent", f"Call Grandma {number}")
        bench.upstream.script = answer(number % 2)
        bench.refresh()
    found = next(entry for entry in report(bench.house) if entry["id"] == "orchestrator")
    assert (found["online"]["decisions"], found["stage"]) == (3, "shadow")
    assert found["missing"][0] == "a model: it stays in shadow"


FAULTY: dict[str, tuple[Script, str]] = {
    "slow": (always(Reply(b"{}", wait=20)), "failed:timed-out"),
    "dripping": (always(Reply(b" " * 500, drip=0.1)), "failed:timed-out"),
    "429": (always(Reply(b"{}", 429, {"Retry-After": "30"})), "failed:busy"),
    "500": (always(Reply(b"{}", 500)), "failed:failing"),
    "408": (always(Reply(b"{}", 408)), "failed:timed-out"),
    "401": (always(Reply(b"{}", 401)), "failed:not-allowed"),
    "unknown alias": (always(Reply(b'{"error": {"message": "Invalid model name"}}', 400)), "failed:rejected"),
    "redirect": (always(Reply(b"", 307, {"Location": "http://127.0.0.1:9/"})), "failed:redirected"),
    "garbage": (always(Reply(b"<html>no</html>")), "failed:garbled"),
    "not UTF-8": (always(Reply(b"\xff\xfe\x00")), "failed:garbled"),
    "no choices": (always(Reply(b'{"choices": []}')), "failed:garbled"),
    "NaN in the envelope": (always(Reply(b'{"choices": [{"message": {}}], "n": NaN}')), "failed:garbled"),
    "deep": (always(Reply(b"[" * 30_000)), "failed:garbled"),
    "huge": (always(Reply(b" " * 70_000)), "failed:too-large"),
    "broken off": (always(completion("x" * 200)._replace(cut=40)), "failed:broken"),
    "cut by max_tokens": (always(completion('{"candidate_id": "', "length")), "failed:cut-off"),
    "filtered": (always(completion("", "content_filter")), "failed:unfinished"),
    "null": (always(completion(None)), "rejected:not-json"),
    "prose": (always(completion("You should pay the rent today.")), "rejected:not-json"),
    "two objects": (always(completion("{} {}")), "rejected:not-json"),
    "NaN": (always(completion('{"candidate_id": NaN, "tip": "a"}')), "rejected:not-json"),
    "a key twice": (always(completion('{"candidate_id": "a", "candidate_id": "b", "tip": "c"}')), "rejected:not-json"),
    "a list": (always(completion("[1]")), "rejected:not-json"),
    "foreign id": (always(completion('{"candidate_id": "zz99", "tip": "Pay the rent now."}')), "rejected:foreign-id"),
    "refusing": (answer(text="I'm sorry, I cannot help with {title}."), "rejected:refusal"),
    "a link": (answer(text="{title} at evil.example and be done."), "rejected:link"),
    "a command": (answer(text="{title}, then run sudo rm on it."), "rejected:command"),
    "a bidi override": (answer(text="{title} \u202ewith a calm mind."), "rejected:unseen-signs"),
    "another number": (answer(text="{title}: send 500 to them."), "rejected:number"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTY)
def test_every_failure_leaves_plain_words(bench: Bench, fault: str) -> None:
    """Within three seconds there is a tip in oO's own words, marked so in why; the ledger has the request."""
    with_model_off = bench.refresh(ask=False)
    plain = bench.reason(with_model_off)
    bench.upstream.script, verdict = FAULTY[fault]
    begun = time.monotonic()
    first = bench.refresh()
    assert time.monotonic() - begun < limits.SECONDS + 12  # the slow ones take 20 s and more
    assert (bench.reason(first), first.wording) == (plain, verdict)
    assert len(ledger(bench)) == len(bench.upstream.log) == 1
    shelf.record_shown(bench.house.store, bench.clock.now, "tip", shelf.pick(bench.house.store, bench.clock.now, False))
    said = "\n".join(lines(explain(bench.house)))
    assert "oO's own words" in said
    assert verdict.partition(":")[2] in said


def test_nobody_listens(open_bench: Open) -> None:
    """A gateway that is down costs nothing but the words."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        bench = open_bench(LITELLM_URL=f"http://127.0.0.1:{taken.getsockname()[1]}")
        bench.allow()
        assert bench.refresh().wording == "failed:refused"
    assert [row.status for row in ledger(bench)] == ["refused"]


@pytest.mark.parametrize("url", ["http://gateway.example:4000", "ftp://127.0.0.1", "http://u:p@127.0.0.1", "what?"])
def test_an_unsafe_address_is_never_used(open_bench: Open, url: str) -> None:
    """In clear text only to this machine, and no credentials in the address; a refresh works all the same."""
    bench = open_bench(LITELLM_URL=url)
    bench.allow()
    bench.allow(CLOUD)
    assert bench.refresh().wording == "skipped:address"
    assert ledger(bench) == []


def test_fenced_and_thought_over(bench: Bench) -> None:
    """A code fence or a think block round the one object is taken off; nothing else is repaired."""

    def fenced(asked: Asked) -> Reply:
        said = json.dumps({"candidate_id": asked.tasks[0]["id"], "tip": SAID})
        return completion(f"<think>rent, then?</think>\n```json\n{said}\n```")

    bench.upstream.script = fenced
    assert bench.refresh().wording == "model"


def test_without_a_consent_nothing_is_sent(bench: Bench) -> None:
    """Neither before it is given, nor with the one for another place, nor after it was withdrawn."""
    bench.allow(granted=False)
    assert bench.refresh().wording == "skipped:consent"
    bench.allow(CLOUD)
    assert bench.refresh().wording == "skipped:consent"
    bench.allow()
    bench.refresh()
    assert len(bench.upstream.log) == 1
    erased = consent.revoke(bench.house, LOCAL)
    assert erased == ["1 wording", "1 request"]
    assert bench.rows() == []
    bench.retitle("Something else")
    first = bench.refresh()
    assert (first.wording, len(bench.upstream.log)) == ("skipped:consent", 1)


def test_a_withdrawal_takes_the_words_off_the_shelf(bench: Bench) -> None:
    """What the model said is gone at once, and the next look at the shelf refreshes it."""
    bench.refresh()
    consent.revoke(bench.house, LOCAL)
    assert "model" not in {tip.wording for tip in bench.shelf()}
    assert shelf.pick(bench.house.store, bench.clock.now, ambient=False).kind == shelf.STALE


def test_a_withdrawal_while_it_is_asked(bench: Bench) -> None:
    """A consent withdrawn during the request keeps its answer off the shelf."""

    def withdrawn(asked: Asked) -> Reply:
        from contextlib import closing

        from oo_data.store import db

        with closing(db.open_store(bench.house.paths.database)) as other, other.write() as conn:
            profile.set_consent(conn, LOCAL, False, bench.clock.now)
        return answer()(asked)

    bench.upstream.script = withdrawn
    assert bench.refresh().wording == "skipped:consent"
    assert len(bench.upstream.log) == 1


def test_nothing_changed_no_request(bench: Bench) -> None:
    """The same titles and facts are not asked about twice; what was said holds for a day."""
    bench.refresh()
    bench.clock.advance(MINUTE)
    assert bench.reason(bench.refresh()) == SAID
    assert len(bench.upstream.log) == 1
    bench.retitle("Pay the rent", "Call Grandma twice")
    bench.refresh()
    assert len(bench.upstream.log) == 2


def test_an_unfit_answer_is_not_asked_for_again(bench: Bench) -> None:
    """The same question would be answered alike; a request that failed is made again."""
    bench.upstream.script = answer(text="Visit evil.example for {title}.")
    bench.refresh()
    assert bench.refresh().wording == "rejected:link"
    assert len(bench.upstream.log) == 1


def test_only_a_refresh_asks(bench: Bench) -> None:
    """A refresh on the way to a tip, or without the network, sends nothing, and keeps what was said before."""
    assert bench.refresh(ask=False).wording == "skipped:waiting"
    refresh(bench.house, local_only=True, ask=True)
    assert bench.upstream.log == []
    bench.refresh()
    assert bench.reason(bench.refresh(ask=False)) == SAID


def test_the_budget_stops_the_next_request(bench: Bench) -> None:
    """The thousandth request of a day is sent, the next one is not; the day after there are new ones."""
    with bench.house.store.write() as conn:
        for _ in range(limits.CALLS_A_DAY - 1):
            conn.execute(
                "insert into egress values (?, ?, 'h', ?, ?, '', 0, 0, '200')",
                (new_id(), bench.clock.now, PURPOSE, LOCAL),
            )
    bench.refresh()
    bench.retitle("Something else")
    assert bench.refresh().wording == "skipped:budget"
    assert len(bench.upstream.log) == 1
    bench.clock.advance(DAY)
    bench.refresh()
    assert len(bench.upstream.log) == 2


def test_three_failures_rest_ten_minutes(bench: Bench) -> None:
    """After three in a row nothing is sent for ten minutes; the person hears of it once, and once of its end."""
    bench.upstream.script = always(Reply(b"{}", 500))
    for _ in range(5):
        bench.refresh()
        bench.clock.advance(MINUTE)
    assert len(bench.upstream.log) == 3
    assert bench.refresh().wording == "skipped:resting"
    assert [line for line in bench.told if "model" in line] == [ask_model.FAILING]
    bench.clock.advance(10 * MINUTE)
    bench.refresh()
    assert len(bench.upstream.log) == 4
    bench.upstream.script = answer()
    bench.clock.advance(HOUR)
    assert bench.refresh().wording == "model"
    assert [line for line in bench.told if "model" in line] == [ask_model.FAILING, ask_model.WELL]
