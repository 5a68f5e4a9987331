"""The key in a keyring: every way a backend can behave, and a real Secret Service."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from oo_cli.adapters.vault.keyring_holder import LIMIT_SECONDS, KeyringAbsentError, KeyringHolder
from oo_cli.adapters.vault.sealer import new_key, same_key
from oo_data.errors import DataLockedError
from oo_data.ids import new_id
from oo_data.ports import KeyHolder
from tests.vault import rings
from tests.vault.conftest import Outcome, Session

SECRET_SERVICE = "keyring.backends.SecretService.Keyring"
SLOW_SECONDS = 30  # no machine needs that long for what is not to be waited for
Probe = Callable[..., Outcome]


def _holder(kind: str, account: str = "") -> KeyringHolder:
    return KeyringHolder(account or new_id(), f"tests.vault.rings.{kind}")


def test_round_trip() -> None:
    """What is saved is loaded, by another holder too, and gone after deleting, which says so once."""
    account, key = new_id(), new_key()
    holder: KeyHolder = _holder("Working", account)
    assert holder.load() is None
    assert holder.delete() is False
    holder.save(key)
    assert same_key(key, _holder("Working", account).load())
    assert _holder("Working").load() is None
    assert rings.Working.kept["oo", account] == key.reveal()
    assert holder.delete() is True
    assert holder.delete() is False
    assert holder.load() is None


def test_backend_name_pins_the_backend() -> None:
    """The name that is given back loads the same backend again."""
    name = _holder("Working").backend_name()
    assert name == "tests.vault.rings.Working"
    assert KeyringHolder("key", name).backend_name() == name


@pytest.mark.parametrize("kind", ["Mute", "slow import"])
def test_hanging(kind: str) -> None:
    """A keyring that does not answer, or does not even load, costs two seconds and is told with a way out."""
    name = "tests.vault.slow_ring.Slow" if kind == "slow import" else f"tests.vault.rings.{kind}"
    began = time.monotonic()
    with pytest.raises(DataLockedError, match="did not answer within 2 s") as caught:
        KeyringHolder(new_id(), name).load()
    assert LIMIT_SECONDS <= time.monotonic() - began < LIMIT_SECONDS + 8
    assert "OO_KEY" in caught.value.hint
    assert "oo key --file" in caught.value.hint
    assert not isinstance(caught.value, KeyringAbsentError)


def test_one_that_owes_an_answer_is_not_waited_for_again() -> None:
    """What asks several times, as forgetting does, takes no longer for it; once it answers, all is as before."""
    holder = _holder("Prompting")
    rings.Prompting.answered.clear()
    waits = []
    for _ in range(3):
        began = time.monotonic()
        with pytest.raises(DataLockedError, match="did not answer within 2 s"):
            holder.load()
        waits.append(time.monotonic() - began)
    assert waits[0] >= LIMIT_SECONDS
    assert max(waits[1:]) < LIMIT_SECONDS
    rings.Prompting.answered.set()
    assert holder.load() is None


def test_hanging_does_not_hold_up_the_end(probe: Probe) -> None:
    """A process leaves although a backend never returns."""
    began = time.monotonic()
    told = probe("save", "key", new_key().reveal(), PYTHON_KEYRING_BACKEND="tests.vault.rings.Hanging")
    assert told["message"] == "The keyring did not answer within 2 s."
    assert LIMIT_SECONDS <= told["seconds"] < LIMIT_SECONDS + 8
    assert time.monotonic() - began < 30


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("Locked", "The keyring is locked."),
        ("Uncreated", "The keyring is locked."),
        ("Raising", "The keyring failed (ValueError)."),
        ("Exiting", "The keyring failed (SystemExit)."),
        ("WrongType", "The keyring answered with something that is no password."),
        ("Missing", "The keyring failed (AttributeError)."),
        ("SECRET_WORDS", "The keyring failed (AttributeError)."),
    ],
)
def test_failing(kind: str, message: str) -> None:
    """Whatever a backend does is told in our words, never in its own, and is not taken for absence."""
    for call in (_holder(kind).load, lambda: _holder(kind).save(new_key())):
        with pytest.raises(DataLockedError) as caught:
            call()
        assert caught.value.message == message
        assert not isinstance(caught.value, KeyringAbsentError)
        assert caught.value.__cause__ is caught.value.__context__ is None


@pytest.mark.parametrize(
    "backend",
    [
        *(f"tests.vault.rings.{kind}" for kind in ("Unusable", "Late", "Plaintext", "Disguised", "BadChain")),
        *("keyring.backends.fail.Keyring", "keyring.backends.null.Keyring"),
    ],
)
def test_absent(backend: str) -> None:
    """A backend that keeps nothing, or in the clear, counts as no keyring and is never written to."""
    holder = KeyringHolder(new_id(), backend)
    for call in (holder.load, holder.delete, lambda: holder.save(new_key())):
        with pytest.raises(KeyringAbsentError) as caught:
            call()
        assert "OO_KEY" in caught.value.hint
    assert rings.Plaintext.kept == {}


def test_chain_with_a_sound_member() -> None:
    """Of a chain the best member that keeps secrets is used alone, and recorded."""
    holder = _holder("MixedChain")
    assert holder.backend_name() == "tests.vault.rings.Working"
    holder.save(new_key())
    assert holder.delete() is True


@pytest.mark.parametrize("kind", ["Forgetful", "Mangling"])
def test_saving_reads_back(kind: str) -> None:
    """A key that the keyring lost or changed was not saved."""
    with pytest.raises(DataLockedError, match="did not keep"):
        _holder(kind).save(new_key())


def test_deleting_reads_back() -> None:
    """A key that is still there was not deleted."""
    holder = _holder("Sticky")
    holder.save(new_key())
    with pytest.raises(DataLockedError, match="still holds"):
        holder.delete()


@pytest.mark.parametrize("text", ["", "hunter2", "grüße \ud800"])
def test_entry_that_is_no_key(text: str) -> None:
    """Somebody else's entry under our name is neither used nor shown, nor taken for none."""
    account = new_id()
    rings.Working.kept["oo", account] = text
    with pytest.raises(DataLockedError, match="not a key"):
        _holder("Working", account).load()


def test_no_desktop(probe: Probe) -> None:
    """Under cron, with neither bus nor setting, the search ends in absence, and within the limit."""
    told = probe("load", "key")
    assert told["error"] == "KeyringAbsentError"
    assert told["seconds"] < LIMIT_SECONDS + 8


@pytest.mark.parametrize("address", ["unix:path=/nonexistent/bus", "nonsense"])
def test_dead_bus(probe: Probe, address: str) -> None:
    """A bus address that leads nowhere is absence too, also for the backend that was recorded."""
    for words in (["load", "key"], ["load", "key", SECRET_SERVICE]):
        told = probe(*words, DBUS_SESSION_BUS_ADDRESS=address)
        assert told["error"] == "KeyringAbsentError"


def test_broken_library(probe: Probe, tmp_path: Path) -> None:
    """Where the keyring library itself does not load, the person still gets one line."""
    (tmp_path / "keyring.py").write_text("raise ImportError('words from outside')")
    path = f"{tmp_path}:.:agents:data"
    told = probe("load", "key", PYTHONPATH=path)
    assert told["error"] == "DataLockedError"
    assert told["message"] == "The keyring failed (ImportError)."


def test_loading_the_library_is_no_waiting(probe: Probe, tmp_path: Path) -> None:
    """A machine that loads Python slowly has a keyring all the same: only its answers are waited for in a thread."""
    library = tmp_path / "keyring"
    library.mkdir()
    here = "import threading\nassert threading.current_thread() is threading.main_thread()\n"
    (library / "__init__.py").write_text(here)
    (library / "core.py").write_text(f"{here}def get_keyring():\n    raise RuntimeError\n")
    told = probe("load", "key", PYTHONPATH=f"{tmp_path}:.:agents:data")
    assert told["error"] == "KeyringAbsentError"


def test_named_by_the_library_s_own_variable(probe: Probe) -> None:
    """`PYTHON_KEYRING_BACKEND` is honoured, without any search."""
    told = probe("name", "key", PYTHON_KEYRING_BACKEND="tests.vault.rings.Other")
    assert told["ok"] == "tests.vault.rings.Other"


def test_secret_service(session: Session) -> None:
    """A key saved by one process is loaded and destroyed by others, under any account name."""
    account, key = "key@größe-👩‍💻", new_key().reveal()
    outcomes = session.run(
        "unlocked",
        ["load", account],
        ["save", account, key],
        ["load", account],
        ["load", account, SECRET_SERVICE],
        ["load", "key"],
        ["name", account],
        ["delete", account],
        ["delete", account],
        ["load", account],
    )
    assert [told["ok"] for told in outcomes] == [
        None,
        None,
        key,
        key,
        None,
        SECRET_SERVICE,
        True,
        False,
        None,
    ]


def test_secret_service_holding_other_words(session: Session) -> None:
    """Text that is no key comes through a real keyring unharmed and is refused by us."""
    stored, refused = session.run("unlocked", ["put", "key", "grüße 👋"], ["load", "key"])
    assert stored["ok"] == "grüße 👋"
    assert refused["message"] == "The keyring's entry for oO is not a key."


def test_secret_service_over_two_sessions(session: Session) -> None:
    """A key outlives the login it was saved in; a login that does not unlock gives words, not a wait."""
    key = new_key().reveal()
    session.run("unlocked", ["save", "key", key])
    (opened,) = session.run("unlocked", ["load", "key"])
    assert opened["ok"] == key
    for told in session.run("locked", ["load", "key"], ["save", "key", key], ["delete", "key"]):
        assert told["error"] == "DataLockedError"
        # On a machine too busy to load the library within the limit, the limit is what is told.
        late = told["seconds"] >= LIMIT_SECONDS
        assert told["message"] == ("The keyring did not answer within 2 s." if late else "The keyring is locked.")
        assert told["seconds"] < LIMIT_SECONDS + 8


def test_secret_service_that_was_never_opened(session: Session) -> None:
    """Where nothing can ask for a first keyring's password it is locked, and no key file is made."""
    (told,) = session.run("locked", ["begin"])
    assert told["error"] == "DataLockedError"
    assert told["message"] in ("The keyring is locked.", "The keyring did not answer within 2 s.")
    assert told["seconds"] < LIMIT_SECONDS + 8
    assert not list(session.home.rglob("key"))


def test_secret_service_custody(session: Session) -> None:
    """A home on a real keyring begins there, opens by the recorded backend, and ends without a trace."""
    begun, again = session.run("unlocked", ["begin"], ["begin"])
    record, key = begun["ok"]
    assert record == f"keyring::{SECRET_SERVICE}"
    assert again["ok"] == [record, key]
    opened, ended, gone = session.run("unlocked", ["unlock", record], ["destroy", record], ["unlock", record])
    assert opened["ok"] == key
    assert ended["ok"] == ["keyring: key destroyed"]
    assert gone["message"] == "The keyring holds no key for this home."
