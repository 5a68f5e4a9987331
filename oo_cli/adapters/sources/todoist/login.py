"""A login at Todoist over its life: made in the browser, kept sealed, renewed by one process at a time, ended."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, NamedTuple

from oo_cli.adapters.replies import ExchangeFailedError
from oo_cli.adapters.sources.todoist.grants import App, Grant, LoginEndedError
from oo_cli.adapters.sources.todoist.oauth import READ, WRITE, Attempt, OAuth
from oo_data.errors import CannotWriteError, ConnectionNeededError, SourceUnavailableError
from oo_data.ports import Clock
from oo_data.secret import Secret

if TYPE_CHECKING:
    from oo_cli.adapters.sources.todoist.loopback import Listener

EARLY_MS = 60_000
TURN_SECONDS = 45.0  # longer than any one renewal may take
TURN_PAUSE = 0.05


class Login(NamedTuple):
    """What is kept of a login. `access` is None where its tokens are dead and only the registered app is left.

    `expires_at` is in milliseconds, or None where nothing tells the end.
    """

    kind: Literal["oauth", "personal"]
    access: Secret | None
    refresh: Secret | None = None
    expires_at: int | None = None
    client_id: str = ""
    client_secret: Secret | None = None
    scope: str = ""

    @property
    def app(self) -> App:
        """The registered app."""
        return App(self.client_id, self.client_secret)

    @property
    def may_write(self) -> bool:
        """Whether Todoist lets this login change tasks; a personal token may do all."""
        return self.kind == "personal" or WRITE in self.scope.split()

    def to_text(self) -> str:
        """JSON, to be sealed at once."""
        return json.dumps(
            {name: value.reveal() if isinstance(value, Secret) else value for name, value in self._asdict().items()}
        )

    @classmethod
    def from_text(cls, text: str | None) -> Login | None:
        """The login read back, or None where there is none that can be understood."""
        try:
            fields = json.loads(text or "null")
        except ValueError:
            return None
        if not isinstance(fields, dict) or fields.get("kind") not in ("oauth", "personal"):
            return None
        access, refresh, secret = (_secret(fields.get(name)) for name in ("access", "refresh", "client_secret"))
        ends, id, scope = fields.get("expires_at"), fields.get("client_id"), fields.get("scope")
        return cls(
            fields["kind"],
            access,
            refresh,
            ends if isinstance(ends, int) else None,
            id if isinstance(id, str) else "",
            secret,
            scope if isinstance(scope, str) else "",
        )

    def renewed(self, grant: Grant, asked_at: int) -> Login:
        """With the tokens of a grant; an answer without a refresh token leaves the newest known one."""
        return self._replace(
            access=grant.access,
            refresh=grant.refresh or self.refresh,
            expires_at=None if grant.expires_in is None else asked_at + grant.expires_in * 1000,
            scope=grant.scope or self.scope,
        )


def _secret(value: object) -> Secret | None:
    return Secret(value) if isinstance(value, str) and value else None


class TokenKeeper:
    """Gives an access token that works, and renews it. Nothing is sent as long as the kept one lasts.

    `load` and `save` reach the sealed text. A refresh token works once and its second use ends the login for
    good, so whoever renews, replaces or ends a login does it `alone`, by a lock on `lock_path`.
    """

    def __init__(
        self,
        load: Callable[[], str | None],
        save: Callable[[str], None],
        refresh: Callable[[App, Secret], Grant],
        lock_path: str,
        clock: Clock,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._load = load
        self._save = save
        self._refresh = refresh
        self._lock_path = lock_path
        self._clock = clock
        self._sleep = sleep
        self._given: Secret | None = None
        self._refused: Secret | None = None

    def token(self) -> Secret:
        """A token that should work. Raises `ConnectionNeededError` where only the person can get another one."""
        login, token = self._living()
        if self._is_stale(login, token):
            with self.alone():
                login, token = self._living()  # another process may have renewed it by now
                if self._is_stale(login, token):
                    token = self._renewed(login, token)
        self._given = token
        return token

    def expired(self) -> None:
        """Todoist refused the token given last; the next one will be another."""
        self._refused = self._given

    def login(self) -> Login | None:
        """What is kept."""
        return Login.from_text(self._load())

    def keep(self, login: Login) -> None:
        """Replace what is kept. Not for use within `alone`."""
        with self.alone():
            self._save(login.to_text())

    def app_for(self, write: bool) -> App | None:
        """The registered app, where it will do for logging in again.

        One whose tokens are dead is tried once only: Todoist may have forgotten it, and then its consent page
        never leads back.
        """
        login = self.login()
        if login is None or not login.client_id or _scope(write) not in login.scope.split():
            return None
        if login.access is None:
            self.keep(Login("oauth", None))
        return login.app

    @contextmanager
    def alone(self) -> Iterator[None]:
        """One process at a time. Raises `SourceUnavailableError` where another one does not come to an end."""
        try:
            fd = os.open(self._lock_path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError:
            raise CannotWriteError("oO cannot lock its login.", "Check the state folder, or run: oo doctor") from None
        try:
            self._take(fd)
            yield
        finally:
            os.close(fd)

    def _take(self, fd: int) -> None:
        for _ in range(round(TURN_SECONDS / TURN_PAUSE)):
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                self._sleep(TURN_PAUSE)
        raise SourceUnavailableError("Another oO is busy with the login.", "End it, or try again in a minute.")

    def _living(self) -> tuple[Login, Secret]:
        login = self.login()
        if login is None:
            raise ConnectionNeededError("Todoist is not connected.", "Run: oo connect todoist")
        if login.access is None:
            raise LoginEndedError()
        return login, login.access

    def _is_stale(self, login: Login, token: Secret) -> bool:
        """Refused, or about to end; one that cannot be renewed is used to its end."""
        early = EARLY_MS if login.refresh is not None else 0
        if login.expires_at is not None and login.expires_at - early <= self._clock.now_ms():
            return True
        return self._refused is not None and self._refused.reveal() == token.reveal()

    def _renewed(self, login: Login, token: Secret) -> Secret:
        if login.kind == "personal":
            raise LoginEndedError("Todoist refused the token.")
        if login.refresh is None:
            raise LoginEndedError()
        asked_at = self._clock.now_ms()
        try:
            grant = self._refresh(login.app, login.refresh)
        except LoginEndedError as ended:
            dead = Login("oauth", None)
            self._save((dead if ended.app_gone else _without_tokens(login)).to_text())
            raise
        # Stored before it is used: were it lost, the old refresh token would read as stolen.
        self._save(login.renewed(grant, asked_at).to_text())
        return grant.access


def _without_tokens(login: Login) -> Login:
    return login._replace(access=None, refresh=None, expires_at=None)


def _scope(write: bool) -> str:
    return WRITE if write else READ


def sign_in(
    oauth: OAuth,
    listen: Callable[[], Listener],
    open_browser: Callable[[str], bool],
    say: Callable[[str], None],
    clock: Clock,
    *,
    write: bool,
    app: App | None = None,
) -> Login:
    """The whole login in the browser; nothing is kept yet. `app` is one registered before, None registers anew.

    Where `open_browser` cannot, the person is given the address. Raises `ConnectionNeededError` or
    `SourceUnavailableError`.
    """
    scope = _scope(write)
    try:
        with listen() as listener:
            app = app or oauth.register(scope, listener.redirect_uris)
            attempt = Attempt.new()
            _send_to(oauth.authorize_url(app, listener.redirect_uri, scope, attempt), open_browser, say)
            code = listener.wait(attempt.state, oauth.issuers)
        asked_at = clock.now_ms()
        grant = oauth.exchange(app, code, listener.redirect_uri, attempt.verifier)
    except ExchangeFailedError as failed:
        raise SourceUnavailableError(failed.message, "Try again: oo connect todoist") from None
    begun = Login("oauth", None, client_id=app.id, client_secret=app.secret, scope=scope)
    return begun.renewed(grant, asked_at)


def _send_to(url: str, open_browser: Callable[[str], bool], say: Callable[[str], None]) -> None:
    if open_browser(url):
        say("Allow oO in the browser window that has opened. (None there? oo connect todoist --no-browser)")
    else:
        say(f"Open this in a browser on this machine, and allow oO there:\n{url}")


def sign_out(oauth: OAuth, login: Login) -> bool:
    """End a login at Todoist, within seconds; whether nothing of it is left there.

    A personal token cannot be ended from here, and an unanswered request may not have arrived: then the person
    removes it by hand, under Settings, Integrations.
    """
    if login.access is None:
        return login.kind == "oauth"
    return login.kind == "oauth" and oauth.revoke(login.app, login.access, login.refresh)
