"""Calendars put together for one house: where they are, the gate they are read through, and the source of them all."""

from __future__ import annotations

from oo_cli.adapters.http import Guard
from oo_cli.adapters.sources.calendar import place, reader, source
from oo_cli.adapters.sources.calendar.place import Place
from oo_cli.adapters.sources.calendar.source import CalendarSource
from oo_cli.house import House
from oo_cli.usecases import aftermath, pull
from oo_data.errors import BadUsageError
from oo_data.store import history, keys, profile

PLACES = "calendar.places"


class Calendars:
    """The person's calendars as one house reaches them."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._reader = reader.Reader(lambda url: Guard(house.store, house.clock, reader.allowed(url)))

    def source(self) -> CalendarSource:
        """All of them as one source."""
        return self._source(self.places())

    def _source(self, places: tuple[Place, ...]) -> CalendarSource:
        house = self._house
        kept = history.progress(house.store.conn, source.SOURCE)
        return CalendarSource(places, self._reader, house.sealer, house.zone.key, kept)

    def places(self) -> tuple[Place, ...]:
        """Where they are."""
        sealed = profile.secret(self._house.store.conn, PLACES)
        if sealed is None:
            return ()
        return place.from_text(self._house.sealer.unseal(sealed, "secret", "sealed", PLACES))

    def with_new(self, new: Place) -> tuple[Place, ...]:
        """All places with this one, which takes the place of one of the same address. Raises `BadUsageError`."""
        together = (*(each for each in self.places() if each.id != new.id), new)
        if len(together) > place.MOST:
            raise BadUsageError(
                f"More than {place.MOST} calendars are too many.", "Disconnect them, and connect fewer."
            )
        return together

    def without(self, name: str) -> tuple[Place, ...]:
        """All places but the one of that name. Raises `BadUsageError` where there is none."""
        places = self.places()
        names = place.names(places)
        if name not in names:
            raise BadUsageError("There is no calendar of that name.", f"Connected: {', '.join(names)}.")
        return tuple(each for each, known in zip(places, names, strict=True) if known != name)

    def keep(self, left: tuple[Place, ...]) -> None:
        """Keep these alone, and what they told; older copies are shut to what the others did."""
        house, now = self._house, self._house.clock.now_ms()
        those = self._source(left)
        known = those.recalled(now)
        aftermath.owe(house)
        with house.store.write() as conn:
            keys.outdate(conn, source.SOURCE)
            pull.keep_busy(house, source.SOURCE, source.blocks(known))
            history.set_progress(conn, source.SOURCE, "")
            profile.connect_source(conn, source.SOURCE, now, place.watched(left))
            profile.outdate_shelf(conn)
        house.keep_secret(PLACES, place.to_text(left))
        aftermath.settle_soon(house)
        with house.store.write() as conn:
            history.set_progress(conn, source.SOURCE, those.sealed(known))  # under a key that stays

    def take(self, new: Place) -> None:
        """Try a place, and keep it only if it can be read."""
        source.needs_packages()
        new = self._reader.found(new) if new.kind == "caldav" else new
        now = self._house.clock.now_ms()
        told = self._reader.read(new, "", now, now + source.AHEAD_MS)
        source.work_out(told.text or "", self._house.zone.key, now, new.known_as)
        self._house.keep_secret(PLACES, place.to_text(self.with_new(new)))
