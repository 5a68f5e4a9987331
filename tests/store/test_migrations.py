"""Making the database and bringing an older one up to date, whatever happens on the way."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import zlib
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from types import FrameType

import pytest

from oo_cli.adapters.vault.envelope import EnvelopeSealer
from oo_cli.adapters.vault.sealer import Cipher, place, raw_key
from oo_cli.home import open_or_prepare
from oo_data import errors
from oo_data.contracts.tip import Decision
from oo_data.env import Paths
from oo_data.secret import Secret
from oo_data.store import db, decisions, egress, events, health, keys, migrations, profile, records, shelf, tips

GOLDEN = Path(__file__).parent / "golden"
KEY = Secret("00" * 32)
MANY_ROWS = """
    insert into meta with recursive n (i) as (select 1 union all select i + 1 from n where i < 40)
    select i, hex(zeroblob(450)) from n
"""
OLDER = (
    f"pragma application_id={db.APPLICATION_ID}",
    "create table meta (key text primary key, value text not null) strict",
    "insert into meta values ('kept', 'since long ago')",
)


def schema(path: str) -> set[str]:
    """Every definition in a database, blanks apart."""
    with closing(sqlite3.connect(path)) as conn:
        rows = conn.execute("select sql from sqlite_schema where sql is not null")
        return {" ".join(sql.split()) for (sql,) in rows}


def run(path: str, *statements: str) -> None:
    """Change a database by hand."""
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        for statement in statements:
            conn.execute(statement)


@pytest.mark.parametrize("begun", ["nothing", "an empty file", "a database without tables"])
def test_fresh(paths: Paths, begun: str) -> None:
    """A first start, and one after a start that was killed early, end with the same private file and no other."""
    if begun == "an empty file":
        run(paths.database)
        Path(paths.database).touch()
    elif begun == "a database without tables":
        run(paths.database, "vacuum")
    migrations.prepare(paths.database)
    with closing(db.open_store(paths.database)) as store:
        assert store.conn.execute("select count(*) from tip").fetchone() == (0,)
    assert {p.name for p in Path(paths.data).iterdir()} == {"oo.db", "write.lock"}
    assert Path(paths.data).stat().st_mode & 0o777 == 0o700
    if begun == "nothing":
        assert Path(paths.database).stat().st_mode & 0o777 == 0o600


def test_twice_is_once(paths: Paths) -> None:
    """Preparing a current database changes nothing in it."""
    migrations.prepare(paths.database)
    with closing(sqlite3.connect(paths.database)) as conn:
        before = list(conn.iterdump())
        migrations.prepare(paths.database)
        assert list(conn.iterdump()) == before


def first_start(home: str) -> str:
    """Open the home as a command does."""
    with closing(open_or_prepare(Paths({"OO_HOME": home}))) as store:
        return "\n".join(sql for (sql,) in store.conn.execute("select sql from sqlite_schema where sql > ''"))


def test_many_first_starts_at_once(tmp_path: Path) -> None:
    """Two terminals and a timer may all be first: each of them finds a whole database."""
    with ProcessPoolExecutor(6, mp_context=get_context("spawn")) as pool:
        for turn in range(4):
            assert len(set(pool.map(first_start, [str(tmp_path / f"home-{turn}")] * 6))) == 1


def test_failing_migration(paths: Paths) -> None:
    """A migration that fails leaves schema, data and version as they were, and a private copy until it succeeds."""
    run(paths.database, *OLDER)
    before = schema(paths.database)
    with pytest.raises(errors.OoError):
        migrations.prepare(paths.database)
    assert schema(paths.database) == before
    copy = Path(migrations.backup_path(paths.database))
    assert copy.stat().st_mode & 0o777 == 0o600
    for path in (paths.database, str(copy)):
        with closing(sqlite3.connect(path)) as conn:
            assert conn.execute("select value from meta").fetchall() == [("since long ago",)]
            assert conn.execute("pragma user_version").fetchone() == (0,)
    run(paths.database, "drop table meta")
    open_or_prepare(paths).close()
    assert not copy.exists()


def start_and_die(home: str, statement: int) -> bool:
    """Open the home in a process that ends before its n-th statement; whether it got that far."""
    left = [statement]

    def count(_: FrameType, event: str, called: object) -> None:
        if event == "c_call" and getattr(called, "__name__", "").startswith("execute"):
            left[0] -= 1
            if left[0] < 0:
                os._exit(9)

    process = os.fork()
    if process == 0:
        sys.setprofile(count)
        try:
            first_start(home)
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 9


def die_everywhere(parent: str, before: tuple[str, ...]) -> tuple[int, set[str]]:
    """Kill a first start before every other statement; how many there are, and the schemas of the starts after."""
    found = set()
    for statement in range(int(bool(before)), 1000, 2):
        home = f"{parent}/{statement}"
        if before:
            run(f"{home}/data/oo.db", *before)
        died = start_and_die(home, statement)
        found.add(first_start(home))
        if not died:
            return statement, found
    raise AssertionError("it never ends")


@pytest.mark.parametrize("before", [(), (OLDER[0], OLDER[1].replace("meta", "old"))], ids=["fresh", "older"])
def test_killed_at_any_statement(tmp_path: Path, before: tuple[str, ...]) -> None:
    """The next start finds the old schema or the new one, never something between that it would refuse."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        statements, schemas = pool.submit(die_everywhere, str(tmp_path), before).result()
    assert statements > 30
    assert len(schemas) == 1


def full_disk(paths: Paths) -> None:
    """A database so large that its copy does not fit."""
    disk = os.statvfs(paths.data)
    os.truncate(paths.database, disk.f_bavail * disk.f_frsize + 4096)


def copy_in_the_way(paths: Paths) -> None:
    """Something that cannot be removed stands where the copy goes."""
    os.makedirs(migrations.backup_path(paths.database))


def lock_in_the_way(paths: Paths) -> None:
    """Something else stands where the lock belongs."""
    os.makedirs(f"{paths.data}/write.lock")


@pytest.mark.parametrize("trouble", [full_disk, copy_in_the_way, lock_in_the_way])
def test_cannot_migrate_safely(paths: Paths, trouble: Callable[[Paths], None]) -> None:
    """Without a lock and room for a copy nothing is begun."""
    run(paths.database, OLDER[0], OLDER[1].replace("meta", "old"))
    trouble(paths)
    before = schema(paths.database)
    with pytest.raises(errors.CannotWriteError) as caught:
        migrations.prepare(paths.database)
    assert caught.value.hint
    assert schema(paths.database) == before


def test_damaged_is_refused(paths: Paths) -> None:
    """A damaged database is neither copied nor migrated: what is left of it may be all there is."""
    run(paths.database, *OLDER, MANY_ROWS)
    with open(paths.database, "r+b") as file:
        file.seek(4096 * 2)
        file.write(b"\xff" * 4096)
    before = Path(paths.database).read_bytes()
    with pytest.raises(errors.DataDamagedError):
        migrations.prepare(paths.database)
    assert Path(paths.database).read_bytes() == before
    assert not os.path.exists(migrations.backup_path(paths.database))


def test_no_place_for_a_home(tmp_path: Path) -> None:
    """A home that cannot be made is told in one line."""
    (tmp_path / "home").write_text("a file")
    with pytest.raises(errors.CannotWriteError):
        migrations.prepare(str(tmp_path / "home/data/oo.db"))
    with pytest.raises(errors.CannotWriteError):
        open_or_prepare(Paths({"OO_HOME": str(tmp_path / "home")}))


@pytest.fixture
def golden(paths: Paths) -> str:
    """A home as the first release left it; its path."""
    run(paths.database)
    with closing(sqlite3.connect(paths.database)) as conn:
        conn.executescript((GOLDEN / "schema-1.sql").read_text("utf-8"))
    return paths.database


def test_golden_schema(paths: Paths, golden: str, tmp_path: Path) -> None:
    """A home of the first release ends with the schema of a fresh one, so no released migration was edited."""
    open_or_prepare(paths).close()
    fresh = str(tmp_path / "fresh.db")
    migrations.prepare(fresh)
    ours = [{sql for sql in schema(path) if "_sqlite_migrations" not in sql} for path in (golden, fresh)]
    assert ours[0] == ours[1]


def test_golden_data(paths: Paths, golden: str) -> None:
    """Today's code reads every kind of row that the first release wrote, sealed words included."""
    ref, tip_id, at = "a1b2c3d4e5f60718293a4b5c", "0123456789abcdef0123", 1_796_115_600_000
    with closing(open_or_prepare(paths)) as store:
        sealer = EnvelopeSealer(lambda: store, lambda _: KEY)
        sealer.begin(at)
        conn = store.conn
        assert profile.meta(conn, "custody") == "file:chosen:"
        assert profile.granted(conn) == {"source.todotxt", "source.todoist", "agent.momentum"}
        assert profile.sources(conn)["todoist"].failures == 1
        assert profile.prefs(conn)["time-of-day", "quiet_start"].value == 21
        assert sealer.unseal(profile.secrets(conn)["todoist.token"], "secret", "sealed", "todoist.token") == "a token"
        assert records.tasks(conn)[0].label_refs == ("l1", "l2")
        assert records.completions(conn, 0)[0].lateness_days == 1.5
        assert records.runs(conn) == {"momentum": ("1.0.0", at, "ok", 12)}
        said = records.snippets(conn, at)[0]
        assert sealer.unseal(said.text, "snippet", "text", "momentum") == "A good week."
        assert decisions.decision(conn, "d1") == Decision(
            "d1", at, "urgency", "live", "open", ref, 0.75, {ref: {"overdue": (1.0, 2.5)}}
        )
        assert [tip.subject for tip in tips.on_shelf(conn, at)] == [ref]
        text = shelf.tip_row(conn, tip_id)[3]
        assert text is not None
        assert sealer.unseal(text, "tip", "text", tip_id) == "Call the dentist"
        assert tips.muted(conn, at) == {"advice.momentum": at + 86_400_000}
        assert [entry.event.subject for entry in events.since(conn, 0)] == [tip_id, tip_id]
        assert egress.recent(store, 1)[0].bytes_in == 4000


def test_scores_are_packed_as_they_lay(paths: Paths, golden: str) -> None:
    """Those of an older release read the same; what nobody could read is carried over, and told as before."""
    run(
        golden,
        "insert into decision select 'd2', at, policy, stage, gate, chosen, 1, cast(x'7bff' as text) from decision",
    )
    with closing(open_or_prepare(paths)) as store:
        packed = dict(store.conn.execute("select id, scores from decision"))
        assert json.loads(decisions.unpack(packed["d1"])) == {"a1b2c3d4e5f60718293a4b5c": {"overdue": [1.0, 2.5]}}
        assert zlib.decompress(packed["d2"]) == b"\x7b\xff"
        with pytest.raises(errors.DataDamagedError):
            health.check(store.conn)


def test_golden_texts_are_sealed_anew(paths: Paths) -> None:
    """At the first unlock every text of schema 5 comes under the key of its source and month, and reads as before."""
    run(paths.database)
    with closing(sqlite3.connect(paths.database)) as conn:
        conn.executescript((GOLDEN / "schema-5.sql").read_text("utf-8"))
    with closing(open_or_prepare(paths)) as store:
        first = Cipher(raw_key(KEY), first=True)
        before = {
            text[:3] + text[3:5]: first.open(text.sealed, place(*text[:3], first=True))
            for text in keys.texts(store.conn)
        }
        sealer = EnvelopeSealer(lambda: store, lambda _: KEY)
        sealer.begin(1)
        after = {text[:5]: sealer.unseal(text.sealed, *text[:3]) for text in keys.texts(store.conn)}
        assert {where: text.encode("utf-8", "surrogatepass") for where, text in after.items()} == before
        assert {(text.table, text.column) for text in keys.texts(store.conn)} == {s[:2] for s in keys.SEALED}
        assert {(key.source, key.month) for key in keys.every(store.conn)} == {
            ("house", ""), ("todoist", ""), ("agent", "2026-12"), ("todoist", "2026-12"), ("agent", "2026-10"),
            ("context", ""), ("mood", "2026-12"), ("habit", ""), ("todotxt", "2026-12"),
        }  # fmt: skip
        assert all(text.sealed[:1] == b"\x02" for text in keys.texts(store.conn))
