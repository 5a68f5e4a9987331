"""The terminal's side of the face: it sleeps until something happens, and gives the terminal back as it was."""

from __future__ import annotations

import os
import selectors
from codecs import getincrementaldecoder
from typing import Any

from textual._time import get_time
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

from oo_cli.tui.first import Frame

ALTERNATE = "\x1b[?1049h"
HUNG_UP = 129  # as a shell tells of SIGHUP


class FaceDriver(LinuxDriver):
    """Textual's driver, without its ten wake-ups a second and with a sound return from a stop that is not announced.

    Textual looks every tenth of a second whether it should stop reading; here a pipe says so.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._stop_read, self._stop_write = os.pipe()
        self._frame: Frame | None = getattr(self._app, "frame", None)

    def take_over(self) -> None:
        """Go back to the terminal as it was before the first frame, when it comes to that."""
        if self._frame is not None and self._frame.attributes is not None:
            self.attrs_before, self._frame.attributes = self._frame.attributes, None

    def write(self, data: str) -> None:
        """Draw; the screen that the first frame is on is not entered again, which would empty it."""
        if data != ALTERNATE or self._frame is None or self._frame.attributes is None:
            super().write(data)

    def _enable_mouse_support(self) -> None:
        """Clicks and the wheel, where the mouse is wanted; not every move over the window, which would wake us."""
        if self._mouse:
            self.write("\x1b[?1000h\x1b[?1006h")

    def disable_input(self) -> None:
        """Stop reading keys."""
        if self._key_thread is not None and self._key_thread.is_alive():
            os.write(self._stop_write, b"\0")
        super().disable_input()

    def run_input_thread(self) -> None:
        """Hand on keys, pastes and answers of the terminal until told to stop; a terminal that is gone ends the app."""
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode
        with selectors.SelectSelector() as selector:
            for number in (self.fileno, self._stop_read):
                selector.register(number, selectors.EVENT_READ)
            while True:
                # Only a sequence that has begun has a time to be over by: an Escape that nothing follows is the key.
                due = parser._timeout_time
                ready = selector.select(None if due is None else max(due - get_time(), 0.0))
                numbers = {key.fd for key, _ in ready}
                if self._stop_read in numbers:
                    os.read(self._stop_read, 1)
                    return
                if self.fileno in numbers:
                    typed = _read(self.fileno)
                    if not typed:
                        self._app.call_later(self._app.exit, None, HUNG_UP)
                        return
                    text = decode(typed)  # empty while half a letter is here; fed, that would mean the end
                    for event in parser.feed(text) if text else ():
                        self.process_message(event)
                for event in parser.tick():
                    self.process_message(event)

    def _sigcont_application(self, *_: object) -> None:
        # After SIGSTOP Textual would take the raw terminal for the one to go back to, and read its keys twice.
        if not self._must_signal_resume:
            self.suspend_application_mode()
            self._must_signal_resume = True
        super()._sigcont_application()


def _read(number: int) -> bytes:
    try:
        return os.read(number, 4096)
    except OSError:
        return b""
