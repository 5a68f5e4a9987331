"""Moving the key, changing it, and handing it over to the environment: killed anywhere, it is never lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from oo_cli.adapters.vault import custody as rooms
from oo_cli.adapters.vault.custody import Custodian, Custody, Place
from oo_cli.adapters.vault.passphrase_holder import Asker
from oo_cli.adapters.vault.sealer import key_bytes, key_id, new_key, same_key
from oo_data.errors import BadUsageError, DataLockedError
from oo_data.secret import Secret
from tests.vault import rings
from tests.vault.homes import BY_NAME, NONE, WORKING, Home


def _crash(custody: Custody) -> None:
    raise KeyboardInterrupt


def test_the_recorded_backend_serves_every_call(home: Home) -> None:
    """What the database recorded is enough, whatever the environment says of backends when oO is started next."""
    custody, old = home.with_keyring("Working").begin()
    plain = Custodian({"OO_HOME": str(home.root)}, home.paths)
    assert plain.in_keyring(custody)
    plain.rotate(custody, key_id(old), lambda old, new: None)
    key = plain.unlock(custody)
    assert home.in_keyring() == key.reveal() != old.reveal()
    assert plain.choose("keyring", custody, home.records.append, key_id(key)) == replace(custody, chosen=True)

    given = new_key()
    variables = {"OO_HOME": str(home.root), "OO_KEY": given.reveal(), "OO_KEY_OLD": key.reveal()}
    following = ("oo", f"{plain.account}.next")
    rings.Working.kept[following] = old.reveal()
    given_both = Custodian(variables, home.paths)
    assert given_both.hand_over(custody, key_id(key), lambda old, new: None)
    assert (home.in_keyring(), following in rings.Working.kept) == (None, False)
    rings.Working.kept["oo", plain.account] = key.reveal()  # as a hand-over that was cut short leaves it
    assert given_both.hand_over(custody, key_id(given), lambda old, new: None)
    assert home.in_keyring() is None

    _, key = home.with_keyring("Working").begin()
    assert plain.choose("file", custody, home.records.append) == BY_NAME
    assert (home.in_keyring(), same_key(key, plain.unlock(BY_NAME))) == (None, True)
    rings.Working.kept[following] = key.reveal()
    assert plain.in_keyring(custody)
    assert plain.destroy(custody) == [rooms.KEYRING_DESTROYED, rooms.FILE_DESTROYED]
    assert following not in rings.Working.kept
    assert not plain.in_keyring(custody)


def test_from_keyring_to_file_and_back(home: Home) -> None:
    """Moving by name keeps the key the same, records each place, and leaves no copy behind."""
    custodian = home.with_keyring("Working")
    begun, key = custodian.begin()

    in_file = custodian.choose("file", begun, home.records.append)
    assert in_file == BY_NAME
    assert same_key(key, custodian.unlock(in_file))
    assert home.in_keyring() is None

    in_keyring = custodian.choose("keyring", in_file, home.records.append)
    assert in_keyring == Custody("keyring", chosen=True, backend=WORKING)
    assert same_key(key, custodian.unlock(in_keyring))
    assert not home.file.exists()
    assert home.records == [in_file, in_keyring]


def test_choosing_what_is_already_so(home: Home) -> None:
    """Naming the place where the key already lies only records the choice, keyring or not."""
    custodian = home.with_keyring(NONE)
    custody, key = custodian.begin()
    assert custodian.choose("file", custody, home.records.append) == BY_NAME
    assert same_key(key, custodian.unlock(BY_NAME))
    assert home.with_keyring("Locked").choose("file", BY_NAME, home.records.append) == BY_NAME


@pytest.mark.parametrize("target", ["file", "keyring"])
def test_choosing_before_there_is_a_key(home: Home, target: Place) -> None:
    """A person may choose first, for instance because the keyring hangs; that makes the key once."""
    custodian = home.with_keyring("Working")
    first, second = (custodian.choose(target, None, home.records.append) for _ in range(2))
    assert first == second == home.records[0]
    assert (first.holder, first.chosen) == (target, True)
    assert key_bytes(custodian.unlock(first).reveal())


def test_choosing_the_file_while_the_keyring_hangs(home: Home) -> None:
    """The way out that the error names works."""
    custodian = home.with_keyring("Hanging")
    with pytest.raises(DataLockedError, match="did not answer"):
        custodian.begin()
    assert custodian.choose("file", None, home.records.append) == BY_NAME
    assert key_bytes(custodian.unlock(BY_NAME).reveal())


@pytest.mark.parametrize("kind", ["Locked", "Raising", "Forgetful", NONE])
def test_keyring_that_cannot_be_moved_to(home: Home, kind: str) -> None:
    """A move that fails changes nothing: no record, and the file still opens."""
    custody, key = home.with_keyring(NONE).begin()
    custodian = home.with_keyring(kind)
    with pytest.raises(DataLockedError):
        custodian.choose("keyring", custody, home.records.append)
    assert home.records == []
    assert same_key(key, custodian.unlock(custody))


@pytest.mark.parametrize("target", ["file", "keyring"])
def test_killed_before_the_record(home: Home, target: Place) -> None:
    """A move cut short before it is recorded leaves the old place as it was; the next move finishes."""
    custodian = home.with_keyring("Working")
    other: Place = "keyring" if target == "file" else "file"
    old = custodian.choose(other, None, home.records.append)
    key = custodian.unlock(old)
    with pytest.raises(KeyboardInterrupt):
        custodian.choose(target, old, _crash)
    assert same_key(key, custodian.unlock(old))
    new = custodian.choose(target, old, home.records.append)
    assert same_key(key, custodian.unlock(new))
    with pytest.raises(DataLockedError):
        custodian.unlock(old)


@pytest.mark.parametrize("target", ["file", "keyring"])
def test_killed_after_the_record(home: Home, target: Place) -> None:
    """Of a move cut short after its record, a second choice of the same place removes the old copy."""
    custodian = home.with_keyring("Working")
    chosen = custodian.choose(target, None, home.records.append)
    key = custodian.unlock(chosen)
    for more in ("", ".next"):
        Path(f"{home.file}{more}").write_text(key.reveal())
        rings.Working.kept["oo", f"{custodian.account}{more}"] = key.reveal()

    assert custodian.choose(target, chosen, home.records.append) == chosen
    assert {path.name for path in home.file.parent.iterdir()} == {"key.lock", *(["key"] if target == "file" else [])}
    accounts = [account for _, account in rings.Working.kept if account.startswith(custodian.account)]
    assert accounts == ([] if target == "file" else [custodian.account])
    assert same_key(key, custodian.unlock(chosen))


@pytest.mark.parametrize("place", ["file", "keyring"])
def test_a_rotation_cut_short(home: Home, place: Place) -> None:
    """The key that the database names opens, whether it had taken over the new one or not; then only one is left."""
    custodian, taken = home.with_keyring("Working"), []
    custody = custodian.choose(place, None, home.records.append)
    old = custodian.unlock(custody)

    def die(old: Secret, new: Secret) -> None:
        taken.append(new)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        custodian.rotate(custody, key_id(old), die)
    (new,) = taken
    assert same_key(old, custodian.unlock(custody, key_id(old)))
    assert same_key(new, custodian.unlock(custody, key_id(new)))
    assert same_key(new, custodian.unlock(custody))
    with pytest.raises(DataLockedError, match="another key"):
        custodian.unlock(custody, key_id(old))
    assert not [path for path in home.file.parent.iterdir() if path.suffix == ".next"]
    assert ("oo", f"{custodian.account}.next") not in rings.Working.kept


def test_another_passphrase(home: Home) -> None:
    """Choosing the passphrase again asks for a new one, whatever characters it has, and only that opens."""
    said = ["correct horse", "battery \udcff staple"]
    environ = {"OO_HOME": str(home.root), "PYTHON_KEYRING_BACKEND": NONE}
    custodian = Custodian(environ, home.paths, Asker(lambda new: Secret(said.pop(0))))
    custody = custodian.choose("passphrase", None, home.records.append)
    key = custodian.unlock(custody)
    assert custodian.choose("passphrase", custody, home.records.append, key_id(key)) == custody
    assert said == []
    again = Custodian(environ, home.paths, Asker(lambda new: Secret("battery \udcff staple")))
    assert same_key(key, again.unlock(custody))


def test_leftover_of_another_key(home: Home) -> None:
    """An old key in the new place is replaced by the one in use."""
    custodian = home.with_keyring("Working")
    begun, key = custodian.begin()
    home.file.write_text(new_key().reveal())
    assert same_key(key, custodian.unlock(custodian.choose("file", begun, home.records.append)))


def test_old_copy_that_stays(home: Home) -> None:
    """Where the old copy cannot be destroyed, that is said, and the new place is recorded and opens."""
    custodian = home.with_keyring("Sticky")
    begun, key = custodian.begin()
    with pytest.raises(DataLockedError, match="old copy"):
        custodian.choose("file", begun, home.records.append)
    assert home.records == [BY_NAME]
    assert same_key(key, custodian.unlock(BY_NAME))


@pytest.mark.parametrize("place", ["file", "keyring", "passphrase"])
def test_key_of_the_environment_stays(home: Home, place: Place) -> None:
    """A key that comes from `OO_KEY` is not moved: by record, by variable, or even by a wrong variable."""
    cases: list[tuple[dict[str, str], Custody | None]] = [
        ({}, Custody("environment", chosen=True)),
        ({"OO_KEY": new_key().reveal()}, None),
        ({"OO_KEY": "wrong"}, BY_NAME),
    ]
    for variables, custody in cases:
        with pytest.raises(BadUsageError, match="OO_KEY"):
            home.with_keyring("Working", **variables).choose(place, custody, home.records.append)
    assert home.records == []


def test_a_key_from_the_environment_is_not_oos_to_change(home: Home) -> None:
    """A new key cannot be put there; and only the right old one may be handed over for it."""
    old, new, other = new_key(), new_key(), new_key()
    given, taken = Custody("environment", chosen=True), []

    def commit(before: Secret, after: Secret) -> None:
        taken.append((before.reveal(), after.reveal()))

    for variables in ({}, {"OO_KEY": old.reveal()}):
        with pytest.raises(BadUsageError):
            home.with_keyring(NONE, **variables).rotate(given, key_id(old), commit)
    with pytest.raises(DataLockedError):
        home.with_keyring(NONE).hand_over(given, key_id(old), commit)
    for variables in ({}, {"OO_KEY_OLD": other.reveal()}):
        with pytest.raises(DataLockedError):
            home.with_keyring(NONE, OO_KEY=new.reveal(), **variables).hand_over(given, key_id(old), commit)
    assert taken == []
    assert home.with_keyring(NONE, OO_KEY=new.reveal(), OO_KEY_OLD=old.reveal()).hand_over(given, key_id(old), commit)
    assert taken == [(old.reveal(), new.reveal())]
