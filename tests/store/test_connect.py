"""Connecting: consent and login hold together, and one without the other is never kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from oo_cli.house import House
from oo_cli.usecases import connect
from oo_data.errors import BadUsageError, DataLockedError, OoError, SourceUnavailableError
from oo_data.store import profile
from tests.fakes import FakeSource


def todoist(house: House, login: str = "a-token", chosen: bool = True, failure: OoError | None = None) -> None:
    """Connect Todoist with a source that answers as told."""
    source = FakeSource("todoist", "Send the taxes")
    source.failure = failure

    def log_in() -> None:
        source.read(house.clock.now_ms())
        house.keep_secret("todoist.login", login)

    connect.connect_remote(house, "todoist", chosen, log_in)


@pytest.mark.parametrize(
    ("login", "chosen", "failure", "expected"),
    [
        ("a-token", False, None, DataLockedError),
        ("a-token", True, SourceUnavailableError("Todoist is down."), SourceUnavailableError),
    ],
)
def test_a_login_that_fails(
    house: House, login: str, chosen: bool, failure: OoError | None, expected: type[OoError]
) -> None:
    """Neither token nor consent is kept; where Todoist was connected before, it stays so."""
    with pytest.raises(expected):
        todoist(house, login, chosen, failure)
    assert profile.granted(house.store.conn) == frozenset()
    assert profile.secrets(house.store.conn) == {}
    assert profile.sources(house.store.conn) == {}
    todoist(house)
    with pytest.raises(expected):
        todoist(house, login, chosen, failure)
    assert "source.todoist" in profile.granted(house.store.conn)
    sealed = profile.secrets(house.store.conn)["todoist.login"]
    assert house.sealer.unseal(sealed, "secret", "sealed", "todoist.login") == "a-token"


def test_a_withdrawn_agent_stays_off(house: House, tmp_path: Path) -> None:
    """Connecting asks for what was never asked; a no that was said before still holds."""
    with house.store.write() as conn:
        profile.set_consent(conn, "agent.momentum", False, 1)
    own = tmp_path / "mine.txt"
    own.touch()
    assert connect.connect_todotxt(house, str(own)) == str(own)
    granted = profile.granted(house.store.conn)
    assert "agent.momentum" not in granted
    assert {"source.todotxt", "agent.focus-area"} <= granted
    for wrong in (tmp_path / "none.txt", tmp_path):
        with pytest.raises(BadUsageError):
            connect.connect_todotxt(house, str(wrong))
    assert profile.sources(house.store.conn)["todotxt"].watch_path == str(own)
