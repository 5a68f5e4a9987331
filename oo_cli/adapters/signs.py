"""What this machine knows of where it is: the network it is on, and whether it runs on its battery.

Nothing is looked up or asked of the network. A network is known by the hardware address of its gateway, which unlike
its name no other one shares.
"""

from __future__ import annotations

import glob
import re
import sys

from oo_cli.adapters.programs import Programs

NETWORK, BATTERY = "network", "battery"
_UP_AND_GATEWAY = 0x3
_ADDRESS = re.compile(r"(?:[0-9a-f]{1,2}:){5}[0-9a-f]{1,2}")


class Signs:
    """Reads /proc and /sys on Linux, and the system's own programs on macOS."""

    def __init__(self, programs: Programs, root: str = "", platform: str = sys.platform) -> None:
        self._programs, self._root, self._platform = programs, root, platform

    def read(self) -> dict[str, str]:
        """The signs that are known now: `network` is an address, `battery` is there while it drains."""
        if self._platform == "darwin":
            network, battery = self._mac_network(), self._mac_battery()
        else:
            network, battery = self._linux_network(), self._linux_battery()
        return ({NETWORK: network} if network else {}) | ({BATTERY: BATTERY} if battery else {})

    def _linux_network(self) -> str:
        gateways = []
        for line in self._lines("/proc/net/route")[1:]:
            fields = line.split()
            if len(fields) > 7 and fields[1] == fields[7] == "00000000" and int(fields[3], 16) & 0x3 == _UP_AND_GATEWAY:
                gateways.append((int(fields[6]), fields[0], _dotted(fields[2])))
        known = {}
        for line in self._lines("/proc/net/arp")[1:]:
            fields = line.split()
            if len(fields) > 5:
                known[fields[0], fields[5]] = fields[3]
        for _, device, gateway in sorted(gateways):
            if (gateway, device) in known:
                return known[gateway, device].lower()
        return ""

    def _linux_battery(self) -> bool:
        states = glob.glob(f"{glob.escape(self._root)}/sys/class/power_supply/*/status")
        return any(self._lines(path.removeprefix(self._root))[:1] == ["Discharging"] for path in states)

    def _mac_network(self) -> str:
        route = self._programs.run("route", "-n", "get", "default").out.decode(errors="replace")
        gateway = re.search(r"gateway: (\S+)", route)
        if gateway is None:
            return ""
        found = _ADDRESS.search(self._programs.run("arp", "-n", gateway[1]).out.decode(errors="replace"))
        return found[0] if found else ""

    def _mac_battery(self) -> bool:
        return b"'Battery Power'" in self._programs.run("pmset", "-g", "batt").out

    def _lines(self, path: str) -> list[str]:
        try:
            with open(self._root + path, encoding="ascii", errors="replace") as file:
                return file.read().splitlines()
        except OSError:
            return []


def _dotted(field: str) -> str:
    """An address of /proc/net/route, which is written as the machine's own integer."""
    return ".".join(map(str, int(field, 16).to_bytes(4, sys.byteorder)))
