"""`oo eval` at the command line: plain where little is known, drawn where somebody looks, quiet in a pipe."""

from __future__ import annotations

import json
import random
from pathlib import Path
from xml.etree import ElementTree

import pytest

from oo_cli.commands import charts
from oo_cli.commands.desk import Desk
from oo_cli.options import Options
from oo_cli.tui.blocks import levels
from oo_data.store import records
from oo_data.store.db import open_store
from tests.conftest import Oo
from tests.fakes import TUESDAY
from tests.policies.world import newest_first_life


class Terminal(Desk):
    """A desk before somebody who looks at a terminal."""

    dim = True


@pytest.fixture
def lived(oo: Oo, environ: dict[str, str]) -> Oo:
    """A home with sixty days of somebody who does the newest thing."""
    oo("add", "Water the plants")
    oo("refresh")
    life = newest_first_life(60, random.Random(1), TUESDAY)
    store = open_store(f"{environ['OO_HOME']}/data/oo.db")
    with store.write() as conn:
        records.replace_tasks(conn, "todotxt", TUESDAY, life.tasks)
        records.add_completions(conn, life.done)
    store.close()
    return oo


def test_too_little_is_told_plainly(oo: Oo) -> None:
    """On the first day the answer is the number that it takes; no home is made for it."""
    ran = oo("eval")
    assert (ran.code, ran.err) == (0, "")
    assert "Too few to tell: it takes 50, so 50 more." in ran.out
    assert json.loads(oo("eval", "--json").out)["enough"] is False


def test_figures_are_sentences_in_a_pipe(lived: Oo) -> None:
    """Without a terminal there is one line a ranker, best first, without colour or boxes, and no progress."""
    ran = lived("eval")
    lines = ran.out.splitlines()
    assert lines[0] == "60 moments of the last 90 days at which you finished something by yourself, at a known time."
    assert lines[1].startswith("newest (baseline): hit@1 1.000 (1.000 to 1.000), ")
    assert not set(ran.out) & set("█▏▁│─\x1b")
    assert ran.err == ""


def test_json_holds_every_figure(lived: Oo) -> None:
    """Every ranker has its measures with intervals, in strict JSON."""
    report = json.loads(lived("eval", "--json").out, parse_constant=lambda word: pytest.fail(word))
    names = {entry["name"] for entry in report["rankers"]}
    assert {"random", "oldest", "newest", "due-first", "urgency", "epsilon-greedy"} <= names
    assert all(entry["MRR"]["low"] <= entry["MRR"]["value"] <= entry["MRR"]["high"] for entry in report["rankers"])


def test_days_bound_what_is_replayed(lived: Oo) -> None:
    """A shorter span has fewer moments, and too few of them have no figures."""
    report = json.loads(lived("eval", "--json", "--days", "30").out)
    assert (report["days"], report["moments"], report["rankers"]) == (30, 30, [])


def test_the_image_is_an_svg(lived: Oo, tmp_path: Path) -> None:
    """The same figures are drawn into a file; another format is refused by name."""
    target = tmp_path / "eval.svg"
    ran = lived("eval", "--image", str(target))
    assert f"Drawn into {target}" in ran.err
    assert "newest" in "".join(ElementTree.parse(target).getroot().itertext())  # noqa: S314 - our own file
    assert lived("eval", "--image", str(tmp_path / "eval.png")).err.startswith("oo: Only SVG can be drawn.")
    assert lived("eval", "--image", str(tmp_path / "none" / "eval.svg")).code == 8


def test_the_hold_out_says_how_to_begin(oo: Oo) -> None:
    """Without a hold-out the question has no answer yet, and the way to one is named."""
    said = oo("eval", "--holdout").out
    assert "Cannot tell yet" in said
    assert "oo consent grant holdout" in said


def test_the_hold_out_is_asked_for_and_given_up(lived: Oo) -> None:
    """Consent and share put silences beside the shelf; withdrawing either takes them away."""
    lived("consent", "grant", "holdout")
    assert lived("profile", "set", "holdout.share", "0.5").code == 0
    assert lived("profile", "set", "holdout.share", "0.9").code == 2
    assert json.loads(lived("eval", "--holdout", "--json").out)["on"] is True
    assert lived("consent", "revoke", "holdout").code == 0
    assert json.loads(lived("eval", "--holdout", "--json").out)["on"] is False


@pytest.mark.parametrize(
    ("share", "drawn"), [(0.0, ""), (0.5, "█████"), (1.0, "██████████"), (2.0, "██████████"), (0.33, "███▎")]
)
def test_bars_are_drawn_to_an_eighth(share: float, drawn: str) -> None:
    """A bar has the length of its share."""
    assert charts.bar(Terminal({}, Options(), None), share, 10) == drawn


def test_a_terminal_gets_a_table_and_a_screen_reader_does_not() -> None:
    """Figures are drawn where they can be seen, and told where they cannot."""
    terminal, reader = Terminal({}, Options(), None), Terminal({}, Options(accessible=True), None)
    rows = [("newest", "0.5", charts.bar(terminal, 0.5, 4))]
    drawn = charts.table(terminal, ("ranker", "MRR", ""), rows)
    assert "██" in drawn
    assert "MRR" in drawn.splitlines()[0]
    assert (
        charts.table(reader, ("ranker", "MRR", ""), [("newest", "0.5", charts.bar(reader, 0.5))]) == "newest: MRR 0.5"
    )


def test_a_line_of_levels_shows_even_the_smallest() -> None:
    """Nothing is blank, something is at least one eighth, the most is full."""
    assert levels([0.0, 0.001, 0.5, 1.0]) == " ▁▄█"
