"""Todoist's authorization server, as a native app speaks to it: registration, consent page, tokens and their end."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from oo_cli.adapters.http import Guard, origin
from oo_cli.adapters.replies import Reply
from oo_cli.adapters.sources.todoist.client import CONSENT, api_url
from oo_cli.adapters.sources.todoist.grants import App, Grant, passing, refusal, to_app, to_grant, unreadable
from oo_data.errors import OoError, SourceUnavailableError
from oo_data.secret import Secret

AUTHORIZE_URL = "https://app.todoist.com/oauth/authorize"
TOKEN_URL = "https://api.todoist.com/oauth"  # noqa: S105 - an address
ISSUER = "https://todoist.com"
PURPOSE = "todoist.login"
READ, WRITE = "data:read", "data:read_write"

CALL_SECONDS = 30.0
REVOKE_SECONDS = 5.0
REPLY_BYTES = 64 * 1024

_LAST_RESORT = "As a last resort, bring a token: oo connect todoist --token-stdin"


class Addresses(NamedTuple):
    """The API's base, the consent page, and the base of the token endpoints: Todoist has them on several hosts."""

    api: str
    authorize: str
    token: str

    @property
    def issuers(self) -> frozenset[str]:
        """Who may sign an answer as its issuer."""
        return frozenset((ISSUER, *(f"{urlsplit(url).scheme}://{origin(url)}" for url in self[1:])))


class Attempt(NamedTuple):
    """The values that tie the consent page, its answer and the exchange together: 256 random bits each."""

    state: Secret
    verifier: Secret

    @classmethod
    def new(cls) -> Attempt:
        """A fresh one, in signs that every server takes in a verifier."""
        return cls(Secret(secrets.token_hex(32)), Secret(secrets.token_hex(32)))

    def challenge(self) -> str:
        """The verifier's S256 challenge (RFC 7636)."""
        digest = hashlib.sha256(self.verifier.reveal().encode("ascii")).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def addresses(environ: Mapping[str, str]) -> Addresses:
    """Where to log in; `OO_TODOIST_{API,AUTH,TOKEN}_URL` move it, and may leave out the usual path.

    Raises `BadUsageError` for an address that is not safe.
    """
    return Addresses(
        _placed(api_url(environ), ""),
        _placed(environ.get("OO_TODOIST_AUTH_URL") or AUTHORIZE_URL, "/oauth/authorize"),
        _placed(environ.get("OO_TODOIST_TOKEN_URL") or TOKEN_URL, "/oauth").removesuffix("/access_token"),
    )


def allowed(at: Addresses) -> dict[str, frozenset[str]]:
    """What the gate must allow for logging in and out; the consent page is the browser's business."""
    return {PURPOSE: frozenset((origin(at.api), origin(at.token)))}


def _placed(url: str, usual_path: str) -> str:
    origin(url)
    bare = url.rstrip("/")
    return bare if urlsplit(bare).path else bare + usual_path


class OAuth:
    """The requests of a login, each through the gate. `clock` gives monotonic seconds."""

    def __init__(self, guard: Guard, at: Addresses, clock: Callable[[], float] = time.monotonic) -> None:
        self._guard = guard
        self._at = at
        self._clock = clock

    @property
    def issuers(self) -> frozenset[str]:
        """Who may sign the browser's answer."""
        return self._at.issuers

    def register(self, scope: str, redirect_uris: Sequence[str]) -> App:
        """Register this installation (RFC 7591), with a secret: Todoist revokes tokens for none without."""
        asked = {
            "client_name": "oO",
            "redirect_uris": list(redirect_uris),
            "scope": scope,
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "client_secret_post",
        }
        reply = self._call(
            "POST",
            f"{self._at.token}/register",
            headers={"Content-Type": "application/json"},
            content=json.dumps(asked).encode(),
        )
        if reply.status not in (200, 201):
            raise passing(reply) or SourceUnavailableError("Todoist did not let oO register.", _LAST_RESORT)
        app = to_app(reply)
        if app is None:
            raise unreadable()
        return app

    def authorize_url(self, app: App, redirect_uri: str, scope: str, attempt: Attempt) -> str:
        """The consent page, for the browser."""
        asked = {
            "client_id": app.id,
            "scope": scope,
            "state": attempt.state.reveal(),
            "response_type": "code",
            "redirect_uri": redirect_uri,
            "code_challenge": attempt.challenge(),
            "code_challenge_method": "S256",
        }
        return f"{self._at.authorize}{'&' if '?' in self._at.authorize else '?'}{urlencode(asked)}"

    def exchange(self, app: App, code: Secret, redirect_uri: str, verifier: Secret) -> Grant:
        """Tokens for the code that the browser brought. Raises `LoginEndedError` where it is not accepted."""
        return self._token(
            app,
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": redirect_uri,
                "code_verifier": verifier,
            },
        )

    def refresh(self, app: App, refresh: Secret) -> Grant:
        """New tokens for a refresh token, which is then used up.

        Raises `LoginEndedError`, or another `OoError` that leaves the login as it was.
        """
        return self._token(app, {"grant_type": "refresh_token", "refresh_token": refresh})

    def revoke(self, app: App, access: Secret, refresh: Secret | None, seconds: float = REVOKE_SECONDS) -> bool:
        """End the tokens at Todoist, within about `seconds` in all; whether it took that.

        The refresh token is named too: an access token that has run out may no longer lead to it.
        """
        if app.secret is None:
            return False
        ends = self._clock() + seconds
        try:
            done = self._revoked(app, app.secret, access, "access_token", ends)
            done = done or self._deleted(app, app.secret, access, ends)
            if refresh is not None:
                self._revoked(app, app.secret, refresh, "refresh_token", ends)
        except OoError:
            return False
        return done

    def _revoked(self, app: App, secret: Secret, token: Secret, kind: str, ends: float) -> bool:
        """RFC 7009; its answer to a token that is already dead is a success."""
        reply = self._call(
            "POST",
            f"{self._at.api}/api/v1/revoke",
            headers={"Authorization": _basic(app.id, secret)},
            data={"token": token, "token_type_hint": kind},
            timeout=self._left(ends),
        )
        return 200 <= reply.status < 300

    def _deleted(self, app: App, secret: Secret, access: Secret, ends: float) -> bool:
        """Todoist's older way, whose address holds the secrets; its errors must not leave `revoke`."""
        query = {"client_id": app.id, "client_secret": secret.reveal(), "access_token": access.reveal()}
        url = f"{self._at.api}/api/v1/access_tokens?{urlencode(query)}"
        return 200 <= self._call("DELETE", url, timeout=self._left(ends)).status < 300

    def _left(self, ends: float) -> float:
        return max(0.05, ends - self._clock())

    def _token(self, app: App, asked: Mapping[str, str | Secret]) -> Grant:
        data = {"client_id": app.id, **asked}
        if app.secret is not None:
            data["client_secret"] = app.secret
        reply = self._call("POST", f"{self._at.token}/access_token", data=data)
        if reply.status != 200:
            raise refusal(reply)
        grant = to_grant(reply)
        if grant is None:
            raise unreadable()
        return grant

    def _call(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str | Secret] | None = None,
        content: bytes | None = None,
        data: Mapping[str, str | Secret] | None = None,
        timeout: float = CALL_SECONDS,
    ) -> Reply:
        return self._guard.call(
            purpose=PURPOSE,
            method=method,
            url=url,
            consent=CONSENT,
            categories=("login",),
            headers=headers,
            content=content,
            data=data,
            max_bytes=REPLY_BYTES,
            timeout=timeout,
        )


def _basic(id: str, secret: Secret) -> Secret:
    pair = f"{quote(id, safe='')}:{quote(secret.reveal(), safe='')}"
    return Secret(f"Basic {base64.b64encode(pair.encode()).decode('ascii')}")
