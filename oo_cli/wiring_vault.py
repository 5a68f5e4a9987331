"""The vault put together for one house: where its key lies, and changing that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from oo_cli.engine.told import counted
from oo_cli.engine.when import local
from oo_cli.house import House
from oo_data.errors import DataDamagedError, DataLockedError, OoError
from oo_data.ports import Ask, Sealer
from oo_data.secret import Secret
from oo_data.store import erase, health, keys, profile
from oo_data.store.keys import HomeKey

if TYPE_CHECKING:
    from oo_cli.adapters.vault.custody import Custodian, Custody, Place

T = TypeVar("T")
CUSTODY = "custody"
PLACES: dict[str, str] = {
    "environment": "The key comes from OO_KEY.",
    "keyring": "The key is in the system's keyring.",
    "passphrase": "The key is sealed by your passphrase. Nothing refreshes by itself: each start asks for it.",
}


def custodian(house: House) -> Custodian:
    """Whoever keeps the key of this home."""
    from oo_cli.adapters.vault.custody import Custodian

    return Custodian(house.environ, house.paths, house.asker)


def custody(house: House) -> Custody | None:
    """Where the key of this home is kept, or None before the first one was made."""
    from oo_cli.adapters.vault.custody import Custody

    text = profile.meta(house.store.conn, CUSTODY)
    return Custody.from_text(text) if text else None


def open_vault(house: House) -> Sealer:
    """Unlock the vault; make the first key where there is none, and say so when it had to go into a file."""
    from oo_cli.adapters.vault.envelope import EnvelopeSealer
    from oo_cli.adapters.vault.process import keep_closed

    keep_closed()
    held = custody(house) or _begun(house)

    def unlock(wanted: str | None) -> Secret:
        return _steadily(house, lambda said, _: custodian(house).unlock(said or held, wanted))

    sealer = EnvelopeSealer(lambda: house.store, unlock)
    sealer.begin(house.clock.now_ms())
    return sealer


def _steadily(house: House, work: Callable[[Custody | None, HomeKey | None], T], begun: Sequence[object] = ()) -> T:
    """What `work` makes of where the key lies and which it is; done anew where another process changed that.

    Not once it changed something itself, which it notes in `begun`.
    """
    while True:
        known = custody(house), keys.home_key(house.store.conn)
        try:
            return work(*known)
        except (DataDamagedError, DataLockedError):
            if begun or (custody(house), keys.home_key(house.store.conn)) == known:
                raise


def in_memory(key: Secret) -> Callable[[House], Sealer]:
    """A vault whose key no place holds but this process."""

    def opened(house: House) -> Sealer:
        from oo_cli.adapters.vault.envelope import EnvelopeSealer

        sealer = EnvelopeSealer(lambda: house.store, lambda _: key)
        sealer.begin(house.clock.now_ms())
        return sealer

    return opened


def _begun(house: House) -> Custody:
    begun, _ = custodian(house).begin()
    record_custody(house, begun)
    if begun.holder == "file":
        house.say(f"No keyring here: the key that seals your data is in {house.paths.key_file}, readable by you only.")
    return begun


def record_custody(house: House, held: Custody) -> None:
    """Remember where the key is kept now."""
    with house.store.write() as conn:
        profile.set_meta(conn, CUSTODY, held.to_text())


def may_hold_remote(house: House) -> bool:
    """Whether a remote login may be sealed here: not with a key that fell into a file by itself."""
    house.sealer  # noqa: B018 - makes the first key where there is none, so that there is a custody to ask
    held = custody(house)
    return held is not None and custodian(house).may_hold_remote(held)


def move_key(house: House, place: Place) -> None:
    """Keep the key in that place from now on, because the person said so."""
    keeper, begun = custodian(house), list[object]()

    def record(held: Custody) -> None:
        begun.append(held)
        record_custody(house, held)

    _steadily(house, lambda held, key: keeper.choose(place, held, record, key and key.id), begun)


def rotate(house: House) -> bool:
    """Wrap everything with a new key and destroy the old one, so that older copies of the database stay shut.

    False where the key comes from `OO_KEY`: oO cannot change that. A new one goes there, the old one into `OO_KEY_OLD`,
    and then this again takes it over. Call it outside of a write.
    """
    from oo_cli.adapters.vault.custody import Custody
    from oo_cli.adapters.vault.envelope import EnvelopeSealer

    if keys.home_key(house.store.conn) is None:
        house.sealer  # noqa: B018 - takes the first key into use
    keeper, begun = custodian(house), list[object]()

    def commit(old: Secret, new: Secret) -> None:
        begun.append(new)
        EnvelopeSealer(lambda: house.store, lambda _: old).rewrap(new, house.clock.now_ms())

    def put(held: Custody | None, record: HomeKey | None) -> bool:
        if held is None or record is None:
            raise RuntimeError("an open vault has a key and a place for it")
        if not keeper.is_given(held):
            keeper.rotate(held, record.id, commit)
            return True
        if not keeper.hand_over(held, record.id, commit):
            return False
        record_custody(house, Custody("environment", chosen=True))
        return True

    return _steadily(house, put, begun)


def key_report(house: House) -> tuple[str, dict[str, object]]:
    """Where the key is, how old it is and what it wraps, in words and as data; raises as unlocking does."""
    held = custody(house) if house.exists else None
    if held is None:
        return "There is no key yet.", {"key": None}
    house.sealer  # noqa: B018 - a key that does not open is no good news
    record, kept = keys.home_key(house.store.conn), keys.every(house.store.conn)
    place: str = "environment" if custodian(house).is_given(held) else held.holder
    says = PLACES.get(place) or _file_says(house, held)
    since = record.since if record else house.clock.now_ms()
    day = local(since, house.zone)
    data = {"key": place, "chosen": held.chosen, "since": since, "data_keys": len(kept)}
    return f"{says} In use since {day.day} {day:%B %Y}; it wraps {counted(len(kept), 'keys')}.", data


def custody_says(house: House) -> str:
    """The report in words."""
    return key_report(house)[0]


def asked_before(house: House) -> Ask:
    """The passphrase asked for now, where this home needs one, for houses opened later where nobody can be asked."""
    held = custody(house) if house.exists else None
    if held is not None and held.holder == "passphrase":
        house.sealer  # noqa: B018 - asks, and tells a wrong one at once
    return lambda new: house.asker.passphrase(new)


def destroy_key(house: House) -> list[str]:
    """Destroy the key in every place that may hold it; what was destroyed, in words."""
    return custodian(house).destroy(_recorded(house))


def key_places(house: House) -> list[str]:
    """Where a key of this home lies now."""
    rings = ["the keyring"] if custodian(house).in_keyring(_recorded(house)) else []
    return [*rings, *erase.key_files_of(house.paths), *(["OO_KEY"] if house.environ.get("OO_KEY") else [])]


def _recorded(house: House) -> Custody | None:
    """Where the key is said to lie, if that can be read."""
    try:
        return health.reading(lambda: custody(house)) if house.exists else None
    except OoError:
        return None


def _file_says(house: House, held: Custody) -> str:
    return f"The key is in {house.paths.key_file}, readable by you only{', as you chose' if held.chosen else ''}."
