"""The watch face: black, one tip, and nothing else until a key is pressed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

# The room that draws with Textual; it is entered for the face alone.
from textual.binding import Binding
from textual.timer import Timer

from oo_cli.adapters.watch import Watch
from oo_cli.engine.later import Offer
from oo_cli.engine.when import MINUTE_MS
from oo_cli.house import House
from oo_cli.tui import page, session
from oo_cli.tui.canvas import Canvas
from oo_cli.tui.driver import FaceDriver
from oo_cli.tui.first import Frame
from oo_cli.tui.ink import Ink
from oo_cli.tui.page import View
from oo_cli.tui.quiet import QuietApp
from oo_cli.tui.session import Answer, Unbegun
from oo_cli.usecases.follow import Outside
from oo_cli.usecases.surface import QUARTER_MS, WORDS, Session
from oo_data.contracts.tip import Reaction, Tip
from oo_data.errors import OoError
from oo_data.text import show

if TYPE_CHECKING:
    from oo_cli.tui.run import Background

T = TypeVar("T")
REACTIONS: dict[Reaction, str] = {"done": "d done", "later": "l later", "no": "n not this"}
QUARTER_S = QUARTER_MS / 1000
BREATH_S = 1.0  # before anything is loaded for the background, which would hold up the first keys


class Face(QuietApp):
    """One tip or one calm glyph. It asks when an answer has run out and when the person comes back; else it sleeps."""

    canvas: Canvas
    INSTEAD = "oo tip"
    BINDINGS: ClassVar = [
        Binding(keys, action, show=False, priority=True)
        for keys, action in (
            ("d", "react('done')"),
            ("l", "later"),
            ("n", "react('no')"),
            ("u", "undo"),
            ("w", "why"),
            ("h", "hide"),
            ("question_mark", "keys"),
            ("escape", "close"),
            ("up,k", "turn(-1)"),
            ("down,j", "turn(1)"),
            ("pageup", "turn(-1, True)"),
            ("pagedown,space", "turn(1, True)"),
            *((str(number), f"pick({number})") for number in range(1, 10)),
            ("ctrl+z", "suspend_process"),
            ("q,ctrl+c,ctrl+q", "quit"),
        )
    ]

    def __init__(
        self, work: Session, ink: Ink, *, encoding: str = "utf-8", view: View | None = None, tip: Tip | None = None,
        frame: Frame | None = None, background: Background | None = None, pace: float = 1.0,
    ) -> None:  # fmt: skip
        """`view` and `tip` are what `frame` shows already; `pace`: seconds that an acknowledgement stays."""
        super().__init__()
        self.canvas = Canvas(view or View(), encoding, ink)
        self._work = work
        self.frame = frame or Frame()
        self._with_clock = self.frame.looks.get("clock") == "on"
        self._background = background
        self._pace = pace
        self._tip = tip
        self._offers: dict[int, tuple[Offer, str]] = {}
        self._outside: Outside | None = None
        self._under_way = 0
        self._reactions = 0
        self._alarm: Timer | None = None

    def begin(self) -> None:
        """Take the first frame's terminal over, and ask for the first time."""
        if isinstance(self._driver, FaceDriver):
            self._driver.take_over()
        self.come_back()
        if self._with_clock:
            self._tick()
        self.set_timer(BREATH_S, self._start_background)

    def _start_background(self) -> None:
        if self._background is not None:
            self.run_worker(self._background.start, thread=True)

    # Keys

    def action_react(self, reaction: Reaction, offer: Offer | None = None, word: str = "") -> None:
        """React to the tip in sight; without one, nothing. What is said at once is corrected if it comes otherwise."""
        tip = self._tip
        if tip is None or reaction not in tip.actions:
            return
        self._tip = None
        self._reactions += 1
        self._change(note=word or WORDS[reaction], why=(), keys=(), choices=())
        self._begin(lambda house: session.answer(house, tip, reaction, offer), self._acknowledge, owed=True)

    def action_later(self) -> None:
        """Offer a few times; the same key again takes the first of them."""
        if self.canvas.view.choices:
            self.action_pick(1)
        elif self._tip is not None and "later" in self._tip.actions:
            self._begin(session.choices, self._offer)

    def action_pick(self, number: int) -> None:
        """Take one of the times offered."""
        if self.canvas.view.choices and number in self._offers:
            offer, word = self._offers[number]
            self.action_react("later", offer, word)

    def action_undo(self) -> None:
        """Take back the last reaction; without one, nothing."""
        self._begin(session.take_back, self._acknowledge, owed=True)

    def action_why(self) -> None:
        """Show or put away what led to the tip, or to silence."""
        if self.canvas.view.why:
            self.action_close()
        elif not self.canvas.view.hidden:
            about = self._tip.id if self._tip is not None else ""
            self._begin(
                lambda house: session.reasons(house, about),
                lambda why: self._change(why=why, scroll=0, keys=(), choices=()),
            )

    def action_hide(self) -> None:
        """Hide the text, or look again."""
        self._tip = None
        self.canvas.view = View(hidden=not self.canvas.view.hidden, foot=self.canvas.view.foot)
        self.come_back()

    def action_keys(self) -> None:
        """Show or put away the keys that do something now."""
        self._change(keys=() if self.canvas.view.keys else self._keys())

    def action_close(self) -> None:
        """Back to the tip: put away what lies over it, and do not wait for a word or an error to pass."""
        view = self.canvas.view
        self._change(why=(), scroll=0, keys=(), choices=())
        if view.why or view.note or view.choices:
            self._look()

    def action_turn(self, by: int, whole_page: bool = False) -> None:
        """Scroll the reasons."""
        columns, rows = self.canvas.size
        step = by * max(rows - 2, 1) if whole_page else by
        self.canvas.view = page.scrolled(self.canvas.view, step, columns, rows)

    # The mouse

    def on_click(self) -> None:
        """Where the mouse reaches the face, a click is `w`."""
        self.action_why()

    def on_mouse_scroll_up(self) -> None:
        """The wheel scrolls the reasons."""
        self.action_turn(-1)

    def on_mouse_scroll_down(self) -> None:
        """The wheel scrolls the reasons."""
        self.action_turn(1)

    # Asking and waiting

    def _hear(self) -> None:
        """Something changed outside; whether it matters is looked up beside the screen."""
        known = self._outside

        async def attempt() -> None:
            try:
                news = await self._work.run(lambda house: session.is_news(house, known))
            except OoError:
                news = True
            if news:
                self.come_back()

        if not self.canvas.view.hidden:
            self.run_worker(Unbegun(attempt))

    def come_back(self) -> None:
        """Ask anew, unless something else is on the screen or under way."""
        view = self.canvas.view
        # An error stays too: unlocking a keyring takes the focus and gives it back, and would be asked for in a circle.
        if not (view.hidden or view.why or view.choices or view.note or self._under_way):
            self._ask()

    def _ask(self) -> None:
        since = self._reactions
        self._work.told()

        def say(answer: Answer) -> None:
            # One that was asked for before a reaction is about what is no longer there.
            if since == self._reactions and not self.canvas.view.hidden:
                self._say(answer)

        self._begin(lambda house: session.ask(house, self._with_clock), say, retry=QUARTER_S)

    def _look(self) -> None:
        """The wait is over: ask, if the answer is to be seen."""
        view = self.canvas.view
        if view.hidden:
            self._change(note="")
        elif not (view.why or view.choices or self._under_way):
            self._ask()

    def _say(self, answer: Answer) -> None:
        tip = self._tip = answer.said if isinstance(answer.said, Tip) else None
        text, reason = (show(tip.text), show(tip.reason)) if tip else ("", "")
        keys = self._keys() if self.canvas.view.keys else ()
        self._change(text=text, reason=reason, silent=True, note="", keys=keys, foot=answer.edge)
        self._outside = answer.outside
        self._watch = self._watch or Watch(self._hear)
        self._watch.follow(answer.places)
        self._wake_in(max(answer.holds / 1000, 1.0))

    def _offer(self, found: list[tuple[Offer, str, str]]) -> None:
        if self._tip is not None and not self.canvas.view.why:
            self._offers = {at: (offer, word) for at, (offer, _, word) in enumerate(found, start=1)}
            self._change(choices=tuple((offer.label, row) for offer, row, _ in found), keys=())

    def _tick(self) -> None:
        """The time at the edge, on the minute."""

        async def attempt() -> None:
            holds = MINUTE_MS
            try:
                edge, holds = await self._work.run(session.minute)
                self._change(foot=edge)
            except OoError:
                pass  # whoever asks for the tip meets it too, and tells
            self.set_timer(holds / 1000 + 0.01, self._tick)

        self.run_worker(Unbegun(attempt))

    def _acknowledge(self, word: str) -> None:
        if not word:
            self._look()
            return
        self._tip = None
        self._change(note=word, why=(), keys=(), choices=())
        self._wake_in(self._pace)

    def _begin(
        self, work: Callable[[House], T], then: Callable[[T], None], retry: float = 4.0, owed: bool = False
    ) -> None:
        """Have work done beside the screen; an error of ours is told instead, and looked past in `retry` seconds."""
        # Begun here and not in the worker: leaving cancels workers, and a reaction must not be lost.
        doing = self._work.run(work, owed)

        async def attempt() -> None:
            try:
                result = await doing
            except OoError as error:
                self._tip = None
                self._change(note=show(error.line()), why=(), keys=(), choices=())
                self._wake_in(retry)
                return
            finally:
                self._under_way -= 1
            then(result)

        self._under_way += 1
        self.run_worker(Unbegun(attempt))

    def _keys(self) -> tuple[str, ...]:
        """The keys that do something now."""
        hidden = self.canvas.view.hidden
        found = [label for reaction, label in REACTIONS.items() if self._tip and reaction in self._tip.actions]
        return (*found, *(() if hidden else ("w why",)), "u undo", "h show" if hidden else "h hide", "q quit")

    def _wake_in(self, seconds: float) -> None:
        """Set the one alarm."""
        if self._alarm is not None:
            self._alarm.stop()
        self._alarm = self.set_timer(seconds, self._look)

    def _change(self, **fields: Any) -> None:
        self.canvas.view = replace(self.canvas.view, **fields)
