"""The terminal's side of the face, where Textual's own would leave a terminal in disorder."""

from __future__ import annotations

from textual.drivers.linux_driver import LinuxDriver


class FaceDriver(LinuxDriver):
    """Textual's driver, with a sound return from a stop that no program is told of."""

    def _sigcont_application(self, *_: object) -> None:
        # After SIGSTOP Textual would take the raw terminal for the one to go back to, and read its keys twice.
        if not self._must_signal_resume:
            self.suspend_application_mode()
            self._must_signal_resume = True
        super()._sigcont_application()
