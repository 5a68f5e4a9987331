"""Logging out at Todoist: both ways of revoking, within a few seconds, and told honestly."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from oo_cli.adapters.sources.todoist.grants import App
from oo_cli.adapters.sources.todoist.login import Login, sign_out
from oo_cli.adapters.sources.todoist.oauth import READ
from oo_data.secret import Secret
from tests.todoist_server import faults
from tests.todoist_server.browser import URI, LoginBench, login_bench
from tests.todoist_server.faults import Fault
from tests.todoist_server.oauth import refusal
from tests.todoist_server.wire import Wire


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[LoginBench]:
    """A store with the consent, and a server."""
    with login_bench(tmp_path) as opened:
        yield opened


@pytest.fixture
def app(bench: LoginBench) -> App:
    """Registered to read."""
    return bench.oauth.register(READ, (URI,))


def test_revoke(bench: LoginBench, app: App) -> None:
    """Both tokens are dead afterwards, by the standard's way and the documented credentials."""
    grant = bench.granted(app)
    assert bench.oauth.revoke(app, grant.access, grant.refresh)
    assert bench.living() == []
    bodies = bench.sent("/api/v1/revoke")
    assert [body.partition("token_type_hint=")[2] for body in bodies] == ["access_token", "refresh_token"]
    assert bench.sent("/api/v1/access_tokens") == []


def test_revoke_after_the_token_ran_out(bench: LoginBench, app: App) -> None:
    """A login that was not used for a day leaves no refresh token behind either."""
    grant = bench.granted(app)
    bench.advance(86_400_000)
    assert bench.oauth.revoke(app, grant.access, grant.refresh)
    assert bench.living() == []


@pytest.mark.parametrize("status", [400, 401, 404, 410, 500])
def test_revoke_the_older_way(bench: LoginBench, app: App, status: int) -> None:
    """Where the standard's way is refused, the older one is taken, and no address holds its secrets afterwards."""
    grant = bench.granted(app)
    bench.server.faults.append(refusal("canary-words", status))
    assert bench.oauth.revoke(app, grant.access, grant.refresh)
    assert bench.living() == []
    assert len(bench.sent("/api/v1/access_tokens")) == 1


def test_revoke_both_refused(bench: LoginBench, app: App) -> None:
    """When Todoist takes neither, that is told instead of a success."""
    grant = bench.granted(app)
    bench.server.faults.extend((refusal("a", 500), refusal("b", 500)))
    assert not bench.oauth.revoke(app, grant.access, None)
    assert bench.living() != []


@pytest.mark.parametrize("fault", [faults.closed(), faults.redirect("https://example.org"), faults.huge(1_000_000)])
def test_revoke_unanswered(bench: LoginBench, app: App, fault: Fault) -> None:
    """No answer is no success, and no error: disconnecting goes on."""
    bench.server.faults.append(fault)
    assert not bench.oauth.revoke(app, Secret("a"), Secret("r"))


def test_revoke_is_bounded(bench: LoginBench, app: App) -> None:
    """A silent server cannot hold up the person's leaving."""
    bench.server.faults.extend((faults.silent(), faults.silent(), faults.silent()))
    begun = time.monotonic()
    assert not bench.oauth.revoke(app, Secret("a"), Secret("r"), seconds=0.3)
    assert time.monotonic() - begun < 10


def test_revoke_shares_its_time(bench: LoginBench, app: App) -> None:
    """All attempts together keep the bound: after a slow refusal only the rest is left for the next one."""

    def late(wire: Wire) -> None:
        wire.pause(2.5)
        refusal("a", 500)(wire)

    bench.server.faults.extend((late, faults.silent()))
    begun = time.monotonic()
    assert not bench.oauth.revoke(app, Secret("a"), Secret("r"), seconds=3.0)
    assert time.monotonic() - begun < 5.4


def test_revoke_without_secret(bench: LoginBench) -> None:
    """A public app has no way to revoke; nothing is sent."""
    assert not bench.oauth.revoke(App("tdd_public", None), Secret("a"), Secret("r"))
    assert bench.server.log == []


def test_nothing_is_logged(bench: LoginBench, app: App, caplog: pytest.LogCaptureFixture) -> None:
    """No log line of any library holds a code, token or secret, not even from the address that must hold two."""
    with caplog.at_level(logging.DEBUG):
        grant = bench.granted(app)
        bench.server.faults.append(refusal("a", 500))
        assert bench.oauth.revoke(app, grant.access, grant.refresh)
    lines = caplog.text.replace("/oauth/authorize?", "")
    assert not [secret for secret in bench.authority.given if secret in lines]


def test_sign_out(bench: LoginBench, app: App) -> None:
    """A whole login is ended by what was kept of it."""
    grant = bench.granted(app)
    login = Login("oauth", grant.access, grant.refresh, None, app.id, app.secret, grant.scope)
    assert sign_out(bench.oauth, login)
    assert bench.living() == []


@pytest.mark.parametrize(
    ("login", "ended"), [(Login("personal", Secret("t")), False), (Login("oauth", None, client_id="tdd_x"), True)]
)
def test_sign_out_without_tokens(bench: LoginBench, login: Login, ended: bool) -> None:
    """A personal token cannot be ended from here, and dead tokens need not be; nothing is sent for either."""
    assert sign_out(bench.oauth, login) is ended
    assert bench.server.log == []
