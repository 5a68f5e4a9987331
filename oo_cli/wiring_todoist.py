"""Todoist put together for one house: the login, the source that reads and writes with it, and the way out."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from oo_cli.adapters.http import Guard
from oo_cli.adapters.sources.todoist import client, oauth, writes
from oo_cli.adapters.sources.todoist.client import TodoistClient
from oo_cli.adapters.sources.todoist.login import Login, TokenKeeper, sign_in, sign_out
from oo_cli.adapters.sources.todoist.writes import TodoistWriter, WritableTodoist
from oo_cli.house import House
from oo_data.secret import Secret
from oo_data.store import profile

LOGIN = "todoist.login"
LOCK = "todoist.lock"
CONSENT = "source.todoist"


class TodoistAccount:
    """The person's account as one house reaches it. All requests pass one gate, each with its own purpose."""

    def __init__(self, house: House) -> None:
        self._house = house
        at = oauth.addresses(house.environ)
        self._url = client.api_url(house.environ)
        allowed = client.allowed(self._url) | writes.allowed(self._url) | oauth.allowed(at)
        self._guard = Guard(house.store, house.clock, allowed)
        self._oauth = oauth.OAuth(self._guard, at)
        lock = f"{house.paths.state}/{LOCK}"
        self._keeper = TokenKeeper(self._load, self._save, self._oauth.refresh, lock, house.clock)

    def source(self) -> WritableTodoist:
        """The source, with the kept login, renewed when it ends."""
        keeper = self._keeper
        writer = TodoistWriter(self._guard, self._url, keeper.token, keeper.expired)
        return WritableTodoist(self._client(keeper.expired), keeper.token, writer)

    def sign_in(self, write: bool, open_browser: Callable[[str], bool]) -> None:
        """Log in by browser, try the login, keep it, and end the one before if that was another app's."""
        # Loaded only here: it opens a socket of its own.
        from oo_cli.adapters.sources.todoist.loopback import Listener

        house, keeper = self._house, self._keeper
        before = keeper.login()
        app = keeper.app_for(write)
        login = sign_in(self._oauth, Listener, open_browser, house.say, house.clock, write=write, app=app)
        self._try(login)
        keeper.keep(login)
        if before is not None and before.client_id != login.client_id:
            sign_out(self._oauth, before)

    def take_token(self, token: Secret) -> None:
        """Use a personal token, after trying it."""
        login = Login("personal", token)
        self._try(login)
        self._keeper.keep(login)

    @contextmanager
    def left(self) -> Iterator[bool]:
        """End the login at Todoist, and let nobody renew it while the caller erases it; whether Todoist was told."""
        with self._keeper.alone():
            login = self._keeper.login()
            yield login is not None and sign_out(self._oauth, login)

    def _try(self, login: Login) -> None:
        access = login.access
        if access is not None:
            self._client(None).check(lambda: access)

    def _client(self, expired: Callable[[], None] | None) -> TodoistClient:
        return TodoistClient(self._guard, self._url, time.sleep, random.random, expired)

    def _load(self) -> str | None:
        sealed = profile.secret(self._house.store.conn, LOGIN)
        return None if sealed is None else self._house.sealer.unseal(sealed, "secret", "sealed", LOGIN)

    def _save(self, text: str) -> None:
        self._house.keep_secret(LOGIN, text)
