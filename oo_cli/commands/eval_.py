"""`oo eval`: would oO have named the next thing, and do its tips help?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from oo_cli.commands import charts
from oo_cli.commands import judge as judging
from oo_cli.commands.desk import Desk, desk
from oo_cli.tui.blocks import levels
from oo_data.errors import BadUsageError


def register(app: typer.Typer) -> None:
    """Add the command to the table."""

    @app.command(name="eval")
    def evaluate(
        context: typer.Context,
        days: Annotated[int, typer.Option("--days", min=1, max=550, help="How far back.")] = 90,
        image: Annotated[str, typer.Option("--image", help="Also draw it into this SVG file.")] = "",
        holdout: Annotated[bool, typer.Option("--holdout", help="Do the tips help you?")] = False,
        judge: Annotated[bool, typer.Option("--judge", help="Is a model's wording better than oO's own?")] = False,
        show: Annotated[bool, typer.Option("--show", help="With --judge: only show what would be sent.")] = False,
    ) -> int:
        """Replay your own past: would oO have named the next thing?"""
        at = desk(context)
        if judge:
            return judging.judge(at, show)
        if show:
            raise BadUsageError("--show goes with --judge.", "Try: oo eval --judge --show")
        if holdout:
            from oo_cli.usecases.holdout import answer, lines

            answered = answer(at.house)
            at.emit(answered, "\n".join(lines(answered)))
            return 0
        if image and not image.endswith(".svg"):
            raise BadUsageError("Only SVG can be drawn.", "Name a file that ends in .svg")
        from oo_cli.usecases import evaluate as use

        with charts.replaying(at.shows_progress) as told:
            report = use.evaluate(at.house, days, told)
        if image:
            use.draw(report, image)
            at.say(f"Drawn into {image}")
        at.emit(report, "\n".join(_lines(at, report)))
        return 0


def _lines(at: Desk, report: Mapping[str, Any]) -> list[str]:
    said = [
        f"{report['moments']} moments of the last {report['days']} days at which you finished something"
        " by yourself, at a known time."
    ]
    if not report["moments"]:
        said.append("A todo.txt keeps days, not times; and what you did because oO said so is no choice of yours.")
    if not report["enough"]:
        said.append(f"Too few to tell: it takes {report['needed']}, so {report['needed'] - report['moments']} more.")
    else:
        ranked = sorted(report["rankers"], key=lambda r: -r["MRR"]["value"])
        heads = ("ranker", "hit@1", "hit@3", "MRR", "")
        said.append(
            charts.table(
                at,
                heads,
                [
                    (
                        f"{r['name']}{'' if r['policy'] else ' (baseline)'}",
                        *(charts.number(r[name]) for name in heads[1:4]),
                        charts.bar(at, r["MRR"]["value"]),
                    )
                    for r in ranked
                ],
            )
        )
    for name, told in report["calibration"].items():
        said += ["", f"Calibration of {name}: ECE {told['ECE']:.3f}, Brier {told['Brier']:.3f}"]
        rows = [
            (f"{b['stated']:.2f}", f"{b['came_true']:.2f}", str(b["answers"]), charts.bar(at, b["came_true"]))
            for b in told["curve"]
        ]
        said.append(charts.table(at, ("stated", "came true", "answers", ""), rows))
    return said + _acceptance(at, report["acceptance"]) + _off_policy(at, report["off_policy"])


def _acceptance(at: Desk, hours: list[Mapping[str, Any]]) -> list[str]:
    if not hours:
        return ["", "No tip has an outcome yet, so nothing is known of when you take them up."]
    shown, done = sum(h["shown"] for h in hours), sum(h["accepted"] for h in hours)
    said = ["", f"Tips by hour: {done} of {shown} were done."]
    if charts.drawn(at):
        shares = {h["hour"]: h["accepted"] / h["shown"] for h in hours}
        return [*said, f"0h {levels([shares.get(hour, 0.0) for hour in range(24)])} 23h"]
    return said + [f"at {h['hour']}h: {h['accepted']} of {h['shown']}" for h in hours]


def _off_policy(at: Desk, found: list[Mapping[str, Any]]) -> list[str]:
    if not found:
        return ["", "No decision has an outcome yet, so no policy has a value."]
    known = [entry for entry in found if entry["supported"]]
    said = ["", "What each policy would have earned by your reactions (done 1, later 0.3, ignored 0.1, no 0):"]
    heads = ("policy", "IPS", "SNIPS", "DR")
    rows = [(entry["policy"], *(charts.number(entry["values"].get(name)) for name in heads[1:])) for entry in known]
    said += [charts.table(at, heads, rows)] if rows else []
    for entry in found:
        if entry["decisions"] < entry["needed"] or entry["days"] < entry["days_needed"]:
            said.append(
                f"{entry['policy']}: cannot tell yet; it takes {entry['needed']} decisions with an outcome on"
                f" {entry['days_needed']} days, so far {entry['decisions']} on {entry['days']}"
            )
        elif entry not in known:
            said.append(f"{entry['policy']}: cannot tell; the live policy too seldom tried what this one would do")
    return said
