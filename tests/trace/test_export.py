"""Spans leave after a refresh, by consent, past the ledger, without a word of the person's; or they are dropped."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span as Sent

from oo_cli import wiring
from oo_cli.adapters.trace.places import CONSENT, places
from oo_cli.daemon.scheduler import Scheduler
from oo_cli.house import House
from oo_cli.spans import OFF
from oo_cli.usecases import consent, cron, forget, trace
from oo_cli.usecases.refresh import refresh
from oo_data.contracts.span import Span
from oo_data.errors import BadUsageError, ModelUnavailableError, SourceUnavailableError
from oo_data.ports import SpanExporter
from oo_data.store import egress, profile
from tests.conftest import Oo
from tests.trace.collector import Collector
from tests.trace.conftest import CANARIES, Opened

STEPS = {"refresh", "outbox", "pull", "areas", "features", "agents", "learn", "shelf", "words", "write"}


def attributes(span: Sent) -> dict[str, str | int]:
    """The attributes of a span, by key."""
    return {each.key: each.value.string_value or each.value.int_value for each in span.attributes}


def test_every_step_of_a_refresh_arrives(open_life: Opened, collector: Collector) -> None:
    """One trace: the refresh, its steps, a span for each source, agent, policy and question to a model."""
    life = open_life(OTEL_EXPORTER_OTLP_ENDPOINT=f"{collector.url}/")
    report = life.refresh()
    assert collector.log == []  # nothing waits for it
    assert trace.send(life.house) == 0
    (came,) = collector.traces()
    by_name = {span.name: span for span in came.spans}
    agents = {f"agent {id}" for (id,) in life.house.store.conn.execute("select agent_id from agent_run")}
    sources = {"source todotxt", "source todoist", "source calendar", "source habit"}
    policies = {"policy ranker", "policy urgency", "policy epsilon-greedy"}
    assert set(by_name) == STEPS | agents | sources | policies | {"model tip-generator"}
    assert agents
    (root,) = (span for span in came.spans if not span.parent_span_id)
    assert (root.name, attributes(root)["oo.tips"], attributes(root)["oo.tasks"]) == ("refresh", report.tips, 4)
    ids = {span.span_id for span in came.spans}
    assert len(ids) == len(came.spans)
    assert {span.parent_span_id for span in came.spans} - ids == {b""}
    assert len({span.trace_id for span in came.spans}) == 1
    assert by_name["source todoist"].parent_span_id == by_name["pull"].span_id
    assert attributes(by_name["source calendar"])["oo.outcome"] == "SourceUnavailableError"
    assert by_name["source calendar"].status.code != by_name["source todoist"].status.code
    assert attributes(by_name["policy ranker"])["oo.version"] == "1"


def test_no_word_of_the_person_is_in_it(open_life: Opened, collector: Collector) -> None:
    """Titles, projects, labels, habits, notes, a failing source's words, the home: none of the bytes."""
    life = open_life(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, MLFLOW_TRACKING_URI=collector.url)
    life.refresh()
    trace.send(life.house)
    assert len(collector.traces()) == 2
    assert collector.traces()[0].body == collector.traces()[1].body  # one trace, whoever is told
    sent = b"".join(came.path.encode() + repr(came.headers).encode() + came.body for came in collector.log).lower()
    assert [word for word in CANARIES if word.lower().encode() in sent] == []
    for came in collector.traces():
        values = [value for span in came.spans for value in attributes(span).values() if isinstance(value, str)]
        assert not [value for value in values if not value.isascii() or " " in value or len(value) > 64]
        assert b"host.name" not in came.body
        assert life.house.paths.home.encode() not in came.body


def test_it_stands_in_the_ledger(open_life: Opened, collector: Collector) -> None:
    """Where to, why, by which consent, how many bytes."""
    life = open_life(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url)
    life.refresh()
    trace.send(life.house)
    row = egress.recent(life.house.store, 1)[0]
    assert (row.host, row.purpose, row.consent) == (collector.url[7:], "trace.export", CONSENT)
    assert (row.categories, row.status) == (("durations", "outcomes", "counts"), "200")
    assert row.bytes_out > len(collector.log[0].body)


def test_without_consent_nothing_is_even_recorded(open_life: Opened, collector: Collector) -> None:
    """A server that is named is no yes; and a yes taken back before sending stops what was recorded."""
    life = open_life(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, MLFLOW_TRACKING_URI=collector.url)
    life.allow(CONSENT, False)
    life.refresh()
    assert life.house.spans is OFF
    assert trace.send(life.house) == 0
    life.allow(CONSENT)
    life.refresh()
    consent.revoke(life.house, CONSENT)
    assert trace.send(life.house) == 3
    assert collector.log == []


def test_the_commands_send_after_they_have_told(oo: Oo, collector: Collector) -> None:
    """`oo refresh` sends one trace; offline, a typed tip and every other verb send none."""
    oo("add", "Water the plants", OTEL_EXPORTER_OTLP_ENDPOINT=collector.url)
    oo("consent", "grant", CONSENT)
    for words in (("tip",), ("why",), ("refresh", "--offline"), ("doctor",), ("done",)):
        oo(*words)
    assert collector.log == []
    assert oo("refresh").code == 0
    assert len(collector.traces()) == 1


def test_the_scheduler_sends_too(open_life: Opened, collector: Collector) -> None:
    """What `oo daemon` and the face refresh by themselves is traced like the rest."""
    life = open_life(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url)
    old = life.house

    def again() -> House:
        return House(old.environ, old.clock, old.zone, old.doors, old.say)

    scheduler = Scheduler(again, beat_s=0.05)
    scheduler.start()
    until = time.monotonic() + 30
    while not collector.traces() and time.monotonic() < until:
        time.sleep(0.05)
    scheduler.stop(30)
    assert collector.traces()[0].spans


def test_without_a_server_nothing_is_recorded(open_life: Opened) -> None:
    """A consent alone makes no recorder; nor does a refresh on the way of a typed tip."""
    life = open_life()
    life.refresh()
    assert life.house.spans is OFF
    named = open_life(OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9")
    refresh(named.house, local_only=True)
    assert named.house.spans is OFF


@pytest.mark.parametrize("status", [400, 404, 500, 503])
def test_a_refusal_drops_the_spans(open_life: Opened, collector: Collector, status: int) -> None:
    """Sent once, lost, counted; the shelf stands and nothing is said."""
    life = open_life(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url)
    collector.status = status
    report = life.refresh()
    told = list(life.told)
    assert trace.send(life.house) == 1
    assert trace.send(life.house) == 0
    assert (len(collector.log), report.tips > 0, life.told) == (1, True, told)
    (finding,) = trace.health(life.house)
    assert (finding.level, finding.says) == ("note", f"To {collector.url[7:]}. 1 sent in 90 days, 1 lost.")


class Slow(SpanExporter):
    """A server that takes all the time it is given."""

    host = "slow.example"

    def __init__(self) -> None:
        self.given: list[float] = []

    def export(self, spans: Sequence[Span], seconds: float) -> None:
        """Note how long it may take."""
        self.given.append(seconds)


def test_a_silent_server_is_left_in_time(open_life: Opened, collector: Collector) -> None:
    """All servers together get five seconds, and one that says nothing costs no more than what is left."""
    life = open_life(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url)
    slow = Slow()
    life.house.doors = life.house.doors._replace(exporters=lambda house: (slow,))
    life.refresh()
    assert trace.send(life.house) == 0
    assert 1.0 < slow.given[0] <= trace.SECONDS
    (real,) = wiring.exporters(life.house)
    collector.wait = 30.0
    life.refresh()
    begun = time.monotonic()
    with pytest.raises(SourceUnavailableError, match="too long"):
        real.export(life.house.spans.taken(), 0.3)
    assert time.monotonic() - begun < 15


@pytest.mark.parametrize(
    "url",
    ["sqlite:///mlflow.db", "http://tracker.example", "databricks", "https://u:p@t.example", "https://t.example/?k=1"],
)
def test_an_unfit_address_is_refused(url: str) -> None:
    """Nothing is sent in the clear to another machine, and no word of an address could be a secret."""
    with pytest.raises(BadUsageError, match="MLFLOW_TRACKING_URI is not an address"):
        places({"MLFLOW_TRACKING_URI": url})


def test_an_unfit_address_is_told_by_the_doctor_alone(open_life: Opened) -> None:
    """A refresh does not stumble over a setting."""
    life = open_life(MLFLOW_TRACKING_URI="http://tracker.example")
    assert life.refresh().tips > 0
    assert trace.send(life.house) == 1
    (finding,) = trace.health(life.house)
    assert (finding.level, finding.exit_code) == ("bad", 2)
    assert finding.says == "MLFLOW_TRACKING_URI is not an address to send to."


def test_the_doctor_says_what_is_missing(open_life: Opened, collector: Collector) -> None:
    """Nothing where nobody asked; else the consent, the server, or how it went."""
    assert [f.says for f in trace.health(open_life().house)] == ["You allow it, and no server is named."]
    life = open_life(MLFLOW_TRACKING_URI=collector.url, MLFLOW_EXPERIMENT_ID="no")
    assert [f.level for f in trace.health(life.house)] == ["bad"]
    life = open_life(MLFLOW_TRACKING_URI=collector.url)
    assert [f.level for f in trace.health(life.house)] == ["ok"]
    life.allow(CONSENT, False)
    (finding,) = trace.health(life.house)
    assert (finding.level, finding.next) == ("note", "To allow it: oo consent grant trace.export")
    quiet = open_life()
    quiet.allow(CONSENT, False)
    assert list(trace.health(quiet.house)) == []


def test_times_are_those_of_the_house(open_life: Opened, collector: Collector) -> None:
    """A span begins by the injected clock, and none ends before it begins or outside its refresh."""
    life = open_life(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url)
    life.refresh()
    trace.send(life.house)
    spans = {span.name: span for span in collector.traces()[0].spans}
    whole = spans["refresh"]
    assert all(whole.start_time_unix_nano <= s.start_time_unix_nano <= s.end_time_unix_nano for s in spans.values())
    assert abs(whole.start_time_unix_nano // 1_000_000 - life.clock.now) < 60_000


def test_mlflow_hears_of_each_version_once(open_life: Opened, collector: Collector) -> None:
    """Its experiment is named in a header; a version is listed at its first refresh and not asked about again."""
    life = open_life(MLFLOW_TRACKING_URI=collector.url, MLFLOW_EXPERIMENT_ID="7")
    life.refresh()
    assert trace.send(life.house) == 0
    assert collector.traces()[0].headers["x-mlflow-experiment-id"] == "7"
    tags = {row["name"]: row["tags"] for row in collector.listed}
    assert tags["oo.policy.ranker"] == [{"key": "oo.version", "value": "1"}]
    assert {"oo.policy.urgency", "oo.policy.epsilon-greedy", "oo.model.tip-generator"} <= set(tags)
    before = len(collector.log)
    life.refresh()
    trace.send(life.house)
    assert len(collector.log) == before + 1  # the spans alone
    with life.house.store.write() as conn:
        profile.drop_meta(conn, trace.REGISTERED)
    life.refresh()
    trace.send(life.house)
    assert len(collector.listed) == len(tags)  # asked, and found there


def test_a_listing_that_fails_is_tried_again(open_life: Opened, collector: Collector) -> None:
    """Nothing is noted as listed that was not."""
    life = open_life(MLFLOW_TRACKING_URI=collector.url)
    collector.status = 500
    life.refresh()
    assert trace.send(life.house) == 2
    assert profile.meta(life.house.store.conn, trace.REGISTERED) is None
    collector.status = 200
    life.refresh()
    assert trace.send(life.house) == 0
    assert collector.listed


def test_withdrawal_lets_go_of_the_note(open_life: Opened, collector: Collector) -> None:
    """What is kept here because of the consent goes with it."""
    life = open_life(MLFLOW_TRACKING_URI=collector.url)
    life.refresh()
    trace.send(life.house)
    assert profile.meta(life.house.store.conn, trace.REGISTERED)
    assert consent.revoke(life.house, CONSENT) == ["1 note of what was listed"]
    assert profile.meta(life.house.store.conn, trace.REGISTERED) is None


def test_a_forget_names_who_was_told(open_life: Opened, collector: Collector) -> None:
    """What another program was sent cannot be called back, so the receipt says where it lies."""
    life = open_life(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url)
    life.refresh()
    trace.send(life.house)
    assert f"what {collector.url[7:]} kept of the traces sent there" in forget.plan(life.house).external


def test_a_timer_takes_the_address_along(open_life: Opened) -> None:
    """cron knows nothing of the shell in which tracing was switched on; an address with a login in it stays out."""
    life = open_life(OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:4318", MLFLOW_TRACKING_URI="https://u:p@t.example")
    carried = dict(cron.job(life.house).environment)
    assert carried["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://127.0.0.1:4318"
    assert "MLFLOW_TRACKING_URI" not in carried


def test_what_cannot_be_encoded_is_dropped(open_life: Opened, collector: Collector) -> None:
    """Whatever OpenTelemetry raises, here for a time before 1970, becomes an error of ours, and nothing is sent."""
    life = open_life(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url)
    (exporter,) = wiring.exporters(life.house)
    with pytest.raises(ModelUnavailableError, match="could not be encoded"):
        exporter.export([Span("refresh", -1, -1, -1, "", "", "ok", {})], 5.0)
    assert collector.log == []
