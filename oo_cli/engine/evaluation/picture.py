"""The evaluation as one SVG: accuracy with intervals, the reliability curve, acceptance by hour.

Written by hand: three small charts of rectangles, lines and fixed words need no plotting library.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

WIDTH, PANEL, LEFT, ROW = 640, 240, 130, 22
INK, OWN, OTHER, FAINT = "#222222", "#0b6e99", "#b9b9b9", "#e4e4e4"


def svg(report: Mapping[str, Any]) -> str:
    """The picture of an `oo eval` report."""
    panels = [_accuracy(report["rankers"])]
    panels += [_reliability(name, told["curve"]) for name, told in report["calibration"].items()]
    panels.append(_hours(report["acceptance"]))
    drawn, top = [], 0
    for height, body in (panel for panel in panels if panel is not None):
        drawn.append(f'<g transform="translate(0 {top})">{"".join(body)}</g>')
        top += height
    if not drawn:
        top = PANEL // 4
        drawn.append(_text(16, 32, "Too little to draw yet."))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{top}" viewBox="0 0 {WIDTH} {top}"'
    style = 'font-family="sans-serif" font-size="13" role="img" aria-label="oo eval"'
    return f'{head} {style}><rect width="100%" height="100%" fill="white"/>{"".join(drawn)}</svg>\n'


def _accuracy(rankers: Sequence[Mapping[str, Any]]) -> tuple[int, list[str]] | None:
    """One bar a ranker: the mean reciprocal rank, with its interval as a line."""
    if not rankers:
        return None
    body = [_text(16, 24, "Mean reciprocal rank, with 95 % intervals", bold=True)]
    scale = WIDTH - LEFT - 70
    for at, ranker in enumerate(sorted(rankers, key=lambda r: -r["MRR"]["value"])):
        mrr, y = ranker["MRR"], 40 + at * ROW
        body.append(_text(LEFT - 8, y + 13, ranker["name"], anchor="end"))
        body.append(_box(LEFT, y, mrr["value"] * scale, ROW - 6, OWN if ranker["policy"] else OTHER))
        if mrr["low"] is not None and mrr["high"] is not None:
            body.append(_line([(LEFT + mrr["low"] * scale, y + 8), (LEFT + mrr["high"] * scale, y + 8)]))
        body.append(_text(WIDTH - 16, y + 13, f"{mrr['value']:.3f}", anchor="end"))
    return 56 + len(rankers) * ROW, body


def _reliability(name: str, curve: Sequence[Mapping[str, Any]]) -> tuple[int, list[str]]:
    """Stated probability against what came true; on the diagonal it can be believed."""
    side = PANEL - 70
    body = [_text(16, 24, f"Calibration of {name}: stated (across) against came true (up)", bold=True)]
    body.append(_line([(LEFT, 40 + side), (LEFT + side, 40)], FAINT))
    body.append(f'<rect x="{LEFT}" y="40" width="{side}" height="{side}" fill="none" stroke="{FAINT}"/>')
    points = [(LEFT + found["stated"] * side, 40 + side - found["came_true"] * side) for found in curve]
    body.append(_line(points, OWN))
    body += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{OWN}"/>' for x, y in points]
    return PANEL, body


def _hours(hours: Sequence[Mapping[str, Any]]) -> tuple[int, list[str]] | None:
    """One bar an hour: tips that have an outcome, and in it those taken up."""
    if not hours:
        return None
    most = max(found["shown"] for found in hours)
    wide, tall = (WIDTH - 32) / 24, PANEL - 90
    body = [_text(16, 24, "Tips by hour: shown (light) and done (dark)", bold=True)]
    for found in hours:
        x = 16 + found["hour"] * wide
        for count, colour in ((found["shown"], OTHER), (found["accepted"], OWN)):
            height = count / most * tall
            body.append(_box(x, 40 + tall - height, wide - 3, height, colour))
        body.append(_text(x + wide / 2, 58 + tall, str(found["hour"]), anchor="middle"))
    return PANEL, body


def _text(x: float, y: float, words: str, anchor: str = "start", bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{INK}"{weight}>{escape(words)}</text>'


def _box(x: float, y: float, width: float, height: float, colour: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>'


def _line(points: Iterable[tuple[float, float]], colour: str = INK) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
