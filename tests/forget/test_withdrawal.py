"""Consent withdrawn, moods forgotten: what was erased is shut in every older copy of the database too."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest

from oo_cli.adapters.sources.calendar.place import Place, to_text
from oo_cli.house import Doors, House
from oo_cli.usecases import aftermath, consent, contexts, forget_part, habits, moods, own
from oo_cli.usecases.connect import set_consent
from oo_cli.wiring_calendar import PLACES, Calendars
from oo_data.errors import DataLockedError
from oo_data.ports import Sealer
from oo_data.store import db, keys, profile
from tests.fakes import FixedClock, house_at
from tests.forget.lives import Life
from tests.store.conftest import rows

HERE, THERE = Place("file", "/home/me/here.ics"), Place("url", "https://calendar.example.org/secret")
# What each erases, and how.
WITHDRAWN: dict[str, tuple[str, Callable[[House], object]]] = {
    "consent revoke source.mood": ("mood.", lambda house: consent.revoke(house, own.MOOD)),
    "consent revoke agent": ("snippet.", lambda house: consent.revoke(house, "agent.momentum")),
    "consent revoke model": ("snippet.", lambda house: consent.revoke(house, "llm.tip-generator.local")),
    "mood --forget": ("mood.", moods.forget),
    "habit remove": ("habit.", lambda house: habits.remove(house, "Stretch")),
    "context --remove": ("context.", lambda house: contexts.remove(house, "work")),
    "disconnect calendar --only": (f"secret.{PLACES}", lambda house: Calendars(house).keep((HERE,))),
}


def again(life: Life, doors: Doors) -> House:
    """The same home, as another process has it: no key in memory."""
    return House(life.house.environ, life.clock, life.house.zone, doors, life.house.say)


def unsealed(life: Life, path: Path) -> set[str]:
    """The ids of the texts in a copy of the database that the keys of today open."""
    found = set()
    with closing(db.open_store(str(path))) as copy, closing(again(life, life.house.doors)) as today:
        for text in keys.texts(copy.conn):
            with suppress(DataLockedError):
                today.sealer.unseal(text.sealed, text.table, text.column, text.row)
                found.add(f"{text.table}.{text.row}")
    return found


@pytest.mark.parametrize("way", WITHDRAWN)
def test_a_withdrawal_shuts_older_copies_too(life: Life, tmp_path: Path, way: str) -> None:
    """No key of today opens what was erased in the database of before, whichever command erased it."""
    gone, erase = WITHDRAWN[way]
    habits.add(life.house, "Stretch", "1d")
    contexts.switch(life.house, "work")
    life.house.keep_secret(PLACES, to_text((HERE, THERE)))
    shutil.copy(life.house.paths.database, copy := tmp_path / "copy.db")
    assert any(name.startswith(gone) for name in unsealed(life, copy))
    erase(life.house)
    assert not any(name.startswith(gone) for name in unsealed(life, copy))
    assert unsealed(life, Path(life.house.paths.database))
    assert aftermath.owed(life.house) is None


def test_a_withdrawal_while_the_vault_is_shut(life: Life, tmp_path: Path) -> None:
    """The consent and the rows go at once; older copies are shut by the next start that can open the vault."""
    shutil.copy(life.house.paths.database, copy := tmp_path / "copy.db")
    doors = life.house.doors

    def shut(house: House) -> Sealer:
        raise DataLockedError("It is locked.", "Unlock it.")

    life.close()
    life.house = again(life, doors._replace(vault=shut))
    consent.revoke(life.house, own.MOOD)
    assert own.MOOD not in profile.granted(life.house.store.conn)
    assert not rows(life.house.store, "mood")
    with pytest.raises(DataLockedError):
        forget_part.resume(life.house)
    life.close()
    life.house = again(life, doors)
    assert any(name.startswith("mood.") for name in unsealed(life, copy))
    assert forget_part.resume(life.house)
    assert not any(name.startswith("mood.") for name in unsealed(life, copy))


def test_nothing_to_shut_where_nothing_was_sealed(tmp_path: Path) -> None:
    """Taking back a consent in a home without a key makes none."""
    house = house_at(tmp_path, FixedClock())
    set_consent(house, "agent.momentum", True)
    consent.revoke(house, "agent.momentum")
    assert keys.home_key(house.store.conn) is None
    assert not os.path.exists(house.paths.key_file)
    house.close()
