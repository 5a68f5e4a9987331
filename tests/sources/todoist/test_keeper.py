"""The token at hand: renewed in time, stored before it is used, and never at the cost of the login."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from oo_cli.adapters.replies import ExchangeFailedError
from oo_cli.adapters.sources.todoist.client import TodoistClient
from oo_cli.adapters.sources.todoist.grants import LoginEndedError
from oo_cli.adapters.sources.todoist.login import Login, TokenKeeper
from oo_data.errors import CannotWriteError, ConnectionNeededError, OoError, SourceUnavailableError
from oo_data.secret import Secret
from tests.todoist_server import faults
from tests.todoist_server.browser import login_bench
from tests.todoist_server.faults import Fault
from tests.todoist_server.hand import HOUR, Hand
from tests.todoist_server.oauth import refusal


@pytest.fixture
def hand(tmp_path: Path) -> Iterator[Hand]:
    """A keeper, a server and a clock that both share."""
    with login_bench(tmp_path) as bench:
        yield Hand(bench, tmp_path)


def test_not_connected(hand: Hand) -> None:
    """Without a login the way to one is named."""
    failure = hand.failure()
    assert (type(failure), failure.hint) == (ConnectionNeededError, "Run: oo connect todoist")


def test_a_good_token_is_used_as_it_is(hand: Hand) -> None:
    """As long as the token lasts nothing is sent, stored or locked."""
    login = hand.connect()
    os.unlink(hand.lock)
    hand.bench.advance(HOUR - 60_001)
    assert login.access is not None
    assert hand.keeper.token().reveal() == login.access.reveal()
    assert (hand.renewals(), len(hand.saved), os.path.exists(hand.lock)) == (0, 1, False)


def test_renewal_a_minute_early(hand: Hand) -> None:
    """A token in its last minute is renewed, so that none ends on its way."""
    login = hand.connect()
    hand.bench.advance(HOUR - 60_000)
    token = hand.keeper.token()
    assert hand.works(token)
    assert login.access is not None
    assert token.reveal() != login.access.reveal()
    assert hand.login().expires_at == hand.bench.clock.now + HOUR
    assert hand.keeper.token().reveal() == token.reveal()
    assert hand.renewals() == 1


def test_a_day_of_renewals(hand: Hand) -> None:
    """The refresh token that came last is the one that is sent: Todoist never sees one twice."""
    hand.connect()
    for _ in range(24):
        hand.bench.advance(HOUR)
        assert hand.works(hand.another().token())
    assert (hand.renewals(), hand.bench.authority.thefts) == (24, 0)


def test_stored_before_it_is_used(hand: Hand) -> None:
    """When the new tokens cannot be stored, none is handed out; nothing of them shows."""
    hand.connect()
    hand.bench.advance(HOUR)

    def full(text: str) -> None:
        raise CannotWriteError("The disk is full.", "Make room.")

    keeper = TokenKeeper(hand.load, full, hand.bench.oauth.refresh, hand.lock, hand.bench.clock)
    assert isinstance(hand.failure(keeper), CannotWriteError)


def test_lost_answer_within_the_grace(hand: Hand) -> None:
    """A renewal whose answer was lost is asked for again; the refresh token that is known stays kept."""
    before = hand.connect()
    assert before.refresh is not None
    hand.bench.advance(HOUR)
    hand.bench.oauth.refresh(before.app, before.refresh)  # by a process that died on it
    hand.bench.advance(59_000)
    token = hand.keeper.token()
    assert hand.works(token)
    after = hand.login()
    assert after.refresh is not None
    assert after.refresh.reveal() == before.refresh.reveal()
    assert hand.bench.authority.thefts == 0


def test_theft(hand: Hand) -> None:
    """A refresh token that someone else used ends the login: told once, its tokens dropped, nothing sent again."""
    before = hand.connect()
    assert before.refresh is not None
    hand.bench.oauth.refresh(before.app, before.refresh)
    hand.bench.advance(HOUR)
    failure = hand.failure()
    assert hand.bench.authority.thefts == 1
    assert (failure.message, failure.hint) == ("Todoist ended the login.", "Connect again: oo connect todoist")
    assert hand.login()[1:4] == (None, None, None)
    sent = len(hand.bench.server.log)
    assert isinstance(hand.failure(hand.another()), LoginEndedError)
    assert len(hand.bench.server.log) == sent


def test_app_gone(hand: Hand) -> None:
    """Where Todoist forgot the app, nothing of the login is kept, so that connecting again registers anew."""
    hand.connect()
    hand.bench.authority.apps.clear()
    hand.bench.advance(HOUR)
    assert "no longer knows this installation" in hand.failure().message
    assert hand.login().to_text() == Login("oauth", None).to_text()
    assert hand.keeper.app_for(write=False) is None


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (faults.closed(), ExchangeFailedError),
        (faults.html(503), SourceUnavailableError),
        (faults.limited("30"), SourceUnavailableError),
        (faults.raw_json(b"{}"), SourceUnavailableError),
        (refusal("unsupported_grant_type"), SourceUnavailableError),
        (refusal("invalid_scope"), ConnectionNeededError),
    ],
)
def test_trouble_keeps_the_login(hand: Hand, fault: Fault, kind: type[OoError]) -> None:
    """What is not a no to this login leaves it as it was, and the next try renews it."""
    login = hand.connect()
    hand.bench.advance(HOUR)
    hand.bench.server.faults.append(fault)
    assert isinstance(hand.failure(), kind)
    assert hand.load() == login.to_text()
    assert hand.works(hand.keeper.token())


def test_refused_token(hand: Hand) -> None:
    """A token that Todoist refuses before its time is renewed once it is told so, and only then."""
    hand.connect()
    first = hand.keeper.token()
    hand.keeper.expired()
    second = hand.keeper.token()
    assert second.reveal() != first.reveal()
    assert hand.keeper.token().reveal() == second.reveal()
    assert hand.renewals() == 1


def test_refused_but_renewed_by_another(hand: Hand) -> None:
    """A process with an old token takes the one that another process has brought meanwhile."""
    hand.connect()
    other = hand.another()
    other.token()
    hand.bench.advance(HOUR)
    brought = hand.keeper.token()
    other.expired()
    assert other.token().reveal() == brought.reveal()
    assert hand.renewals() == 1


def test_client_renews_on_401(hand: Hand) -> None:
    """The client and the keeper fit: a refused request is repeated once with a renewed token."""
    hand.connect()
    hand.bench.authority.now_ms += 2 * HOUR  # only Todoist's clock, as when this machine's is slow
    keeper = hand.keeper
    client = TodoistClient(hand.bench.guard, hand.bench.server.url, hand.sleep, lambda: 0.0, keeper.expired)
    client.check(keeper.token)
    assert hand.renewals() == 1


def test_personal_token(hand: Hand) -> None:
    """A personal token does not end and cannot be renewed; refused, it asks for the person, and stays."""
    hand.keeper.keep(Login("personal", Secret("t")))
    hand.bench.advance(1000 * HOUR)
    assert hand.keeper.token().reveal() == "t"
    hand.keeper.expired()
    failure = hand.failure()
    assert (failure.message, failure.hint) == ("Todoist refused the token.", "Connect again: oo connect todoist")
    assert hand.bench.server.log == []
    assert hand.another().token().reveal() == "t"


def test_without_refresh_token(hand: Hand) -> None:
    """A login that cannot be renewed is used to its very end, and then asks for the person."""
    hand.keeper.keep(Login("oauth", Secret("t"), expires_at=hand.bench.clock.now + 1))
    assert hand.keeper.token().reveal() == "t"
    hand.bench.advance(1)
    assert isinstance(hand.failure(), LoginEndedError)
    assert hand.bench.server.log == []


def test_app_for(hand: Hand) -> None:
    """The registered app serves again for what it was registered for, and with dead tokens only once."""
    assert hand.keeper.app_for(write=False) is None
    login = hand.connect()
    for _ in range(2):
        app = hand.keeper.app_for(write=False)
        assert app is not None
        assert app.id == login.client_id
    assert hand.keeper.app_for(write=True) is None
    hand.keeper.keep(login._replace(access=None, refresh=None))
    assert hand.keeper.app_for(write=False) is not None
    assert hand.keeper.app_for(write=False) is None
