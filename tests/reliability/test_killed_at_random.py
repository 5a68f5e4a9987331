"""Kill -9 at any moment of a mixed life: what was acknowledged stays, once, and the next start works."""

from __future__ import annotations

import random
import signal

import pytest

from tests.reliability.conftest import Figure
from tests.reliability.scene import Scene, acknowledged

NEXT_START_SECONDS = 1.0  # of processor time
# A day's mix: words, and how often they come.
MIX = {
    ("tip",): 6, ("refresh",): 4, ("done",): 3, ("later",): 3, ("no", "not now"): 2, ("undo",): 2, ("mood", "4"): 1,
    ("add", "One more thing"): 3, ("profile", "set", "tips.per_day", "9"): 1,
    ("consent", "revoke", "agent.momentum"): 1,
    ("consent", "grant", "agent.momentum"): 1, ("context", "work"): 1, ("key", "rotate"): 1,
}  # fmt: skip
APPENDS = {"done": "FeedbackGiven", "later": "FeedbackGiven", "no": "FeedbackGiven", "undo": "FeedbackUndone"}


def live_and_die(scene: Scene, deaths: int, chance: random.Random) -> tuple[int, float]:
    """Commands by lot, each killed at a moment by lot, until so many died; how many ran, the slowest next start."""
    del scene.environ["OO_KEY"]
    scene.settle()
    usual = dict.fromkeys(MIX, 0.1)
    died = ran = 0
    slowest = 0.0
    while died < deaths:
        words = chance.choices(list(MIX), list(MIX.values()))[0]
        ran += 1
        scene.environ["OO_NOW"] = f"2026-12-{1 + ran // 40 % 28:02}T{8 + ran // 4 % 10:02}:{ran % 4 * 15:02}:00+01:00"
        before, lines = scene.events(), len(scene.tasks())
        ended = scene.forks.run(words, scene.environ, kill_after=chance.uniform(0.001, usual[words] * 1.2))
        if ended.code == -signal.SIGKILL:
            died += 1
            slowest = max(slowest, scene.is_sound(before))
        else:
            assert "Traceback" not in ended.err
            assert ended.code in (0, 2), (words, ended)
            usual[words] = ended.seconds
        after = scene.events()
        given = [kind for _, kind, _ in after[len(before) :] if kind == APPENDS.get(words[0])]
        assert len(given) <= 1, (words, ended)
        if words[0] in APPENDS and acknowledged(ended):
            shown = [subject for _, kind, subject in after if kind == "TipShown"]
            done = words == ("done",) and ("FeedbackGiven", shown[-1]) in [event[1:] for event in before]
            assert given or done, (words, ended)  # a second done of the same tip changes nothing
        added = len(scene.tasks()) - lines
        assert added >= int(words[0] == "add" and acknowledged(ended)), (words, ended)
    return ran, slowest


def test_at_random(scene: Scene) -> None:
    """Twenty deaths."""
    live_and_die(scene, 20, random.Random(20))


@pytest.mark.nightly
@pytest.mark.timeout(3600)
def test_at_random_a_thousand_times(scene: Scene, figure: Figure) -> None:
    """A thousand deaths in one home."""
    ran, slowest = live_and_die(scene, 1000, random.Random(1000))
    figure(f"1,000 deaths in {ran} commands, slowest next start {slowest:.2f} s of processor time")
    assert slowest < NEXT_START_SECONDS
