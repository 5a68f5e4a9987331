"""A login by a .creds file, against a server in the mode that asks for one."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest

from oo_cli import wiring
from oo_data.errors import BadUsageError
from oo_data.store.db import Store
from tests.fakes import FixedClock, house_at
from tests.mirror.server import NatsServer, needs_server
from tests.mirror.test_safety import BATCH, send, store

nkeys = pytest.importorskip("nkeys", reason="the extra `nats` brings it")
__all__ = ["store"]
USES = dict.fromkeys(("subs", "data", "payload"), -1)
PLAIN = USES | dict.fromkeys(("imports", "exports", "conn", "leaf"), -1)
STREAMS = dict.fromkeys(("streams", "consumer", "disk_storage"), -1)


class Party:
    """An operator, account or user: a key pair and what it signs."""

    def __init__(self, kind: int) -> None:
        self.seed = bytes(nkeys.encode_seed(os.urandom(32), kind))
        self._pair = nkeys.from_seed(bytearray(self.seed))
        self.name = self._pair.public_key.decode()

    def says(self, about: Party, kind: str, **claims: Any) -> str:
        """A JWT of NATS's own kind (ed25519-nkey) about another party."""
        body = {"iat": 1, "iss": self.name, "sub": about.name, "name": kind, "jti": kind}
        body["nats"] = claims | {"type": kind, "version": 2}
        head = {"typ": "JWT", "alg": "ed25519-nkey"}
        text = ".".join(_packed(json.dumps(part).encode()) for part in (head, body))
        return f"{text}.{_packed(self._pair.sign(text.encode()))}"


def _packed(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def credentials(folder: Path, jwt: str, user: Party) -> str:
    """The path of a .creds file."""
    path = folder / f"{user.name[:8]}.creds"
    path.write_text(
        f"-----BEGIN NATS USER JWT-----\n{jwt}\n------END NATS USER JWT------\n\n"
        f"-----BEGIN USER NKEY SEED-----\n{user.seed.decode()}\n------END USER NKEY SEED------\n"
    )
    return str(path)


@needs_server
def test_a_login_comes_from_its_file(store: Store, tmp_path: Path) -> None:
    """With the file of a user whom the account knows the events arrive; without, or with a stranger's, none does."""
    operator, account, system = Party(nkeys.PREFIX_BYTE_OPERATOR), *(Party(nkeys.PREFIX_BYTE_ACCOUNT) for _ in "as")
    user = Party(nkeys.PREFIX_BYTE_USER)
    preload = {
        account.name: operator.says(account, "account", limits=PLAIN | STREAMS),
        system.name: operator.says(system, "account", limits=PLAIN),
    }
    settings = {"operator": operator.says(operator, "operator"), "system_account": system.name}
    good = credentials(tmp_path, account.says(user, "user", **USES), user)
    stranger = Party(nkeys.PREFIX_BYTE_USER)
    bad = credentials(tmp_path, Party(nkeys.PREFIX_BYTE_ACCOUNT).says(stranger, "user", **USES), stranger)
    with NatsServer(tmp_path / "nats", resolver="MEMORY", resolver_preload=preload, **settings) as server:
        assert send(store, server.url) == (0, "login")
        assert send(store, server.url, bad) == (0, "login")
        assert send(store, server.url, good) == (len(BATCH), "sent")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """A wrong path ends before anything is sent, and the path is not repeated."""
    house = house_at(tmp_path, FixedClock(), NATS_URL="nats://127.0.0.1:9", NATS_CREDS=str(tmp_path / "none.creds"))
    with pytest.raises(BadUsageError, match="names no file") as refused:
        wiring.open_mirror(house)
    assert "none.creds" not in str(refused.value)
    house.close()
