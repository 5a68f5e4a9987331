"""What the application needs from the outside world, as protocols; adapters and the tests' fakes satisfy them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from oo_data.contracts.event import Envelope, Fetched, Position
from oo_data.contracts.job import Job
from oo_data.contracts.llm import LlmFailure, LlmReply, LlmRequest, LlmVectors, Place
from oo_data.contracts.signal import Reading
from oo_data.contracts.span import OK, Span, Step
from oo_data.errors import OoError
from oo_data.secret import Secret

# Asks the person for a passphrase, a new one twice; None where nobody is there to answer.
Ask = Callable[[bool], Secret | None]


class Clock(Protocol):
    """The only source of time."""

    def now_ms(self) -> int:
        """UTC milliseconds since the epoch."""
        ...


class Sealer(Protocol):
    """Turns text into sealed bytes that open only in the same table, column and row."""

    def seal(self, text: str, table: str, column: str, row: str, *, source: str, at: int | None) -> bytes:
        """Sealed bytes, never the same twice, under the key of that source's month.

        `source` is a source's id, or `HOUSE` or `MIXED` of `store.keys`; `at` is UTC ms, None for what has no time,
        as a login or a name. Inside a write a new key commits with what it sealed; outside it makes its own write.
        """
        ...

    def unseal(self, sealed: bytes, table: str, column: str, row: str) -> str:
        """The text. Raises `DataLockedError` for a key that is gone, `DataDamagedError` for changed or moved bytes."""
        ...

    def renew(self, source: str | None = None, since: str | None = None, until: str | None = None) -> int:
        """Shred the keys that `store.keys.chosen` finds, and seal what they still hold under new ones; how many texts.

        Inside the write that deleted the forgotten rows: then only what is left opens again. Rotate next.
        """
        ...


class KeyHolder(Protocol):
    """A place that keeps the key of the home: a keyring, a file, the environment."""

    name: str

    def load(self) -> Secret | None:
        """The key, or None where it holds none. Raises `DataLockedError` when it cannot tell."""
        ...

    def save(self, key: Secret) -> None:
        """Keep the key and read it back. Raises `DataLockedError` or `CannotWriteError`."""
        ...

    def delete(self) -> bool:
        """Destroy the key; whether there was one."""
        ...


class Source(Protocol):
    """Somewhere tasks live. Everything it returns is read anew; nothing is cached."""

    id: str

    def read(self, now_ms: int) -> Reading:
        """All open tasks and known completions. Raises `SourceUnavailableError` or `ConnectionNeededError`."""
        ...

    def complete(self, handle: str, now_ms: int) -> bool:
        """Tick the task where it lives; False where it is already done or gone, or may not be written."""
        ...

    def reopen(self, handle: str, now_ms: int) -> bool:
        """Take the tick back; False where there is none."""
        ...


class Embedder(Protocol):
    """Turns texts into vectors of like length whose cosine tells how alike the texts are.

    `id` is "name@version"; vectors and thresholds of different ids are never compared. `semantic`: nearness speaks of
    meaning, not of letters alone. `dim` is None where it shows with the first vector only.
    """

    id: str
    dim: int | None
    semantic: bool

    def embed(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        """One vector a text, in their order; zeros for a text without words. Raises `ModelUnavailableError`."""
        ...


class Llm(Protocol):
    """A gateway to language models, each known by its alias. `host` is where requests go, as host[:port]."""

    host: str

    def place(self, seconds: float) -> Place:
        """Whether the gateway runs on this machine; looks its name up, within `seconds`. In doubt it is a cloud."""
        ...

    def ask(self, request: LlmRequest, place: Place, seconds: float) -> LlmReply | LlmFailure:
        """One request, never sent twice, and its whole answer within `seconds`.

        Raises `ConsentMissingError` with nothing sent where `llm.<alias>.<place>` does not hold.
        """
        ...

    def embed(self, texts: Sequence[str], place: Place, seconds: float) -> LlmVectors | LlmFailure:
        """The vectors of texts that have words, by the alias `embedder`; otherwise as `ask`."""
        ...


class Mirror(Protocol):
    """A stream elsewhere that takes events, and keeps them for the person's other homes. `host` is host:port."""

    @property
    def host(self) -> str:
        """`host:port`."""
        ...

    def send(self, events: Sequence[Envelope]) -> tuple[int, OoError | None]:
        """How many of a batch, from the first on, have arrived for certain, and what kept the rest.

        Raises `ConsentMissingError` and `SourceUnavailableError` with nothing sent.
        """
        ...

    def fetch(self, after: Position, limit: int) -> Fetched:
        """At most `limit` events of any home after a place; its own come back too.

        After a place in a stream that was made anew since, from the beginning. Raises as `send`.
        """
        ...


class Clockwork(Protocol):
    """What starts programs by the clock on this machine: systemd, launchd, cron."""

    name: str

    def works(self) -> bool:
        """Whether it runs here, for this user."""
        ...

    def plan(self, job: Job) -> str:
        """Exactly what `install` would write, and where."""
        ...

    def install(self, job: Job) -> None:
        """Write the job, or replace it. Raises `CannotWriteError`."""
        ...

    def standing(self, job_id: str) -> str | None:
        """What stands there now, in the form of `plan`; None where nothing does."""
        ...

    def remove(self, job_id: str) -> bool:
        """Take the job out, and nothing else; whether there was one. Raises `CannotWriteError`."""
        ...


class Notifier(Protocol):
    """One way to tell the person something away from the terminal."""

    def send(self, title: str, body: str) -> tuple[str, ...]:
        """Send one message; the hosts it reached. Raises `SourceUnavailableError` or `ConsentMissingError`."""
        ...


class Mark(Protocol):
    """A step under way."""

    def note(self, outcome: str = OK, **numbers: int) -> None:
        """Say how it ends, in a fixed word, and what there was to count."""
        ...


class Tracer(Protocol):
    """Records how long each step takes; one that is off costs next to nothing."""

    def span(self, step: Step, id: str = "", version: str = "") -> AbstractContextManager[Mark]:
        """Record what happens inside as one step, within the step that is under way."""
        ...

    def taken(self) -> tuple[Span, ...]:
        """The steps that have ended, in the order in which they began; they are let go of."""
        ...


class SpanExporter(Protocol):
    """Somewhere outside that takes spans. `host` is where they go, as host[:port]."""

    host: str

    def export(self, spans: Sequence[Span], seconds: float) -> None:
        """Send them once, within `seconds`. Raises `OoError` where they did not arrive."""
        ...


class VersionRegistry(Protocol):
    """Somewhere outside that keeps a list of models and their versions, without the models."""

    host: str

    def register(self, name: str, version: str, seconds: float) -> None:
        """Have a version of a model listed, once however often this is called. Raises `OoError` where it is not."""
        ...
