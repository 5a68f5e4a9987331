"""A whole login with a real HTTP client as the browser, and what is kept of it."""

from __future__ import annotations

import base64
import json
import logging
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from socket import create_server
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oo_cli.adapters.http import bearer
from oo_cli.adapters.sources.todoist.grants import App
from oo_cli.adapters.sources.todoist.login import Login, TokenKeeper, sign_in
from oo_cli.adapters.sources.todoist.loopback import Listener
from oo_cli.adapters.vault.envelope import EnvelopeSealer
from oo_cli.adapters.vault.sealer import new_key
from oo_data.errors import ConnectionNeededError, OoError, SourceUnavailableError
from oo_data.secret import Secret
from oo_data.store import egress, profile
from tests.todoist_server import faults
from tests.todoist_server.bench import chain_text
from tests.todoist_server.browser import LoginBench, login_bench
from tests.todoist_server.oauth import refusal

FULL = Login("oauth", Secret("a"), Secret("r"), 1_796_115_600_000, "tdd_1", Secret("s"), "data:read")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[LoginBench]:
    """A store with the consent, a server and a browser."""
    with login_bench(tmp_path) as opened:
        yield opened


def signed_in(bench: LoginBench, write: bool = False, app: App | None = None, **changes: Any) -> Login:
    """A login as the command makes it, changed by `changes`."""
    usual: dict[str, Any] = {"listen": bench.listen, "open_browser": bench.browser.open, "say": bench.said.append}
    login = sign_in(bench.oauth, **usual | changes, clock=bench.clock, write=write, app=app)
    bench.browser.close()
    return login


def failed(bench: LoginBench, **changes: Any) -> OoError:
    """The error of a login that must fail, which holds nothing secret and leaves no tokens."""
    with pytest.raises(OoError) as caught:
        signed_in(bench, **changes)
    bench.browser.close()
    shown = chain_text(caught.value)
    assert not [secret for secret in bench.authority.given if secret in shown]
    assert caught.value.hint
    return caught.value


def plain(login: Login | None) -> str:
    """A login in a form that compares."""
    assert login is not None
    return login.to_text()


def test_whole_login(bench: LoginBench) -> None:
    """Registered, agreed, exchanged: the token reads, lasts an hour, and everything that left is in the ledger."""
    login = signed_in(bench)
    assert login.access is not None
    assert login.refresh is not None
    assert (login.kind, login.scope, login.may_write) == ("oauth", "data:read", False)
    assert login.expires_at == bench.clock.now + 3_600_000
    assert list(bench.authority.apps) == [login.client_id]
    reply = bench.guard.call(
        purpose="todoist.sync",
        method="POST",
        url=f"{bench.server.url}/api/v1/sync",
        consent="source.todoist",
        categories=("login",),
        headers={"Authorization": bearer(login.access)},
        data={"sync_token": "*", "resource_types": '["user"]'},
    )
    assert reply.status == 200
    assert [row.purpose for row in egress.recent(bench.store, 10)] == ["todoist.sync", "todoist.login", "todoist.login"]
    assert [page.status_code for page in bench.browser.pages] == [302, 200]
    assert "close this page" in bench.browser.pages[-1].text
    assert "window that has opened" in bench.said[0]


def test_write(bench: LoginBench) -> None:
    """The right to change tasks is asked for only where it is granted here."""
    login = signed_in(bench, write=True)
    assert (login.scope, login.may_write) == ("data:read_write", True)
    assert bench.authority.apps[login.client_id].scopes == {"data:read_write"}


def test_no_browser(bench: LoginBench) -> None:
    """Where no browser opens, the person is given the address, and it works."""

    def say(words: str) -> None:
        bench.said.append(words)
        bench.browser.open(words.split("\n")[1])

    login = signed_in(bench, open_browser=lambda url: False, say=say)
    assert login.access is not None
    assert "Open this in a browser" in bench.said[0]
    assert not [secret for secret in bench.authority.given if secret in bench.said[0]]


def test_wrong_answer_first(bench: LoginBench) -> None:
    """Someone else's answer on the port is turned away, and the right one still makes the login."""
    import httpx

    def intrude(url: str) -> None:
        back = parse_qs(urlsplit(url).query)["redirect_uri"][0]
        bench.browser.pages.append(httpx.get(f"{back}?code=stolen&state={'0' * 64}", trust_env=False))
        bench.browser.open(url)

    def open_browser(url: str) -> bool:
        Thread(target=intrude, args=(url,)).start()
        return True

    assert signed_in(bench, open_browser=open_browser).access is not None
    assert [page.status_code for page in bench.browser.pages] == [400, 302, 200]
    assert "stolen" not in "".join(bench.sent("/oauth/access_token"))


@pytest.mark.parametrize(
    ("error", "words"),
    [("access_denied", "did not allow"), ("invalid_scope", "rights"), ("invalid_application_status", "let this")],
)
def test_denial(bench: LoginBench, error: str, words: str) -> None:
    """A no in the browser ends the login at once, in words, and nothing is exchanged."""
    bench.authority.deny = error
    failure = failed(bench)
    assert isinstance(failure, ConnectionNeededError)
    assert words in failure.message
    assert bench.sent("/oauth/access_token") == []


@pytest.mark.parametrize("issuer", ["https://todoist.com", "own"])
def test_issuer(bench: LoginBench, issuer: str) -> None:
    """A signed answer is taken from Todoist, or from the server that the settings name."""
    bench.authority.issuer = bench.server.url if issuer == "own" else issuer
    assert signed_in(bench).access is not None


def test_wrong_issuer(bench: LoginBench) -> None:
    """A code of another server is never sent to Todoist."""
    bench.authority.issuer = "https://example.org"
    assert "not signed by Todoist" in failed(bench).message
    assert bench.sent("/oauth/access_token") == []


def test_nobody_comes(bench: LoginBench) -> None:
    """The wait for the person ends after three minutes, here a thousand times as fast."""
    failure = failed(
        bench,
        open_browser=lambda url: True,
        listen=lambda: Listener(bench.ports, lambda: time.monotonic() * 1000),
    )
    assert "No answer came" in failure.message


def test_ports_taken(bench: LoginBench) -> None:
    """Without a way back nothing is registered at Todoist."""
    with ExitStack() as stack:
        for port in bench.ports:
            stack.enter_context(create_server(("127.0.0.1", port)))
        assert "are taken" in failed(bench).message
    assert bench.server.log == []


def test_port_is_let_go(bench: LoginBench) -> None:
    """After a login, good or bad, the ports are free."""
    signed_in(bench)
    bench.authority.deny = "access_denied"
    failed(bench)
    for port in bench.ports:
        create_server(("127.0.0.1", port)).close()


def test_exchange_refused(bench: LoginBench) -> None:
    """A code that Todoist does not take is told with a next step."""

    def open_browser(url: str) -> bool:
        bench.server.on_request = lambda request: (
            bench.server.faults.append(refusal("bad_authorization_code"))
            if request.path == "/oauth/access_token"
            else None
        )
        return bench.browser.open(url)

    assert "did not accept the browser's answer" in failed(bench, open_browser=open_browser).message


def test_todoist_is_away(bench: LoginBench) -> None:
    """A broken connection is told with the command to repeat, not with a refresh that nothing would do."""
    bench.server.faults.append(faults.closed())
    failure = failed(bench)
    assert (type(failure), failure.hint) == (SourceUnavailableError, "Try again: oo connect todoist")


def test_app_is_used_again(bench: LoginBench) -> None:
    """A later login goes by the app that is registered already."""
    first = signed_in(bench)
    second = signed_in(bench, app=first.app)
    assert second.client_id == first.client_id
    assert len(bench.authority.apps) == 1


def test_old_app(bench: LoginBench) -> None:
    """A login without refresh token is one; it may not be renewed, and lasts ten years."""
    bench.authority.endless = True
    login = signed_in(bench)
    assert (login.refresh, login.expires_at) == (None, bench.clock.now + 315_360_000_000)


def test_nothing_is_left_in_the_open(
    bench: LoginBench, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Login, renewal and end leave no code, token or secret in a file, a log line or on the terminal."""
    key = new_key()
    sealer = EnvelopeSealer(lambda: bench.store, lambda _: key)
    sealer.begin(bench.clock.now_ms())

    def save(text: str) -> None:
        sealed = sealer.seal(text, "secret", "sealed", "todoist.login", source="todoist", at=None)
        with bench.store.write() as conn:
            profile.save_secret(conn, "todoist.login", sealed, bench.clock.now_ms())

    def load() -> str | None:
        sealed = profile.secret(bench.store.conn, "todoist.login")
        return sealer.unseal(sealed, "secret", "sealed", "todoist.login") if sealed else None

    keeper = TokenKeeper(load, save, bench.oauth.refresh, str(tmp_path / "todoist.lock"), bench.clock)
    with caplog.at_level(logging.DEBUG):
        keeper.keep(signed_in(bench))
        bench.advance(3_600_000)
        token = keeper.token()
    assert bench.authority.scope(token.reveal()) == "data:read"
    # The consent page's address is the browser's own business, so what it logs of it is no leak of oO's.
    said = capfd.readouterr()
    lines = [record.getMessage() for record in caplog.records if record.threadName == "MainThread"]
    where = [path.read_bytes() for path in sorted(tmp_path.rglob("*")) if path.is_file()]
    where += ["\n".join(lines).encode(), said.out.encode(), said.err.encode(), "".join(bench.said).encode()]
    assert len(bench.authority.given) == 6
    for secret in map(str.encode, bench.authority.given):
        for form in (secret, secret.hex().encode(), base64.b64encode(secret), secret[::-1]):
            assert not [place for place in where if form in place]


def test_login_comes_back_from_its_text() -> None:
    """What is sealed is all of the login, in the form of version one."""
    assert plain(Login.from_text(FULL.to_text())) == FULL.to_text()
    assert json.loads(FULL.to_text()) == {
        "kind": "oauth",
        "access": "a",
        "refresh": "r",
        "expires_at": 1_796_115_600_000,
        "client_id": "tdd_1",
        "client_secret": "s",
        "scope": "data:read",
    }
    bare = Login("personal", Secret("t"))
    assert plain(Login.from_text(bare.to_text())) == bare.to_text()
    assert bare.may_write


def test_login_shows_nothing() -> None:
    """A login may be printed by mistake."""
    assert "'a'" not in repr(FULL)
    assert repr(FULL).count("***") == 3


@pytest.mark.parametrize("text", [None, "", "{", "[]", "7", '{"kind": "other"}', "null"])
def test_no_login(text: str | None) -> None:
    """What is no login reads as none, so that connecting again mends it."""
    assert Login.from_text(text) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2),
)


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from(Login._fields), JSON), st.sampled_from(("oauth", "personal")))
def test_any_login_can_be_read(fields: dict[str, Any], kind: str) -> None:
    """Whatever an older or newer oO sealed, reading it gives fields of the right types."""
    login = Login.from_text(json.dumps(fields | {"kind": kind}))
    assert login is not None
    assert isinstance(login.access, Secret | None)
    assert isinstance(login.expires_at, int | None)
    assert isinstance(login.client_id, str)
    assert isinstance(login.scope, str)
