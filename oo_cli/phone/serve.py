"""A server from its start to its end: a signal, its time, another network, or the consent withdrawn."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import ssl
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import NamedTuple

from oo_cli.adapters.vault.certificate import Certificate, make
from oo_cli.adapters.watch import Watch
from oo_cli.home import owner_of
from oo_cli.house import House
from oo_cli.phone import network
from oo_cli.phone.app import Page
from oo_cli.phone.bell import Bell
from oo_cli.phone.connections import Doorkeeper
from oo_cli.phone.guard import LIMITS, Address, Limits
from oo_cli.usecases import follow, phone
from oo_cli.usecases.follow import Outside
from oo_cli.usecases.serving import Serving
from oo_cli.usecases.surface import Session
from oo_data.errors import BadUsageError
from oo_data.secret import Secret

PORT = 8377
LAN_HOURS = 12
LOOK_SECONDS = 600.0  # how often the clock and the network are looked at beside what the system tells
ELSEWHERE_SECONDS = 1.0  # the same where the system tells nothing
HOUR_MS = 3_600_000
STOPPED, OVER, MOVED, WITHDRAWN = "", "Its time is over.", "This is another network.", "The consent was withdrawn."


class Plan(NamedTuple):
    """What to serve: where, under which names, how, and until when (UTC ms, 0 for no end)."""

    host: str
    port: int
    names: tuple[str, ...]
    plain: bool
    ends_at: int

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it."""
        return self.host == network.LOOPBACK

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every name and address that it goes by, the one to show first."""
        return (*self.names, self.host, *(("localhost",) if self.is_local else ()))


class Ready(NamedTuple):
    """A server that may start: its socket, what it says of itself, and how it speaks TLS, if it does."""

    plan: Plan
    listener: socket.socket
    serving: Serving
    address: Address
    tls: ssl.SSLContext | None


def get_ready(house: House, plan: Plan) -> Ready:
    """Everything that can fail before the first request. Raises an `OoError`."""
    refuse_other_owner(house)
    listener = network.listen(plan.host, plan.port)
    plan = plan._replace(port=listener.getsockname()[1])
    encrypted = not plan.is_local and not plan.plain
    try:
        kept = certificate(house, plan.hosts) if encrypted else None
        tls = network.tls(kept, house.paths.state) if kept else None
    except BaseException:
        listener.close()
        raise
    address = Address("https" if encrypted else "http", plan.hosts, plan.port, secure=not plan.plain)
    serving = Serving(address.url, kept.fingerprint if kept else "", plan.ends_at)
    return Ready(plan, listener, serving, address, tls)


def refuse_other_owner(house: House) -> None:
    """The administrator does not serve somebody else's home. Raises `BadUsageError`."""
    if os.geteuid() == 0 and owner_of(os.path.realpath(house.paths.data)) != 0:
        raise BadUsageError("This home is another user's.", "Run oo serve as that user, without sudo.")


def certificate(house: House, names: tuple[str, ...]) -> Certificate:
    """The home's own certificate; made where there is none, or where it does not fit these names any more."""
    sealed = phone.certificate(house)
    if sealed is not None:
        pem, key, ends_at = json.loads(sealed.reveal())
        known = Certificate(pem, Secret(key), ends_at)
        if known.fits(names, house.clock.now_ms()):
            return known
    made = make(names, house.clock.now_ms())
    phone.keep_certificate(house, Secret(json.dumps([made.pem, made.key.reveal(), made.ends_at])))
    return made


async def serve(
    open_house: Callable[[], House],
    ready: Ready,
    limits: Limits = LIMITS,
    signals: Iterable[signal.Signals] = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP),
    begun: Callable[[], None] = lambda: None,
) -> str:
    """Serve until something ends it; what that was, "" for a signal. `begun` is called once a signal can end it."""
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: None)  # nothing of a connection goes to the terminal
    ended: asyncio.Future[str] = loop.create_future()

    def end(why: str) -> None:
        if not ended.done():
            ended.set_result(why)

    session, bell = Session(open_house), Bell()
    page = Page(session, bell, ready.address, lambda: end(WITHDRAWN))
    guests = _Outside(session, bell, end, ready.plan)
    for number in signals:
        loop.add_signal_handler(number, end, STOPPED)
    begun()
    keeping = loop.create_task(Doorkeeper(page.guarded(limits), ready.listener, ready.tls).keep())
    try:
        await guests.begin()
        return await ended
    finally:
        guests.close()
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping
        ready.listener.close()
        session.close()


class _Outside:
    """What happens without us: another process's change, the end of the time, another network."""

    def __init__(self, session: Session, bell: Bell, end: Callable[[str], None], plan: Plan) -> None:
        self._session = session
        self._bell = bell
        self._end = end
        self._plan = plan
        self._loop = asyncio.get_running_loop()
        self._watch = Watch(self._heard)
        self._leave = None if plan.is_local else network.Leave(plan.host, lambda: end(MOVED))
        self._known: Outside | None = None
        self._news = False
        self._looking: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._retry: asyncio.TimerHandle | None = None

    async def begin(self) -> None:
        """Look once, and from then on whenever something is heard."""
        await self._look()
        self._tick()

    def close(self) -> None:
        """Look no more."""
        self._watch.close()
        for each in (self._timer, self._retry, self._looking):
            if each is not None:
                each.cancel()
        if self._leave is not None:
            self._leave.close()

    def _tick(self) -> None:
        """Look by the clock too: often where nothing tells of changes, else seldom, and not at all without an end."""
        seconds = LOOK_SECONDS if sys.platform == "linux" else ELSEWHERE_SECONDS
        if sys.platform != "linux" or self._plan.ends_at:
            self._timer = self._loop.call_later(seconds, self._again)

    def _again(self) -> None:
        self._heard()
        self._tick()

    def _heard(self) -> None:
        self._news = True
        if self._looking is None or self._looking.done():
            self._looking = self._loop.create_task(self._look_until_calm())

    async def _look_until_calm(self) -> None:
        while self._news:
            self._news = False
            try:
                await self._look()
            except Exception:  # noqa: BLE001 - a home that is held, or on its way out, is soon seen for what it is
                self._retry = self._loop.call_later(ELSEWHERE_SECONDS, self._heard)

    async def _look(self) -> None:
        if not self._plan.is_local and not network.is_here(self._plan.host):
            self._end(MOVED)
        allowed, now, outside, places = await self._session.run(_seen)
        if not allowed:
            self._end(WITHDRAWN)
        elif self._plan.ends_at and now >= self._plan.ends_at:
            self._end(OVER)
        elif outside != self._known:
            if self._known is not None:
                self._bell.ring()
            self._known = outside
        self._watch.follow(places)


def _seen(house: House) -> tuple[bool, int, Outside | None, tuple[tuple[str, str], ...]]:
    """Whether phones may be answered, the time, how things are, and which files would tell of another state."""
    allowed = phone.is_allowed(house)
    marks = (os.path.split(house.paths.forgetting), os.path.split(house.paths.database))
    return allowed, house.clock.now_ms(), follow.outside(house) if allowed else None, (*follow.places(house), *marks)
