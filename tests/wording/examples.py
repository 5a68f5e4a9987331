"""Facts from which the tests of this room start, and every kind of them."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

from hypothesis import strategies as st

from oo_cli.engine.wording import Facts, Locale

TODAY = date(2026, 12, 1)  # a Tuesday
LANGUAGES = ("en", "de", "ru")
# Either clock with the order of dates that goes with it, in each language.
LOCALES = tuple(Locale(language, american, american) for language in LANGUAGES for american in (False, True))

# Each reason with facts that bear it out, in the widest words it can take.
WIDEST: dict[str, dict[str, Any]] = {
    "late": {"due": TODAY - timedelta(days=59)},
    "late.long": {"due": date(2025, 9, 28)},
    "yesterday": {"due": date(2026, 11, 30)},
    "passed": {"due": TODAY, "at": time(10, 30), "passed": True},
    "today": {"due": TODAY},
    "at": {"due": TODAY, "at": time(22, 45)},
    "tomorrow": {"due": date(2026, 12, 2)},
    "tomorrow.at": {"due": date(2026, 12, 2), "at": time(10, 30)},
    "week": {"due": date(2026, 12, 6)},
    "day": {"due": date(2027, 1, 28)},
    "fits": {"minutes": 45, "guessed": True, "free_until": time(12, 30)},
    "minutes": {"minutes": 479, "guessed": True},
    "started": {"started": True},
    "priority.top": {"priority": 4},
    "priority.high": {"priority": 3},
    "starred": {"starred": True},
    "blocking": {"blocking": True},
    "follows": {"follows": True},
    "project.last": {"project_last": True},
    "project.today": {"project_today": True},
    "project.open": {"project_open": 121},
    "last": {"last_done_days": 728, "every_days": None},
    "routine": {"every_days": 91.2},
    "hour": {"usual_hour": 22},
    "put_off": {"put_off": 121},
    "oldest": {"age_days": 728, "oldest": True},
    "age": {"age_days": 728},
    "new.now": {"age_days": 0, "just_added": True},
    "new.today": {"age_days": 0},
    "next": {},
}

locales = st.sampled_from(LOCALES)
facts = st.builds(
    Facts,
    today=st.just(TODAY),
    due=st.none() | st.integers(-3000, 59).map(lambda days: TODAY + timedelta(days=days)),
    at=st.none() | st.times(),
    passed=st.booleans(),
    priority=st.integers(0, 5),
    age_days=st.none() | st.integers(-10, 20_000),
    just_added=st.booleans(),
    oldest=st.booleans(),
    started=st.booleans(),
    starred=st.booleans(),
    blocking=st.booleans(),
    minutes=st.none() | st.integers(1, 480),
    guessed=st.booleans(),
    free_until=st.none() | st.times(),
    every_days=st.none() | st.floats() | st.sampled_from((1.0, 1.4, 7.0, 30.4, 60.8, 365.25)),
    last_done_days=st.none() | st.integers(-10, 20_000),
    usual_hour=st.none() | st.integers(0, 23),
    project_open=st.integers(0, 5000),
    project_today=st.booleans(),
    project_last=st.booleans(),
    put_off=st.integers(0, 5000),
    follows=st.booleans(),
)


def fact(**changed: Any) -> Facts:
    """Facts of which only the named ones are known."""
    return Facts(TODAY)._replace(**changed)
