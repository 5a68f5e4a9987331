"""The contract of the core: one request in, a tip or an explained silence out."""

from __future__ import annotations

import json
from zoneinfo import ZoneInfo

from oo_cli.house import House
from oo_data.contracts.tip import Reaction, Recommendation, RecommendRequest, Silence, Tip
from oo_data.store import shelf, tips
from oo_data.store.shelf import Pick

FIRST_STEP_ID = "advice.first-step"
ADVICE_ACTIONS: tuple[Reaction, ...] = ("later", "no")
TODO_ACTIONS: tuple[Reaction, ...] = ("done", "later", "no")


def recommend(house: House, request: RecommendRequest) -> Recommendation:
    """What is said now. Local sources are read again where they changed; nothing leaves the machine."""
    if not house.exists:
        return first_step(request.now_ms)
    now = request.now_ms
    picked = shelf.pick(house.store, now, ambient=not request.asked)
    if picked.kind == shelf.STALE:
        from oo_cli.usecases.refresh import refresh

        for source, error in refresh(house, local_only=True).failures:
            house.say(f"{source}: {error.line()}")
        now = house.clock.now_ms()
        picked = shelf.pick(house.store, now, ambient=not request.asked)
    if picked.kind == shelf.TIP and (request.minutes is not None or request.energy is not None):
        from oo_cli.usecases import at_hand

        among = at_hand.fitting(house, request.minutes, request.energy)
        picked = shelf.pick(house.store, now, ambient=not request.asked, among=json.dumps(among))
        if picked.kind == shelf.STALE:
            return Silence("nothing-fits", None)
    if picked.kind == shelf.NO_SOURCE:
        return first_step(request.now_ms)
    if picked.kind == shelf.SILENCE:
        return Silence(picked.reason, picked.until)
    if picked.kind == shelf.STALE:
        return Silence("nothing-now", picked.until) if picked.until else Silence("nothing-fresh", None)
    tip = tip_of(house, picked, now, ambient=not request.asked)
    shelf.record_shown(house.store, now, request.surface, picked)
    return tip


def held(house: House, now: int, ambient: bool) -> Silence | None:
    """Why nothing is said now, looked up without reading a source; None where there is a tip, or no telling."""
    picked = shelf.pick(house.store, now, ambient)
    if picked.kind == shelf.SILENCE:
        return Silence(picked.reason, picked.until)
    return Silence("nothing-now", picked.until) if picked.kind == shelf.STALE and picked.until else None


def held_line(silence: Silence, zone: ZoneInfo, typed: bool) -> str:
    """The same for a person, to follow a colon; `typed`: it binds a typed `oo tip` too."""
    from oo_cli.engine.when import local
    from oo_cli.render import ENDING, SILENCES

    said = SILENCES.get(silence.reason, silence.reason)
    until = f", until {local(silence.until, zone):%a %H:%M}" if silence.until and silence.reason in ENDING else ""
    return f"{said[0].lower()}{said[1:]}{until}{'' if typed else '; a typed oo tip is still answered'}."


def tip_of(house: House, picked: Pick, now: int, ambient: bool) -> Tip:
    """The picked tip with its words, from memory or else unsealed; valid until it runs out or silence begins."""
    quiet = tips.next_silence(house.store.conn, now, ambient)
    text, reason, _ = words_of(house, picked.tip_id)
    return seen(picked, text, reason, now, picked.until if quiet is None else min(picked.until, quiet))


def seen(picked: Pick, text: str, reason: str, since: int = 0, until: int = 0) -> Tip:
    """The picked tip with these words."""
    todo = picked.tip_kind == "todo"
    return Tip(
        id=picked.tip_id,
        kind="todo" if todo else "advice",
        text=text,
        reason=reason,
        actions=TODO_ACTIONS if todo else ADVICE_ACTIONS,
        valid_from=since,
        valid_until=until or picked.until,
        subject=picked.subject,
        decision_id=picked.decision_id,
    )


GONE = "(words no longer kept)"  # stands for a text that was swept away


def words_of(house: House, tip_id: str) -> tuple[str, str, str]:
    """Text, reason and handle (JSON) of a tip; empty ones where its words have been swept away."""
    known = shelf.read_words(house.paths, tip_id)
    if known is not None:
        return known
    row = shelf.tip_row(house.store.conn, tip_id)
    columns = zip(("text", "reason", "handle"), row[3:], strict=True)
    text, reason, handle = (
        house.sealer.unseal(sealed, "tip", column, tip_id) if sealed is not None else "" for column, sealed in columns
    )
    return text, reason, handle or "null"


def first_step(now: int) -> Tip:
    """What to do when oO knows of nothing yet."""
    from oo_cli.render import FIRST_STEP, FIRST_STEP_REASON

    return Tip(FIRST_STEP_ID, "advice", FIRST_STEP, FIRST_STEP_REASON, (), now, now + 86_400_000, FIRST_STEP_ID, "")
