"""The key of keyed references is one for all processes of a home, whichever of them comes first."""

from __future__ import annotations

from pathlib import Path

from oo_cli.house import House
from oo_data.ports import Sealer
from tests.fakes import FixedClock, file_vault, house_at


def test_two_first_starts(tmp_path: Path) -> None:
    """One that looked before the other had written makes no second key, which would orphan every reference."""
    first, second = house_at(tmp_path, FixedClock()), house_at(tmp_path, FixedClock())
    told = []

    def overtaken(house: House) -> Sealer:
        told.append(first.refs.task("todotxt", "1"))
        return file_vault(house)

    second.doors = second.doors._replace(vault=overtaken)
    told.append(second.refs.task("todotxt", "1"))
    third = house_at(tmp_path, FixedClock())
    told.append(third.refs.task("todotxt", "1"))
    for house in (first, second, third):
        house.close()
    assert len(told) == 3
    assert len(set(told)) == 1
