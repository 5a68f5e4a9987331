"""Made-up inputs for any agent, the same for the same seed: features by shape, histories usual and absurd."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import NamedTuple

from oo_agents.kit.clock import DAY_MS
from oo_agents.kit.context import SHAPES
from oo_agents.kit.units import UNITS, fit
from oo_data.contracts.agent import AgentManifest, ParamValue, Reacted, UserHistory
from oo_data.contracts.feature import TaskCompletion, Value

NOW = 1_775_052_000_000  # 2026-04-01T14:00Z, days after Europe's clocks went forward
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Apia", "UTC", "", "Nowhere/At_All")
REFS = tuple(f"ref{index}" for index in range(12))
REACTIONS = ("done", "later", "no", "ignored")
WORDS = ("", "a", "home", "Europe/Berlin", *REFS)


class Scene(NamedTuple):
    """One moment as an agent may meet it."""

    now_ms: int
    tz: str
    features: dict[str, Value]
    params: dict[str, ParamValue]


def empty() -> dict[str, Value]:
    """Every feature of a person of whom nothing is known."""
    return {key: _value(shape, lambda: 0.0, 0) for key, shape in SHAPES.items()}


def scenes(manifest: AgentManifest, count: int, hostile: bool) -> Iterator[Scene]:
    """So many moments. Hostile ones have numbers of any size, tables of any length and no zone."""
    for seed in range(count):
        rng = random.Random(f"{seed}{hostile}")  # noqa: S311 - made-up data
        now_ms = NOW + rng.randrange(365) * DAY_MS + rng.randrange(DAY_MS)
        features = {key: _feature(rng, key, shape, now_ms, hostile) for key, shape in SHAPES.items()}
        zone = rng.choice(ZONES if hostile else ZONES[:4])
        yield Scene(now_ms, zone, features, {} if seed % 4 == 0 else _params(rng, manifest))


def usual(seed: int, size: int, events: int = 50) -> UserHistory:
    """A person with a favourite hour, weekday rhythm and project, over at most 540 days."""
    rng = random.Random(seed)  # noqa: S311 - made-up data
    favourite, spread = rng.randrange(24), rng.choice((1.0, 3.0, 8.0))
    days = min(540, max(30, size // 3))
    done = []
    for _ in range(size):
        day = rng.randrange(days)
        hour = rng.gauss(favourite, spread) % 24
        at = NOW - day * DAY_MS - round((hour + rng.random()) * 3_600_000)
        late = round(rng.expovariate(0.7) - 0.5, 2) if rng.random() < 0.6 else None
        due = "2026-01-01" if late is not None else None
        ref, project = f"t{rng.randrange(size)}", rng.choice((None, *REFS[:3], REFS[0]))
        done.append(TaskCompletion(ref, "fake", at, rng.random() < 0.9, due, late, project, rng.randint(1, 4), False))
    reacted = [
        Reacted(NOW - rng.randrange(60 * DAY_MS), rng.choice(REACTIONS), rng.choice(REFS)) for _ in range(events)
    ]
    return UserHistory(NOW, ZONES[seed % 4], tuple(sorted(reacted)), tuple(sorted(done, key=lambda each: each.at)))


def absurd(seed: int) -> UserHistory:
    """A history no one has: clocks that jumped by ages, lateness of centuries, odd names, unknown zones."""
    rng = random.Random(seed)  # noqa: S311 - made-up data
    done = []
    for _ in range(rng.choice((0, 1, 2, 40, 300))):
        jump = rng.choice((0, 0, 1, -1, 10**11, -(10**11), 10**16, -(10**16)))
        late = rng.choice((None, 0.0, -1e7, 1e7, 0.001, -0.5))
        at = NOW + jump - rng.randrange(400 * DAY_MS)
        project = rng.choice((None, "", "p" * 64, "\u202e\x1b[31m", "naïve", *REFS[:2]))
        due = rng.choice((None, "2026-01-01", "9999-12-31"))
        done.append(TaskCompletion("t", "fake", at, rng.random() < 0.5, due, late, project, 1, True, at, (), 1e9, "r"))
    reacted = [Reacted(NOW + rng.choice((0, -1, 10**16)), "?", "\x00") for _ in range(rng.choice((0, 1, 99)))]
    now = rng.choice((NOW, NOW, 0, 4_102_444_800_000))
    return UserHistory(now, rng.choice(ZONES), tuple(sorted(reacted)), tuple(sorted(done, key=lambda each: each.at)))


def _feature(rng: random.Random, key: str, shape: str, now_ms: int, hostile: bool) -> Value:
    if key.endswith("_at"):
        return float(now_ms - rng.randrange(90 * DAY_MS)) if not hostile else rng.choice((0.0, 1e15, -1.0))
    if hostile:
        scale = rng.choice((0.0, 1e-9, 1.0, 1e9))
        return _value(shape, lambda: scale * rng.choice((0.0, 1.0, rng.random())), rng.choice((0, 1, 500)), rng)
    rate = rng.choice((0.3, 2.0, 6.0))
    # Counts are whole; what is not a count is told by its shape.
    whole = shape not in ("numbers", "numbers by ref")
    lumpy = rng.random() < 0.5
    return _value(
        shape,
        lambda: (
            (float(rng.randrange(round(rate * 2) + 1)) if whole else round(rng.gauss(rate, rate), 2))
            * (9.0 if lumpy and rng.random() < 0.15 else 1.0)
        ),
        rng.choice((0, 3, 8)),
        rng,
    )


def _value(shape: str, draw: Callable[[], float], length: int, rng: random.Random | None = None) -> Value:
    """A value of that shape, each number drawn anew."""
    size, _, kind = shape.partition(" ")
    if shape == "number":
        return draw()
    if kind == "numbers" and size.isdecimal():
        return tuple(draw() for _ in range(int(size)))
    if shape == "numbers":
        return tuple(draw() for _ in range(length * 4))
    if shape == "numbers by ref":
        names = [*REFS[:length], *(f"more{index}" for index in range(length - len(REFS)))]
        if rng is not None:
            rng.shuffle(names)
        return {name: abs(draw()) for name in names}
    raise ValueError(f"no such shape: {shape}")


def _params(rng: random.Random, manifest: AgentManifest) -> dict[str, ParamValue]:
    """A value within its unit for each parameter, as inference or the person may have set it."""
    found: dict[str, ParamValue] = {}
    for param in manifest.params:
        kind, many, least, most = UNITS[param.unit]
        if kind is str:
            one: object = rng.choice(WORDS)
            several: object = tuple(rng.sample(REFS, rng.randrange(4)))
        else:
            draw = rng.uniform(least, min(most, least + rng.choice((1, 20, most))))
            one = kind(draw)
            several = tuple(rng.sample(range(int(least), int(most) + 1), rng.randrange(min(5, int(most - least) + 1))))
        value = fit(param.unit, several if many else one)
        if value is not None:
            found[param.name] = value
    return found
