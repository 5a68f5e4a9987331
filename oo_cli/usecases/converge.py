"""Several homes of one person: what each takes over from the others, so that all come to hold the same.

Reactions are a set that only grows, with those taken back marked, so their order does not matter. Of each preference
the last writer wins, by a hybrid logical clock (Kulkarni et al. 2014): the time, or one more than the highest seen.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Iterable
from typing import get_args

from oo_cli.bus import validate
from oo_cli.house import House
from oo_cli.usecases import hush, settings
from oo_data.contracts.event import Envelope, Event, FeedbackGiven, FeedbackUndone, PrefInferred, PrefSet, kind_of
from oo_data.contracts.profile import Pref, spell, unspell
from oo_data.contracts.tip import REASONS, Reaction
from oo_data.store import cursors, events, forgotten, homes, profile, tips
from oo_data.store.homes import Turn

SHARED = (FeedbackGiven, FeedbackUndone, PrefSet, PrefInferred)
READER = "homes"  # its place: up to where settings of this home have their turn
_ID = re.compile(r"[A-Za-z0-9_\-]{1,64}")


def take_turns(house: House) -> None:
    """Give every preference that was set here since the last time its turn, inside the caller's write.

    One of before there were turns is told anew, at the time it was set.
    """
    conn = house.store.conn
    if cursors.read(conn, READER) == events.last_seq(conn):
        return
    top = homes.top(conn)
    for entry in events.since(conn, cursors.read(conn, READER), (PrefSet, PrefInferred), limit=events.LAST):
        if not homes.has_arrived(conn, entry.id):
            top = max(entry.at, top + 1)
            homes.take_turn(conn, *_name(entry.event), Turn(top, entry.id))
    for (scope, key), pref in profile.prefs(conn).items():
        if pref.source == "user" and homes.turn(conn, scope, key, "user") == homes.NEVER:
            event_id = house.bus.publish(conn, PrefSet(f"{scope}.{key}", spell(pref.value)), pref.at)
            homes.take_turn(conn, scope, key, "user", Turn(pref.at, event_id))
    house.bus.keep_place(conn, READER, events.last_seq(conn))


def clock_of(house: House, event_id: str, event: Event) -> int:
    """The clock that an event goes with, once turns were taken; 0 where it orders nothing, or was set anew since."""
    if not isinstance(event, PrefSet | PrefInferred):
        return 0
    turn = homes.turn(house.store.conn, *_name(event))
    return turn.clock if turn.event_id == event_id else 0


def proof_of(house: House, envelope: Envelope) -> str:
    """What shows that a home of this person sent an envelope: only they have the key. Empty for what is not shared."""
    event = envelope.event
    if not isinstance(event, SHARED):
        return ""
    said = (int(value) if isinstance(value, float) else value for value in event)
    return house.refs.proof(json.dumps([*envelope[:3], envelope.clock, kind_of(event), *said]))


def merge(house: House, envelopes: Iterable[Envelope], home: str) -> int:
    """Take over what happened in other homes of this person, inside the caller's write; how many events were new.

    `home` is this one. Whatever is not theirs, not sound, known already or forgotten here is left.
    """
    conn, now = house.store.conn, house.clock.now_ms()
    take_turns(house)  # what was set here meanwhile is compared too
    gone = forgotten.forgotten(conn)
    count, changed = 0, False
    for envelope in envelopes:
        if envelope.home == home or not _is_sound(envelope):
            continue
        if not hmac.compare_digest(envelope.proof.encode(), proof_of(house, envelope).encode()):
            continue
        if gone.covers(envelope.at) or gone.names(getattr(envelope.event, "about", None)):
            continue
        if events.exists(conn, envelope.id):
            continue
        event = envelope.event
        house.bus.publish(conn, event, envelope.at, envelope.id)
        homes.add_arrival(conn, envelope.id)
        count += 1
        if isinstance(event, FeedbackGiven) and not events.about(conn, FeedbackUndone, envelope.id):
            hush.as_elsewhere(house, event, envelope.id, envelope.at)
        elif isinstance(event, FeedbackUndone):
            tips.unmute(conn, event.subject)
        elif isinstance(event, PrefSet | PrefInferred):
            changed |= _set(house, event, envelope)
    if changed:
        settings.obey(house, now)
    return count


def is_old(house: House, event: PrefInferred) -> bool:
    """Whether this home says no more of a preference than it did before another home spoke: that one's word stands."""
    conn = house.store.conn
    said = events.about(conn, PrefInferred, event.subject)
    if not said or not homes.has_arrived(conn, said[0].id) or (event.evidence and not event.value):
        return False
    own = next((entry.event for entry in said if not homes.has_arrived(conn, entry.id)), None)
    return event.value == (own.value if isinstance(own, PrefInferred) else "")


def _set(house: House, event: PrefSet | PrefInferred, envelope: Envelope) -> bool:
    """Set a preference as another home did, where that was the last word; whether anything is another now."""
    conn = house.store.conn
    scope, key, source = _name(event)
    evidence = event.evidence if isinstance(event, PrefInferred) else 0
    turn = Turn(envelope.clock, envelope.id)
    value = unspell(event.value)
    if turn <= homes.turn(conn, scope, key, source) or (value is None and (evidence or event.value)):
        return False
    if value is None:
        profile.drop_pref(conn, scope, key, source, envelope.at)
    elif settings.fits(house, scope, key, value):
        profile.save_prefs(conn, [Pref(scope, key, source, value, evidence, envelope.at)])
    else:
        return False
    homes.take_turn(conn, scope, key, source, turn)
    return True


def _name(event: Event) -> tuple[str, str, str]:
    """Scope, key and source of the preference that an event is about."""
    scope, _, key = event.subject.partition(".")
    return scope, key, "user" if isinstance(event, PrefSet) else "inferred"


def _is_sound(envelope: Envelope) -> bool:
    """Whether this could have been said by an oO: another home is believed, but not beyond what it may say."""
    event = envelope.event
    if not isinstance(event, SHARED) or not (_ID.fullmatch(envelope.id) and _ID.fullmatch(envelope.home)):
        return False
    try:
        validate(event)
    except ValueError:
        return False
    numbers = [envelope.at, envelope.clock, *(value for value in event if isinstance(value, int))]
    if not all(0 <= number <= tips.FOREVER for number in numbers):
        return False
    if isinstance(event, FeedbackGiven):
        return event.reaction in get_args(Reaction) and event.reason in ("", *REASONS)
    return True
