"""What every command has at hand: its options, the house, and the two ways to speak."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, cast

from oo_cli import render

if TYPE_CHECKING:
    import typer

    from oo_cli.house import Doors, House
    from oo_cli.options import Options
    from oo_cli.tui.first import Frame
    from oo_data.errors import OoError


class Desk:
    """One command's view of the world."""

    def __init__(
        self, environ: Mapping[str, str], options: Options, doors: Doors | None, frame: Frame | None = None
    ) -> None:
        self.environ = environ
        self.options = options
        self.doors = doors
        self.frame = frame
        self._house: House | None = None

    @cached_property
    def house(self) -> House:
        """The house, opened when first needed."""
        from oo_cli.commands.passphrase import asking
        from oo_cli.wiring import open_house

        self._house = open_house(self.environ, self.say, doors=self.doors, ask=asking(self.options.passphrase_stdin))
        return self._house

    def say(self, text: str) -> None:
        """A word beside the data."""
        if not self.options.quiet:
            render.say(text)

    def emit(self, data: object, text: str) -> None:
        """The data: as JSON where that was asked for, else as text."""
        if self.options.json:
            render.out(json.dumps(data, ensure_ascii=False))
        else:
            render.tell(text)

    @property
    def dim(self) -> bool:
        """Whether faint text may be used."""
        return not self.options.no_color and render.wants_dim(sys.stdout, self.environ)

    @property
    def columns(self) -> int:
        """How wide the terminal is that shows the data; 0 where there is none."""
        return render.columns(sys.stdout)

    @property
    def shows_progress(self) -> bool:
        """Whether somebody is there to see how far long work has come."""
        return not self.options.quiet and not self.options.json and render.wants_dim(sys.stderr, self.environ)

    def damage(self, error: Exception) -> OoError | None:
        """What an unforeseen error comes from, where that is the database."""
        return self._house.damage(error) if self._house is not None else None

    def close(self) -> None:
        """Close the house, if it was opened, and leave the screen, if the face did not come to take it over."""
        if self.frame is not None:
            self.frame.give_back()
        if self._house is not None:
            self._house.close()


def desk(context: typer.Context) -> Desk:
    """The desk of the running command."""
    return cast("Desk", context.obj)
