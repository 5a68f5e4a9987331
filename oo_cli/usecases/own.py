"""Sources that are the person's own word, with no login and no file: saying the first thing gives the consent."""

from __future__ import annotations

from oo_cli.house import House
from oo_data.errors import ConsentMissingError
from oo_data.store import profile

MOOD, HABIT = "source.mood", "source.habit"
CONSENTS = (HABIT, MOOD)


def is_first(house: House, consent: str) -> bool:
    """Whether nobody was asked for this consent yet. Raises `ConsentMissingError` where it was withdrawn."""
    asked = profile.consents(house.store.conn).get(consent)
    if asked is not None and not asked[0]:
        hint = f"To give it again: oo consent grant {consent}"
        raise ConsentMissingError(f"You withdrew the consent {consent}.", hint)
    return asked is None
