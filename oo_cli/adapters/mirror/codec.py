"""Events as Protocol Buffers: the messages of `oo.events.v1`, made at run time from the contracts and their numbers.

No generated code, so none that could be older than the contracts or newer than the installed runtime.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from oo_data.contracts import wire
from oo_data.contracts.event import EVENTS, Envelope, kind_of

if TYPE_CHECKING:
    from google.protobuf.descriptor_pb2 import FileDescriptorProto

PLAIN: dict[str, Callable[[Any], str | int | float]] = {"string": str, "int64": int, "double": float}
KINDS = {wire.snake(name): kind for name, kind in EVENTS.items()}


def encode(envelope: Envelope) -> bytes:
    """An envelope as it travels."""
    event = envelope.event
    message = _message()(**{name: getattr(envelope, name) for name in wire.HEADER})
    filled = getattr(message, wire.snake(kind_of(event)))
    filled.SetInParent()  # one whose fields are all zero is still the one that is meant
    for _, name, type_ in wire.fields_of(type(event)):
        setattr(filled, name, PLAIN[type_](getattr(event, name)))
    data: bytes = message.SerializeToString(deterministic=True)
    return data


def decode(data: bytes) -> Envelope | None:
    """The envelope; None for an event that only a newer oO knows. Raises ValueError for bytes that are none."""
    from google.protobuf.message import DecodeError

    try:
        message = _message().FromString(data)
    except DecodeError:
        raise ValueError("no envelope") from None
    case = message.WhichOneof("event")
    if case is None:
        return None
    filled = getattr(message, case)
    event = KINDS[case](**{name: getattr(filled, name) for name in KINDS[case]._fields})
    return Envelope(event=event, **{name: getattr(message, name) for name in wire.HEADER})


def describe() -> FileDescriptorProto:
    """What docs/schemas/oo/events/v1/events.proto says, as the runtime takes it."""
    from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto

    types = {
        "string": FieldDescriptorProto.TYPE_STRING,
        "int64": FieldDescriptorProto.TYPE_INT64,
        "double": FieldDescriptorProto.TYPE_DOUBLE,
    }
    file = FileDescriptorProto(name="oo/events/v1/events.proto", package=wire.PACKAGE, syntax="proto3")
    top = file.message_type.add(name=Envelope.__name__)
    one = FieldDescriptorProto.LABEL_OPTIONAL
    for number, (name, kind) in enumerate(wire.HEADER.items(), 1):
        top.field.add(name=name, number=number, type=types[kind], label=one)
    top.oneof_decl.add(name="event")
    for event_name, event in EVENTS.items():
        top.field.add(
            name=wire.snake(event_name), number=wire.number_of(event_name), type=FieldDescriptorProto.TYPE_MESSAGE,
            type_name=f".{wire.PACKAGE}.{event_name}", label=one, oneof_index=0,
        )  # fmt: skip
        message = file.message_type.add(name=event_name)
        for number, name, type_ in wire.fields_of(event):
            message.field.add(name=name, number=number, type=types[type_], label=one)
    return file


@cache
def _message() -> Any:
    from google.protobuf import descriptor_pool, message_factory

    pool = descriptor_pool.DescriptorPool()
    pool.Add(describe())
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{wire.PACKAGE}.{Envelope.__name__}"))
