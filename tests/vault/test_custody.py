"""Custody: where the first key goes, who is asked for it later, and that moving it never loses it."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.adapters.vault import custody as rooms
from oo_cli.adapters.vault.custody import Custodian, Custody, account_name
from oo_cli.adapters.vault.keyring_holder import KeyringAbsentError
from oo_cli.adapters.vault.sealer import key_id, new_key, same_key
from oo_data.env import Paths
from oo_data.errors import BadUsageError, CannotWriteError, DataDamagedError, DataLockedError
from tests.vault import rings
from tests.vault.homes import BY_ITSELF, BY_NAME, NONE, WORKING, Home


@given(
    st.builds(
        Custody,
        st.sampled_from(["environment", "keyring", "file"]),
        st.booleans(),
        st.from_regex(r"[A-Za-z_][A-Za-z0-9_.]*", fullmatch=True) | st.just(""),
    )
)
def test_record_round_trip(custody: Custody) -> None:
    """What the database keeps comes back as it was."""
    assert Custody.from_text(custody.to_text()) == custody


def test_record_text() -> None:
    """The recorded form is fixed, because homes out there hold it."""
    assert BY_NAME.to_text() == "file:chosen:"
    assert Custody("keyring", chosen=False, backend=WORKING).to_text() == f"keyring::{WORKING}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "file",
        "file:",
        "safe::",
        "file:maybe:",
        "file::a b",
        "file::é",
        "file:::",
        "keyring::a;b",
        "file::\n",
    ],
)
def test_damaged_record(text: str) -> None:
    """A record that nobody wrote is refused before anything is loaded by its name."""
    with pytest.raises(DataDamagedError):
        Custody.from_text(text)


def test_account_names(tmp_path: Path) -> None:
    """The usual home has the plain name; every other place has its own, the same each time."""
    usual = {"HOME": str(tmp_path)}
    moved = [
        {**usual, "OO_HOME": str(tmp_path / "a")},
        {**usual, "OO_HOME": str(tmp_path / "b")},
        {**usual, "OO_HOME": str(tmp_path / "\udcff")},
        {**usual, "XDG_DATA_HOME": str(tmp_path / "c")},
        {**usual, "XDG_DATA_HOME": str(tmp_path / "d")},
    ]
    names = [account_name(environ, Paths(environ)) for environ in (usual, *moved)]
    assert names[0] == "key"
    assert len(set(names)) == len(names)
    assert all(name.startswith("key@") and len(name) == 20 for name in names[1:])
    assert names == [account_name(environ, Paths(environ)) for environ in (usual, *moved)]
    nobody = {"OO_HOME": str(tmp_path / "a")}  # as a service has it
    assert account_name(nobody, Paths(nobody)) == names[1]


def test_begin_in_the_environment(home: Home) -> None:
    """A set `OO_KEY` is the key, and nothing is written anywhere."""
    key = new_key()
    custody, begun = home.with_keyring("Working", OO_KEY=key.reveal()).begin()
    assert (custody.holder, same_key(key, begun)) == ("environment", True)
    assert home.in_keyring() is None
    assert os.listdir(home.root) == []


def test_begin_in_the_keyring(home: Home) -> None:
    """With a keyring the key is there alone, its backend is recorded, and it opens without the variable."""
    custody, key = home.with_keyring("Working").begin()
    assert custody == Custody("keyring", chosen=False, backend=WORKING)
    assert home.in_keyring() == key.reveal()
    assert not home.file.exists()
    plain = Custodian({"OO_HOME": str(home.root)}, home.paths)
    assert same_key(key, plain.unlock(custody))


def test_begin_without_a_keyring(home: Home) -> None:
    """Without one the key is in the file, which is recorded as nobody's choice."""
    custodian = home.with_keyring(NONE)
    custody, key = custodian.begin()
    assert custody == BY_ITSELF
    assert same_key(key, custodian.unlock(custody))


@pytest.mark.parametrize("kind", ["Locked", "Hanging", "Raising", "WrongType", "Missing"])
def test_begin_is_never_silent(home: Home, kind: str) -> None:
    """A keyring that is there but does not serve stops the first run; no file takes its place."""
    with pytest.raises(DataLockedError):
        home.with_keyring(kind).begin()
    assert not home.file.exists()


@pytest.mark.parametrize("kind", [NONE, "Working"])
def test_begin_after_an_interrupted_one(home: Home, kind: str) -> None:
    """A key that is already there is used: something may be sealed with it."""
    _, key = home.with_keyring(NONE).begin()
    custody, again = home.with_keyring(kind).begin()
    assert (custody, same_key(key, again)) == (BY_ITSELF, True)
    assert home.in_keyring() is None


def test_begin_with_a_key_in_the_keyring(home: Home) -> None:
    """The same for a key that is already in the keyring."""
    first, second = (home.with_keyring("Working").begin() for _ in range(2))
    assert first[0] == second[0]
    assert same_key(first[1], second[1])


def test_many_first_runs_at_once(home: Home) -> None:
    """First runs that overlap end with one key, however slow the keyring is between two questions."""
    with ThreadPoolExecutor(4) as pool:
        begun = list(pool.map(lambda _: home.with_keyring("Sleepy").begin(), range(4)))
    assert {key.reveal() for _, key in begun} == {home.in_keyring()}


def test_begin_where_nothing_can_be_written(home: Home) -> None:
    """A home that is in the way of itself gives one line."""
    (home.root / "config").write_text("")
    with pytest.raises(CannotWriteError):
        home.with_keyring(NONE).begin()


def test_environment_goes_first(home: Home) -> None:
    """`OO_KEY` is used whatever was recorded, and the keyring is not even asked."""
    key = new_key()
    custodian = home.with_keyring("Raising", OO_KEY=key.reveal())
    for custody in (Custody("environment", chosen=True), Custody("keyring", chosen=False), BY_NAME):
        assert same_key(key, custodian.unlock(custody))


@pytest.mark.parametrize(
    "custody",
    [Custody("environment", chosen=True), Custody("keyring", chosen=False, backend=WORKING), BY_NAME],
)
def test_missing_key(home: Home, custody: Custody) -> None:
    """A key that is not where it was recorded is told with a next step, and no other is made."""
    custodian = home.with_keyring("Working")
    for wanted in (None, key_id(new_key())):
        with pytest.raises(DataLockedError, match=r"OO_KEY, which is not set|holds no key|is gone") as caught:
            custodian.unlock(custody, wanted)
        assert caught.value.hint
    with pytest.raises((BadUsageError, DataLockedError)):
        custodian.choose("passphrase", custody, home.records.append)
    assert (home.in_keyring(), home.records) == (None, [])
    assert not home.file.exists()


def test_absent_keyring_is_a_locked_home(home: Home) -> None:
    """A home whose keyring is gone stays locked and says why."""
    with pytest.raises(KeyringAbsentError):
        home.with_keyring(NONE).unlock(Custody("keyring", chosen=False, backend=WORKING))


def test_destroy_everywhere(home: Home) -> None:
    """Every copy is found, each is named, a set variable too; the second time there is nothing left."""
    custodian = home.with_keyring("Working", OO_KEY=new_key().reveal())
    home.file.parent.mkdir()
    home.file.write_text("even what is no key")
    rings.Working.kept["oo", custodian.account] = "x"
    expected = [rooms.KEYRING_DESTROYED, rooms.FILE_DESTROYED, rooms.ENVIRONMENT_LEFT]
    assert custodian.destroy(None) == expected
    assert home.in_keyring() is None
    assert not home.file.exists()
    assert custodian.destroy(None) == [rooms.ENVIRONMENT_LEFT]


@pytest.mark.parametrize("kind", ["Hanging", "Locked", "Raising"])
def test_destroy_with_a_keyring_that_does_not_serve(home: Home, kind: str) -> None:
    """The file is destroyed all the same, and what could not be reached is said."""
    home.with_keyring(NONE).begin()
    assert home.with_keyring(kind).destroy(BY_ITSELF) == [rooms.KEYRING_UNREACHED, rooms.FILE_DESTROYED]


def test_destroy_without_a_keyring(home: Home) -> None:
    """An absent keyring is worth a word only where the key was recorded in it."""
    custodian = home.with_keyring(NONE)
    assert custodian.destroy(None) == custodian.destroy(BY_NAME) == []
    assert custodian.destroy(Custody("keyring", chosen=True)) == [rooms.KEYRING_UNREACHED]


def test_destroy_what_cannot_be(home: Home) -> None:
    """Something in the place of the key file that is not ours is left and reported."""
    home.file.mkdir(parents=True)
    assert home.with_keyring(NONE).destroy(BY_NAME) == [rooms.FILE_UNREACHED]
    assert home.file.is_dir()


def test_two_homes_share_nothing(tmp_path: Path) -> None:
    """The end of one home leaves the key of another in the same keyring."""
    homes = [Home(tmp_path / name) for name in ("a", "b")]
    (_, one), (custody, two) = (home.with_keyring("Working").begin() for home in homes)
    assert not same_key(one, two)
    homes[0].with_keyring("Working").destroy(None)
    assert same_key(two, homes[1].with_keyring("Working").unlock(custody))


@pytest.mark.parametrize(
    ("custody", "expected"),
    [
        (BY_ITSELF, False),
        (BY_NAME, True),
        (Custody("keyring", chosen=False), True),
        (Custody("environment", chosen=True), True),
    ],
)
def test_remote_sources_want_a_choice(custody: Custody, expected: bool) -> None:
    """A token is only sealed under a key whose place is safe or was chosen by name."""
    assert Custodian.may_hold_remote(custody) is expected
