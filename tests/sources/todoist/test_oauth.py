"""The requests of the login: what they say, every documented refusal, and that none of it leaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from oo_cli.adapters.http import Guard
from oo_cli.adapters.replies import ExchangeFailedError
from oo_cli.adapters.sources.todoist.grants import LONGEST_LIFE, App, LoginEndedError
from oo_cli.adapters.sources.todoist.oauth import READ, WRITE, Addresses, Attempt, OAuth, addresses, allowed
from oo_data.errors import (
    BadUsageError,
    ConnectionNeededError,
    ConsentMissingError,
    OoError,
    SourceUnavailableError,
)
from oo_data.secret import Secret
from oo_data.store import egress
from tests.ports import free_ports
from tests.todoist_server import faults
from tests.todoist_server.bench import chain_text, consent
from tests.todoist_server.browser import URI, LoginBench, login_bench
from tests.todoist_server.faults import Fault
from tests.todoist_server.oauth import refusal
from tests.todoist_server.wire import Answer

CANARIES = ("canary-c0de", "canary-verifier", "canary-refresh", "canary-secret", "canary-access", "canary-words")
APP = App("tdd_" + "0" * 32, Secret("canary-secret"))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[LoginBench]:
    """A store with the consent, and a server."""
    with login_bench(tmp_path) as opened:
        yield opened


@pytest.fixture
def app(bench: LoginBench) -> App:
    """Registered to read."""
    return bench.oauth.register(READ, (URI,))


STEPS: dict[str, Callable[[OAuth], object]] = {
    "register": lambda oauth: oauth.register(READ, (URI,)),
    "exchange": lambda oauth: oauth.exchange(APP, Secret("canary-c0de"), URI, Secret("canary-verifier")),
    "refresh": lambda oauth: oauth.refresh(APP, Secret("canary-refresh")),
}


def failed(bench: LoginBench, step: str) -> OoError:
    """The error of a step that must fail; it tells nothing of what was sent or answered."""
    with pytest.raises(OoError) as caught:
        STEPS[step](bench.oauth)
    shown = chain_text(caught.value)
    assert not [word for word in CANARIES if word in shown]
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        (
            {},
            Addresses(
                "https://api.todoist.com",
                "https://app.todoist.com/oauth/authorize",
                "https://api.todoist.com/oauth",
            ),
        ),
        (
            {f"OO_TODOIST_{name}_URL": "http://127.0.0.1:9/" for name in ("API", "AUTH", "TOKEN")},
            Addresses("http://127.0.0.1:9", "http://127.0.0.1:9/oauth/authorize", "http://127.0.0.1:9/oauth"),
        ),
        (
            {
                "OO_TODOIST_API_URL": "https://one.example/base/",
                "OO_TODOIST_AUTH_URL": "https://two.example/agree",
                "OO_TODOIST_TOKEN_URL": "https://three.example/oauth/access_token",
            },
            Addresses("https://one.example/base", "https://two.example/agree", "https://three.example/oauth"),
        ),
    ],
)
def test_addresses(environ: dict[str, str], expected: Addresses) -> None:
    """Three settings move the three hosts, each with or without its usual path."""
    assert addresses(environ) == expected


@pytest.mark.parametrize("name", ["API", "AUTH", "TOKEN"])
@pytest.mark.parametrize(
    "url", ["http://todoist.example", "ftp://127.0.0.1", "https://a:b@todoist.example", "http://["]
)
def test_unsafe_addresses(name: str, url: str) -> None:
    """No setting can make the login go over the network in clear."""
    with pytest.raises(BadUsageError):
        addresses({f"OO_TODOIST_{name}_URL": url})


def test_allowed() -> None:
    """The gate opens to the API and the token endpoints, not to the consent page."""
    three = Addresses("https://one.example", "https://two.example/agree", "https://three.example/oauth")
    assert allowed(three) == {"todoist.login": frozenset(("one.example", "three.example"))}
    assert addresses({}).issuers >= {"https://todoist.com", "https://app.todoist.com", "https://api.todoist.com"}


def test_register(bench: LoginBench) -> None:
    """Registration asks for what the login needs, brings a secret of its own, and stands in the ledger."""
    app = bench.oauth.register(READ, (URI, "http://localhost:8766/callback"))
    known = bench.authority.apps[app.id]
    assert app.id.startswith("tdd_")
    assert app.secret is not None
    assert app.secret.reveal() == known.secret
    assert known.redirect_uris == (URI, "http://localhost:8766/callback")
    assert known.scopes == {"data:read"}
    assert known.refreshes
    (row,) = egress.recent(bench.store, 10)
    assert (row.purpose, row.consent, row.categories, row.status) == (
        "todoist.login",
        "source.todoist",
        ("login",),
        "201",
    )


def test_register_public(bench: LoginBench) -> None:
    """A server that gives no secret is taken at its word; then none is sent."""
    bench.server.faults.append(faults.raw_json(b'{"client_id": "tdd_public", "client_secret": null}'))
    app = bench.oauth.register(READ, (URI,))
    assert app == App("tdd_public", None)
    with pytest.raises(LoginEndedError):
        bench.oauth.exchange(app, Secret("c"), URI, Secret("v"))
    assert "client_secret" not in bench.sent("/oauth/access_token")[0]


@pytest.mark.parametrize("body", [b"", b"[]", b'{"client_id": 7}', b'{"client_id": "a b"}', b"[" * 50_000, b"\xff"])
def test_register_unreadable(bench: LoginBench, body: bytes) -> None:
    """An answer without an id is no registration."""
    bench.server.faults.append(faults.raw_json(body))
    assert "could not be read" in failed(bench, "register").message


@pytest.mark.parametrize("error", ["invalid_redirect_uri", "invalid_client_metadata"])
def test_register_refused(bench: LoginBench, error: str) -> None:
    """Where registration is closed, the last resort is named."""
    bench.server.faults.append(refusal(error, words=CANARIES[-1]))
    assert "--token-stdin" in failed(bench, "register").hint


def test_authorize_url(bench: LoginBench) -> None:
    """The consent page is told all it needs, and no secret."""
    attempt = Attempt(Secret("s" * 64), Secret("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"))
    url = bench.oauth.authorize_url(APP, URI, WRITE, attempt)
    assert url.startswith(f"{bench.server.url}/oauth/authorize?")
    assert {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()} == {
        "client_id": APP.id,
        "scope": "data:read_write",
        "state": "s" * 64,
        "response_type": "code",
        "redirect_uri": URI,
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",  # RFC 7636, appendix B
        "code_challenge_method": "S256",
    }


def test_attempts_are_random() -> None:
    """State and verifier have 256 bits each, never repeat, and hold no sign that a server may dislike."""
    values = [value.reveal() for _ in range(100) for value in Attempt.new()]
    assert len(set(values)) == 200
    assert {len(value) for value in values} == {64}
    assert not set("".join(values)) - set("0123456789abcdef")


def test_exchange(bench: LoginBench, app: App) -> None:
    """A code becomes tokens that live for an hour and can be renewed."""
    grant = bench.granted(app)
    assert bench.authority.scope(grant.access.reveal()) == "data:read"
    assert grant.refresh is not None
    assert (grant.expires_in, grant.scope) == (3600, "data:read")


def test_code_works_once(bench: LoginBench, app: App) -> None:
    """A code that was used is refused, in words and with a next step."""
    attempt = Attempt.new()
    code = bench.agreed(app, attempt)
    bench.oauth.exchange(app, code, URI, attempt.verifier)
    with pytest.raises(LoginEndedError, match="did not accept") as caught:
        bench.oauth.exchange(app, code, URI, attempt.verifier)
    assert (caught.value.hint, caught.value.app_gone) == ("Connect again: oo connect todoist", False)


def test_stolen_code_is_worthless(bench: LoginBench, app: App) -> None:
    """Without the verifier a code buys nothing."""
    code = bench.agreed(app, Attempt.new())
    with pytest.raises(LoginEndedError):
        bench.oauth.exchange(app, code, URI, Attempt.new().verifier)
    assert bench.authority.families == []


def test_refresh(bench: LoginBench, app: App) -> None:
    """A refresh token brings the next pair, and is then used up."""
    first = bench.granted(app)
    assert first.refresh is not None
    second = bench.oauth.refresh(app, first.refresh)
    assert second.refresh is not None
    assert len({token.reveal() for token in (first.access, first.refresh, second.access, second.refresh)}) == 4
    again = bench.oauth.refresh(app, first.refresh)
    assert (again.access.reveal(), again.refresh) == (second.access.reveal(), None)


@pytest.mark.parametrize(
    ("error", "kind", "words", "app_gone"),
    [
        ("bad_authorization_code", LoginEndedError, "did not accept the browser's answer", False),
        ("incorrect_application_credentials", LoginEndedError, "no longer knows this installation", True),
        ("invalid_client", LoginEndedError, "no longer knows this installation", True),
        ("invalid_grant", LoginEndedError, "ended the login", False),
        ("invalid_scope", ConnectionNeededError, "rights", None),
        ("unsupported_grant_type", SourceUnavailableError, "did not understand", None),
        (CANARIES[-1], SourceUnavailableError, "did not understand", None),
    ],
)
def test_refusals(bench: LoginBench, error: str, kind: type[OoError], words: str, app_gone: bool | None) -> None:
    """Every documented refusal has its own words, at either step and whichever status it comes with."""
    for step, status in product(("exchange", "refresh"), (400, 401, 403)):
        bench.server.faults.append(refusal(error, status, CANARIES[-1]))
        failure = failed(bench, step)
        assert type(failure) is kind
        assert words in failure.message
        assert getattr(failure, "app_gone", None) is app_gone


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (faults.limited("900"), "fewer requests"),
        (faults.html(503), "trouble of its own"),
        (faults.html(500), "trouble of its own"),
        (faults.answer(Answer(410, b"canary-words", "text/plain")), "has retired"),
        (faults.answer(Answer(204, b"")), "could not be read"),
        (faults.raw_json(b"canary-words"), "could not be read"),
        (faults.raw_json(b'{"access_token": 1, "refresh_token": "canary-words"}'), "could not be read"),
        (faults.raw_json(b'{"access_token": "canary-words canary-words"}'), "could not be read"),
        (faults.raw_json(b'{"access_token": "", "refresh_token": "canary-words"}'), "could not be read"),
        (faults.huge(1_000_000), "more than oO will read"),
        (faults.redirect("https://example.org/canary-words"), "pointed elsewhere"),
        (faults.closed(), "broke off"),
        (faults.cut_json(), "could not be read"),
    ],
)
def test_trouble(bench: LoginBench, fault: Fault, words: str) -> None:
    """Trouble that has nothing to do with this login is told as such, ends no login, and is not tried again."""
    for step in STEPS:
        bench.server.faults.append(fault)
        failure = failed(bench, step)
        assert isinstance(failure, SourceUnavailableError)
        assert words in failure.message
    assert len(bench.server.log) == len(STEPS)


def test_no_consent(bench: LoginBench) -> None:
    """Without the consent the server hears nothing."""
    consent(bench.store, False)
    assert {type(failed(bench, step)) for step in STEPS} == {ConsentMissingError}
    assert not bench.oauth.revoke(APP, Secret("a"), Secret("r"))
    assert bench.server.log == []


def test_old_app(bench: LoginBench, app: App) -> None:
    """An old app's token is as good as endless and cannot be renewed."""
    bench.authority.endless = True
    grant = bench.granted(app)
    assert (grant.refresh, grant.expires_in) == (None, 315_360_000)


@pytest.mark.parametrize(
    ("life", "expected"),
    [
        ("3600", 3600),
        ("0", 0),
        ("59.9", 59),
        ("1e400", LONGEST_LIFE),
        ("9" * 400, LONGEST_LIFE),
        ("null", None),
        ("-1", None),
        ("true", None),
        ("NaN", None),
        ('"3600"', None),
        ("[]", None),
    ],
)
def test_lives(bench: LoginBench, life: str, expected: int | None) -> None:
    """Whatever stands for the life of a token, it is a number of seconds that can be counted with, or unknown."""
    bench.server.faults.append(faults.raw_json(b'{"access_token": "t", "expires_in": %s}' % life.encode()))
    assert bench.oauth.refresh(APP, Secret("r")).expires_in == expected


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ('"data:read"', "data:read"),
        ('"data:read,data:delete"', "data:read data:delete"),
        ('"data:read data:delete"', "data:read data:delete"),
        ("null", ""),
        ('["data:read"]', ""),
    ],
)
def test_scopes(bench: LoginBench, scope: str, expected: str) -> None:
    """Scopes are read divided by commas or by blanks."""
    bench.server.faults.append(faults.raw_json(b'{"access_token": "t", "scope": %s}' % scope.encode()))
    assert bench.oauth.refresh(APP, Secret("r")).scope == expected


def test_missing_life(bench: LoginBench) -> None:
    """An answer with nothing but a token is a token."""
    bench.server.faults.append(faults.raw_json(b'{"access_token": "t"}'))
    grant = bench.oauth.refresh(APP, Secret("r"))
    assert (grant.access.reveal(), grant.refresh, grant.expires_in, grant.scope) == ("t", None, None, "")


def test_offline(bench: LoginBench) -> None:
    """Without an answer the words name the host, and nothing is sent to one that the gate does not know."""
    (port,) = free_ports(1)
    nobody = addresses({f"OO_TODOIST_{name}_URL": f"http://127.0.0.1:{port}" for name in ("API", "AUTH", "TOKEN")})
    with pytest.raises(OoError, match="does not send to this address"):
        OAuth(bench.guard, nobody).refresh(APP, Secret("r"))
    with Guard(bench.store, bench.clock, allowed(nobody)) as guard:
        with pytest.raises(ExchangeFailedError, match="refused the connection"):
            OAuth(guard, nobody).refresh(APP, Secret("r"))
        assert not OAuth(guard, nobody).revoke(APP, Secret("a"), None)
