"""Forgetting a part: nothing of it is left, all else is as it was, and oO thinks as if the part had never been."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from oo_cli import wiring_vault
from oo_cli.house import House
from oo_cli.usecases import aftermath, forget_part, recommend, refresh
from oo_cli.usecases.forget import not_told
from oo_cli.usecases.forget_part import LAST, Part, PartReceipt, forget, plan, task_part
from oo_cli.usecases.residue import scan
from oo_data.contracts.tip import RecommendRequest, Tip
from oo_data.errors import BadUsageError, ConnectionNeededError, DataLockedError
from oo_data.store import keys, profile
from tests.fakes import TUESDAY
from tests.forget.conftest import ACTS, HERE, SPAN, THERE
from tests.forget.lives import SOURCES, Act, Life, bytes_of, mood_note, title
from tests.store.conftest import rows

# What is forgotten, and which acts a life without it has.
PARTS: dict[str, tuple[Callable[[Life], Part], Callable[[Act], bool]]] = {
    "a source": (lambda life: Part(source=THERE), lambda act: act.source != THERE or act.verb == "mood"),
    "a task": (
        lambda life: Part(refs={THERE: (life.ref(THERE, 4),)}),
        lambda act: (act.source, act.task) != (THERE, 4) or act.verb == "mood",
    ),
    "moods": (lambda life: Part(source="mood"), lambda act: act.verb != "mood"),
}


@pytest.mark.parametrize("kind", PARTS)
def test_as_if_it_had_never_been(life: Life, tmp_path: Path, kind: str) -> None:
    """Features, preferences, tasks, completions and learnt models are those of a life that never had the part."""
    part_of, stays = PARTS[kind]
    part = part_of(life)
    receipt = forget(life.house, part)
    assert receipt.shut
    assert sum(receipt.rows.values()) > 10
    without = Life(tmp_path / "without", [name for name in SOURCES if name != part.source])
    without.live([act for act in ACTS if stays(act)])
    assert life.known(relearn=True) == without.known(relearn=True)
    without.close()


def test_a_span_as_if_it_had_never_been(life: Life, tmp_path: Path) -> None:
    """What happened then is gone and stays gone though the sources tell of it still; open tasks stay."""
    before = life.known()
    receipt = forget(life.house, Part(since=SPAN[0], until=SPAN[1]))
    assert receipt.rows["moods"] == len([act for act in ACTS if act.verb == "mood" and in_span(act)])
    assert receipt.rows["completions"] > 1
    after = life.known()
    assert not [at for _, at in dict(after["done"]) if SPAN[0] <= at < SPAN[1]]  # type: ignore[call-overload]
    assert after["tasks"] == before["tasks"]
    without = Life(tmp_path / "without")
    told = [act._replace(verb="gone") if in_span(act) and act.verb == "done" else act for act in ACTS]
    without.live([act for act in told if act.verb in ("add", "gone") or not in_span(act)])
    assert life.known(relearn=True) == without.known(relearn=True)
    without.close()


def in_span(act: Act) -> bool:
    """Whether an act falls into the span."""
    return SPAN[0] <= act.at < SPAN[1]


def test_an_agent_goes_with_what_it_made(life: Life) -> None:
    """Its outputs and its consent go; what every other agent inferred is as it was."""
    before = life.known()
    receipt = forget(life.house, Part(agent="momentum"))
    assert receipt.rows["preferences"] > 0
    assert (receipt.shut, receipt.tips > 0, receipt.external) == (True, True, ())
    after = life.known()
    assert "agent.momentum" not in profile.granted(life.house.store.conn)
    assert after["prefs"] == [pref for pref in before["prefs"] if pref[0] != "momentum"]  # type: ignore[attr-defined]
    assert {name: after[name] for name in ("tasks", "done")} == {name: before[name] for name in ("tasks", "done")}
    assert "momentum" not in "".join(map(str, rows(life.house.store, "snippet")))


@pytest.mark.parametrize("kind", PARTS)
def test_no_canary_of_it_is_left(life: Life, tmp_path: Path, kind: str) -> None:
    """Its words lie nowhere, sealed or not, its references neither; the words of the rest do."""
    part_of, stays = PARTS[kind]
    part = part_of(life)
    gone = sorted({act.title for act in ACTS if not stays(act) and act.verb != "mood"})
    gone += [mood_note(act) for act in ACTS if not stays(act) and act.verb == "mood"]
    refs = [life.ref(act.source, act.task) for act in ACTS if not stays(act) and act.verb != "mood"]
    held = bytes_of(life.house)
    assert any(word in held for word in gone)
    forget(life.house, part)
    left = bytes_of(life.house)
    assert [word for word in gone if word in left] == []
    marks = left if kind != "a task" else "\n".join(line for line in left.splitlines() if '"forgotten"' not in line)
    assert [ref for ref in refs if ref in marks] == []
    assert title(HERE, 0) in left or title(HERE, 1) in left
    files = [str(path) for path in Path(life.house.paths.home).rglob("*") if path.is_file()]
    assert scan(files, gone).hits == ()


@pytest.mark.parametrize("part", [Part(source=THERE), Part(since=SPAN[0], until=TUESDAY + 1), Part(agent="momentum")])
def test_an_older_copy_stays_shut(life: Life, part: Part) -> None:
    """The database of before, put back beside today's key, opens nothing at all."""
    path = Path(life.house.paths.database)
    copy = path.read_bytes()
    assert forget(life.house, part).shut
    today = path.read_bytes()
    life.close()
    path.write_bytes(copy)
    again = House(life.house.environ, life.clock, life.house.zone, life.house.doors, life.house.say)
    with pytest.raises(DataLockedError):
        again.sealer  # noqa: B018 - opening is what must fail
    again.close()
    path.write_bytes(today)
    again = House(life.house.environ, life.clock, life.house.zone, life.house.doors, life.house.say)
    assert title(HERE, 0) in bytes_of(again) or title(HERE, 1) in bytes_of(again)
    again.close()


def test_a_month_gets_new_keys_alone(life: Life) -> None:
    """What was sealed in the months of a span opens with no older copy of their keys; other months keep theirs."""
    before = keys.every(life.house.store.conn)
    assert {key.month for key in before} >= {"", "2026-10", "2026-11", "2026-12"}
    first, last = (int(datetime(2026, month, 1, tzinfo=UTC).timestamp() * 1000) for month in (11, 12))
    forget(life.house, Part(since=first, until=last))
    left = {key.id for key in keys.every(life.house.store.conn)}
    assert {key.month for key in before if key.id not in left} == {"2026-11"}
    assert not [key for key in before if key.month == "2026-11" and key.id in left]


def test_a_plan_changes_nothing(life: Life) -> None:
    """A dry run counts what would go, exactly, and leaves every byte of every table."""
    for part in (Part(source=THERE), Part(agent="momentum"), Part(since=SPAN[0], until=SPAN[1]), Part(source="mood")):
        before = list(life.house.store.conn.iterdump())
        planned = plan(life.house, part)
        assert list(life.house.store.conn.iterdump()) == before
        to_be_told = (not_told(THERE),) if part.source == THERE else ()
        assert planned == PartReceipt(planned.rows, False, 0, to_be_told)
        assert forget(life.house, part).rows == planned.rows


class KilledError(Exception):
    """The process ends here."""


@pytest.mark.parametrize("where", ["erased", "rotated"])
@pytest.mark.parametrize("kind", [*PARTS, "a span"])
def test_killed_half_way_it_is_finished(life: Life, tmp_path: Path, kind: str, where: str) -> None:
    """Whether it ends before the erasure, or before or after the key is changed: the next start does all of it."""
    part = PARTS[kind][0](life) if kind in PARTS else Part(since=SPAN[0], until=SPAN[1])

    def killed(house: House) -> bool:
        if where == "rotated":
            wiring_vault.rotate(house)
        raise KilledError

    doors = life.house.doors
    life.house.doors = doors._replace(rotate=killed)
    with pytest.raises(KilledError):
        forget(life.house, part)
    life.close()
    life.house = House(life.house.environ, life.clock, life.house.zone, doors, life.house.say)
    assert Part.from_text(aftermath.owed(life.house) or "") == part
    record = keys.home_key(life.house.store.conn)
    forget_part.resume(life.house)
    assert keys.home_key(life.house.store.conn) != record
    assert aftermath.owed(life.house) is None
    assert sum(plan(life.house, part).rows.values()) == 0 if kind == "a span" else True
    forget_part.resume(life.house)


def test_killed_before_it_began(life: Life) -> None:
    """With the mark alone, the next start erases the part."""
    part = Part(refs={THERE: (life.ref(THERE, 4),)})
    aftermath.owe(life.house, part.to_text())
    forget_part.resume(life.house)
    assert life.ref(THERE, 4) not in str(rows(life.house.store, "completion") + rows(life.house.store, "task"))
    for mark in ("", "no json", "[]", '{"refs": 3}'):
        Path(life.house.paths.unsettled).write_text(mark)
        forget_part.resume(life.house)
        assert aftermath.owed(life.house) is None


def test_the_task_of_the_last_tip(life: Life) -> None:
    """It is found by the tip, or by its reference, and never comes back while its source is connected."""
    house = life.house
    said = recommend.recommend(house, RecommendRequest(TUESDAY, "tip", asked=True))
    assert isinstance(said, Tip)
    part = task_part(house, LAST)
    ((source, (ref,)),) = part.refs.items()
    assert task_part(house, ref) == part
    forget(house, part)
    refresh.refresh(house)
    assert ref not in str(rows(house.store, "task") + rows(house.store, "tip") + rows(house.store, "event"))
    with pytest.raises(BadUsageError):
        task_part(house, ref)
    forget(house, Part(source=source))
    assert ref not in str(rows(house.store, "forgotten"))


def test_what_is_not_there(life: Life) -> None:
    """A source that is not connected, an agent that nobody knows: one line each, and nothing is touched."""
    for part, error in ((Part(source="todotxt"), ConnectionNeededError), (Part(agent="nobody"), BadUsageError)):
        with pytest.raises(error):
            forget(life.house, part)
        with pytest.raises(error):
            plan(life.house, part)
    assert not os.path.exists(life.house.paths.unsettled)
