"""Nothing stale is said: what happened a second ago on another surface holds on this one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from oo_cli.house import House
from oo_cli.usecases.connect import connect_todotxt, disconnect
from oo_cli.usecases.consent import revoke
from oo_cli.usecases.feedback import react, undo
from oo_cli.usecases.recommend import recommend
from oo_cli.usecases.refresh import refresh
from oo_cli.usecases.settings import assign
from oo_data.contracts.tip import Recommendation, RecommendRequest, Silence, Surface, Tip
from oo_data.store import profile
from tests.fakes import DAY, HOUR, FakeSource, FixedClock, house_at

SECOND = 1000
LIST = ("(A) Call the dentist due:2026-12-01", "(B) Pay the rent due:2026-12-01", "(C) Read the paper")


class Home:
    """One person's home with two surfaces open on it, as with a face and a terminal."""

    def __init__(self, tmp_path: Path) -> None:
        self.clock = FixedClock()
        self.remote = FakeSource("todoist", "Answer the letter")
        self.todo = tmp_path / "todo.txt"
        self.todo.write_text("\n".join(LIST) + "\n")
        self.here, self.there = (house_at(tmp_path, self.clock, {"todoist": self.remote}) for _ in range(2))

    def says(self, house: House, surface: Surface = "face", asked: bool = True) -> Recommendation:
        """What one surface says a second later."""
        return recommend(house, RecommendRequest(self.clock.advance(SECOND), surface, asked))

    def tip(self, house: House) -> Tip:
        """The same where it is a tip."""
        said = self.says(house)
        assert isinstance(said, Tip)
        return said


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A home whose list was read a moment ago."""
    made = Home(tmp_path)
    connect_todotxt(made.here, str(made.todo))
    refresh(made.here)
    yield made
    made.here.close()
    made.there.close()


def test_done_elsewhere_is_not_said_here(home: Home) -> None:
    """A task ticked on one surface is gone from the other with its next breath."""
    seen = home.tip(home.here)
    assert home.tip(home.there).subject == seen.subject
    react(home.there, "done")
    assert home.tip(home.here).subject != seen.subject


@pytest.mark.parametrize("reaction", ["later", "no"])
def test_snoozed_elsewhere_is_not_said_here(home: Home, reaction: str) -> None:
    """What the person put off on one surface stays away on the other, until it is due back, or taken back."""
    seen = home.tip(home.here)
    now = home.clock.now_ms()
    react(home.there, "later" if reaction == "later" else "no", "" if reaction == "later" else "not now", now + HOUR)
    assert home.tip(home.here).subject != seen.subject
    undo(home.there)
    assert home.tip(home.here).subject == seen.subject


def test_a_line_taken_out_of_the_file_is_not_said(home: Home) -> None:
    """The list is the person's: what they deleted, ticked or put off in an editor is not held up to them."""
    gone = home.tip(home.here)
    assert gone.text == "Call the dentist"
    home.todo.write_text("\n".join(LIST[1:]) + "\n")
    assert home.tip(home.here).text == "Pay the rent"
    home.todo.write_text(f"{LIST[1]} t:2026-12-24\n{LIST[2]}\n")
    assert home.tip(home.there).text == "Read the paper"
    home.todo.write_text(f"{LIST[1]} t:2026-12-24\nx 2026-12-01 {LIST[2]}\n")
    assert isinstance(home.says(home.here), Silence)


def test_consent_withdrawn_elsewhere_silences_here(home: Home) -> None:
    """With the consent goes every tip that rested on it, on every surface."""
    assert home.tip(home.here).kind == "todo"
    revoke(home.there, "source.todotxt")
    assert home.tip(home.here).subject == "advice.first-step"


def test_a_disconnected_source_is_not_said(home: Home) -> None:
    """Disconnecting one source leaves the other's tips and none of its own."""
    profile_source(home)
    home.todo.unlink()
    disconnect(home.there, "todotxt")
    refresh(home.there)
    assert home.tip(home.here).text == "Answer the letter"


def test_gone_from_the_remote_list_is_not_said_after_its_reading(home: Home) -> None:
    """A task that its source no longer lists is gone with the refresh that says so, on every surface."""
    profile_source(home)
    home.todo.write_text("")
    assert home.tip(home.here).text == "Answer the letter"
    home.remote.reading = home.remote.reading._replace(tasks=())
    refresh(home.there)
    assert isinstance(home.says(home.here), Silence)


def test_words_of_a_source_out_of_reach_end_after_a_day(home: Home) -> None:
    """What could not be read again for a day is not said from memory."""
    profile_source(home)
    home.todo.write_text("")
    home.clock.advance(DAY + HOUR)
    said = home.says(home.here)
    assert not isinstance(said, Tip) or "letter" not in said.text


def test_tips_switched_off_elsewhere_are_off_here(home: Home) -> None:
    """Off means off at once, for whoever typed and for surfaces that speak by themselves."""
    assert home.tip(home.here)
    assign(home.there, "tips.per_day", "0")
    for asked in (True, False):
        said = home.says(home.here, asked=asked)
        assert isinstance(said, Silence)
        assert said.reason == "off"


def profile_source(home: Home) -> None:
    """Connect the remote source too, and read it."""
    with home.there.store.write() as conn:
        profile.connect_source(conn, "todoist", home.clock.now_ms(), None)
        profile.set_consent(conn, "source.todoist", True, home.clock.now_ms())
    refresh(home.there)
