"""A home with a short list, a gateway on loopback, and a refresh that may ask it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from oo_cli import wiring
from oo_cli.house import Doors, House
from oo_cli.usecases.refresh import refresh
from oo_data.contracts.llm import Alias
from oo_data.ports import Embedder
from oo_data.store import asked, profile, tips, words
from oo_data.store.asked import Asked
from oo_data.store.tips import ShelvedTip
from tests.fakes import BERLIN, FakeSource, FixedClock, file_vault
from tests.llm.upstream import Upstream

LOCAL = "llm.tip-generator.local"
CLOUD = "llm.tip-generator.cloud"


class Bench:
    """One home: its house, clock, list, gateway, and everything the person was told.

    `near` is the embedder on this machine, where there is one.
    """

    near: Embedder | None = None

    def __init__(self, tmp_path: Path, upstream: Upstream, **environ: str) -> None:
        self.upstream = upstream
        self.clock = FixedClock()
        self.source = FakeSource("todoist", "Pay the rent", "Call Grandma", "Mow the lawn")
        self.source.reading = self.source.reading._replace(
            tasks=tuple(
                task._replace(due=due)
                for task, due in zip(self.source.reading.tasks, ("2026-12-01", "2026-12-04", None), strict=True)
            )
        )
        self.told: list[str] = []
        home = {"OO_HOME": str(tmp_path / "home"), "LITELLM_URL": upstream.url, **environ}
        doors = Doors(
            vault=file_vault,
            source=lambda house, name: self.source,
            embedder=lambda house: self.near,
            llm=wiring.open_llm,
        )
        self.house = House(home, self.clock, BERLIN, doors, self.told.append)
        with self.house.store.write() as conn:
            profile.connect_source(conn, "todoist", self.clock.now, None)
            profile.set_consent(conn, "source.todoist", True, self.clock.now)

    def allow(self, key: str = LOCAL, granted: bool = True) -> None:
        """Give a consent, or take it away."""
        with self.house.store.write() as conn:
            profile.set_consent(conn, key, granted, self.clock.now)

    def refresh(self, ask: bool = True) -> ShelvedTip:
        """Refresh as `oo refresh` does; the first tip."""
        refresh(self.house, ask=ask)
        return self.shelf()[0]

    def shelf(self) -> list[ShelvedTip]:
        """What lies on the shelf."""
        return tips.on_shelf(self.house.store.conn, self.clock.now)

    def reason(self, tip: ShelvedTip) -> str:
        """The line below a tip's title."""
        return self.house.sealer.unseal(tip.reason, "tip", "reason", tip.id)

    def text(self, tip: ShelvedTip) -> str:
        """A tip's title."""
        return self.house.sealer.unseal(tip.text, "tip", "text", tip.id)

    def rows(self, alias: Alias = "tip-generator") -> list[Asked]:
        """What an alias was asked, newest first."""
        return asked.latest(self.house.store.conn, alias, 2000)

    def retitle(self, *titles: str) -> None:
        """Another list, the first title due today."""
        due = ("2026-12-01", *(None for _ in titles[1:]))
        self.source.reading = self.source.reading._replace(
            tasks=tuple(self.source.task(title, due=day) for title, day in zip(titles, due, strict=True))
        )


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    """A gateway on loopback."""
    with Upstream() as running:
        yield running


Open = Callable[..., Bench]


@pytest.fixture
def open_bench(tmp_path: Path, upstream: Upstream) -> Iterator[Open]:
    """Opens the home, with further settings in its environment."""
    opened: list[Bench] = []

    def make(kind: type[Bench] = Bench, **environ: str) -> Bench:
        opened.append(kind(tmp_path, upstream, **environ))
        return opened[-1]

    yield make
    for bench in opened:
        bench.house.close()
        words.clear(bench.house.paths)


@pytest.fixture
def bench(open_bench: Open) -> Bench:
    """A home whose person allows a model on this machine."""
    made = open_bench()
    made.allow()
    return made
