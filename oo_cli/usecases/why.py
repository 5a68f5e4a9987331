"""Why this, why now, why nothing: read from what was decided, never made up afterwards."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from oo_cli.engine.policies.base import LIKELY
from oo_cli.engine.told import counted
from oo_cli.engine.twins import twins_of
from oo_cli.engine.when import HOUR_MS, MINUTE_MS, local
from oo_cli.engine.wording.facts import FREE_MS
from oo_cli.house import House
from oo_cli.usecases.recommend import GONE, held, held_line, words_of
from oo_data.contracts.event import TipShown
from oo_data.store import asked, busy, decisions, events, profile, records, shelf
from oo_data.store.asked import Asked

Explained = dict[str, Any]
NOT_ASKED = {
    "address": "its address cannot be used; see: oo doctor",
    "consent": "you have not allowed it; see: oo doctor",
    "title": "the first title is not one that models are shown",
    "waiting": "the next oo refresh asks",
    "resting": "it failed three times in a row and is left alone for ten minutes",
    "budget": "the day's requests are used up",
    "time": "no time was left for it",
}
NOT_USED = {"failed": "no answer came", "rejected": "its answer was not fit to be shown"}


def explain(house: House, tip_id: str = "", ambient: bool = False) -> Explained:
    """The tip, or the last one shown, with its terms, the agents behind it, and what the gate says now.

    `silent`: no tip was named, and the door that asks (by itself, if `ambient`) has none to show.
    """
    if not house.exists:
        return {"gate": {"open": True}, "tip": None, "note": "Nothing is connected yet."}
    now = house.clock.now_ms()
    gate = _gate(house, now)
    return {
        "silent": not tip_id and not gate["open" if ambient else "open_when_asked"],
        "tip": _tip(house, tip_id),
        "agents": _agents(house, now),
        "gate": gate,
        "model": _model(house, tip_id),
    }


def _tip(house: House, tip_id: str) -> Explained | None:
    conn = house.store.conn
    shown = events.last_shown(conn, tip_id)
    if shown is None or not isinstance(shown.event, TipShown):
        return None
    event = shown.event
    _, source, decision_id, *_ = shelf.tip_row(conn, event.subject)
    decision = decisions.decision(conn, decision_id)
    text, reason, _ = words_of(house, event.subject)
    terms = dict(decision.scores.get(event.about, {})) if decision else {}
    likely, _ = terms.get(LIKELY, (None, 0.0))
    return {
        "id": event.subject,
        "text": text,
        "reason": reason,
        "source": source,
        "also_in": sorted({task.source for task in twins_of(event.about, records.tasks(conn))}),
        "shown_at": shown.at,
        "policy": decision.policy if decision else None,
        "propensity": decision.propensity if decision else None,
        "place": list(decision.scores).index(event.about) + 1 if terms and decision else None,
        "likely": likely,
        "score": round(sum(value * weight for value, weight in terms.values()), 2),
        "terms": [
            {"name": name, "value": value, "weight": weight, "points": round(value * weight, 2)}
            for name, (value, weight) in sorted(terms.items(), key=lambda t: -abs(t[1][0] * t[1][1]))
            if weight
        ],
    }


def _model(house: House, tip_id: str) -> Explained | None:
    """How the tip came by its words; None where no model could have been asked."""
    shown = events.last_shown(house.store.conn, tip_id)
    verdict, row = asked.of_tip(house.store.conn, shown.event.subject) if shown else ("", None)
    if not verdict:
        return None
    request = {
        "at": row.at,
        "consent": row.consent,
        "prompt": row.version,
        "verdict": row.verdict,
        "seconds": row.millis / 1000,
        "tokens": row.tokens,
        "kept": row.sent is not None,
    } if row else None  # fmt: skip
    return {"verdict": verdict, "request": request}


def last_prompt(house: House) -> Explained | None:
    """What was sent to a model last: when, to where, and the very words; None where nothing is kept of it."""
    rows = asked.latest(house.store.conn, "tip-generator", 1) if house.exists else []
    return _kept(house, rows[0]) if rows else None


def prompt_behind(house: House, tip_id: str = "") -> list[str]:
    """What a model was sent for the words of a tip, line by line for a person; nothing where none of it is kept."""
    shown = events.last_shown(house.store.conn, tip_id) if house.exists else None
    _, row = asked.of_tip(house.store.conn, shown.event.subject) if shown else ("", None)
    kept = _kept(house, row) if row else None
    if kept is None or not kept["body"]:
        return []
    messages = json.loads(kept["body"]).get("messages", ())
    said = [line for message in messages for line in str(message.get("content", "")).splitlines() if line.strip()]
    return [f"Sent to {kept['host']}:", *(f"  {line}" for line in said)]


def _kept(house: House, row: Asked) -> Explained | None:
    if row.sent is None:
        return None
    kept = json.loads(house.sealer.unseal(row.sent, "asked", "sent", row.id))
    return {"at": row.at, "consent": row.consent, "verdict": row.verdict, **kept}


def _agents(house: House, now: int) -> list[Explained]:
    return [
        {
            "id": found.agent_id,
            "says": house.sealer.unseal(found.text, "snippet", "text", found.agent_id),
            "weight": found.weight,
            "age_hours": round((now - found.at) / HOUR_MS, 1),
            "ttl_hours": round((found.expires_at - now) / HOUR_MS, 1),
            "from": list(found.provenance),
        }
        for found in records.snippets(house.store.conn, now)
    ]


def _gate(house: House, now: int) -> Explained:
    asked = held(house, now, ambient=False)
    quiet = asked or held(house, now, ambient=True)
    until = quiet.until if quiet else None
    states = profile.sources(house.store.conn).values()
    return {
        "open": quiet is None,
        "open_when_asked": asked is None,
        "reason": quiet.reason if quiet else None,
        "until": until,
        "until_local": f"{local(until, house.zone):%a %H:%M}" if until else None,
        "says": held_line(quiet, house.zone, typed=asked is not None) if quiet else None,
        "free_minutes": busy.free_minutes(house.store.conn, now),
        "broken_sources": [state.id for state in states if state.last_error],
    }


def lines(explained: Mapping[str, Any]) -> list[str]:
    """The same for a person: what was said last comes first, the tip or silence."""
    tip, gate = explained.get("tip"), explained["gate"]
    said = _tip_lines(tip) if tip else [explained.get("note") or "No tip was shown yet."]
    whether = "The gate is open." if gate["open"] else f"The gate is closed: {gate['says']}"
    if explained.get("silent"):
        said = [whether, *([f"The last tip: {said[0]}", *said[1:]] if tip else said)]
    for agent in explained.get("agents", ()):
        age, left = _hours(agent["age_hours"]), _hours(agent["ttl_hours"])
        said.append(f"  {agent['id']} says: {agent['says']} ({age} old, {left} left)")
    if not explained.get("silent"):
        said.append(whether)
    free = gate.get("free_minutes")
    if free is not None and free * MINUTE_MS <= FREE_MS:
        said.append(f"{counted(free, 'free minutes')} before your next appointment; what takes longer comes last.")
    said += [f"{source} could not be read last time; see: oo sources" for source in gate.get("broken_sources", ())]
    return [*said, *_model_lines(explained.get("model"))] if tip else said


def _model_lines(model: Mapping[str, Any] | None) -> list[str]:
    if model is None:
        return ["No model was asked; nothing left this machine for these words."]
    kind, _, code = model["verdict"].partition(":")
    request = model["request"]
    if kind == "skipped" and code != "choice":
        return [f"No model was asked for these words: {NOT_ASKED.get(code, code)}."]
    if kind == "model":
        said = "A model wrote the line below the title"
    elif code == "choice":
        said = "These are oO's own words: a model was asked, and would have put another task first"
    else:
        said = f"These are oO's own words: a model was asked, but {NOT_USED.get(kind, kind)} ({code})"
    if request is None:
        return [f"{said}."]
    where = "on this machine" if request["consent"].endswith(".local") else "elsewhere"
    told = f"{said} ({request['prompt']}, {where}, {request['seconds']:.1f} s, {request['tokens']} tokens)."
    return [told, "What it was sent: oo why --prompt" if request["kept"] else "What it was sent is no longer kept."]


def _tip_lines(tip: Mapping[str, Any]) -> list[str]:
    said = [tip["text"] or GONE]
    if tip["also_in"]:
        said.append(f"  also in {', '.join(tip['also_in'])}, and shown once")
    if tip["policy"] is None:
        return [*said, "  the decision behind it is no longer kept"]
    chance = "" if tip["likely"] is None else f", {_percent(tip['likely'])} likely to be what you do next"
    if tip["place"] is None:
        return [*said, f"  {tip['policy']}: its terms are no longer kept"]
    said.append(f"  {tip['policy']}: {tip['score']:g} points, number {tip['place']}{chance}")
    wide = max((len(t["name"]) for t in tip["terms"]), default=0)
    said += [
        f"  {t['name']:<{wide}} {t['value']:>6.2f} x {t['weight']:>5.2f} = {t['points']:>6.2f}" for t in tip["terms"]
    ]
    return said


def _hours(hours: float) -> str:
    """How long, no more exactly than it matters."""
    return f"{hours:.0f} h" if hours >= 1 else f"{max(round(hours * 60), 1)} min"


def _percent(chance: float) -> str:
    return "under 1 %" if chance < 0.01 else f"{chance:.0%}".replace("%", " %")
