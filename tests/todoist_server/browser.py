"""The person's side of a login: a browser that follows the consent page back, and a bench to log in from."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx  # noqa: TID253 - the browser is a real HTTP client

from oo_cli.adapters.http import Guard
from oo_cli.adapters.sources.todoist.grants import App, Grant
from oo_cli.adapters.sources.todoist.loopback import Listener
from oo_cli.adapters.sources.todoist.oauth import READ, Addresses, Attempt, OAuth, addresses, allowed
from oo_data.secret import Secret
from oo_data.store.db import Store
from tests.fakes import FixedClock
from tests.ports import free_ports
from tests.todoist_server.account import build
from tests.todoist_server.bench import consent, new_store
from tests.todoist_server.oauth import AuthorizationServer
from tests.todoist_server.server import TodoistServer

URI = "http://localhost:8765/callback"


@dataclass(repr=False)
class Browser:
    """Opens a page in a thread, agrees, and follows the way back; `visited` and `pages` are what it saw."""

    visited: list[str] = field(default_factory=list)
    pages: list[httpx.Response] = field(default_factory=list)
    _thread: threading.Thread | None = None

    def open(self, url: str) -> bool:
        """As `webbrowser.open`: returns at once."""
        self._thread = threading.Thread(target=self._follow, args=(url,), daemon=True)
        self._thread.start()
        return True

    def close(self) -> None:
        """Wait until the page is there."""
        if self._thread is not None:
            self._thread.join(10)

    def _follow(self, url: str) -> None:
        while url:
            self.visited.append(url)
            page = httpx.get(url, trust_env=False, timeout=10)
            self.pages.append(page)
            url = page.headers.get("location", "")


@dataclass(repr=False)
class LoginBench:
    """What a test of the login needs in its hands."""

    store: Store
    server: TodoistServer
    guard: Guard
    at: Addresses
    clock: FixedClock
    browser: Browser = field(default_factory=Browser)
    said: list[str] = field(default_factory=list)
    ports: list[int] = field(default_factory=lambda: free_ports(2))

    @property
    def authority(self) -> AuthorizationServer:
        """The authorization server."""
        return self.server.oauth

    @property
    def oauth(self) -> OAuth:
        """The requests of the login."""
        return OAuth(self.guard, self.at)

    def agreed(self, app: App, attempt: Attempt) -> Secret:
        """The code that the consent page sends back, without a listener."""
        page = httpx.get(self.oauth.authorize_url(app, URI, READ, attempt), trust_env=False)
        fields = parse_qs(urlsplit(page.headers["location"]).query)
        assert fields["state"] == [attempt.state.reveal()]
        return Secret(fields["code"][0])

    def granted(self, app: App) -> Grant:
        """Tokens, by way of the consent page."""
        attempt = Attempt.new()
        return self.oauth.exchange(app, self.agreed(app, attempt), URI, attempt.verifier)

    def living(self) -> list[str]:
        """The tokens that Todoist still knows."""
        return [token for family in self.authority.families for token in (family.access, family.refresh) if token]

    def listen(self) -> Listener:
        """A way back on ports that no other test uses."""
        return Listener(self.ports)

    def advance(self, ms: int) -> None:
        """Time passes here and at Todoist."""
        self.authority.now_ms = self.clock.advance(ms)

    def sent(self, path: str) -> list[str]:
        """The bodies that came in on a path."""
        return [request.body.decode() for request in self.server.log if request.path.partition("?")[0] == path]


@contextmanager
def login_bench(folder: Path) -> Iterator[LoginBench]:
    """A store with the consent, and a server to log in at."""
    store = new_store(folder)
    try:
        consent(store, True)
        with TodoistServer(build()) as server:
            settings = {f"OO_TODOIST_{name}_URL": server.url for name in ("API", "AUTH", "TOKEN")}
            at = addresses(settings)
            clock = FixedClock()
            server.oauth.now_ms = clock.now
            with Guard(store, clock, allowed(at) | {"todoist.sync": frozenset((server.host,))}) as guard:
                bench = LoginBench(store, server, guard, at, clock)
                yield bench
                bench.browser.close()
    finally:
        store.close()
