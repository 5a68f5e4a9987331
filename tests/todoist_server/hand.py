"""A keeper of tokens in a test's hand, on a real store and a real lock."""

from __future__ import annotations

from pathlib import Path

import pytest

from oo_cli.adapters.sources.todoist.grants import App
from oo_cli.adapters.sources.todoist.login import Login, TokenKeeper
from oo_cli.adapters.sources.todoist.oauth import READ
from oo_data.errors import OoError
from oo_data.secret import Secret
from oo_data.store import profile
from tests.todoist_server.bench import chain_text
from tests.todoist_server.browser import URI, LoginBench

HOUR = 3_600_000
REFRESH = "grant_type=refresh_token"


class Hand:
    """A keeper on a real store and lock, and what it saved."""

    def __init__(self, bench: LoginBench, folder: Path) -> None:
        self.bench = bench
        self.lock = str(folder / "todoist.lock")
        self.saved: list[str] = []
        self.slept = 0.0
        self.keeper = self.another()

    def another(self) -> TokenKeeper:
        """A keeper as another process has it."""
        return TokenKeeper(self.load, self.save, self.bench.oauth.refresh, self.lock, self.bench.clock, self.sleep)

    def sleep(self, seconds: float) -> None:
        """Waiting that takes no time."""
        self.slept += seconds

    def load(self) -> str | None:
        """What is in the store."""
        kept = profile.secret(self.bench.store.conn, "todoist.login")
        return kept.decode() if kept is not None else None

    def save(self, text: str) -> None:
        """Into the store; here without a seal."""
        with self.bench.store.write() as conn:
            profile.save_secret(conn, "todoist.login", text.encode(), self.bench.clock.now_ms())
        self.saved.append(text)

    def connect(self, app: App | None = None) -> Login:
        """A fresh login, kept."""
        app = app or self.bench.oauth.register(READ, (URI,))
        grant = self.bench.granted(app)
        begun = Login("oauth", None, client_id=app.id, client_secret=app.secret)
        login = begun.renewed(grant, self.bench.clock.now)
        self.keeper.keep(login)
        return login

    def login(self) -> Login:
        """What is kept, which must be something."""
        login = self.keeper.login()
        assert login is not None
        return login

    def renewals(self) -> int:
        """How many refresh tokens were sent."""
        return sum(REFRESH in body for body in self.bench.sent("/oauth/access_token"))

    def works(self, token: Secret) -> bool:
        """Whether Todoist takes the token."""
        return self.bench.authority.scope(token.reveal()) is not None

    def failure(self, keeper: TokenKeeper | None = None) -> OoError:
        """Why there is no token; it holds nothing secret."""
        with pytest.raises(OoError) as caught:
            (keeper or self.keeper).token()
        shown = chain_text(caught.value)
        assert not [secret for secret in self.bench.authority.given if secret in shown]
        assert caught.value.hint
        return caught.value
