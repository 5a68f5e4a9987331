"""What the face and the admin screen share: a page drawn row by row, and an end without a word."""

from __future__ import annotations

import asyncio
import signal
from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Generic, TypeVar

# The room that draws with Textual; it is entered for a screen alone.
from textual.app import App, ComposeResult
from textual.strip import Strip
from textual.widget import Widget
from textual.worker import WorkerFailed

from oo_cli.adapters.watch import Watch
from oo_cli.tui.driver import FaceDriver
from oo_data.errors import OoError

V = TypeVar("V")
R = TypeVar("R")


class Drawn(Widget, Generic[V, R]):
    """The whole screen, drawn from a view when that changes, and never else."""

    def __init__(self, view: V) -> None:
        super().__init__()
        self._view = view
        self._page: Sequence[R] = ()
        self._page_of: tuple[V, int, int] | None = None

    @property
    def view(self) -> V:
        """What is seen."""
        return self._view

    @view.setter
    def view(self, view: V) -> None:
        if view != self._view:
            self._view = view
            self.refresh()

    @abstractmethod
    def rows(self, view: V, columns: int, rows: int) -> Sequence[R]:
        """The page of a view, row by row."""

    @abstractmethod
    def strip(self, row: R | None) -> Strip:
        """One row as the terminal gets it; None is a blank one."""

    def render_line(self, y: int) -> Strip:
        """One row of the page."""
        wanted = (self._view, *self.size)
        if wanted != self._page_of:
            self._page, self._page_of = self.rows(*wanted), wanted
        return self.strip(self._page[y] if y < len(self._page) else None)


class QuietApp(App[None]):
    """An app of one canvas, whose failures are told by its caller, once the terminal is as it was."""

    # Every cell is the canvas's own; a background here would only be painted over.
    CSS = """
    Screen, Canvas { width: 100%; height: 100%; background: ansi_default; overflow: hidden; scrollbar-size: 0 0; }
    """
    INSTEAD: ClassVar[str]  # the command that does without a screen
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    AUTO_FOCUS = None

    failure: BaseException | None = None
    canvas: Widget

    def __init__(self) -> None:
        super().__init__(driver_class=FaceDriver, ansi_color=True)
        self._watch: Watch | None = None

    def compose(self) -> ComposeResult:
        """One canvas."""
        yield self.canvas

    def on_mount(self) -> None:
        """Heed the signals that end a program, and look again whenever the process goes on."""
        if not self.is_headless:
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
                loop.add_signal_handler(number, self._leave, 128 + number)
        self.app_resume_signal.subscribe(self, self._resume)
        self.begin()

    def on_app_focus(self) -> None:
        """The person looks here again."""
        self.come_back()

    def on_unmount(self) -> None:
        """Stop listening to the world outside."""
        if self._watch is not None:
            self._watch.close()

    @abstractmethod
    def begin(self) -> None:
        """What is done once the screen stands."""

    @abstractmethod
    def come_back(self) -> None:
        """What is done when the person or the process comes back."""

    def _resume(self, _: App[None]) -> None:
        # The terminal gave us an empty screen, and Textual believes it still holds what was there.
        self.screen.refresh(layout=True)
        self.canvas.refresh()
        self.come_back()

    def _leave(self, code: int) -> None:
        self.exit(return_code=code)

    def _handle_exception(self, error: Exception) -> None:
        self.failure = self.failure or (error.error if isinstance(error, WorkerFailed) else error)
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """Close without a word: Textual's account shows locals, and they can hold a title."""
        self._close_messages_no_wait()

    def panic(self, *renderables: object) -> None:
        """Close without a word, here too."""
        self.failure = self.failure or OoError("The terminal could not be read any more.", f"Try: {self.INSTEAD}")
        self._return_code = 1
        self._close_messages_no_wait()
