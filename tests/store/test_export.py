"""An export holds everything in the clear, readable without oO; an import gives the same life back, or nothing."""

from __future__ import annotations

import json
import os
import random
import shutil
import stat
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oo_cli.house import House
from oo_cli.usecases import contexts, habits, moods
from oo_cli.usecases.add import add_task
from oo_cli.usecases.connect import connect_todotxt
from oo_cli.usecases.export import EXPORTS, LISTS, export, paths
from oo_cli.usecases.feedback import react
from oo_cli.usecases.forget import forget, plan
from oo_cli.usecases.recommend import recommend
from oo_cli.usecases.refresh import refresh
from oo_cli.usecases.restore import restore
from oo_cli.usecases.settings import assign
from oo_data import catalog
from oo_data.contracts.tip import RecommendRequest, Tip
from oo_data.errors import BadUsageError, DataDamagedError, DataNewerError, OoError
from oo_data.ports import Sealer
from oo_data.store import dump, keys, profile
from tests.fakes import DAY, FixedClock, destroy_key, house_at

SECRETS = ("Call the dentist", "A bad night", "garage")


def live(house: House) -> None:
    """A few days with a list, a mood, a context, a habit, a preference and reactions."""
    for task in ("Call the dentist due:2026-12-02 +health", "Water the plants", "Write to Ada @garage"):
        add_task(house, task)
    Path(house.paths.data, "done.txt").write_text("x 2026-11-20 2026-11-01 Sweep the yard\n")
    moods.note(house, 3, "A bad night")
    contexts.switch(house, "garage")
    habits.add(house, "Stretch", "1d")
    assign(house, "tips.per_day", "9")
    refresh(house)
    for _ in range(3):
        said = recommend(house, RecommendRequest(house.clock.now_ms(), "tip", asked=True))
        assert isinstance(said, Tip)
        react(house, "done" if "done" in said.actions else "no", tip_id=said.id)
        assert isinstance(house.clock, FixedClock)
        house.clock.advance(DAY // 4)
        refresh(house)


@pytest.fixture
def lived(tmp_path: Path) -> House:
    """A home that was lived in."""
    (tmp_path / "one").mkdir()
    house = house_at(tmp_path / "one", FixedClock())
    live(house)
    return house


def empty(tmp_path: Path, clock: FixedClock | None = None) -> House:
    """Another home, with nothing in it."""
    (tmp_path / "two").mkdir(exist_ok=True)
    return house_at(tmp_path / "two", clock or FixedClock())


def opened(house: House, table: str) -> list[dict[str, object]]:
    """The rows of a table with their texts open and its paths relative to the home."""
    found = []
    for row in dump.rows(house.store.conn, table):
        for column, named in dump.sealed_columns(table).items():
            if row[column] is not None:
                row[column] = house.sealer.unseal(row[column], table, column, row[named])
        found.append({k: v.replace(house.paths.data, "") if isinstance(v, str) else v for k, v in row.items()})
    return found


def test_everything_is_in_it_in_the_clear(lived: House, tmp_path: Path) -> None:
    """Standard tools read every table of the catalogue, the words, and an account of what is what."""
    written = export(lived, str(tmp_path / "out.zip"))
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        names = {name.removeprefix("oO/") for name in archive.namelist()}
        content = "".join(archive.read(f"oO/{name}").decode() for name in names)
        count = sum(len(archive.read(f"oO/data/{table}.jsonl").splitlines()) for table in dump.tables())
    exported = {f"data/{entry.where}.jsonl" for entry in catalog.tables() if entry.exported}
    assert names == exported | {"manifest.json", "README.md", *(f"lists/{name}" for name in LISTS)}
    assert all(word in content for word in SECRETS)
    assert count == sum(written.rows.values()) > 50
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        decided = [json.loads(line) for line in archive.read("oO/data/decision.jsonl").splitlines()]
    assert all(json.loads(row["scores"])[row["chosen"]] for row in decided if row["stage"] == "live")
    assert written.unread == 0
    assert stat.S_IMODE(os.stat(tmp_path / "out.zip").st_mode) == 0o600


def test_an_import_gives_the_same_life_back(lived: House, tmp_path: Path) -> None:
    """Every row, text and list is as it was, sealed under keys of the new home, and the next tip is the same."""
    export(lived, str(tmp_path / "out.zip"))
    assert isinstance(lived.clock, FixedClock)
    other = empty(tmp_path, FixedClock(lived.clock.now))
    restored = restore(other, str(tmp_path / "out.zip"))
    for table in set(dump.tables()) - {"meta", "source"}:
        rows = opened(lived, table)
        assert (opened(other, table), restored.rows[table]) == (rows, len(rows)), table
    for name in LISTS:
        assert Path(other.paths.data, name).read_bytes() == Path(lived.paths.data, name).read_bytes()
    assert {key.id for key in keys.every(other.store.conn)}.isdisjoint(key.id for key in keys.every(lived.store.conn))
    request = RecommendRequest(lived.clock.now, "tip", asked=True)
    refresh(lived)
    told = [recommend(house, request) for house in (lived, other)]
    assert [tip.text for tip in told if isinstance(tip, Tip)] == [told[0].text] * 2  # type: ignore[union-attr]


def test_no_text_lies_in_the_clear_after_an_import(lived: House, tmp_path: Path) -> None:
    """What was open in the export is sealed again before it comes into the database."""
    export(lived, str(tmp_path / "out.zip"))
    other = empty(tmp_path)
    restore(other, str(tmp_path / "out.zip"))
    other.close()
    kept = Path(other.paths.database).read_bytes()
    assert not [word for word in SECRETS if word.encode() in kept]


def test_a_login_is_not_exported(lived: House, tmp_path: Path) -> None:
    """Whoever finds the file gets no way into an account, and no key of this machine."""
    lived.keep_secret("todoist.login", "token-of-mine")
    export(lived, str(tmp_path / "out.zip"))
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        content = b"".join(archive.read(name) for name in archive.namelist())
    assert b"token-of-mine" not in content
    assert Path(lived.paths.key_file).read_bytes().strip() not in content


def test_forget_names_the_exports_that_are_still_there(lived: House, tmp_path: Path) -> None:
    """An export is the person's own file: oO remembers where it lies and says so, until it is gone."""
    export(lived, str(tmp_path / "out.zip"))
    assert paths(lived) == [str(tmp_path / "out.zip")]
    assert plan(lived).exports == [str(tmp_path / "out.zip")]
    (tmp_path / "out.zip").rename(tmp_path / "elsewhere.zip")
    assert paths(lived) == []
    (tmp_path / "out.zip").write_text("of somebody else's")
    assert paths(lived) == []


def test_exports_that_an_older_oo_noted(lived: House, tmp_path: Path) -> None:
    """It kept their places alone: what is there is named, what is gone is not."""
    (tmp_path / "there.zip").write_bytes(b"")
    with lived.store.write() as conn:
        profile.set_meta(conn, EXPORTS, json.dumps([str(tmp_path / "there.zip"), str(tmp_path / "gone.zip")]))
    assert paths(lived) == [str(tmp_path / "there.zip")]


def test_forget_deletes_exports_only_when_told_to(lived: House, tmp_path: Path) -> None:
    """Left, it is named by the receipt; told to, oO deletes what it wrote and lies where it was, and nothing else."""
    for name in ("kept", "moved", "gone"):
        export(lived, str(tmp_path / f"{name}.zip"))
    (tmp_path / "moved.zip").rename(tmp_path / "mine.zip")
    (tmp_path / "moved.zip").write_text("of somebody else's")
    other = tmp_path / "other"
    shutil.copytree(lived.paths.home, other / "home")
    left = forget(house_at(other, FixedClock()), destroy_key)
    assert left.exports == []
    assert sum("what you exported to" in line for line in left.external) == 2
    receipt = forget(lived, destroy_key, exports=True)
    assert receipt.exports == [str(tmp_path / "kept.zip"), str(tmp_path / "gone.zip")]
    assert not any("what you exported to" in line for line in receipt.external)
    assert {path.name for path in tmp_path.glob("*.zip")} == {"moved.zip", "mine.zip"}


def test_an_export_that_is_cut_off_is_named_too(lived: House, tmp_path: Path) -> None:
    """Its place is noted before the first word is in it, so that a kill leaves nothing that nobody knows of."""
    known = []

    class Looking(FixedClock):
        def now_ms(self) -> int:
            known.append(paths(lived))  # asked for when the tables are written, and the end is not
            return super().now_ms()

    lived.clock = Looking()
    export(lived, str(tmp_path / "out.zip"))
    assert known[0] == [str(tmp_path / "out.zip")]


def test_a_calendar_in_a_file_wants_to_be_connected_again(lived: House, tmp_path: Path) -> None:
    """Where a calendar lies is sealed with the logins, which no export holds: the import says so."""
    with lived.store.write() as conn:
        profile.connect_source(conn, "calendar", lived.clock.now_ms(), "/home/ada/own.ics")
    export(lived, str(tmp_path / "out.zip"))
    assert restore(empty(tmp_path), str(tmp_path / "out.zip")).login == ("calendar",)


def test_a_folder_is_no_export(tmp_path: Path) -> None:
    """A path that is none of a file is a typing error, and makes no home."""
    other = empty(tmp_path)
    with pytest.raises(BadUsageError, match="no such file"):
        restore(other, str(tmp_path))
    assert not other.exists


def test_nothing_is_overwritten_and_nothing_is_left_half(lived: House, tmp_path: Path) -> None:
    """A name that is taken is refused, and a place that cannot be written leaves no file."""
    (tmp_path / "out.zip").write_text("mine")
    with pytest.raises(BadUsageError):
        export(lived, str(tmp_path / "out.zip"))
    assert (tmp_path / "out.zip").read_text() == "mine"
    with pytest.raises(OoError):
        export(lived, str(tmp_path / "absent" / "out.zip"))


def test_a_home_in_use_takes_nothing_in(lived: House, tmp_path: Path) -> None:
    """An import never mixes two lives."""
    export(lived, str(tmp_path / "out.zip"))
    other = empty(tmp_path)
    connect_todotxt(other, None)
    with pytest.raises(BadUsageError, match="in use"):
        restore(other, str(tmp_path / "out.zip"))


def test_a_home_that_somebody_begins_meanwhile_takes_nothing_in(lived: House, tmp_path: Path) -> None:
    """The look for what is there already and the import are one step."""
    export(lived, str(tmp_path / "out.zip"))
    other, same = empty(tmp_path), empty(tmp_path)
    vault = other.doors.vault

    def slow(house: House) -> Sealer:
        add_task(same, "Mine")
        return vault(house)

    other.doors = other.doors._replace(vault=slow)
    with pytest.raises(BadUsageError, match="in use"):
        restore(other, str(tmp_path / "out.zip"))


def test_an_export_of_a_newer_oo_is_refused(lived: House, tmp_path: Path) -> None:
    """Data of a later schema is not guessed at."""
    export(lived, str(tmp_path / "out.zip"))
    rewrite(tmp_path, "oO/manifest.json", lambda old: json.dumps(json.loads(old) | {"schema": 999}).encode())
    with pytest.raises(DataNewerError):
        restore(empty(tmp_path), str(tmp_path / "new.zip"))


def rewrite(tmp_path: Path, name: str, change: object) -> None:
    """Copy out.zip to new.zip with one entry changed, or left out where `change` gives None."""
    assert callable(change)
    with zipfile.ZipFile(tmp_path / "out.zip") as old, zipfile.ZipFile(tmp_path / "new.zip", "w") as new:
        for entry in old.namelist():
            content = change(old.read(entry)) if entry == name else old.read(entry)
            if content is not None:
                new.writestr(entry, content)


DAMAGE = (
    lambda old: None,
    lambda old: old + b'{"id": 1, "nonsense": 2}\n',
    lambda old: old + b"[1, 2]\n",
    lambda old: old + b"{\n",
    lambda old: old.replace(b'"at": 1', b'"at": "soon 1'),
    lambda old: old + old,
    lambda old: old.replace(b'": "', b'": "\\ud800'),
)


@pytest.mark.parametrize("change", DAMAGE)
@pytest.mark.parametrize("table", ["event", "mood", "decision"])
def test_a_changed_export_takes_nothing_in(lived: House, tmp_path: Path, table: str, change: object) -> None:
    """A missing table, a foreign column, a wrong type, a row twice: one error, and the home is as empty as before."""
    export(lived, str(tmp_path / "out.zip"))
    rewrite(tmp_path, f"oO/data/{table}.jsonl", change)
    other = empty(tmp_path)
    with pytest.raises(DataDamagedError):
        restore(other, str(tmp_path / "new.zip"))
    assert not any(dump.count(other.store.conn, name) for name in dump.tables() if name not in ("meta", "secret"))
    assert not os.path.exists(other.paths.todo_file)
    restore(other, str(tmp_path / "out.zip"))


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(seed=st.integers(0, 2**32))
def test_any_bytes_are_an_export_or_a_clear_word(lived: House, tmp_path: Path, seed: int) -> None:
    """Bits turned anywhere in the file never end in anything but an import or an error of ours."""
    if not (tmp_path / "out.zip").exists():
        export(lived, str(tmp_path / "out.zip"))
    lot = random.Random(seed)
    content = bytearray((tmp_path / "out.zip").read_bytes())
    for _ in range(lot.randrange(1, 20)):
        content[lot.randrange(len(content))] = lot.randrange(256)
    (tmp_path / "bits.zip").write_bytes(content[: lot.randrange(1, len(content) + 1)])
    other = house_at(tmp_path / str(seed), FixedClock())
    try:
        restore(other, str(tmp_path / "bits.zip"))
    except OoError:
        assert not os.path.exists(other.paths.todo_file)
    finally:
        other.close()
