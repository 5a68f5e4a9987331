"""The authorization server: dynamic registration, consent, tokens that rotate, theft detection, revocation."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlencode, urlsplit

from tests.todoist_server.faults import Fault, answer
from tests.todoist_server.wire import Answer, Request, ok

Fields = dict[str, Any]
Route = Callable[[Request, str], Answer]

LIFE_MS, GRACE_MS = 3_600_000, 60_000
ENDLESS = 315_360_000
SCOPES = frozenset(("data:read", "data:read_write", "data:delete", "project:delete", "task:add", "backups:read"))


@dataclass
class App:
    """A client as it registered itself."""

    id: str
    secret: str | None
    redirect_uris: tuple[str, ...]
    scopes: frozenset[str]
    refreshes: bool


@dataclass
class Consent:
    """One yes of the person, waiting to be exchanged."""

    app: App
    redirect_uri: str
    scope: str
    challenge: str


@dataclass
class Family:
    """All tokens that came from one consent. `spent` has the used refresh tokens, and when each was used."""

    app: App
    scope: str
    access: str = ""
    ends_ms: int | None = None
    refresh: str = ""
    spent: dict[str, int] = field(default_factory=dict)


@dataclass
class AuthorizationServer:
    """Behaves as documented; the person always agrees, unless `deny` names an error. `now_ms` is moved by tests.

    `endless` makes every app an old one, without refresh tokens. `issuer` is added to answers where it is set.
    `thefts` counts the refresh tokens that came twice; `given` holds all that must never be seen elsewhere.
    """

    now_ms: int = 0
    deny: str = ""
    endless: bool = False
    issuer: str | None = None
    apps: dict[str, App] = field(default_factory=dict)
    consents: dict[str, Consent] = field(default_factory=dict)
    families: list[Family] = field(default_factory=list)
    given: list[str] = field(default_factory=list)
    thefts: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def routes(self) -> dict[tuple[str, str], Route]:
        """What the server mounts before it looks at tokens."""
        plain: dict[tuple[str, str], Route] = {
            ("POST", "/oauth/register"): self._register,
            ("GET", "/oauth/authorize"): self._authorize,
            ("POST", "/oauth/access_token"): self._token,
            ("POST", "/api/v1/revoke"): self._revoke,
            ("DELETE", "/api/v1/access_tokens"): self._delete,
        }
        return {key: self._alone(route) for key, route in plain.items()}

    def scope(self, access: str) -> str | None:
        """What a token allows, or None for one that does not live."""
        for family in self.families:
            if access and family.access == access:
                return None if family.ends_ms is not None and family.ends_ms <= self.now_ms else family.scope
        return None

    def _alone(self, route: Route) -> Route:
        def serve(request: Request, authorization: str) -> Answer:
            with self._lock:
                return route(request, authorization)

        return serve

    def _new(self, prefix: str = "") -> str:
        made = prefix + secrets.token_hex(20)
        self.given.append(made)
        return made

    def _register(self, request: Request, authorization: str) -> Answer:
        asked = _form(request)
        uris = tuple(asked.get("redirect_uris", ()))
        if not 1 <= len(uris) <= 10 or not all(_is_redirect(uri) for uri in uris):
            return _refused("invalid_redirect_uri")
        scopes = frozenset(asked.get("scope", "").split(" "))
        method = asked.get("token_endpoint_auth_method", "client_secret_basic")
        known = method in ("none", "client_secret_post", "client_secret_basic")
        if not asked.get("client_name") or not known or not scopes <= SCOPES:
            return _refused("invalid_client_metadata")
        app = App(
            "tdd_" + secrets.token_hex(16),
            None if method == "none" else self._new(),
            uris,
            scopes,
            "refresh_token" in asked.get("grant_types", ("authorization_code",)),
        )
        self.apps[app.id] = app
        secret = {} if app.secret is None else {"client_secret": app.secret, "client_secret_expires_at": 0}
        return Answer(201, json.dumps({**asked, "client_id": app.id, **secret}).encode())

    def _authorize(self, request: Request, authorization: str) -> Answer:
        asked = dict(parse_qsl(urlsplit(request.path).query))
        app = self.apps.get(asked.get("client_id", ""))
        uri, state = asked.get("redirect_uri", ""), asked.get("state", "")
        if app is None or uri not in app.redirect_uris or not state:
            return Answer(400, b"<h1>Bad request</h1>", "text/html")
        error = self.deny
        if asked.get("response_type") != "code":
            error = "unsupported_response_type"
        elif not set(asked.get("scope", "").split(",")) <= app.scopes:
            error = "invalid_scope"
        elif asked.get("code_challenge_method") != "S256" or len(asked.get("code_challenge", "")) != 43:
            return Answer(400, b"<h1>PKCE is required</h1>", "text/html")
        back = {"error": error} if error else {"code": self._new()}
        if not error:
            self.consents[back["code"]] = Consent(app, uri, asked["scope"], asked["code_challenge"])
        back |= {"state": state} | ({"iss": self.issuer} if self.issuer else {})
        return Answer(302, b"", "text/plain", (("Location", f"{uri}?{urlencode(back)}"),))

    def _token(self, request: Request, authorization: str) -> Answer:
        asked = _form(request)
        kind = asked.get("grant_type", "authorization_code")
        app = self._known(asked.get("client_id", ""), asked.get("client_secret"))
        if app is None:
            return _refused("invalid_client" if kind == "refresh_token" else "incorrect_application_credentials")
        if kind == "refresh_token":
            return self._refresh(app, asked.get("refresh_token", ""))
        return self._exchange(app, asked) if kind == "authorization_code" else _refused("unsupported_grant_type")

    def _exchange(self, app: App, asked: Fields) -> Answer:
        consent = self.consents.pop(asked.get("code", ""), None)  # used up, right or wrong
        digest = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if consent is None or (consent.app, consent.redirect_uri, consent.challenge) != (
            app,
            asked.get("redirect_uri"),
            challenge,
        ):
            return _refused("bad_authorization_code")
        family = Family(app, consent.scope)
        self.families.append(family)
        return self._renew(family)

    def _refresh(self, app: App, token: str) -> Answer:
        for family in self.families:
            if family.app is not app or not token:
                continue
            if token == family.refresh:
                family.spent[token] = self.now_ms
                return self._renew(family)
            if token in family.spent:
                if self.now_ms - family.spent[token] < GRACE_MS:
                    return ok({"access_token": family.access, "token_type": "Bearer", "expires_in": self._left(family)})
                self.thefts += 1
                self.families = [other for other in self.families if other.app is not app]
                break
        return _refused("invalid_grant")

    def _renew(self, family: Family) -> Answer:
        family.access = self._new()
        answer = {"access_token": family.access, "token_type": "Bearer", "scope": family.scope}
        if self.endless or not family.app.refreshes:
            return ok(answer | {"expires_in": ENDLESS})
        family.refresh = self._new()
        family.ends_ms = self.now_ms + LIFE_MS
        return ok(answer | {"expires_in": self._left(family), "refresh_token": family.refresh})

    def _left(self, family: Family) -> int:
        return ((family.ends_ms or 0) - self.now_ms) // 1000

    def _revoke(self, request: Request, authorization: str) -> Answer:
        kind, _, pair = authorization.partition(" ")
        if kind != "Basic":
            return _refused("invalid_client", 401)
        id, _, secret = base64.b64decode(pair).decode().partition(":")
        app = self._known(unquote(id), unquote(secret))
        if app is None or app.secret is None:
            return _refused("invalid_client", 401)
        self._end(app, _form(request).get("token", ""))
        return Answer(200, b"")

    def _delete(self, request: Request, authorization: str) -> Answer:
        asked = dict(parse_qsl(urlsplit(request.path).query))
        app = self._known(asked.get("client_id", ""), asked.get("client_secret"))
        if app is None:
            return _refused("incorrect_application_credentials")
        self._end(app, asked.get("access_token", ""))
        return Answer(204, b"")

    def _end(self, app: App, token: str) -> None:
        """The least that is promised: the token named is dead. Its sibling lives on unless it is named too."""
        for family in self.families:
            if family.app is app and token:
                family.access = "" if token == family.access else family.access
                family.refresh = "" if token == family.refresh else family.refresh

    def _known(self, id: str, secret: str | None) -> App | None:
        app = self.apps.get(id)
        return app if app is not None and app.secret == secret else None


def _form(request: Request) -> Fields:
    if request.headers.get("content-type", "").startswith("application/json"):
        parsed: Fields = json.loads(request.body)
        return parsed
    return {name: values[0] for name, values in parse_qs(request.body.decode()).items()}


def _is_redirect(uri: str) -> bool:
    parts = urlsplit(uri)
    return len(uri) <= 512 and (parts.scheme == "https" or (parts.scheme, parts.hostname) == ("http", "localhost"))


def _refused(error: str, status: int = 400, **more: str) -> Answer:
    return Answer(status, json.dumps({"error": error, **more}).encode())


def refusal(error: str, status: int = 400, words: str = "") -> Fault:
    """An error of the token endpoint in place of the route's answer, with words that nobody may repeat."""
    return answer(_refused(error, status, error_description=words))
