"""Two levels of keys: what was shredded opens nowhere, what was not opens as before, and old copies stay shut."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from oo_cli.adapters.vault.envelope import EnvelopeSealer
from oo_cli.adapters.vault.sealer import Cipher, new_key, place, raw_key
from oo_data.env import Paths
from oo_data.errors import DataDamagedError, DataLockedError
from oo_data.secret import Secret
from oo_data.store import db, keys, migrations, moods, profile
from oo_data.store.moods import Mood

NOVEMBER, DECEMBER = 1_793_000_000_000, 1_796_115_600_000
DAY = 86_400_000


class Home:
    """One database and the key of its home, which a test may change."""

    def __init__(self, path: str, key: Secret) -> None:
        self.path, self.key = path, key
        self.store = db.open_store(path)
        self.sealer = self.another()

    def another(self) -> EnvelopeSealer:
        """A sealer as another process has it: nothing in memory yet."""
        return EnvelopeSealer(lambda: self.store, lambda _: self.key)

    def note(self, mood_id: str, at: int, text: str) -> None:
        """Seal and keep a note, in one write."""
        with self.store.write() as conn:
            moods.add(conn, Mood(mood_id, at, 3, self.sealer.seal(text, "mood", "note", mood_id, source="mood", at=at)))

    def login(self, source: str) -> None:
        """Keep a login of a source."""
        with self.store.write() as conn:
            name = f"{source}.login"
            sealed = self.sealer.seal("a token", "secret", "sealed", name, source=source, at=None)
            profile.save_secret(conn, name, sealed, DECEMBER)

    def notes(self) -> dict[str, str | None]:
        """Every note, None for one that does not open."""
        return {
            mood.id: self._opened(mood.note or b"", "mood", "note", mood.id) for mood in moods.since(self.store.conn, 0)
        }

    def logins(self) -> dict[str, str | None]:
        """Every secret, None for one that does not open."""
        return {name: self._opened(s, "secret", "sealed", name) for name, s in profile.secrets(self.store.conn).items()}

    def rotate(self) -> None:
        """Another key of the home."""
        new = new_key()
        self.sealer.rewrap(new, DECEMBER)
        self.key = new

    def _opened(self, sealed: bytes, *where: str) -> str | None:
        try:
            return self.another().unseal(sealed, *where)
        except DataLockedError:
            return None


@pytest.fixture
def home(paths: Paths) -> Iterator[Home]:
    """A home with notes of two months and logins of two sources."""
    migrations.prepare(paths.database)
    home = Home(paths.database, new_key())
    home.sealer.begin(NOVEMBER)
    home.note("n", NOVEMBER, "in November")
    home.note("d", DECEMBER, "in December")
    home.note("e", DECEMBER + DAY, "a day after")
    for source in ("todoist", "todotxt"):
        home.login(source)
    with home.store.write() as conn:
        name = "ref-key"
        profile.save_secret(
            conn, name, home.sealer.seal("ref", "secret", "sealed", name, source=keys.HOUSE, at=None), 1
        )
    yield home
    home.store.close()


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """The places of a home."""
    return Paths({"OO_HOME": str(tmp_path / "home")})


def restored(home: Home, tmp_path: Path, copy: str) -> Home:
    """A copy of the database, opened with the key that the home has today."""
    path = tmp_path / "restored" / "oo.db"
    path.parent.mkdir()
    shutil.copy(copy, path)
    return Home(str(path), home.key)


def test_one_key_for_each_source_and_month(home: Home) -> None:
    """Keys are made when first needed, and used again."""
    assert [(key.source, key.month) for key in keys.every(home.store.conn)] == [
        ("house", ""), ("mood", "2026-10"), ("mood", "2026-12"), ("todoist", ""), ("todotxt", ""),
    ]  # fmt: skip
    assert home.notes() == {"n": "in November", "d": "in December", "e": "a day after"}


@pytest.mark.parametrize(
    ("at", "month"),
    [
        (None, ""), (0, "1970-01"), (-1, "1969-12"), (1_798_761_599_999, "2026-12"), (1_798_761_600_000, "2027-01"),
        (-30_641_760_000_000, "0999-01"), (-62_135_596_800_001, "0001-01"),
    ],
)  # fmt: skip
def test_month_of(at: int | None, month: str) -> None:
    """Months are those of UTC, to the millisecond, in order as text, and of any instant that a zone can name."""
    assert keys.month_of(at) == month


def test_a_source_is_shredded_alone(home: Home) -> None:
    """Its texts open no more, in any copy; all others do, and it can be used again under a new key."""
    with home.store.write() as conn:
        assert len(keys.shred(conn, "todoist")) == 1
    assert home.logins() == {"todoist.login": None, "todotxt.login": "a token", "ref-key": "ref"}
    home.login("todoist")
    assert home.logins()["todoist.login"] == "a token"


def test_what_was_made_of_all_sources_goes_with_any(home: Home) -> None:
    """A snippet may quote any source, so its key goes with each."""
    with home.store.write() as conn:
        home.sealer.seal("A good week.", "snippet", "text", "momentum", source=keys.MIXED, at=DECEMBER)
        assert len(keys.shred(conn, "todotxt")) == 2
        assert keys.of_scope(conn, keys.MIXED, "2026-12") is None


@pytest.mark.parametrize(
    ("since", "until", "left"),
    [
        ("2026-12", None, {"n"}), (None, "2026-10", {"d", "e"}), ("2026-11", "2026-11", {"n", "d", "e"}),
        ("2026-10", "2026-12", set()), ("2027-01", None, {"n", "d", "e"}),
    ],
)  # fmt: skip
def test_a_period_is_shredded_alone(home: Home, since: str | None, until: str | None, left: set[str]) -> None:
    """Whole months, both ends included; logins and the installation's own key belong to no month."""
    with home.store.write() as conn:
        keys.shred(conn, since=since, until=until)
    assert {note for note, text in home.notes().items() if text} == left
    assert None not in home.logins().values()


def test_both_bounds_together(home: Home) -> None:
    """A source and a period: only what is of both."""
    with home.store.write() as conn:
        assert keys.shred(conn, "todoist", since="2026-01") == set()
        assert len(keys.shred(conn, "mood", since="2026-12")) == 1
        with pytest.raises(ValueError, match="everything"):
            keys.shred(conn)


def test_a_restored_copy_opens_nothing_of_what_was_shredded(home: Home, tmp_path: Path) -> None:
    """An old copy with today's key opens nothing; put beside today's wrapped keys it opens what is still kept."""
    copy = str(tmp_path / "copy.db")
    shutil.copy(home.path, copy)
    with home.store.write() as conn:
        keys.shred(conn, "mood", until="2026-10")
    before = restored(home, tmp_path, copy)
    assert None not in before.notes().values(), "without a rotation, today's key opens the old copy"
    home.rotate()
    before.key = home.key
    assert set(before.notes().values()) | set(before.logins().values()) == {None}
    with before.store.write() as conn:  # the thief has today's database as well
        conn.execute("delete from data_key")
        for key in keys.every(home.store.conn):
            keys.add(conn, key)
        record = keys.home_key(home.store.conn)
        assert record is not None
        keys.set_home_key(conn, record)
    assert before.notes() == {"n": None, "d": "in December", "e": "a day after"}
    before.store.close()


def test_a_part_of_a_month_is_shredded_by_renewing(home: Home, tmp_path: Path) -> None:
    """What is left of a month is sealed anew, so that the part that went opens with none of today's keys."""
    copy = str(tmp_path / "copy.db")
    shutil.copy(home.path, copy)
    with home.store.write() as conn:
        conn.execute("delete from mood where id = 'd'")
        assert home.sealer.renew("mood", "2026-12", "2026-12") == 1
    home.rotate()
    assert home.notes() == {"n": "in November", "e": "a day after"}
    with closing(sqlite3.connect(copy)) as old:
        (sealed,) = old.execute("select note from mood where id = 'd'").fetchone()
    with pytest.raises(DataLockedError):
        home.another().unseal(sealed, "mood", "note", "d")


def test_renewing_a_span_leaves_what_came_after(home: Home) -> None:
    """The months behind its end keep their keys, and with them what they hold."""
    before = {key.month: key.id for key in keys.every(home.store.conn) if key.source == "mood"}
    with home.store.write():
        assert home.sealer.renew("mood", "2026-10", "2026-11") == 1
    after = {key.month: key.id for key in keys.every(home.store.conn) if key.source == "mood"}
    assert (after["2026-10"] != before["2026-10"], after["2026-12"]) == (True, before["2026-12"])
    assert home.notes() == {"n": "in November", "d": "in December", "e": "a day after"}


def test_renewing_past_what_is_damaged(home: Home) -> None:
    """One text that never opened again stops no forgetting."""
    with home.store.write() as conn:
        conn.execute("update mood set note = substr(note, 1, 40) where id = 'd'")
        conn.execute("update mood set note = x'00' where id = 'n'")
        assert home.sealer.renew("mood") == 1
    assert home.another().unseal(moods.since(home.store.conn, 0)[-1].note or b"", "mood", "note", "e") == "a day after"


def test_keys_that_sealed_what_was_erased_are_noted(home: Home) -> None:
    """By their sources, until they are renewed: what is sealed under them meanwhile is not taken for safe."""
    conn, every = home.store.conn, {key.id: key.source for key in keys.every(home.store.conn)}
    assert (keys.outdated(conn), keys.sound(conn)) == ([], frozenset(every))
    with home.store.write():
        for source in ("todotxt", "mood", "todotxt"):
            keys.outdate(conn, source)
    assert keys.outdated(conn) == ["mood", "todotxt"]
    assert {every[key_id] for key_id in keys.sound(conn)} == {"house", "todoist"}
    with home.store.write():
        keys.are_renewed(conn)
    assert (keys.outdated(conn), keys.sound(conn)) == ([], frozenset(every))


def test_a_key_that_never_committed_is_not_used(home: Home) -> None:
    """A write that is rolled back takes its new key along: the next one makes its own."""

    def fail() -> None:
        with home.store.write():
            home.sealer.seal("x", "tip", "text", "1", source="calendar", at=DECEMBER)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    sealed = home.sealer.seal("x", "tip", "text", "1", source="calendar", at=DECEMBER)
    assert home.another().unseal(sealed, "tip", "text", "1") == "x"


def test_a_rotation_by_another_process_is_noticed(home: Home) -> None:
    """A process that runs for days wraps new keys with the key of today, not with the one that it began with."""
    running = home.another()
    assert running.seal("x", "tip", "text", "1", source="todoist", at=None)
    home.rotate()
    sealed = running.seal("x", "tip", "text", "1", source="calendar", at=DECEMBER)
    assert home.another().unseal(sealed, "tip", "text", "1") == "x"


def test_the_wrong_key_is_told_at_once(home: Home) -> None:
    """Another key than the database names opens nothing and makes nothing."""
    home.key = new_key()
    with pytest.raises(DataLockedError, match="another key"):
        home.another().begin(DECEMBER)
    with pytest.raises(DataLockedError), home.store.write():
        home.another().seal("x", "tip", "text", "1", source="calendar", at=None)
    assert keys.of_scope(home.store.conn, "calendar", "") is None


def test_a_process_that_outlives_its_home_seals_nothing(home: Home) -> None:
    """Once the database names no key any more, as after a forget, one in memory makes none for it."""
    home.store.conn.execute("delete from meta where key = 'key'")
    with pytest.raises(DataLockedError), home.store.write():
        home.sealer.seal("x", "tip", "text", "1", source="calendar", at=None)
    assert keys.of_scope(home.store.conn, "calendar", "") is None


def test_two_first_starts_agree_on_one_key(paths: Paths) -> None:
    """Whoever is slower to begin takes over what the other has begun, and reads what it has sealed since."""
    migrations.prepare(paths.database)
    home = Home(paths.database, new_key())

    def slow(wanted: str | None) -> Secret:
        if wanted is None:
            home.sealer.begin(NOVEMBER)
            home.note("n", NOVEMBER, "in November")
        return home.key

    other = EnvelopeSealer(lambda: home.store, slow)
    other.begin(DECEMBER)
    assert keys.home_key(home.store.conn) == keys.HomeKey(Cipher(raw_key(home.key)).id, NOVEMBER)
    (mood,) = moods.since(home.store.conn, 0)
    assert other.unseal(mood.note or b"", "mood", "note", "n") == "in November"
    home.store.close()


@pytest.mark.parametrize("change", ["source = 'x'", "month = '2026-11'", "id = '00'", "wrapped = x'00'"])
def test_a_wrapped_key_is_bound_to_its_row(home: Home, change: str) -> None:
    """A key that is moved to another source or month opens nothing."""
    home.store.conn.execute(f"update data_key set {change} where source = 'todoist'")  # noqa: S608 - our own words
    sealed = profile.secrets(home.store.conn)["todoist.login"]
    with pytest.raises((DataDamagedError, DataLockedError)):
        home.another().unseal(sealed, "secret", "sealed", "todoist.login")


@pytest.mark.parametrize("record", ["", "x", "a:b", "a:"])
def test_a_damaged_record_is_told(home: Home, record: str) -> None:
    """A record of the key that cannot be read stops, and starts nothing anew."""
    home.store.conn.execute("update meta set value = ? where key = 'key'", (record,))
    with pytest.raises(DataDamagedError):
        home.another().begin(DECEMBER)


def test_the_first_format_with_a_wrong_key_is_left_as_it_is(paths: Paths) -> None:
    """A wrong OO_KEY at the first start after an update changes nothing: the right one opens all of it later."""
    migrations.prepare(paths.database)
    right = new_key()
    first = Cipher(raw_key(right), first=True)
    home = Home(paths.database, new_key())
    with home.store.write() as conn:
        for name in ("a.login", "b.login"):
            profile.save_secret(conn, name, first.seal(b"kept", place("secret", "sealed", name, first=True)), 1)
        profile.save_secret(conn, "c.login", b"damaged", 1)
    with pytest.raises(DataLockedError):
        home.sealer.begin(DECEMBER)
    assert keys.home_key(home.store.conn) is None
    home.key = right
    home.another().begin(DECEMBER)
    found = profile.secrets(home.store.conn)
    assert [home.another().unseal(found[n], "secret", "sealed", n) for n in ("a.login", "b.login")] == ["kept", "kept"]
    assert found["c.login"] == b"damaged"
    home.store.close()


# Hashes of tokens and codes, vectors of texts that ship with oO, and numbers by keyed references.
NO_TEXT = ("device", "pairing", "yardstick", "decision")


def test_every_sealed_column_is_listed(home: Home) -> None:
    """A sealed column that `keys.SEALED` does not know would keep its old keys when a part is forgotten."""
    conn: sqlite3.Connection = home.store.conn
    found = {
        (table, name)
        for (table,) in conn.execute("select name from sqlite_schema where type = 'table'").fetchall()
        for _, name, kind, *_ in conn.execute(f"pragma table_xinfo('{table}')").fetchall()
        if kind == "BLOB" and table not in ("data_key", *NO_TEXT)
    }
    assert found == {(place.table, place.column) for place in keys.SEALED}
    assert list(keys.texts(conn))


@pytest.mark.parametrize("count", [2_000, pytest.param(20_000, marks=pytest.mark.nightly)])
def test_the_price_of_sealing_anew(home: Home, count: int) -> None:
    """20,000 texts are opened, sealed and their keys wrapped anew in about a second of processor time."""
    with home.store.write() as conn:
        for at in range(count):
            note = home.sealer.seal("Call the dentist", "mood", "note", f"{at}", source="mood", at=DECEMBER)
            moods.add(conn, Mood(f"{at}", DECEMBER, 3, note))
    begun = time.process_time()
    with home.store.write():
        assert home.sealer.renew("mood") == count + 3
    home.rotate()
    assert time.process_time() - begun < count / 10_000 + 0.2
