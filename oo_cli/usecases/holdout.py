"""The hold-out: half days in which oO keeps quiet by lot, so that "do the tips help me?" has an honest answer.

Off unless the person consents (`holdout`) and sets a share. A typed command is answered in every half day.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Mapping
from typing import Any

from oo_cli.engine import gate
from oo_cli.engine.evaluation import holdout
from oo_cli.engine.evaluation.holdout import Outcome
from oo_cli.house import House
from oo_data.contracts.event import HeldOut
from oo_data.store import erase, events, profile, records, tips

CONSENT = "holdout"
SHARE = "holdout.share"
SHARE_BOUNDS = (0.0, 0.0, 0.5)  # default, least, most
ABOUT = "the share of half days without tips, by lot"
OFF = "off"  # the subject of the event that says: from here on nothing was drawn any more
SEED = "holdout.seed"
DRAWN = 5000  # blocks looked back on: seven years
WORTH = 0.25  # an effect worth knowing of, as a share of what is completed per half day
WORTH_LEAST = 0.25  # completions per half day
SHARE_ASSUMED = 0.2


def share_of(house: House) -> float:
    """The share of half days that are held out: 0 without consent."""
    conn = house.store.conn
    if CONSENT not in profile.granted(conn):
        return 0.0
    pref = profile.prefs(conn).get((gate.GLOBAL_SCOPE, SHARE))
    _, least, most = SHARE_BOUNDS
    return min(max(least, float(pref.value)), most) if pref and isinstance(pref.value, (int, float)) else 0.0


def draw(house: House, now: int) -> None:
    """Draw the half days to come and lay their silence beside the shelf; inside the caller's write transaction.

    What was drawn stays drawn, also under another share. A half day under way is never cut. Without consent or with
    a share of 0, every silence ends at once and the blocks that this leaves half done are not counted.
    """
    conn = house.store.conn
    share = share_of(house)
    coming = holdout.blocks(now, house.zone)
    drawn = _drawn(house)
    if not share:
        if any(block.id in drawn for block in coming):
            house.bus.publish(conn, HeldOut(OFF, 0, now), now)
        tips.replace_silences(conn, now, holdout.ORIGIN, ())
        return
    for block in coming:
        if block.id not in drawn and block.begin > now:
            held = int(holdout.is_held(_seed(house), block.id, share))
            drawn[block.id] = HeldOut(block.id, held, block.end)
            house.bus.publish(conn, drawn[block.id], now)
    spans = [holdout.span(block) for block in coming if block.id in drawn and drawn[block.id].held]
    tips.replace_silences(conn, now, holdout.ORIGIN, spans)


def stop(house: House) -> dict[str, int]:
    """Withdraw the consent, and with it every silence and every lot that was drawn; a share of 0 keeps the lots."""
    conn, now = house.store.conn, house.clock.now_ms()
    with house.store.write():
        house.record_consent(conn, CONSENT, False)
        tips.replace_silences(conn, now, holdout.ORIGIN, ())
        erased = erase.lots(conn, SEED)
    erase.compact(house.store)
    house.bus.deliver()
    return erased


def answer(house: House, seed: int = 0) -> dict[str, Any]:
    """Whether the tips help: the effect per half day with its interval, or how many more half days it takes."""
    if not house.exists:
        return _told([], None, 0, 0.0)
    now = house.clock.now_ms()
    outcomes = _outcomes(house, now)
    from random import Random

    chance = Random(seed)  # noqa: S311 - the same data give the same interval
    found = holdout.effect(outcomes, chance)
    size = max(WORTH_LEAST, WORTH * sum(o.completions for o in outcomes) / max(1, len(outcomes)))
    held = sum(outcome.held for outcome in outcomes) / max(1, len(outcomes))
    share = held if 0 < held < 1 else share_of(house) or SHARE_ASSUMED
    needed = holdout.blocks_needed(outcomes, share, size)
    return _told(outcomes, found, needed, size) | {"on": share_of(house) > 0}


def _told(outcomes: list[Outcome], found: holdout.Effect | None, needed: int, size: float) -> dict[str, Any]:
    sure = found is not None and not found.low <= 0 <= found.high
    return {
        "on": False,
        "half_days": len(outcomes),
        "held_out": sum(outcome.held for outcome in outcomes),
        "effect": found._asdict() if found else None,
        "verdict": ("help" if found and found.value > 0 else "hinder") if sure else "cannot tell yet",
        "size_worth_knowing": round(size, 2),
        "more_half_days": 0 if sure else max(1, needed - len(outcomes)),
    }


def lines(answered: Mapping[str, Any]) -> list[str]:
    """The answer for a person."""
    total, held, found = answered["half_days"], answered["held_out"], answered["effect"]
    said = [f"Do the tips help you? {total} half days so far, {held} of them without tips."]
    if found:
        said.append(
            f"With tips you finish {found['with_tips']:.2f} tasks per half day, without {found['without']:.2f};"
            f" like for like: {found['value']:+.2f}, 95 % interval {found['low']:+.2f} to {found['high']:+.2f}."
        )
    if answered["verdict"] == "cannot tell yet":
        said.append(
            f"Cannot tell yet: about {answered['more_half_days']} more half days would show an effect of"
            f" {answered['size_worth_knowing']:g} tasks per half day."
        )
    else:
        said.append("They do." if answered["verdict"] == "help" else "They do not: you finish more without them.")
    if not answered["on"]:
        said.append(f"The hold-out is off. To begin: oo consent grant {CONSENT}, then: oo profile set {SHARE} 0.2")
    return said


def _outcomes(house: House, now: int) -> list[Outcome]:
    """Half days that are over and ran as drawn, with what was completed in each. Completions without a time are out."""
    logged = events.latest(house.store.conn, (HeldOut,), DRAWN)
    ends = [entry.at for entry in logged if entry.event.subject == OFF]
    ran = [
        (holdout.block_of(entry.event.subject, house.zone), entry.event.held)
        for entry in reversed(logged)
        if isinstance(entry.event, HeldOut)
        and entry.event.subject != OFF
        and entry.event.until <= now
        and not any(entry.at <= end < entry.event.until for end in ends)
    ]
    if not ran:
        return []
    done = [c.at for c in records.completions(house.store.conn, ran[0][0].begin) if c.timed]
    return [
        Outcome(block.stratum, bool(held), bisect_left(done, block.end) - bisect_left(done, block.begin))
        for block, held in ran
    ]


def _drawn(house: House) -> dict[str, HeldOut]:
    """The draws that still stand: those since the hold-out was last switched on, by block."""
    found: dict[str, HeldOut] = {}
    for entry in events.latest(house.store.conn, (HeldOut,), 4 * (holdout.HORIZON_DAYS + 1)):
        if not isinstance(entry.event, HeldOut) or entry.event.subject == OFF:
            break
        found[entry.event.subject] = entry.event
    return found


def _seed(house: House) -> bytes:
    """The secret of this home's lots, made once."""
    conn = house.store.conn
    known = profile.meta(conn, SEED)
    if known is None:
        known = os.urandom(32).hex()
        profile.set_meta(conn, SEED, known)
    return bytes.fromhex(known)
