"""Two levels of keys: the key of the home wraps one key for each source and month, and those seal the texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from oo_cli.adapters.vault import sealer
from oo_cli.adapters.vault.sealer import Cipher
from oo_data.errors import DataDamagedError, DataLockedError
from oo_data.secret import Secret
from oo_data.store import keys
from oo_data.store.keys import DataKey, HomeKey, SealedText, month_of

if TYPE_CHECKING:
    from sqlite3 import Connection

    from oo_data.store.db import Store


class EnvelopeSealer:
    """The `Sealer` of one home. `store` gives the open database, `unlock` the key of the home of a given id.

    The database is asked at every sealing which key to use, so that a key that was shredded, or never committed, or
    wrapped anew by another process, is not used from memory.
    """

    __slots__ = ("_home", "_opened", "_store", "_unlock")

    def __init__(self, store: Callable[[], Store], unlock: Callable[[str | None], Secret]) -> None:
        self._store = store
        self._unlock = unlock
        self._home: Cipher | None = None
        self._opened: dict[str, Cipher] = {}

    def seal(self, text: str, table: str, column: str, row: str, *, source: str, at: int | None) -> bytes:
        """Sealed bytes, under the key of that source's month, which is made where there is none."""
        bound = sealer.place(table, column, row)
        return self._current(source, month_of(at)).seal(sealer.to_bytes(text), bound)

    def unseal(self, sealed: bytes, table: str, column: str, row: str) -> str:
        """The text. Raises `DataLockedError` for a key that is gone, `DataDamagedError` for any other bytes."""
        bound = sealer.place(table, column, row)
        return sealer.to_text(self._key(sealer.key_id_of(sealed)).open(sealed, bound))

    def begin(self, now: int) -> None:
        """Take the key of the home into use, re-sealing what one key alone sealed in the first release.

        All of it in one transaction: killed anywhere, the next start finds the one state or the other.
        """
        if keys.home_key(self._store().conn) is not None:
            self._steadily(self._wrapper)
            return
        key = self._unlock(None)
        with self._store().write() as conn:
            if keys.home_key(conn) is None:  # another first start may have been quicker
                self._home = Cipher(sealer.raw_key(key))
                keys.set_home_key(conn, HomeKey(self._home.id, now))
                self._reseal_first(conn, Cipher(sealer.raw_key(key), first=True))

    def renew(self, source: str | None = None, since: str | None = None, until: str | None = None) -> int:
        """Shred keys as `keys.shred` does, and seal what they still hold under new ones; how many texts.

        For a part of a month or of a source: its rows are deleted first, in the same transaction, and only what is
        left opens again. Rotate the home's key after it.
        """
        conn, count = self._store().conn, 0
        old = {key.id: self._key(key.id) for key in keys.chosen(conn, source, since, until)}
        keys.shred(conn, source, since, until)
        for text in keys.texts(conn):
            try:
                key = old.get(sealer.key_id_of(text.sealed))
                if key is None:
                    continue
                plain = key.open(text.sealed, sealer.place(text.table, text.column, text.row))
            except DataDamagedError:
                continue  # it opened before as little
            self._put(conn, text, plain)
            count += 1
        return count

    def rewrap(self, key: Secret, now: int) -> None:
        """Wrap all keys with another key of the home, in one transaction."""
        new = Cipher(sealer.raw_key(key))
        with self._store().write() as conn:
            keys.rewrap(conn, lambda kept: new.seal(self._unwrapped(conn, kept), _bound(kept)))
            keys.set_home_key(conn, HomeKey(new.id, now))
        self._home = new

    def _reseal_first(self, conn: Connection, first: Cipher) -> None:
        opened, foreign = 0, 0
        for text in keys.texts(conn):
            try:
                plain = first.open(text.sealed, sealer.place(text.table, text.column, text.row, first=True))
            except DataDamagedError:
                continue  # it opened before as little; whoever reads it says so
            except DataLockedError:
                foreign += 1
                continue
            self._put(conn, text, plain)
            opened += 1
        if foreign and not opened:
            raise sealer.other_key()

    def _put(self, conn: Connection, text: SealedText, plain: bytes) -> None:
        key = self._current(text.source, month_of(text.at))
        keys.replace(conn, text, key.seal(plain, sealer.place(text.table, text.column, text.row)))

    def _current(self, source: str, month: str) -> Cipher:
        store = self._store()
        key_id = keys.of_scope(store.conn, source, month)
        if key_id is not None:
            return self._key(key_id)
        if store.conn.in_transaction:
            return self._made(store.conn, source, month)
        with store.write() as conn:
            key_id = keys.of_scope(conn, source, month)
            return self._made(conn, source, month) if key_id is None else self._key(key_id)

    def _made(self, conn: Connection, source: str, month: str) -> Cipher:
        raw = sealer.raw_key(sealer.new_key())
        made = Cipher(raw)
        key = DataKey(made.id, source, month, b"")
        keys.add(conn, key._replace(wrapped=self._wrapper(conn).seal(raw, _bound(key))))
        self._opened[made.id] = made
        return made

    def _key(self, key_id: str) -> Cipher:
        found = self._opened.get(key_id)
        if found is None:
            found = self._opened[key_id] = self._steadily(lambda conn: self._read(conn, key_id))
        return found

    def _read(self, conn: Connection, key_id: str) -> Cipher:
        kept = keys.by_id(conn, key_id)
        if kept is None:
            raise sealer.other_key()
        return Cipher(self._unwrapped(conn, kept))

    def _steadily(self, read: Callable[[Connection], Cipher]) -> Cipher:
        """What is read of the keys, anew where another process put another key of the home in its place meanwhile."""
        conn = self._store().conn
        while True:
            record = keys.home_key(conn)
            try:
                return read(conn)
            except (DataDamagedError, DataLockedError):
                if keys.home_key(conn) == record:
                    raise

    def _unwrapped(self, conn: Connection, kept: DataKey) -> bytes:
        return self._wrapper(conn).open(kept.wrapped, _bound(kept))

    def _wrapper(self, conn: Connection) -> Cipher:
        """The key of the home that the database names now: it may have been rotated since the last time."""
        record = keys.home_key(conn)
        if record is None:
            raise sealer.other_key()
        if self._home is None or self._home.id != record.id:
            home = Cipher(sealer.raw_key(self._unlock(record.id)))
            if home.id != record.id:
                raise sealer.other_key()
            self._home = home
        return self._home


def _bound(key: DataKey) -> bytes:
    return sealer.wrapping(key.id, key.source, key.month)
