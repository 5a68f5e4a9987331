"""Lives to measure the timing model on: the completion times of real people, or made-up ones where there are none."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections.abc import Iterator
from datetime import timedelta, timezone
from math import exp
from pathlib import Path
from random import Random
from typing import NamedTuple

from oo_cli.engine.moments.habits import DAY_SLOTS, SLOT_MS, Habits

WARM_UP = 7 * DAY_SLOTS  # half hours before the first that is predicted
ROOT = Path(__file__).resolve().parents[1]


class Life(NamedTuple):
    """Completions of one person (UTC ms, oldest first); `mark` tells the person's file from any other."""

    name: str
    mark: str
    zone: timezone
    done: tuple[int, ...]


class Instant(NamedTuple):
    """One half hour: its number, the habits known at its start, whether anything was completed in it."""

    slot: int
    habits: Habits
    active: bool


def folder() -> Path:
    """Where the histories lie: OO_NEXTTASK_DIR, or beside the repository."""
    return Path(os.environ.get("OO_NEXTTASK_DIR") or ROOT.parent / "shared" / "nexttask")


def lives() -> list[Life]:
    """The people of the folder, or a dozen made-up ones."""
    files = sorted(folder().glob("person-*.jsonl.gz"))
    people = [_read(file) for file in files] if files else [_made_up(seed) for seed in range(12)]
    return [life for life in people if life.done]


def instants(life: Life) -> Iterator[Instant]:
    """Every half hour from a week after the first completion to the last one."""
    habits, index = Habits(), 0
    active = {at // SLOT_MS for at in life.done}
    first, last = min(active), max(active)
    for slot in range(first, last + 1):
        while index < len(life.done) and life.done[index] < slot * SLOT_MS:
            habits.note(life.done[index], life.zone)
            index += 1
        if slot >= first + WARM_UP:
            yield Instant(slot, habits, slot in active)


def _read(file: Path) -> Life:
    text = gzip.decompress(file.read_bytes())
    head, *events = map(json.loads, text.splitlines())
    done = sorted(event["t"] * 1000 for event in events if event["ev"] == "done")
    zone = timezone(timedelta(minutes=head.get("utc_offset_min", 0)))
    return Life(head["person"], hashlib.sha256(text).hexdigest()[:16], zone, tuple(done))


def _made_up(seed: int) -> Life:
    """Half a year of someone with one or two good hours a day, bursts, lazy weekends and days off."""
    random = Random(seed)
    peaks = [random.uniform(7, 12), random.uniform(14, 22)]
    level, weekend, width = random.uniform(0.02, 0.15), random.uniform(0.2, 1.0), random.uniform(0.8, 2.5)
    start = 20_454 * DAY_SLOTS + 60 * DAY_SLOTS
    done, off, burst = [], False, False
    for slot in range(start, start + 180 * DAY_SLOTS):
        half, weekday = slot % DAY_SLOTS, (slot // DAY_SLOTS + 3) % 7
        if half == 0:
            off = random.random() < (0.6 if off else 0.15)
        bump = sum(exp(-(((half / 2 - peak) / width) ** 2)) for peak in peaks)
        chance = level * (bump + 0.05) * (weekend if weekday >= 5 else 1.0) * (0.1 if off else 1.0)
        burst = random.random() < min(0.9, chance * (5 if burst else 1))
        if burst:
            done += [slot * SLOT_MS + random.randrange(SLOT_MS) for _ in range(random.randint(1, 3))]
    return Life(f"made-up-{seed + 1:02}", "", timezone(timedelta()), tuple(sorted(done)))
