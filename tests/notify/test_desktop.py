"""The desktop's own notifications, over a real session bus."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from oo_cli.adapters.notify.desktop import Desktop
from oo_data.errors import SourceUnavailableError

pytest.importorskip("dbus_fast", reason="the extra `notify` is not installed")
SERVER = Path(__file__).parent / "desktop_server.py"


class Bus(NamedTuple):
    """A session bus with a desktop on it; each notification is a line of the file."""

    address: str
    shown: Path


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[Bus]:
    """A bus of the test's own."""
    if shutil.which("dbus-daemon") is None:
        pytest.skip("dbus is not installed")
    daemon = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address"], stdout=subprocess.PIPE, text=True
    )
    assert daemon.stdout is not None
    address = daemon.stdout.readline().strip()
    shown = tmp_path / "shown"
    desktop = subprocess.Popen([sys.executable, str(SERVER), address, str(shown)], stdout=subprocess.PIPE, text=True)
    assert desktop.stdout is not None
    assert desktop.stdout.readline() == "ready\n"
    yield Bus(address, shown)
    for process in (desktop, daemon):
        process.terminate()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def test_a_notification_is_shown_and_not_filed_away(bus: Bus) -> None:
    """The desktop gets title and body, is told not to keep it, and no markup of a title takes effect."""
    Desktop(bus.address).send("oO", "Buy <b>milk</b> & \x1b[31mbread")
    assert bus.shown.read_text() == "oO|Buy &lt;b&gt;milk&lt;/b&gt; &amp; bread|transient=True\n"


@pytest.mark.parametrize("address", ["unix:path=/nowhere/bus", "nonsense"])
def test_without_a_desktop_there_is_a_next_step(address: str) -> None:
    """A bus that is not there is one line, within three seconds."""
    with pytest.raises(SourceUnavailableError, match="took no notification"):
        Desktop(address).send("oO", "x")


def test_a_bus_without_a_desktop_is_told(bus: Bus, tmp_path: Path) -> None:
    """A session without a notification service is an error, not a silent success."""
    daemon = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address"], stdout=subprocess.PIPE, text=True
    )
    assert daemon.stdout is not None
    try:
        with pytest.raises(SourceUnavailableError):
            Desktop(daemon.stdout.readline().strip()).send("oO", "x")
    finally:
        daemon.terminate()
        daemon.wait()
        daemon.stdout.close()
