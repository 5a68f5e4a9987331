"""A home full of words that must not leave it, a model, and a collector."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from oo_cli import wiring
from oo_cli.adapters.trace.places import CONSENT
from oo_cli.house import Doors, House
from oo_cli.usecases import habits, moods
from oo_cli.usecases.add import add_task
from oo_cli.usecases.refresh import Report, refresh
from oo_data.errors import SourceUnavailableError
from oo_data.store import profile, words
from tests.fakes import BERLIN, FakeSource, FixedClock, file_vault
from tests.llm.upstream import Upstream
from tests.trace.collector import Collector

CANARIES = ("Zaunkoenig", "Quittenbrot", "Mirabelle", "Haselmaus", "Wendehals", "Eisvogel")


class Life:
    """One home; `environ` are the settings it is opened with."""

    def __init__(self, tmp_path: Path, upstream: Upstream, **environ: str) -> None:
        self.clock, self.source = FixedClock(), FakeSource("todoist", CANARIES[0], f"Call {CANARIES[1]}")
        self.broken = FakeSource("calendar")
        self.broken.failure = SourceUnavailableError(f"{CANARIES[5]} is away.", "Wait.")
        self.told: list[str] = []
        known = {"todoist": self.source, "calendar": self.broken}
        home = {"OO_HOME": str(tmp_path / "home"), "LITELLM_URL": upstream.url, **environ}
        doors = Doors(
            vault=file_vault,
            source=lambda house, name: known[name] if name in known else wiring.open_source(house, name),
            llm=wiring.open_llm,
            exporters=wiring.exporters,
            registry=wiring.registry,
        )
        self.house = House(home, self.clock, BERLIN, doors, self.told.append)
        add_task(self.house, f"{CANARIES[2]} +{CANARIES[2]} @{CANARIES[2]} due:2026-12-01")
        with self.house.store.write() as conn:
            for source in known:
                profile.connect_source(conn, source, self.clock.now, None)
                profile.set_consent(conn, f"source.{source}", True, self.clock.now)
        for key in ("source.mood", "llm.tip-generator.local", CONSENT):
            self.allow(key)
        habits.add(self.house, CANARIES[3], "1d")
        moods.note(self.house, 2, CANARIES[4])

    def allow(self, key: str, granted: bool = True) -> None:
        """Give a consent, or take it away."""
        with self.house.store.write() as conn:
            profile.set_consent(conn, key, granted, self.clock.now)

    def refresh(self) -> Report:
        """Refresh as `oo refresh` does."""
        return refresh(self.house, ask=True)


@pytest.fixture
def collector() -> Iterator[Collector]:
    """A collector on loopback."""
    with Collector() as running:
        yield running


class Opened:
    """Opens homes, each in a folder of its own, and closes them."""

    def __init__(self, tmp_path: Path, upstream: Upstream) -> None:
        self._tmp_path, self._upstream, self._all = tmp_path, upstream, list[Life]()

    def __call__(self, **environ: str) -> Life:
        """A home with these settings beside its own."""
        self._all.append(Life(self._tmp_path / str(len(self._all)), self._upstream, **environ))
        return self._all[-1]

    def close(self) -> None:
        """Close them all."""
        for life in self._all:
            words.clear(life.house.paths)
            life.house.close()


@pytest.fixture
def open_life(tmp_path: Path) -> Iterator[Opened]:
    """Opens a home whose gateway answers."""
    with Upstream() as upstream:
        opened = Opened(tmp_path, upstream)
        yield opened
        opened.close()
