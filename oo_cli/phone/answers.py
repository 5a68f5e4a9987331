"""What each path says, from the use cases every surface shares. Run on the house's own thread."""

from __future__ import annotations

from oo_cli.engine.when import default_later, local, parse_later
from oo_cli.house import House
from oo_cli.render import silence_line
from oo_cli.usecases import agents, phone, settings, surface
from oo_cli.usecases.feedback import react, undo, undoable
from oo_cli.usecases.recommend import recommend
from oo_cli.usecases.why import explain, lines
from oo_data.contracts import phone as c
from oo_data.contracts.tip import RecommendRequest, Tip
from oo_data.errors import BadUsageError
from oo_data.text import show

SURFACE = "phone"


def recommended(house: House, device: str, body: c.RecommendBody, version: str) -> c.Recommended:
    """What is said now. A page speaks by itself, so quiet hours and budgets bind it."""
    now = house.clock.now_ms()
    phone.note_seen(house, device)
    said = recommend(house, RecommendRequest(now, "phone", False, body.minutes, body.energy))
    holds = max(surface.holds_for(said, now), 1000)
    if not isinstance(said, Tip):
        told = silence_line(said.reason, said.until or 0, now).removeprefix("· ")
        return c.Recommended(None, c.Quiet(said.reason, told, said.until), holds, version)
    later = tuple(_offers(house)) if "later" in said.actions else ()
    tip = c.ShownTip(said.id, said.kind, show(said.text), show(said.reason), said.actions, later)
    return c.Recommended(tip, None, holds, version)


def acknowledged(house: House, body: c.FeedbackBody) -> c.Acknowledged:
    """React, or take back what was said of that tip. Raises `BadUsageError` where that is not possible."""
    now, zone = house.clock.now_ms(), house.zone
    if (body.when and body.reaction != "later") or (body.reason and body.reaction != "no"):
        raise BadUsageError("That does not belong to this reaction.")
    if body.reaction == "undo":
        if undoable(house) != body.tip_id:
            raise BadUsageError("Something else was said since.", "See: oo log --reactions")
        undo(house)
        return c.Acknowledged(body.tip_id, "undo", "taken back", "")
    if body.reaction != "later":
        done = react(house, body.reaction, body.reason or "", tip_id=body.tip_id)
        only_here = body.reaction == "done" and done.source and not done.in_source
        return c.Acknowledged(
            body.tip_id, body.reaction, surface.NOTED if only_here else surface.WORDS[body.reaction], ""
        )
    until = parse_later(body.when, now, zone) if body.when else default_later(now, zone)
    if until is None or until <= now:
        raise BadUsageError("That is not a time to come.")
    react(house, "later", until=until, tip_id=body.tip_id, when=body.when or "")
    return c.Acknowledged(body.tip_id, "later", surface.later_word(until, now, zone), "")


def why(house: House, tip_id: str) -> c.WhyAnswer:
    """The reasons, with the parts of the score for themselves."""
    explained = explain(house, tip_id, ambient=True)
    tip = explained["tip"]
    terms = tip["terms"] if tip else ()
    said = lines(explained | {"tip": tip and tip | {"terms": []}})
    found = tuple(c.Summand(term["name"], term["points"]) for term in terms)
    return c.WhyAnswer(tip["id"] if tip else None, tuple(show(line) for line in said), found)


def profile(house: House) -> c.ProfileAnswer:
    """Every setting as `oo profile show` tells it."""
    found = settings.listing(house)
    return c.ProfileAnswer(
        tuple(c.SettingShown(s["name"], show(s["told"]), s["source"], show(s["about"])) for s in found)
    )


def registry(house: House) -> c.AgentsAnswer:
    """Every agent as `oo agents` lists it."""
    found = agents.listing(house)
    return c.AgentsAnswer(
        tuple(
            c.AgentShown(a["id"], a["version"], a["title"] and show(a["title"]), a["on"], a["last_run"], a["origin"])
            for a in found
        )
    )


def _offers(house: House) -> list[c.LaterOffer]:
    found = []
    for offer, told in surface.choices(house):
        words = offer.when or f"{local(offer.at, house.zone):%H:%M}"
        found.append(c.LaterOffer(offer.label, told, words))
    return found
