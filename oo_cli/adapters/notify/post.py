"""Every other way to notify: apprise, in a process whose only way out is our relay."""

from __future__ import annotations

import json
import subprocess
import time
from importlib.util import find_spec
from typing import IO, cast

from oo_cli.adapters import interpreter
from oo_cli.adapters.notify import child
from oo_cli.adapters.notify.relay import Ledger, Relay
from oo_data.errors import BadUsageError, OoError, SourceUnavailableError
from oo_data.ids import new_id
from oo_data.ports import Clock
from oo_data.secret import Secret
from oo_data.store import egress
from oo_data.store.db import Store

SECONDS = 20.0
PURPOSE = "notify"


class Post:
    """Sends to one apprise address. `hosts` may be reached; with None any may."""

    def __init__(self, store: Store, clock: Clock, consent: str, url: Secret, hosts: frozenset[str] | None) -> None:
        self._store, self._clock, self._consent = store, clock, consent
        self._url, self._hosts = url, hosts
        self._reached: set[str] = set()

    def send(self, title: str, body: str) -> tuple[str, ...]:
        """Send one message within `SECONDS`; the hosts it reached.

        Raises `SourceUnavailableError`, `ConsentMissingError`, and `BadUsageError` for an unknown kind of address.
        """
        if find_spec("apprise") is None:
            raise SourceUnavailableError(
                "This oO was installed without apprise.", "Run: pip install 'oo-assistant[notify]'"
            )
        relay = Relay(self._allowed, Ledger(self._begin, self._end))
        try:
            code = self._run(relay, title, body)
        finally:
            relay.close()
        if isinstance(relay.failed, OoError):
            raise relay.failed
        if code == child.UNKNOWN:
            raise BadUsageError("That is no address apprise knows.", "It looks like ntfys://ntfy.sh/your-topic")
        if code != child.SENT:
            raise SourceUnavailableError("The notification could not be sent.", "Try it with: oo notify test")
        return tuple(sorted(self._reached))

    def _run(self, relay: Relay, title: str, body: str) -> int:
        asked = {"relay": relay.port, "token": relay.token, "title": title, "body": body, "url": self._url.reveal()}
        process = subprocess.Popen(
            interpreter.running(child.__name__),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=interpreter.FOLDER,
            env=interpreter.ENVIRON,
        )
        try:
            given = cast("IO[bytes]", process.stdin)
            given.write(json.dumps(asked).encode())
            given.close()
            end = time.monotonic() + SECONDS
            while process.poll() is None and time.monotonic() < end:
                relay.step(0.1)
            return process.returncode if process.returncode is not None else child.REFUSED
        finally:
            process.kill()
            process.wait()

    def _allowed(self, host: str) -> bool:
        return self._hosts is None or host in self._hosts

    def _begin(self, host: str) -> str:
        row = egress.EgressRow(new_id(), self._clock.now_ms(), host, PURPOSE, self._consent, ("notification",))
        egress.begin(self._store, row)
        self._reached.add(host)
        return row.id

    def _end(self, row: str, out: int, back: int, outcome: str) -> None:
        egress.finish(self._store, row, out, back, outcome)
