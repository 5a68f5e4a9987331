"""When a channel is told, what it is told, and that off means off."""

from __future__ import annotations

from random import Random

import pytest

from oo_cli.commands.background import scheduler
from oo_cli.commands.desk import Desk
from oo_cli.house import House
from oo_cli.options import Options
from oo_cli.usecases import consent, notify
from oo_cli.usecases.recommend import recommend
from oo_cli.usecases.refresh import refresh
from oo_cli.usecases.settings import assign
from oo_data.contracts.event import TipShown
from oo_data.contracts.tip import RecommendRequest
from oo_data.errors import BadUsageError, SourceUnavailableError
from oo_data.store import events, profile
from tests.clock.test_scheduler import until
from tests.conftest import Oo
from tests.fakes import DAY, HOUR, MINUTE, FixedClock
from tests.notify.conftest import Inbox

NTFY = "ntfys://ntfy.example/topic-of-mine"


def test_nobody_is_told_before_it_was_asked_for(house: House, inbox: Inbox) -> None:
    """Every channel is off in a fresh home."""
    assert notify.tell(house) == notify.Told()
    assert inbox.sent == []


def test_a_tip_is_told_once_and_privately(house: House, inbox: Inbox) -> None:
    """A channel says that there is a tip, not which; telling counts as showing, and is not repeated."""
    notify.switch_on(house, "desktop", words=False)
    inbox.sent.clear()
    assert notify.tell(house).sent == ("desktop",)
    assert notify.tell(house).sent == ()
    assert inbox.sent == [("desktop", notify.READY)]
    shown = [e.event for e in events.latest(house.store.conn, (TipShown,), 10)]
    assert [event.surface for event in shown if isinstance(event, TipShown)] == ["notify"]


def test_the_words_go_only_where_they_were_asked_for(house: House, inbox: Inbox) -> None:
    """With two channels on, only the one switched on with its words gets the tip itself."""
    notify.switch_on(house, "desktop", words=True)
    notify.switch_on(house, "phone", words=False, url=NTFY)
    inbox.sent.clear()
    notify.tell(house)
    told = dict(inbox.sent)
    assert "Paint wall" in told["desktop"]
    assert told["phone"] == notify.READY


def test_what_was_seen_today_is_not_told(house: House, inbox: Inbox) -> None:
    """A tip that the face showed today is no news."""
    notify.switch_on(house, "desktop", words=False)
    inbox.sent.clear()
    recommend(house, RecommendRequest(house.clock.now_ms(), "face", asked=False))
    assert notify.tell(house) == notify.Told()
    assert inbox.sent == []


def test_a_failing_channel_keeps_none_of_the_others(house: House, inbox: Inbox) -> None:
    """One channel that is broken is named, the other is told, and the failure is remembered."""
    notify.switch_on(house, "desktop", words=False)
    notify.switch_on(house, "phone", words=False, url=NTFY)
    inbox.broken.add("desktop")
    told = notify.tell(house)
    assert told.sent == ("phone",)
    assert [name for name, _ in told.failed] == ["desktop"]
    assert notify.channels_by_name(house)["desktop"].last == notify.FAILED


def test_nothing_counts_as_seen_where_every_channel_failed(house: House, clock: FixedClock, inbox: Inbox) -> None:
    """A message that never arrived does not use up the tip: it is tried again after an hour, and not before."""
    notify.switch_on(house, "desktop", words=False)
    inbox.broken.add("desktop")
    assert [name for name, _ in notify.tell(house).failed] == ["desktop"]
    inbox.broken.clear()
    assert notify.tell(house) == notify.Told()
    clock.advance(HOUR)
    assert notify.tell(house).sent == ("desktop",)


def test_an_address_that_apprise_forgot_stops_nothing(house: House, inbox: Inbox) -> None:
    """A channel whose address is no longer understood is a failing channel, not the end of a refresh."""
    notify.switch_on(house, "phone", words=False, url=NTFY)
    inbox.unknown.add("phone")
    assert [name for name, _ in notify.tell(house).failed] == ["phone"]


def test_an_address_withdrawn_while_it_is_told_stays_erased(house: House, inbox: Inbox) -> None:
    """Who is switched off during a slow message is not put back by its end."""
    notify.switch_on(house, "phone", words=False, url=NTFY)
    inbox.meanwhile = lambda: notify.switch_off(house, "phone")
    assert notify.tell(house).sent == ("phone",)
    assert not any(name.startswith("notify.") for name in profile.secrets(house.store.conn))


def test_another_address_that_fails_leaves_the_one_before(house: House, inbox: Inbox) -> None:
    """A mistyped new address costs nobody the channel that worked."""
    notify.switch_on(house, "phone", words=False, url=NTFY)
    inbox.broken.add("phone")
    with pytest.raises(SourceUnavailableError):
        notify.switch_on(house, "phone", words=True, url="ntfys://ntfy.example/mistyped")
    kept = notify.channels_by_name(house)["phone"]
    assert (kept.url, kept.words) == (NTFY, False)


def test_a_first_message_that_does_not_arrive_leaves_no_channel(house: House, inbox: Inbox) -> None:
    """Switching on fails as a whole: no consent and no address stay."""
    inbox.broken.add("phone")
    with pytest.raises(SourceUnavailableError):
        notify.switch_on(house, "phone", words=False, url=NTFY)
    assert "notify.phone" not in profile.granted(house.store.conn)
    assert not any(name.startswith("notify.") for name in profile.secrets(house.store.conn))


def test_an_address_is_sealed_and_goes_with_its_consent(house: House, inbox: Inbox) -> None:
    """No file holds the address, and withdrawing the consent stops the channel and erases it."""
    notify.switch_on(house, "phone", words=False, url=NTFY)
    with open(house.paths.database, "rb") as file:
        assert b"topic-of-mine" not in file.read()
    assert consent.listing(house)["notify.phone"]
    consent.revoke(house, "notify.phone")
    inbox.sent.clear()
    assert notify.tell(house) == notify.Told()
    assert (inbox.sent, notify.channels(house)) == ([], [])
    assert not any(name.startswith("notify.") for name in profile.secrets(house.store.conn))


def test_the_open_face_tells_where_it_leads(house: House, inbox: Inbox) -> None:
    """A face that keeps the daemon from leading takes over what it tells."""
    notify.switch_on(house, "desktop", words=False)
    inbox.sent.clear()
    said: list[str] = []

    def another() -> House:
        return House(house.environ, house.clock, house.zone, house.doors, said.append)

    running = scheduler(Desk(house.environ, Options(), house.doors), another, said.append)
    running.start()
    until(lambda: bool(inbox.sent))
    running.stop(30)
    assert (inbox.sent, said) == ([("desktop", notify.READY)], [])


def test_offline_tells_the_desktop_alone(house: House, inbox: Inbox) -> None:
    """With --offline nothing that leaves the machine is tried."""
    notify.switch_on(house, "desktop", words=False)
    notify.switch_on(house, "phone", words=False, url=NTFY)
    inbox.sent.clear()
    assert notify.tell(house, offline=True).sent == ("desktop",)


def test_a_test_leaves_the_machine_too(oo: Oo) -> None:
    """`--offline` holds for the test of a channel, and is said before anything else about it."""
    refused = oo("--offline", "notify", "test", "phone")
    assert (refused.code, "--offline" in refused.err) == (2, True)


@pytest.mark.parametrize(
    ("name", "url"), [("Desk top", ""), ("", ""), ("desktop", NTFY), ("phone", ""), ("a" * 21, NTFY)]
)
def test_a_channel_that_makes_no_sense_is_refused(house: House, inbox: Inbox, name: str, url: str) -> None:
    """A bad name, an address for the desktop, none for another: an error, and nothing is granted."""
    with pytest.raises(BadUsageError):
        notify.switch_on(house, name, words=False, url=url)
    assert not [key for key in profile.granted(house.store.conn) if key.startswith("notify.")]


@pytest.mark.parametrize("name", ["%", "_hone", "phon", ""])
def test_only_the_channel_named_is_switched_off(house: House, inbox: Inbox, name: str) -> None:
    """A name that is none of a channel takes no other one's address along."""
    notify.switch_on(house, "phone", words=False, url=NTFY)
    assert not notify.switch_off(house, name)
    assert [channel.name for channel in notify.channels(house)] == ["phone"]


def test_a_consent_alone_does_not_switch_a_channel_on(house: House) -> None:
    """`oo consent grant` says how a channel is switched on instead of recording a yes that nothing can use."""
    with pytest.raises(BadUsageError, match="first message"):
        consent.grant(house, "notify.desktop")


@pytest.mark.parametrize("days", [2, pytest.param(31, marks=[pytest.mark.nightly, pytest.mark.timeout(600)])])
def test_a_month_of_quarter_hours_keeps_to_the_budget(house: House, clock: FixedClock, inbox: Inbox, days: int) -> None:
    """Told every quarter of an hour for days: never above the budget, never in quiet hours, none once it is off."""
    assign(house, "tips.per_day", "4")
    assign(house, "time-of-day.quiet_start", "21")
    assign(house, "time-of-day.quiet_end", "8")
    notify.switch_on(house, "desktop", words=False)
    lot, told = Random(1), []
    for quarter in range(days * 96):
        clock.advance(15 * MINUTE)
        if quarter % 16 == 0:
            refresh(house)
        if quarter == (days - 1) * 96:
            notify.switch_off(house, "desktop")
        inbox.sent.clear()
        if notify.tell(house).sent and lot.random() < 0.5:
            recommend(house, RecommendRequest(clock.now, "tip", asked=True))
        told += [clock.now] * len(inbox.sent)
    local_hours = [(at + HOUR) // HOUR % 24 for at in told]
    by_day = [sum((at + HOUR) // DAY == day for at in told) for day in {(at + HOUR) // DAY for at in told}]
    assert told
    assert max(by_day) <= 4
    assert all(8 <= hour < 21 for hour in local_hours)
    assert max(told) < clock.now - (96 - 1) * 15 * MINUTE
