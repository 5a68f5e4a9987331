"""A home that is broken again and again, and what must hold of it each time."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from oo_cli import wiring
from oo_cli.usecases import serving
from oo_cli.usecases.serving import Serving
from oo_data.env import Paths
from oo_data.store import words as memory
from tests.reliability.forks import Ended, Forks, Site

CANNOT_WRITE = 8
ERROR = "oo: "  # how a line that tells of an error begins
TASKS = ("Call the dentist", "Water the plants", "Read a book")


class Scene:
    """One home, a sound copy of it, and the process that runs commands in it."""

    def __init__(self, forks: Forks, environ: dict[str, str], folder: Path) -> None:
        self.forks = forks
        self.environ = environ
        self.home = Path(environ["OO_HOME"])
        self.paths = Paths(environ)
        self.sound = folder / "sound"
        self.serves = False
        self._server = -1

    def __call__(self, *words: str) -> Ended:
        """Run a command to its end; it must do what it says."""
        ended = self.forks.run(words, self.environ)
        assert ended.code == 0, (words, ended)
        return ended

    def settle(self) -> None:
        """A home with three tasks, a reaction that was acknowledged, and a tip on display."""
        for title in TASKS:
            self("add", f"{title} due:2026-12-01")
        self("refresh")
        self("tip")
        self("later")
        self("tip")

    def keep(self) -> None:
        """Remember the home as it is."""
        shutil.rmtree(self.sound, ignore_errors=True)
        shutil.copytree(self.home, self.sound)
        self._serve()

    def restore(self) -> None:
        """The home as it was remembered, in other files."""
        self.clear()
        shutil.copytree(self.sound, self.home)
        self._serve()

    def clear(self) -> None:
        """No home, nor anything of it in memory."""
        memory.clear(self.paths)
        shutil.rmtree(self.home, ignore_errors=True)
        if self._server >= 0:
            os.close(self._server)
            self._server = -1

    def _serve(self) -> None:
        """Hold the lock by which a server tells others where it is, if this home has one."""
        if self.serves:
            with closing(wiring.open_house(self.environ, lambda line: None)) as house:
                self._server = serving.claim(house)
                serving.tell(self._server, Serving("http://127.0.0.1:8787", "", 0))

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """What the database says."""
        with closing(sqlite3.connect(f"file:{self.paths.database}?mode=ro", uri=True)) as conn:
            return list(conn.execute(query))

    def events(self) -> list[tuple[object, ...]]:
        """Every event, in order."""
        return self.rows("select id, type, subject from event order by seq") if self.has_events() else []

    def has_events(self) -> bool:
        """Whether there is a database with a log."""
        return Path(self.paths.database).exists() and bool(
            self.rows("select 1 from sqlite_schema where name = 'event'")
        )

    def tasks(self) -> list[str]:
        """The lines of the list."""
        return Path(self.paths.todo_file).read_text().splitlines()

    def is_sound(self, before: Sequence[tuple[object, ...]]) -> float:
        """The next start works, and nothing that was there is lost, doubled or damaged; its processor time in s."""
        start = self("status")
        assert "Traceback" not in start.err
        if Path(self.paths.database).exists():
            assert self.rows("pragma integrity_check") == [("ok",)]
            assert self.rows("pragma foreign_key_check") == []
        after = self.events()
        assert after[: len(before)] == before
        assert len({event_id for event_id, *_ in after}) == len(after)
        if Path(self.paths.todo_file).exists():
            titles = [line for line in self.tasks() for title in TASKS if title in line]
            assert len(titles) == len(TASKS), self.tasks()
        return start.processor


def acknowledged(ended: Ended, word: str = "") -> bool:
    """Whether the person was told that it was done, by that word if it is told by one."""
    said = ended.out + ended.err
    return ended.code in (0, -signal.SIGKILL) and bool(said) and word in said and not said.startswith(ERROR)


def every(sites: Sequence[Site], step: int) -> list[Site]:
    """Each `step`-th site, and the first and the last of each call."""
    last = {site.call: site.number for site in sites}
    return [site for at, site in enumerate(sites) if at % step == 0 or site.number in (1, last[site.call])]
