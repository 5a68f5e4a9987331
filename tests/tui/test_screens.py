"""Every state of the face as a person sees it, at three sizes, beside what it looked like when somebody last looked.

`python -m tests.tui.test_screens` writes the pictures in tests/tui/screens anew; read the difference before it is kept.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from oo_cli.tui.page import View, compose

SCREENS = Path(__file__).parent / "screens"
SIZES = ((20, 5), (80, 24), (120, 30))
TIP = ("Call the dentist about the appointment", "Due yesterday, and a good hour for calls.")
LONG = (
    "Send the quarterly figures, with the notes of the last meeting, to the accountant before the office closes",
    "Due today, and it usually takes you twenty minutes.",
)
WHY = (
    "Call the dentist about the appointment",
    "  ranker: 0.35 points, number 1, 64 % likely to be what you do next",
    "  due: today        1.00 x  0.23 =   0.23",
    "  words: how many   0.73 x -0.22 =  -0.16",
    "  momentum says: A little more than usual today. (12 min old, 24 h left)",
    "The gate is open.",
    "A model wrote the line below the title (tip-v1, on this machine, 0.4 s, 220 tokens).",
    "Sent to 127.0.0.1:",
    "  You word one tip for one person.",
    "  task: Call the dentist about the appointment",
)
KEYS = ("d done", "l later", "n not this", "w why", "u undo", "h hide", "q quit")
CHOICES = (
    ("in three hours", "13:00"),
    ("at your best hour", "16:00"),
    ("tonight", "19:00"),
    ("tomorrow morning", "Wed 08:00"),
    ("next week", "Mon 08:00"),
)
STATES = {
    "nothing-yet": View(),
    "tip": View(*TIP),
    "tip-long": View(*LONG),
    "tip-with-clock": View(*TIP, foot=("10:42",)),
    "tip-with-a-broken-source": View(*TIP, foot=("todoist could not be read", "10:42")),
    "tip-with-keys": View(*TIP, keys=KEYS, foot=("10:42",)),
    "tip-wide": View("買い物リストを見て、牛乳とりんごを買う 🍎🥛", "今日まで。"),
    "tip-right-to-left": View("התקשר לרופא השיניים לפני הצהריים", "להיום"),
    "silence": View(silent=True),
    "silence-with-clock": View(silent=True, foot=("03:12",)),
    "later": View(*TIP, choices=CHOICES),
    "later-chosen": View(*TIP, note="later, Wed 08:00"),
    "done": View(*TIP, note="done"),
    "undone": View(*TIP, note="taken back"),
    "error": View(*TIP, note="The key is locked. Unlock the keyring, then press Escape."),
    "why": View(*TIP, why=WHY),
    "why-scrolled": View(*TIP, why=WHY, scroll=4),
    "hidden": View(*TIP, hidden=True, foot=("10:42",)),
    "hidden-with-keys": View(*TIP, hidden=True, keys=("h show", "q quit")),
}


def drawn(view: View) -> str:
    """The state at every size, between lines that say which."""
    said = []
    for columns, rows in SIZES:
        page = [(" " * row.column + row.text).rstrip() for row in compose(view, columns, rows)]
        said += [f"--- {columns} x {rows} ---", *page]
    return "\n".join([*said, "---", ""])


@pytest.mark.parametrize("state", STATES)
def test_it_looks_as_it_did(state: str) -> None:
    """No state changes its looks unnoticed."""
    assert drawn(STATES[state]) == (SCREENS / f"{state}.txt").read_text(encoding="utf-8")


def test_every_picture_has_its_state() -> None:
    """No picture is left of a state that is no more."""
    assert {path.stem for path in SCREENS.glob("*.txt")} == set(STATES)


if __name__ == "__main__":
    SCREENS.mkdir(exist_ok=True)
    for name, view in STATES.items():
        (SCREENS / f"{name}.txt").write_text(drawn(view), encoding="utf-8")
    sys.exit()
