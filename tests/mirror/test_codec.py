"""The wire: what is sent is read again, by anybody who has the .proto file."""

from __future__ import annotations

import subprocess
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.adapters.mirror import codec
from oo_data.contracts.event import EVENTS, Envelope, Event, HeldOut, SourceConnected
from tests.schemas import check, generate, release

pytest.importorskip("google.protobuf", reason="the extra `nats` brings the runtime")
WHOLE = st.integers(-(2**63), 2**63 - 1)
VALUES = {"str": st.from_regex(r"\A[A-Za-z0-9_.:@+\-]{0,96}\Z"), "int": WHOLE, "float": st.floats(allow_nan=False)}


def events_of(kind: type[Event]) -> st.SearchStrategy[Event]:
    """Any event of a kind."""
    fields: dict[str, Any] = {name: VALUES[of.__forward_arg__] for name, of in kind.__annotations__.items()}
    return st.builds(kind, **fields)


@given(event=st.one_of(*map(events_of, EVENTS.values())), at=WHOLE, seq=WHOLE, clock=WHOLE)
def test_every_event_survives_the_wire(event: Event, at: int, seq: int, clock: int) -> None:
    """Any event of any kind comes back as it was sent, with its order and what proves it."""
    sent = Envelope("0123abcd", "home", at, seq, event, clock, "proof")
    assert codec.decode(codec.encode(sent)) == sent


@given(st.binary(max_size=200))
def test_foreign_bytes_are_refused_or_skipped(data: bytes) -> None:
    """Whatever lies in a stream, it is an envelope, an event that is not known, or no envelope."""
    try:
        found = codec.decode(data)
    except ValueError:
        return
    assert found is None or isinstance(found, Envelope)


def test_an_event_of_a_newer_oo_is_skipped() -> None:
    """A number that is not known yet is no error: the sender is a version ahead."""
    unknown = bytes([15 << 3 | 2, 0])  # no event has number 15
    assert codec.decode(unknown) is None
    assert codec.decode(codec.encode(Envelope("i", "h", 1, 2, SourceConnected("x"))) + bytes([9 << 3, 7])) is not None


def test_an_empty_event_is_still_that_event() -> None:
    """An event whose fields are all zero or empty arrives as that event."""
    sent = Envelope("", "", 0, 0, HeldOut("", 0, 0))
    assert codec.decode(codec.encode(sent)) == sent


@pytest.mark.skipif(not check.BUF.exists(), reason="the extra `test` brings buf, where there is a wheel of it")
def test_what_is_published_is_what_is_spoken() -> None:
    """The .proto file, as its own compiler reads it, is the very descriptor that events are encoded with."""
    from google.protobuf.descriptor_pb2 import FileDescriptorSet

    command = [str(check.BUF), "build", str(generate.FOLDER), "-o", "-", "--exclude-source-info"]
    built = FileDescriptorSet.FromString(subprocess.run(command, capture_output=True, check=True).stdout)
    told = built.file[0]
    for message in told.message_type:
        for field in message.field:
            field.ClearField("json_name")
    assert (len(built.file), told.package) == (1, "oo.events.v1")
    assert list(told.message_type) == list(codec.describe().message_type)


def test_a_number_of_the_other_kind_is_sent_as_the_contract_says() -> None:
    """A whole number that the log has with a fraction, or the other way round, keeps nothing from leaving."""
    held = Envelope("i", "h", 1, 2, HeldOut("d", cast(Any, 1.0), 3))
    assert codec.decode(codec.encode(held)) == Envelope("i", "h", 1, 2, HeldOut("d", 1, 3))


def test_samples_are_small() -> None:
    """A typical event takes less than 200 bytes: numbers and references, no more."""
    assert max(len(codec.encode(Envelope("a" * 20, "b" * 20, 2**41, 10**6, e))) for e in release.samples()) < 200
