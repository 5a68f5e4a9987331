"""How oO fares: sources, the shelf, the budget, the last silence."""

from __future__ import annotations

from typing import Any

from oo_cli.engine.told import counted, trouble
from oo_cli.engine.when import local, midnight
from oo_cli.house import House
from oo_cli.usecases import agenda
from oo_cli.usecases.recommend import held, held_line
from oo_data.contracts.tip import Silence
from oo_data.store import busy, outbox, profile, records, tips

CALENDAR = "calendar"  # the source that holds no tasks


def status(house: House) -> dict[str, Any]:
    """Facts for `oo status`; all numbers, fixed words and times (UTC ms)."""
    if not house.exists:
        return {
            "sources": [],
            "shelf": 0,
            "shown_today": 0,
            "gate": None,
            "outbox": outbox.Counts()._asdict(),
            "mirror": None,
            "alerts": [],
        }
    now = house.clock.now_ms()
    conn = house.store.conn
    day = midnight(local(now, house.zone).date(), house.zone)
    asked = held(house, now, ambient=False)
    quiet = asked or held(house, now, ambient=True)
    return {
        "sources": source_lines(house)[0],
        "shelf": len({tip.subject for tip in tips.on_shelf(conn, now)} - tips.muted(conn, now).keys()),
        "shown_today": tips.shown_since(conn, day),
        "gate": {**quiet._asdict(), "typed": asked is not None} if quiet else None,
        "outbox": outbox.counts(conn)._asdict(),
        "mirror": _waiting(house),
        "alerts": [alert._asdict() for alert in agenda.alerts(house)],
    }


def status_lines(house: House, data: dict[str, Any]) -> list[str]:
    """The same for a person."""
    said = source_lines(house)[1] or ["Nothing is connected. Start with: oo add, or oo connect"]
    said.append(f"{data['shelf']} {'tip' if data['shelf'] == 1 else 'tips'} ready, {data['shown_today']} shown today.")
    if data["gate"]:
        gate = data["gate"]
        quiet = Silence(gate["reason"], gate["until"])
        said.append(f"Quiet now: {held_line(quiet, house.zone, gate['typed'])}")
    said += _outbox_lines(outbox.Counts(**data["outbox"]))
    if data["mirror"]:
        said.append(f"{counted(data['mirror'], 'events')} to be mirrored.")
    return said + [alert["says"] for alert in data["alerts"]]


def _waiting(house: House) -> int | None:
    """How many events the stream has not had; None where nothing is mirrored."""
    if not house.environ.get("NATS_URL"):
        return None
    from oo_cli.usecases.mirror import waiting

    return waiting(house)


def _outbox_lines(counts: outbox.Counts) -> list[str]:
    said = []
    if counts.waiting:
        refused = counts.word == "login"
        when = "the login may not write; run: oo connect todoist" if refused else "at the next refresh"
        said.append(f"{_changes(counts.waiting)} {'waits' if counts.waiting == 1 else 'wait'} to be sent ({when}).")
    if counts.refused:
        said.append(f"{_changes(counts.refused)} {'was' if counts.refused == 1 else 'were'} refused by the source.")
    return said


def _changes(count: int) -> str:
    return "1 change" if count == 1 else f"{count} changes"


def source_lines(house: House) -> tuple[list[dict[str, Any]], list[str]]:
    """Each connected source, as data and as a line."""
    if not house.exists:
        return [], []
    conn = house.store.conn
    data, said = [], []
    for state in profile.sources(conn).values():
        open_tasks, ahead = records.count_tasks(conn, state.id), busy.count(conn, state.id)
        read_at = local(state.last_ok_at, house.zone).strftime("%a %H:%M") if state.last_ok_at else "never"
        data.append(
            {
                "id": state.id,
                "open": open_tasks,
                "busy": ahead,
                "last_ok_at": state.last_ok_at,
                "last_error": state.last_error,
                "failures": state.failures,
                "file": state.watch_path,
            }
        )
        times = "once" if state.failures == 1 else f"{state.failures} times"
        failing = f"; failing ({trouble(state.last_error)}, {times})" if state.last_error else ""
        holds = f"{counted(ahead, 'busy spans')} ahead" if state.id == CALENDAR else f"{open_tasks} open"
        said.append(f"{state.id}: {holds}, read {read_at}{failing}")
    return data, said
