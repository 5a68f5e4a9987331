"""The house a command works in: one store, one bus, one clock, and keys and sources opened when asked for."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from oo_cli.home import open_or_prepare
from oo_data.env import Paths
from oo_data.errors import OoError, SourceUnavailableError
from oo_data.store import db, keys, profile
from oo_data.store.db import Store

if TYPE_CHECKING:
    from sqlite3 import Connection

    from oo_cli.adapters.vault.passphrase_holder import Asker
    from oo_cli.bus import Bus
    from oo_cli.engine.refs import Refs
    from oo_data.contracts.channel import Channel
    from oo_data.ports import (
        Ask,
        Clock,
        Clockwork,
        Embedder,
        Llm,
        Mirror,
        Notifier,
        Sealer,
        Source,
        SpanExporter,
        Tracer,
        VersionRegistry,
    )
    from oo_data.secret import Secret

REF_KEY = "ref-key"


def _no_login(house: House, source: str) -> AbstractContextManager[bool]:
    return nullcontext(True)


def nobody(new: bool) -> Secret | None:
    """No passphrase: there is nobody to ask."""
    return None


def _no_embedder(house: House) -> Embedder | None:
    return None


def _no_llm(house: House) -> Llm | None:
    return None


def _no_clockworks(house: House) -> tuple[Clockwork, ...]:
    return ()


def _no_notifier(house: House, channel: Channel) -> Notifier:
    raise SourceUnavailableError("There is no way to tell you here.", "See: oo notify")


def _no_rotation(house: House) -> bool:
    return False


def _no_mirror(house: House) -> Mirror:
    raise SourceUnavailableError("There is no stream to mirror to here.", "See: docs/mirror.md")


def _no_signs(house: House) -> Mapping[str, str]:
    return {}


def _no_exporters(house: House) -> tuple[SpanExporter, ...]:
    return ()


def _no_registry(house: House) -> VersionRegistry | None:
    return None


def _hourly(source: str) -> int:
    return 3_600_000


def _reachable(source: str) -> bool:
    return True


class Doors(NamedTuple):
    """How a house reaches what lies outside it; the composition root fills this in, tests fill in their own.

    `leave` ends a source's login at its provider for as long as the caller erases it; whether the provider was told.
    `ask` asks the person for the passphrase of the vault, if it has one.
    `every` is how often a source wants to be read (ms; 0: when it changes), `reachable` whether trying makes sense now.
    `rotate` puts another key in the place of the one that opens the home; False where it cannot.
    """

    vault: Callable[[House], Sealer]
    source: Callable[[House, str], Source]
    leave: Callable[[House, str], AbstractContextManager[bool]] = _no_login
    embedder: Callable[[House], Embedder | None] = _no_embedder
    llm: Callable[[House], Llm | None] = _no_llm
    clockworks: Callable[[House], tuple[Clockwork, ...]] = _no_clockworks
    notifier: Callable[[House, Channel], Notifier] = _no_notifier
    signs: Callable[[House], Mapping[str, str]] = _no_signs
    ask: Ask = nobody
    every: Callable[[str], int] = _hourly
    reachable: Callable[[str], bool] = _reachable
    rotate: Callable[[House], bool] = _no_rotation
    exporters: Callable[[House], tuple[SpanExporter, ...]] = _no_exporters
    registry: Callable[[House], VersionRegistry | None] = _no_registry
    mirror: Callable[[House], Mirror] = _no_mirror


class House:
    """Everything a use case needs. `say` tells the person one line beside the data (stderr)."""

    def __init__(
        self,
        environ: Mapping[str, str],
        clock: Clock,
        zone: ZoneInfo,
        doors: Doors,
        say: Callable[[str], None],
    ) -> None:
        self.environ = environ
        self.paths = Paths(environ)
        self.clock = clock
        self.zone = zone
        self.doors = doors
        self.say = say
        self.may_begin = True  # not for what stays open, which would put back a home that was forgotten
        self._was_seen = False
        self._store: Store | None = None
        self._opened: tuple[int, int] | None = None

    @property
    def exists(self) -> bool:
        """Whether anything was ever kept here. Once it was seen to be, no other home is begun in its place."""
        found = db.exists(self.paths.database)
        self._was_seen = self._was_seen or found
        return found

    @property
    def is_gone(self) -> bool:
        """Whether the home was forgotten since this house saw it; another may have been begun in its place."""
        found = db.identity(self.paths.database)
        if self._store is None:
            return self._was_seen and found is None
        return found is None or found != self._opened  # it may have gone before its identity was noted

    @property
    def store(self) -> Store:
        """The database, made or migrated where that is needed. Raises `DataLockedError` where it may not be begun."""
        if self._store is None:
            self._store = open_or_prepare(self.paths, self.may_begin and not self._was_seen)
            self._opened = db.identity(self.paths.database)
        return self._store

    @cached_property
    def bus(self) -> Bus:
        """Where everything that happens is published."""
        from oo_cli.bus import Bus

        return Bus()

    @cached_property
    def sealer(self) -> Sealer:
        """The vault, unlocked."""
        return self.doors.vault(self)

    @cached_property
    def asker(self) -> Asker:
        """The person's passphrase: asked for once, when first needed."""
        from oo_cli.adapters.vault.passphrase_holder import Asker

        return Asker(self.doors.ask)

    @cached_property
    def refs(self) -> Refs:
        """The maker of keyed references; its key is made once and lies sealed."""
        from oo_cli.engine.refs import Refs

        sealed = profile.secret(self.store.conn, REF_KEY) or self._first_ref_key()
        return Refs(bytes.fromhex(self.sealer.unseal(sealed, "secret", "sealed", REF_KEY)))

    def _first_ref_key(self) -> bytes:
        sealer = self.sealer  # opened before the write: that may itself write
        with self.store.write() as conn:
            sealed = profile.secret(conn, REF_KEY)  # another first start may have been quicker
            if sealed is None:
                key = os.urandom(32).hex()
                sealed = sealer.seal(key, "secret", "sealed", REF_KEY, source=keys.HOUSE, at=None)
                profile.save_secret(conn, REF_KEY, sealed, self.clock.now_ms())
        return sealed

    @cached_property
    def spans(self) -> Tracer:
        """What records the steps of a refresh; off unless a use case puts a recorder in its place."""
        from oo_cli.spans import OFF

        return OFF

    @cached_property
    def embedder(self) -> Embedder | None:
        """What turns titles into vectors; None where nothing does."""
        return self.doors.embedder(self)

    @cached_property
    def llm(self) -> Llm | None:
        """The gateway to language models; None where the environment names none. Raises `BadUsageError`."""
        return self.doors.llm(self)

    def source(self, source_id: str) -> Source:
        """A connected source, ready to be read."""
        return self.doors.source(self, source_id)

    def keep_secret(self, name: str, value: str, consent: str = "") -> None:
        """Seal a secret and keep it by name; one that goes with a consent only while that holds."""
        sealer = self.sealer  # opened before the write: that may itself write
        source = name.partition(".")[0] if "." in name else keys.HOUSE
        with self.store.write() as conn:
            if consent and consent not in profile.granted(conn):
                return
            sealed = sealer.seal(value, "secret", "sealed", name, source=source, at=None)
            profile.save_secret(conn, name, sealed, self.clock.now_ms())

    def record_consent(self, conn: Connection, key: str, granted: bool) -> None:
        """Record a consent or its withdrawal, and that it changed where it did, inside the caller's write."""
        from oo_data.contracts.event import ConsentChanged

        held, _ = profile.consents(conn).get(key, (None, 0))
        if held is granted:
            return
        now = self.clock.now_ms()
        profile.set_consent(conn, key, granted, now)
        self.bus.publish(conn, ConsentChanged(key, int(granted)), now)

    def damage(self, error: Exception) -> OoError | None:
        """What an unforeseen error comes from, where that is the database; None where it is a bug of oO's."""
        from oo_data.store import health

        return health.behind(error, self._store)

    def close(self) -> None:
        """Close what is open."""
        if self._store is not None:
            self._store.close()
            self._store = None
