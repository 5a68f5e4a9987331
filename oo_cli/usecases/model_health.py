"""How the model fares, in one line for the doctor: where it is, whether it may be asked, how it did, what it cost."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit

from oo_cli.engine.orchestrator import limits
from oo_cli.engine.when import local
from oo_cli.house import House
from oo_cli.usecases import areas, ask_model, gateway
from oo_data.contracts.llm import Place
from oo_data.store import asked, profile

LOOK_UP_SECONDS = 2.0
WHERE: dict[Place, str] = {"local": "on this machine", "cloud": "not on this machine"}


def health_line(house: House, offline: bool) -> tuple[Literal["ok", "note"], str]:
    """Whether all is well, and the line. Offline, or without a consent, no name is looked up; nothing is ever sent."""
    llm = house.llm
    if llm is None:
        return "ok", "None is named."
    now, granted = house.clock.now_ms(), profile.granted(house.store.conn)
    allowed = [key for key in ask_model.CONSENTS.values() if key in granted]
    if offline or (not allowed and not _is_number(llm.host)):  # without any consent, not even a name is looked up
        said, may = f"At {llm.host}, not looked up{' (--offline)' if offline else ''}.", bool(allowed)
        wanted = " or ".join(ask_model.CONSENTS.values())
    else:
        place = llm.place(LOOK_UP_SECONDS)
        wanted = ask_model.CONSENTS[place]
        said, may = f"At {llm.host}, {WHERE[place]}.", wanted in granted
    said += " You allow it." if may else f" You have not allowed it: oo consent grant {wanted}"
    at_gateway = areas.gateway_embedder(house, now)
    said += f" {at_gateway.health()}" if at_gateway is not None else ""
    if not may:
        return "note", said
    past = gateway.past(asked.latest(house.store.conn, "tip-generator", gateway.LOOKED_BACK))
    calls, tokens = gateway.spent(house, now)
    use = f" Today: {calls} of {limits.CALLS_A_DAY} requests, {tokens} of {limits.TOKENS_A_DAY} tokens."
    failed = limits.streak(past)
    if limits.is_resting(past, now):
        until = local(failed[0].at + limits.REST_MS, house.zone)
        return "note", f"{said} It failed {len(failed)} times in a row and rests until {until:%H:%M}.{use}"
    if failed:
        return "note", f"{said} The last request came to nothing ({failed[0].verdict.partition(':')[2]}).{use}"
    return "ok", f"{said}{use}"


def port_here(house: House) -> int:
    """The port of a gateway that its address puts on this machine; 0 for any other."""
    if house.llm is None or not _is_number(house.llm.host):
        return 0
    parts = urlsplit(f"//{house.llm.host}")
    return (parts.port or 80) if ip_address(parts.hostname or "").is_loopback else 0


def _is_number(host: str) -> bool:
    """Whether a host[:port] is an address already."""
    try:
        ip_address(urlsplit(f"//{host}").hostname or "")
    except ValueError:
        return False
    return True
