"""The scheduler behind a surface that stays open: the face, the phone page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from oo_cli.commands.desk import Desk
from oo_cli.house import House

if TYPE_CHECKING:
    from oo_cli.daemon.scheduler import Scheduler


def scheduler(at: Desk, open_house: Callable[[], House], say: Callable[[str], None]) -> Scheduler:
    """Keeps the tips fresh where no other process does, and tells the channels as `oo daemon` does."""
    from oo_cli.daemon.scheduler import Scheduler

    def tell(house: House) -> None:
        from oo_cli.commands.answer import tell_channels

        tell_channels(house, at.options.offline, say)

    return Scheduler(open_house, at_beat=tell)
