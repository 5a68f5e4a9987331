"""Where the machine is, read from files and programs as Linux and macOS have them."""

from __future__ import annotations

from pathlib import Path

import pytest

from oo_cli.adapters.programs import Programs
from oo_cli.adapters.signs import Signs

ROUTE = (
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
    "tun0\t00000000\t00000000\t0001\t0\t0\t50\t00000000\t0\t0\t0\n"
    "eth0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\n"
    "wlan0\t00000000\t0102A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
    "wlan0\t0002A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n"
)
ARP = (
    "IP address       HW type     Flags       HW address            Mask     Device\n"
    "192.168.1.1      0x1         0x2         AA:aa:aa:aa:aa:01     *        eth0\n"
    "192.168.2.1      0x1         0x2         aa:aa:aa:aa:aa:02     *        wlan0\n"
)


@pytest.fixture
def linux(tmp_path: Path) -> Path:
    """The root of a laptop on two networks, plugged in."""
    (tmp_path / "proc/net").mkdir(parents=True)
    (tmp_path / "proc/net/route").write_text(ROUTE)
    (tmp_path / "proc/net/arp").write_text(ARP)
    (tmp_path / "sys/class/power_supply/BAT0").mkdir(parents=True)
    (tmp_path / "sys/class/power_supply/BAT0/status").write_text("Charging\n")
    return tmp_path


def read(root: Path) -> dict[str, str]:
    """What is seen on Linux."""
    return Signs(Programs({"PATH": ""}), str(root), "linux").read()


def test_a_network_is_its_gateway_of_the_best_route(linux: Path) -> None:
    """Of several routes the one that traffic takes counts; a tunnel without a gateway is no place."""
    assert read(linux) == {"network": "aa:aa:aa:aa:aa:02"}


def test_a_battery_counts_while_it_drains(linux: Path) -> None:
    """Plugged in is no sign."""
    (linux / "sys/class/power_supply/BAT0/status").write_text("Discharging\n")
    assert read(linux)["battery"] == "battery"


def test_a_machine_that_tells_nothing_has_no_signs(tmp_path: Path) -> None:
    """Without those files, or with others in them, nothing is seen and nothing breaks."""
    assert read(tmp_path) == {}
    (tmp_path / "proc/net").mkdir(parents=True)
    (tmp_path / "proc/net/route").write_text("what\nis this\n")
    assert read(tmp_path) == {}


def test_macos_is_asked_by_its_own_programs(tmp_path: Path) -> None:
    """The same signs from what macOS prints."""
    said = {
        "route": "   route to: default\n    gateway: 192.168.1.1\n",
        "arp": "? (192.168.1.1) at a:bb:cc:dd:ee:ff on en0 ifscope [ethernet]\n",
        "pmset": "Now drawing from 'Battery Power'\n -InternalBattery-0 80%; discharging;\n",
    }
    for name, text in said.items():
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\ncat <<'END'\n{text}END\n")
        program.chmod(0o755)
    seen = Signs(Programs({"PATH": f"{tmp_path}:/usr/bin:/bin"}), platform="darwin").read()
    assert seen == {"network": "a:bb:cc:dd:ee:ff", "battery": "battery"}
