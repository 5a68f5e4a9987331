"""A real nats-server on loopback, to be killed, restarted and filled; and a consumer that reads its stream."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Any, Self

import pytest

from oo_cli.adapters.mirror import codec
from oo_cli.adapters.mirror.stream import STREAM, SUBJECTS
from oo_data.contracts.event import Envelope
from tests.ports import free_port

PROGRAM = shutil.which("nats-server", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
needs_server = pytest.mark.skipif(PROGRAM is None, reason="Debian's nats-server is not here")


class NatsServer:
    """One server with its store in a folder; what it kept is there again after a kill."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.port = free_port()
        self.scheme = "tls" if "tls" in settings else "nats"
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        given = {"host": "127.0.0.1", "port": self.port, "jetstream": {"store_dir": str(folder)}} | settings
        (folder / "nats.conf").write_text(json.dumps(given))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address for NATS_URL."""
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start, and wait until it listens."""
        log = (self._folder / "log").open("ab")
        command = [str(PROGRAM), "-c", str(self._folder / "nats.conf")]
        with log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        end = time.monotonic() + 60
        while time.monotonic() < end:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            assert self._process.poll() is None, (self._folder / "log").read_text()
            time.sleep(0.02)
        raise AssertionError("it does not listen")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def kill(self) -> None:
        """End it as a power cut ends a process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def copy_to(self, folder: Path) -> None:
        """End it in order, put aside what it holds, and start it again."""
        assert self._process is not None
        self._process.terminate()
        self._process.wait()
        shutil.copytree(self._folder, folder)
        self.start()

    def put_back(self, folder: Path) -> None:
        """End it, and start it with what was put aside and nothing else."""
        self.kill()
        shutil.rmtree(self._folder)
        shutil.copytree(folder, self._folder)
        self.start()

    def received(self) -> list[Envelope]:
        """Everything that a durable consumer which begins now is handed, in the stream's order."""
        return [envelope for _, envelope, _ in self.messages()]

    def messages(self) -> list[tuple[str, Envelope, bytes]]:
        """The same with each message's subject and payload."""
        return asyncio.run(self._read())

    async def _read(self) -> list[tuple[str, Envelope, bytes]]:
        import nats
        from nats.js.errors import NotFoundError

        client = await nats.connect(self.url)
        found: list[tuple[str, Envelope, bytes]] = []
        try:
            stream = client.jetstream()
            try:
                left = (await stream.stream_info(STREAM)).state.messages
            except NotFoundError:
                return []
            reader = await stream.pull_subscribe(SUBJECTS, durable=f"reader-{os.urandom(4).hex()}", stream=STREAM)
            while len(found) < left:
                for message in await reader.fetch(min(500, left - len(found)), timeout=10):
                    envelope = codec.decode(message.data)
                    assert envelope is not None
                    found.append((message.subject, envelope, message.data))
                    await message.ack()
        finally:
            await client.close()
        return found

    def limit(self, **changes: Any) -> None:
        """Make the stream, or change how much it may hold."""
        asyncio.run(self._limit(changes))

    async def _limit(self, changes: dict[str, Any]) -> None:
        import nats
        from nats.js.api import DiscardPolicy, StreamConfig
        from nats.js.errors import NotFoundError

        client = await nats.connect(self.url)
        config = StreamConfig(name=STREAM, subjects=[SUBJECTS], discard=DiscardPolicy.NEW, **changes)
        try:
            try:
                await client.jetstream().update_stream(config)
            except NotFoundError:
                await client.jetstream().add_stream(config)
        finally:
            await client.close()
