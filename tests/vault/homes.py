"""A home whose key lies in a keyring of a given kind, or in a file."""

from __future__ import annotations

from pathlib import Path

from oo_cli.adapters.vault.custody import Custodian, Custody
from oo_data.env import Paths
from tests.vault import rings

NONE = "keyring.backends.fail.Keyring"
WORKING = "tests.vault.rings.Working"
BY_ITSELF = Custody("file", chosen=False)
BY_NAME = Custody("file", chosen=True)


class Home:
    """One home directory, seen with a keyring of a given kind."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.paths = Paths({"OO_HOME": str(root)})
        self.file = Path(self.paths.key_file)
        self.records: list[Custody] = []

    def with_keyring(self, kind: str, **variables: str) -> Custodian:
        """The custodian under `PYTHON_KEYRING_BACKEND`."""
        backend = f"tests.vault.rings.{kind}" if "." not in kind else kind
        return Custodian({"OO_HOME": str(self.root), "PYTHON_KEYRING_BACKEND": backend, **variables}, self.paths)

    def in_keyring(self, kind: type[rings.Working] = rings.Working) -> str | None:
        """What that keyring holds for this home."""
        return kind.kept.get(("oo", self.with_keyring(NONE).account))
