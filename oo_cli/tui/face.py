"""The watch face: black, one tip, and nothing else until a key is pressed."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar, TypeVar

# The one room that draws with Textual; it is entered for the face alone.
from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget
from textual.worker import WorkerFailed

from oo_cli.house import House
from oo_cli.tui import page, session
from oo_cli.tui.driver import FaceDriver
from oo_cli.tui.page import Row, View
from oo_cli.tui.session import Answer, Session
from oo_data.contracts.tip import Reaction, Tip
from oo_data.errors import OoError
from oo_data.text import show

T = TypeVar("T")
TEXT, DIM, BLACK = "#e4e4e4", "#808080", "#000000"
REACTIONS: dict[Reaction, str] = {"done": "d done", "later": "l later", "no": "n not this"}
QUARTER_S = session.QUARTER_MS / 1000


class Canvas(Widget):
    """The whole screen, drawn row by row from a view."""

    def __init__(self, encoding: str, plain: bool) -> None:
        super().__init__()
        self._encoding = encoding
        self._bright = Style() if plain else Style(color=TEXT, bgcolor=BLACK)
        self._dim = Style(dim=True) if plain else Style(color=DIM, bgcolor=BLACK)
        self._view = View()
        self._page: list[Row] = []
        self._page_of: tuple[View, int, int] | None = None

    @property
    def view(self) -> View:
        """What is seen; it is drawn when it changes."""
        return self._view

    @view.setter
    def view(self, view: View) -> None:
        if view != self._view:
            self._view = view
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """One row of the page."""
        wanted = (self._view, *self.size)
        if wanted != self._page_of:
            self._page, self._page_of = page.compose(*wanted), wanted
        row = self._page[y] if y < len(self._page) else page.BLANK
        text = page.legible(row.text, self._encoding)
        inked = Segment(text, self._dim if row.dim else self._bright)
        return Strip([Segment(" " * row.column, self._bright), inked]).adjust_cell_length(self.size.width, self._bright)


class Face(App[None]):
    """One tip or one calm glyph. It asks when an answer has run out and when the person comes back; else it sleeps."""

    CSS = """
    Screen, Canvas { width: 100%; height: 100%; background: #000000; overflow: hidden; scrollbar-size: 0 0; }
    .plain Screen, .plain Canvas { background: ansi_default; }
    """
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    AUTO_FOCUS = None
    BINDINGS: ClassVar = [
        Binding(keys, action, show=False, priority=True)
        for keys, action in (
            ("d", "react('done')"),
            ("l", "react('later')"),
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
            ("ctrl+z", "suspend_process"),
            ("q,ctrl+c,ctrl+q", "quit"),
        )
    ]

    def __init__(
        self,
        work: Session,
        *,
        encoding: str = "utf-8",
        plain: bool = False,
        discreet: bool = False,
        pace: float = 1.0,
    ) -> None:
        """`pace`: seconds that an acknowledgement stays."""
        super().__init__(driver_class=FaceDriver, ansi_color=plain)
        self.set_class(plain, "plain")
        self.canvas = Canvas(encoding, plain)
        self.failure: BaseException | None = None
        self._work = work
        self._pace = pace
        self._tip: Tip | None = None
        self._under_way = 0
        self._alarm: Timer | None = None
        self.canvas.view = View(hidden=discreet)

    def compose(self) -> ComposeResult:
        """One canvas."""
        yield self.canvas

    def on_mount(self) -> None:
        """Ask for the first time, and again whenever the process goes on."""
        if not self.is_headless:
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
                loop.add_signal_handler(number, self._leave, 128 + number)
        self.app_resume_signal.subscribe(self, self._resume)
        self._come_back()

    def _resume(self, _: App[None]) -> None:
        # The terminal gave us an empty screen, and Textual believes it still holds what was there.
        self.screen.refresh(layout=True)
        self.canvas.refresh()
        self._come_back()

    def on_app_focus(self) -> None:
        """The person looks here again."""
        self._come_back()

    # Keys

    def action_react(self, reaction: Reaction) -> None:
        """React to the tip in sight; without one, nothing."""
        tip = self._tip
        if tip is not None and reaction in tip.actions:
            self._tip = None
            self._begin(lambda house: session.answer(house, tip, reaction), self._acknowledge)

    def action_undo(self) -> None:
        """Take back the last reaction; without one, nothing."""
        self._begin(session.take_back, self._acknowledge)

    def action_why(self) -> None:
        """Show or put away what led to the tip, or to silence."""
        if self.canvas.view.why:
            self.action_close()
        elif not self.canvas.view.hidden:
            about = self._tip.id if self._tip is not None else ""
            self._begin(
                lambda house: session.reasons(house, about), lambda why: self._change(why=why, scroll=0, keys=())
            )

    def action_hide(self) -> None:
        """Hide the text, or look again."""
        self._tip = None
        self.canvas.view = View(hidden=not self.canvas.view.hidden)
        self._come_back()

    def action_keys(self) -> None:
        """Show or put away the keys that do something now."""
        view = self.canvas.view
        keys = [label for reaction, label in REACTIONS.items() if self._tip and reaction in self._tip.actions]
        keys += [] if view.hidden else ["w why"]
        keys += ["u undo", "h show" if view.hidden else "h hide", "q quit"]
        self._change(keys=() if view.keys else tuple(keys))

    def action_close(self) -> None:
        """Back to the tip: put away the reasons and the keys, and do not wait for a word or an error to pass."""
        view = self.canvas.view
        self._change(why=(), scroll=0, keys=())
        if view.why or view.note:
            self._look()

    def action_turn(self, by: int, whole_page: bool = False) -> None:
        """Scroll the reasons."""
        columns, rows = self.canvas.size
        step = by * max(rows - 2, 1) if whole_page else by
        self.canvas.view = page.scrolled(self.canvas.view, step, columns, rows)

    # Asking and waiting

    def _come_back(self) -> None:
        """Ask anew, unless something else is on the screen or under way."""
        view = self.canvas.view
        # An error stays too: unlocking a keyring takes the focus and gives it back, and would be asked for in a circle.
        if not (view.hidden or view.why or view.note or self._under_way):
            self._ask()

    def _ask(self) -> None:
        self._begin(session.ask, self._say, retry=QUARTER_S)

    def _look(self) -> None:
        """The wait is over: ask, if the answer is to be seen."""
        view = self.canvas.view
        if view.hidden:
            self._change(note="")
        elif not (view.why or self._under_way):
            self._ask()

    def _say(self, answer: Answer) -> None:
        if self.canvas.view.hidden:
            return
        tip = self._tip = answer.said if isinstance(answer.said, Tip) else None
        text, reason = (show(tip.text), show(tip.reason)) if tip else ("", "")
        keys = self.canvas.view.keys if text == self.canvas.view.text else ()
        self._change(text=text, reason=reason, silent=True, note="", keys=keys)
        self._wake_in(max(answer.holds / 1000, 1.0))

    def _acknowledge(self, word: str) -> None:
        if not word:
            self._look()
            return
        self._tip = None
        self._change(note=word, why=(), keys=())
        self._wake_in(self._pace)

    def _begin(self, work: Callable[[House], T], then: Callable[[T], None], retry: float = 4.0) -> None:
        """Have work done beside the screen; an error of ours is told instead, and looked past in `retry` seconds."""

        async def attempt() -> None:
            try:
                result = await self._work.run(work)
            except OoError as error:
                self._tip = None
                self._change(note=show(error.line()), why=(), keys=())
                self._wake_in(retry)
                return
            finally:
                self._under_way -= 1
            then(result)

        self._under_way += 1
        self.run_worker(attempt())

    def _wake_in(self, seconds: float) -> None:
        """Set the one alarm."""
        if self._alarm is not None:
            self._alarm.stop()
        self._alarm = self.set_timer(seconds, self._look)

    def _change(self, **fields: Any) -> None:
        self.canvas.view = replace(self.canvas.view, **fields)

    # Leaving

    def _leave(self, code: int) -> None:
        self.exit(return_code=code)

    def _handle_exception(self, error: Exception) -> None:
        self.failure = self.failure or (error.error if isinstance(error, WorkerFailed) else error)
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """Close without a word: Textual's account shows locals, and they can hold a title. The caller tells it."""
        self._close_messages_no_wait()

    def panic(self, *renderables: object) -> None:
        """Close without a word, here too."""
        self.failure = self.failure or OoError("The terminal could not be read any more.", "Try: oo tip")
        self._return_code = 1
        self._close_messages_no_wait()
