"""The compose file for those who want servers beside oO: valid, pinned, on this machine only, and without secrets."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

FILE = ROOT / "docs/examples/compose.yaml"


def schema(path: Path) -> subprocess.CompletedProcess[str]:
    """What the Compose Specification's own JSON Schema, as check-jsonschema ships it, says of a file."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    """The services by name."""
    from ruamel.yaml import YAML

    found: dict[str, dict[str, Any]] = YAML(typ="safe").load(FILE.read_text())["services"]
    return found


def test_it_is_a_compose_file(tmp_path: Path) -> None:
    """The schema takes it, and would not take a misspelt key."""
    assert schema(FILE).returncode == 0, schema(FILE).stdout
    wrong = tmp_path / "compose.yaml"
    wrong.write_text(FILE.read_text().replace("profiles:", "profile:"))
    assert schema(wrong).returncode == 1


def test_nothing_starts_by_itself(services: dict[str, dict[str, Any]]) -> None:
    """Each server belongs to one profile, so that only what was asked for runs."""
    named = {name: service["profiles"] for name, service in services.items()}
    assert named == {"ollama": ["ai"], "litellm": ["ai"], "nats": ["events"], "mlflow": ["mlops"]}


def test_every_server_is_pinned_watched_and_here(services: dict[str, dict[str, Any]]) -> None:
    """A whole version each, a health check each, and no port that another machine could reach."""
    for name, service in services.items():
        assert re.search(r":v?\d+\.\d+\.\d+(-alpine)?$", service["image"]), name
        assert service["healthcheck"]["test"][0] == "CMD", name
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ())), name
        assert "privileged" not in service, name
        assert service.get("network_mode", "service:ollama") == "service:ollama", name


def test_no_secret_stands_in_it(services: dict[str, dict[str, Any]]) -> None:
    """What is secret comes from the person's shell."""
    told = {key: value for service in services.values() for key, value in service.get("environment", {}).items()}
    assert {key for key, value in told.items() if value is None} == {"LITELLM_MASTER_KEY"}
    assert not [key for key, value in told.items() if value and re.search("KEY|TOKEN|PASSWORD|SECRET", key)]


def test_what_is_mounted_is_there(services: dict[str, dict[str, Any]]) -> None:
    """The proxy reads the configuration that is shipped beside it."""
    mounts = [mount for service in services.values() for mount in service.get("volumes", ()) if mount.startswith(".")]
    assert mounts == ["./litellm.yaml:/etc/litellm.yaml:ro"]
    assert (FILE.parent / "litellm.yaml").is_file()
