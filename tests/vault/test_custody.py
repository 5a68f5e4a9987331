"""Custody: where the first key goes, who is asked for it later, and that moving it never loses it."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oo_cli.adapters.vault import custody as rooms
from oo_cli.adapters.vault.custody import Custodian, Custody, Place, account_name
from oo_cli.adapters.vault.keyring_holder import KeyringAbsentError
from oo_cli.adapters.vault.sealer import key_bytes, key_id, new_key, same_key
from oo_data.env import Paths
from oo_data.errors import BadUsageError, CannotWriteError, DataDamagedError, DataLockedError
from oo_data.secret import Secret
from tests.vault import rings

NONE = "keyring.backends.fail.Keyring"
WORKING = "tests.vault.rings.Working"
BY_ITSELF = Custody("file", chosen=False)
BY_NAME = Custody("file", chosen=True)


class Home:
    """One home directory, seen with a keyring of a given kind."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.paths = Paths({"OO_HOME": str(root)})
        self.file = Path(self.paths.key_file)
        self.records: list[Custody] = []

    def with_keyring(self, kind: str, **variables: str) -> Custodian:
        """The custodian under `PYTHON_KEYRING_BACKEND`."""
        backend = f"tests.vault.rings.{kind}" if "." not in kind else kind
        return Custodian({"OO_HOME": str(self.root), "PYTHON_KEYRING_BACKEND": backend, **variables}, self.paths)

    def in_keyring(self, kind: type[rings.Working] = rings.Working) -> str | None:
        """What that keyring holds for this home."""
        return kind.kept.get(("oo", self.with_keyring(NONE).account))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home that nothing was put into yet."""
    return Home(tmp_path)


def _crash(custody: Custody) -> None:
    raise KeyboardInterrupt


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
    with pytest.raises(DataLockedError) as caught:
        custodian.unlock(custody)
    assert caught.value.hint
    assert home.in_keyring() is None
    assert not home.file.exists()


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
    assert Custodian(variables, home.paths).hand_over(custody, key_id(key), lambda old, new: None)
    assert (home.in_keyring(), following in rings.Working.kept) == (None, False)

    _, key = home.with_keyring("Working").begin()
    assert plain.choose("file", custody, home.records.append) == BY_NAME
    assert (home.in_keyring(), same_key(key, plain.unlock(BY_NAME))) == (None, True)
    rings.Working.kept[following] = key.reveal()
    assert plain.in_keyring(custody)
    assert plain.destroy(custody) == [rooms.KEYRING_DESTROYED, rooms.FILE_DESTROYED]
    assert following not in rings.Working.kept


def test_absent_keyring_is_a_locked_home(home: Home) -> None:
    """A home whose keyring is gone stays locked and says why."""
    with pytest.raises(KeyringAbsentError):
        home.with_keyring(NONE).unlock(Custody("keyring", chosen=False, backend=WORKING))


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
    home.file.write_text(key.reveal())
    rings.Working.kept["oo", custodian.account] = key.reveal()

    assert custodian.choose(target, chosen, home.records.append) == chosen
    assert home.file.exists() == (target == "file")
    assert (home.in_keyring() is None) == (target == "file")
    assert same_key(key, custodian.unlock(chosen))


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


def test_a_key_from_the_environment_is_not_oos_to_change(home: Home) -> None:
    """A new key cannot be put there; and only the right old one may be handed over for it."""
    old, new, other = new_key(), new_key(), new_key()
    given, taken = Custody("environment", chosen=True), []

    def commit(before: Secret, after: Secret) -> None:
        taken.append((before.reveal(), after.reveal()))

    with pytest.raises(BadUsageError):
        home.with_keyring(NONE, OO_KEY=old.reveal()).rotate(given, key_id(old), commit)
    with pytest.raises(DataLockedError):
        home.with_keyring(NONE).hand_over(given, key_id(old), commit)
    for variables in ({}, {"OO_KEY_OLD": other.reveal()}):
        with pytest.raises(DataLockedError):
            home.with_keyring(NONE, OO_KEY=new.reveal(), **variables).hand_over(given, key_id(old), commit)
    assert taken == []
    assert home.with_keyring(NONE, OO_KEY=new.reveal(), OO_KEY_OLD=old.reveal()).hand_over(given, key_id(old), commit)
    assert taken == [(old.reveal(), new.reveal())]
