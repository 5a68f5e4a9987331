"""One call to the vault in a process of its own: one JSON object out.

Usage: `python -m tests.vault.probe VERB ARGUMENT...`
"""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import suppress

from oo_cli.adapters.vault.custody import Custodian, Custody
from oo_cli.adapters.vault.keyring_holder import KeyringHolder
from oo_data.env import Paths
from oo_data.errors import OoError
from oo_data.secret import Secret

Outcome = dict[str, object]


def run(verb: str, *words: str) -> object:
    """Do what the verb says; the result is something JSON can hold."""
    custodian = Custodian(os.environ, Paths(os.environ))
    match verb, words:
        case "load", (account, *backend):
            key = KeyringHolder(account, *backend).load()
            return key and key.reveal()
        case "save", (account, text):
            KeyringHolder(account).save(Secret(text))
        case "delete", (account,):
            return KeyringHolder(account).delete()
        case "name", (account,):
            return KeyringHolder(account).backend_name()
        case "put", (account, text):
            import keyring

            keyring.set_password("oo", account, text)
            return keyring.get_password("oo", account)
        case "begin", ():
            custody, key = custodian.begin()
            return [custody.to_text(), key.reveal()]
        case "unlock", (record,):
            return custodian.unlock(Custody.from_text(record)).reveal()
        case "destroy", (record,):
            return list(custodian.destroy(Custody.from_text(record)))
        case _:
            raise AssertionError(verb)
    return None


def main(words: list[str]) -> Outcome:
    """The outcome, an error included, and how long it took."""
    with suppress(ImportError):  # loaded before: what that takes on a slow machine is no part of the keyring's answer
        import keyring.backends.SecretService  # noqa: F401
    began = time.monotonic()
    try:
        told: Outcome = {"ok": run(*words)}
    except OoError as error:
        told = {"error": type(error).__name__, "message": error.message, "hint": error.hint}
    return {**told, "seconds": time.monotonic() - began}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1:])))
