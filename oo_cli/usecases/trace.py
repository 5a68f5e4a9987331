"""Tracing, for those who want it: steps recorded during a refresh, sent after it, dropped where that fails."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence

from oo_cli.adapters.trace.places import COLLECTOR, CONSENT, MLFLOW, PURPOSE, Place, experiment, places
from oo_cli.house import House
from oo_cli.spans import OFF, Recorder
from oo_cli.usecases.findings import Finding
from oo_data.contracts.span import Span
from oo_data.errors import OoError
from oo_data.ports import VersionRegistry
from oo_data.store import egress, profile

REGISTERED = "trace.registered"
LISTED = frozenset(("policy", "model"))  # the steps whose versions a registry hears of
SECONDS = 5.0  # for all of it, after the refresh is written and told


def begin(house: House) -> None:
    """Record the refresh that begins, if the person allows it and a server is named; else record nothing."""
    wanted = _is_named(house) and CONSENT in profile.granted(house.store.conn)
    house.spans = Recorder(house.clock.now_ms()) if wanted else OFF


def send(house: House) -> int:
    """Send what was recorded to each server; how often it did not arrive. No trouble of it goes any further."""
    spans, house.spans = house.spans.taken(), OFF
    if not spans:
        return 0
    until, lost = time.monotonic() + SECONDS, 0
    try:
        exporters, registry = house.doors.exporters(house), house.doors.registry(house)
    except OoError:
        return 1  # an address that is none: the doctor tells it
    for exporter in exporters:
        try:
            exporter.export(spans, _left(until))
        except OoError:
            lost += 1
    try:
        if registry is not None:
            _register(house, registry, versions(spans), until)
    except OoError:
        lost += 1
    return lost


def versions(spans: Sequence[Span]) -> dict[str, str]:
    """The version of each policy, and of each prompt, that took part, by the name it is listed under."""
    return {f"oo.{span.step}.{span.id}": span.version for span in spans if span.step in LISTED}


def stop(house: House) -> int:
    """Withdraw the consent and let go of what was noted under it; how many notes there were."""
    with house.store.write() as conn:
        house.record_consent(conn, CONSENT, False)
        dropped = profile.drop_meta(conn, REGISTERED)
    house.bus.deliver()
    return dropped


def health(house: House) -> Iterator[Finding]:
    """What the doctor says of tracing; nothing where nobody asked for it. Nothing is sent."""
    allowed, named = CONSENT in profile.granted(house.store.conn), _is_named(house)
    if not named:
        if allowed:
            yield Finding("trace", "note", "You allow it, and no server is named.", 0, f"Set {MLFLOW}, or {COLLECTOR}.")
        return
    from oo_cli.adapters.trace.otlp import installed

    try:
        found = places(house.environ)
        experiment(house.environ)
    except OoError as error:
        yield Finding("trace", "bad", error.message, error.exit_code, error.hint)
        return
    at = f"To {' and '.join(place.host for place in found)}."
    if not allowed:
        yield Finding("trace", "note", f"{at} You have not allowed it.", 0, f"To allow it: oo consent grant {CONSENT}")
    elif not installed():
        yield Finding(
            "trace", "note", f"{at} OpenTelemetry is missing.", 0, "To install it: pip install 'oo-assistant[trace]'"
        )
    else:
        yield _arrived(house, at, found)


def _arrived(house: House, at: str, found: Sequence[Place]) -> Finding:
    hosts = {place.host for place in found}
    rows = [row for row in egress.page(house.store.conn, 1000, find=PURPOSE) if row.host in hosts]
    sent = [row.status for row in rows if row.purpose == PURPOSE]
    lost = sum(status != "200" for status in sent)
    says = f"{at} {len(sent)} sent in 90 days, {lost} lost."
    return Finding("trace", "note" if sent and sent[0] != "200" else "ok", says)


def _is_named(house: House) -> bool:
    return any(house.environ.get(variable) for variable in (COLLECTOR, MLFLOW))


def _left(until: float) -> float:
    return max(until - time.monotonic(), 0.0)


def _register(house: House, registry: VersionRegistry, found: Mapping[str, str], until: float) -> None:
    """Have new versions listed, as far as the time allows; what is noted here is not asked about again."""
    conn = house.store.conn
    known = set(json.loads(profile.meta(conn, REGISTERED) or "[]"))
    listed = set(known)
    try:
        for name, version in found.items():
            mark = f"{registry.host} {name} {version}"
            if mark not in known:
                registry.register(name, version, _left(until))
                listed.add(mark)
    finally:
        if listed != known:
            with house.store.write():
                if CONSENT in profile.granted(conn):
                    profile.set_meta(conn, REGISTERED, json.dumps(sorted(listed)))
