"""The lives: people who differ in when, how much and how late they get things done, and in what befalls them."""

from __future__ import annotations

from functools import cache

from tests.lives.life import Life
from tests.lives.traits import Away, Lateness, Peak, Project, Rhythm

OFFICE = Rhythm((Peak(9.5, 1.2, 0.5), Peak(14.5, 1.5, 0.35), Peak(20.5, 1.2, 0.15)), (22.5, 6.5))
AFTERNOON = Rhythm((Peak(15.0, 1.5, 0.55), Peak(10.0, 1.5, 0.25), Peak(20.0, 1.5, 0.2)), (23.0, 7.0))
EVENING = Rhythm((Peak(20.0, 1.2, 0.6), Peak(12.5, 1.0, 0.15), Peak(7.5, 0.7, 0.25)), (23.0, 6.0))
EARLY = Rhythm((Peak(5.8, 0.8, 0.55), Peak(10.5, 1.5, 0.3), Peak(17.0, 1.5, 0.15)), (21.0, 5.0))
OWL = Rhythm((Peak(23.5, 1.5, 0.5), Peak(15.0, 2.0, 0.3), Peak(19.0, 1.0, 0.2)), (3.0, 11.0))
DEEP_NIGHT = Rhythm((Peak(25.5, 1.4, 0.6), Peak(18.0, 2.0, 0.4)), (5.0, 13.0))
LIE_IN = Rhythm((Peak(11.0, 1.5, 0.6), Peak(17.0, 2.0, 0.4)), (24.0, 9.0))
PLATEAU = Rhythm((Peak(11.0, 3.5, 1.0),), (23.0, 7.0))
EARLY_SHIFT = Rhythm((Peak(17.0, 1.3, 0.7), Peak(5.0, 0.4, 0.3)), (20.5, 4.5))
LATE_SHIFT = Rhythm((Peak(10.5, 1.2, 0.7), Peak(23.0, 0.6, 0.3)), (24.0, 8.0))
NIGHT_SHIFT = Rhythm((Peak(17.0, 1.5, 0.65), Peak(20.0, 1.0, 0.35)), (7.0, 14.5))
PARENT = Rhythm((Peak(21.0, 0.9, 0.5), Peak(9.0, 0.8, 0.3), Peak(13.0, 0.7, 0.2)), (23.5, 6.0))
NEAR_EQUAL = Rhythm((Peak(8.5, 1.0, 0.46), Peak(19.5, 1.2, 0.36), Peak(13.0, 1.0, 0.18)), (22.0, 6.0))

WORK_WEEK = (1.0, 1.0, 1.0, 1.0, 0.9, 0.2, 0.15)
SLOW_WEEKEND = (1.2, 1.2, 1.2, 1.1, 1.1, 0.5, 0.5)
WEEKENDS = (0.03, 0.03, 0.03, 0.03, 0.1, 1.0, 0.9)
MONDAYS = (2.6, 1.0, 1.0, 1.0, 1.0, 0.8, 0.8)
SUNDAYS = (1.0, 1.0, 1.0, 1.0, 0.9, 0.9, 2.8)

PUNCTUAL = Lateness(0.35, 0.45, 1.5, 0.8)
EASY = Lateness(0.1, 0.2, 3.0, 0.9)
LATE = Lateness(0.05, 0.1, 6.0, 0.7)
DREAMT = Lateness(0.02, 0.03, 20.0, 0.9)
USUAL = (Project("home", 0.5, Lateness()), Project("work", 0.3, PUNCTUAL), Project("someday", 0.2, LATE))
TIDY = (Project("desk", 0.6, PUNCTUAL), Project("house", 0.4, PUNCTUAL))
LOOSE = (Project("studio", 0.5, EASY), Project("flat", 0.3, LATE), Project("ideas", 0.2, DREAMT))
TARDY = (Project("shop", 0.6, LATE), Project("garden", 0.4, EASY))
FOUR = (
    Project("team", 0.4, PUNCTUAL),
    Project("family", 0.3, Lateness()),
    Project("club", 0.2, EASY),
    Project("novel", 0.1, DREAMT),
)

SUMMER_AND_WINTER = (Away(470, 14), Away(280, 21), Away(100, 10))
JUST_BACK = (Away(400, 14), Away(19, 14))
ILL = (Away(330, 14), Away(150, 7), Away(16, 7))
ONE_WEEK = (Away(360, 7), Away(180, 7), Away(60, 7))


@cache
def lives() -> tuple[Life, ...]:
    """All of them, by kind. Each has 18 months, some away days and strays at any hour."""
    return (*_office(), *_early_and_late(), *_shifts(), *_weekends(), *_moves(), *_volumes(), *_changes())


def _office() -> tuple[Life, ...]:
    spring, autumn = "2026-04-01T15:00", "2026-11-04T10:30"
    return (
        Life("office, Berlin", "Europe/Berlin", spring, 4.0, (OFFICE,), week=WORK_WEEK, away=SUMMER_AND_WINTER,
             projects=USUAL),
        Life("office, New York", "America/New_York", autumn, 6.0, (OFFICE,), week=WORK_WEEK, away=ILL, projects=FOUR),
        Life("office, every day alike", "Europe/London", autumn, 3.0, (OFFICE,), away=SUMMER_AND_WINTER,
             projects=TIDY),
        Life("afternoons, Tokyo", "Asia/Tokyo", spring, 5.0, (AFTERNOON,), week=SLOW_WEEKEND, away=ONE_WEEK,
             projects=USUAL),
        Life("afternoons, lie-in at weekends", "Europe/Madrid", autumn, 4.0, (AFTERNOON,), weekend=LIE_IN,
             away=JUST_BACK, projects=FOUR),
        Life("one broad hill", "Asia/Kathmandu", spring, 5.0, (PLATEAU,), away=ONE_WEEK, projects=LOOSE),
        Life("two peaks almost alike", "America/Chicago", autumn, 5.0, (NEAR_EQUAL,), away=ILL, projects=TARDY),
        Life("many strays", "Australia/Lord_Howe", "2026-10-06T12:00", 5.0, (OFFICE,), stray=0.04, week=WORK_WEEK,
             away=ONE_WEEK, projects=USUAL),
    )  # fmt: skip


def _early_and_late() -> tuple[Life, ...]:
    return (
        Life("early bird", "Europe/Vienna", "2026-04-01T15:00", 3.0, (EARLY,), away=SUMMER_AND_WINTER, projects=TIDY),
        Life("early bird, work week", "America/Denver", "2026-03-10T09:00", 5.0, (EARLY,), week=WORK_WEEK, away=ILL,
             projects=USUAL),
        Life("early bird, south", "Australia/Sydney", "2026-04-08T07:00", 2.0, (EARLY,), away=ONE_WEEK,
             projects=LOOSE),
        Life("night owl", "Europe/Berlin", "2026-03-31T20:00", 4.0, (OWL,), away=SUMMER_AND_WINTER, projects=LOOSE),
        Life("night owl, Sundays", "America/Santiago", "2026-04-09T22:00", 4.0, (OWL,), week=SUNDAYS, away=JUST_BACK,
             projects=FOUR),
        Life("deep night", "Europe/Lisbon", "2026-11-01T23:30", 3.0, (DEEP_NIGHT,), away=ONE_WEEK, projects=TARDY),
        Life("evenings, after work", "Europe/Warsaw", "2026-10-27T21:00", 3.0, (EVENING,), week=MONDAYS,
             away=SUMMER_AND_WINTER, projects=USUAL),
        Life("parent", "America/Toronto", "2026-03-12T12:00", 6.0, (PARENT,), away=ILL, projects=TIDY),
        Life("evening batches", "Europe/Berlin", "2026-04-01T15:00", 4.0, (EVENING,), batches=0.8, away=ONE_WEEK,
             projects=USUAL),
        Life("evening batches, Mondays", "Pacific/Auckland", "2026-04-07T18:00", 5.0, (PARENT,), batches=0.7,
             week=MONDAYS, away=SUMMER_AND_WINTER, projects=FOUR),
    )  # fmt: skip


def _shifts() -> tuple[Life, ...]:
    return (
        Life("early and night shifts", "Europe/Berlin", "2026-04-01T18:00", 4.0, (EARLY_SHIFT, NIGHT_SHIFT),
             away=SUMMER_AND_WINTER, projects=USUAL),
        Life("early and late shifts", "Europe/Paris", "2026-04-01T18:00", 4.0, (EARLY_SHIFT, LATE_SHIFT), away=ILL,
             projects=FOUR, settled=False),
        Life("three shifts", "America/Detroit", "2026-11-04T18:00", 5.0, (EARLY_SHIFT, LATE_SHIFT, NIGHT_SHIFT),
             away=ONE_WEEK, projects=TARDY),
        Life("three shifts by four days", "Europe/Prague", "2026-04-01T18:00", 5.0,
             (EARLY_SHIFT, NIGHT_SHIFT, LATE_SHIFT), turn_days=4, away=ONE_WEEK, projects=USUAL),
        Life("nights only", "America/New_York", "2026-11-04T18:00", 3.0, (NIGHT_SHIFT,), away=SUMMER_AND_WINTER,
             projects=TIDY),
    )  # fmt: skip


def _weekends() -> tuple[Life, ...]:
    return (
        Life("weekends only", "Europe/Berlin", "2026-04-01T15:00", 2.0, (LIE_IN,), week=WEEKENDS,
             away=(Away(300, 14), Away(120, 14)), projects=LOOSE),
        Life("weekends only, few", "America/Los_Angeles", "2026-11-04T15:00", 1.0, (AFTERNOON,), week=WEEKENDS,
             away=(Away(300, 21),), projects=USUAL),
    )  # fmt: skip


def _moves() -> tuple[Life, ...]:
    return (
        Life("moved west 6 weeks ago", "Europe/Berlin", "2026-04-01T15:00", 4.0, (OFFICE,),
             moves=((42, "America/New_York"),), week=WORK_WEEK, away=(Away(44, 3), Away(280, 14)), projects=USUAL),
        Life("moved east 4 months ago", "America/Los_Angeles", "2026-11-04T15:00", 4.0, (EVENING,),
             moves=((120, "Asia/Tokyo"),), away=(Away(123, 5),), projects=FOUR),
        Life("moved 3 weeks ago", "America/New_York", "2026-04-01T15:00", 6.0, (AFTERNOON,),
             moves=((21, "Europe/Berlin"),), away=(Away(23, 3),), projects=USUAL),
        Life("moved twice", "Europe/London", "2026-11-04T15:00", 5.0, (EARLY,),
             moves=((260, "Asia/Singapore"), (75, "Europe/London")), week=SLOW_WEEKEND,
             away=(Away(262, 4), Away(77, 4)), projects=TIDY),
    )  # fmt: skip


def _volumes() -> tuple[Life, ...]:
    return (
        Life("three a week", "Europe/Berlin", "2026-04-01T15:00", 3 / 7, (EVENING,), away=(Away(270, 14),),
             projects=USUAL),
        Life("three a week, Sundays", "Europe/Rome", "2026-04-01T15:00", 3 / 7, (LIE_IN,), week=SUNDAYS,
             away=(Away(270, 14),), projects=TIDY),
        Life("one a day", "Africa/Cairo", "2026-11-04T15:00", 1.0, (AFTERNOON,), away=SUMMER_AND_WINTER,
             projects=TARDY),
        Life("twenty a day", "Europe/Berlin", "2026-04-01T15:00", 20.0, (OFFICE,), week=SLOW_WEEKEND,
             away=SUMMER_AND_WINTER, projects=FOUR),
        Life("twenty a day, even", "Asia/Kolkata", "2026-04-01T15:00", 20.0, (PLATEAU,), away=ILL, projects=LOOSE),
        Life("days only", "Europe/Berlin", "2026-04-01T15:00", 3.0, (OFFICE,), week=WORK_WEEK, away=ONE_WEEK,
             projects=USUAL, timed=False),
    )  # fmt: skip


def _changes() -> tuple[Life, ...]:
    return (
        Life("growing", "Europe/Berlin", "2026-04-01T15:00", 6.0, (OFFICE,), yearly_growth=4.0,
             away=SUMMER_AND_WINTER, projects=USUAL),
        Life("falling", "America/New_York", "2026-11-04T15:00", 2.5, (AFTERNOON,), yearly_growth=0.3,
             away=SUMMER_AND_WINTER, projects=FOUR),
        Life("moody", "Europe/Berlin", "2026-04-01T15:00", 5.0, (AFTERNOON,), moodiness=1.0, batches=0.3, away=ILL,
             projects=TARDY),
        Life("ill until yesterday", "Europe/Berlin", "2026-04-01T15:00", 4.0, (OFFICE,),
             away=(Away(7, 7), Away(290, 14)), week=SLOW_WEEKEND, projects=USUAL),
    )  # fmt: skip
