"""`oo tip --demo`: the real thing on a made-up person, in a home that is thrown away."""

from __future__ import annotations

from oo_cli.commands.desk import Desk


def show_demo(at: Desk) -> int:
    """Show one tip for the synthetic person; the real home is neither read nor written."""
    from oo_cli.commands.answer import as_data, as_text
    from oo_cli.demo.person import throw_away
    from oo_cli.usecases.why import explain, lines
    from oo_data.contracts.tip import RecommendRequest

    at.say("Demo: a made-up person in a throw-away home. Nothing of yours is read or kept.")
    with throw_away(at.environ) as house:
        from oo_cli.usecases.recommend import recommend

        now = house.clock.now_ms()
        said = recommend(house, RecommendRequest(now, "tip", asked=True))
        explained = explain(house)
        at.emit({"demo": True, **as_data(said), "why": explained}, as_text(at, said, now))
        for line in lines(explained)[1:]:
            at.say(line)
    return 0
