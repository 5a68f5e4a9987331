"""What a consent would let flow, shown before it is given; nothing is sent for it."""

from __future__ import annotations

import json
from typing import Any

from oo_cli.house import House
from oo_cli.usecases import ask_model
from oo_cli.usecases.consent import flow_of, lines
from oo_data.store import profile


def preview(house: House, key: str) -> dict[str, Any]:
    """One consent: its words, whether it holds, and for a model the very request. Raises `BadUsageError`."""
    flow = flow_of(house, key)
    held, since = (profile.consents(house.store.conn) if house.exists else {}).get(key, (False, 0))
    found: dict[str, Any] = {"granted": held, "since": since or None, **flow._asdict()}
    if key in ask_model.CONSENTS.values():
        found["request"] = _request(house)
    return found


def text(house: House, found: dict[str, Any]) -> str:
    """The preview for a person."""
    told = [f"{found['key']}: {'granted' if found['granted'] else 'not granted'}"]
    told += lines(flow_of(house, found["key"]))
    if "request" in found:
        told += ["", *_told(found["request"])]
    return "\n".join(told)


def _request(house: House) -> dict[str, Any] | None:
    """What would be sent now, to the byte but for ids and a watchword, which are drawn anew each time."""
    if not house.exists or not profile.sources(house.store.conn):
        return None
    from oo_cli.adapters.llm.client import body_of
    from oo_cli.usecases.refresh import shelf_to_be

    question = ask_model.preview(house, *shelf_to_be(house), house.clock.now_ms())
    if question is None:
        return None
    llm = house.llm
    return {
        "host": llm.host if llm is not None else None,
        "body": body_of(question.request),
        "categories": question.request.categories,
    }


def _told(request: dict[str, Any] | None) -> list[str]:
    if request is None:
        return ["Nothing would be sent now: there is no first tip that a model may see."]
    host = request["host"] or "nobody: no gateway is named (docs/models.md)"
    body = json.dumps(json.loads(request["body"]), indent=2, ensure_ascii=False)
    return [f"With what is known now, this would go to {host}; ids and the watchword are drawn anew:", body]
