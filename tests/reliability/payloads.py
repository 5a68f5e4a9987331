"""Todoist's answers, made worse: one payload a number, each a well-formed account with a few things wrong in it."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from tests.todoist_server.account import build

Json = Any
SCALARS: tuple[Json, ...] = (
    None, True, False, 0, -1, 1, 10**400, 2**63, -(2**63), 1e308, -0.0, "", " ", "null", "\ud800",
    "\udfff\ud800", "\x00", "a" * 5000, "\u202e" * 40, "2026-02-30",
    "0000-00-00", "9999-12-31T23:59:60Z", "2026-12-01T10:00:00+99:99", [], {},
    [[]], [None], {"": None}, "Europe/Nowhere", "../../etc/passwd", float("nan"), float("inf"), float("-inf"),
)  # fmt: skip
ENCODINGS = ("utf-16", "utf-16-le", "utf-32", "cp1252", "utf-8-sig", "utf-7")


def base(chance: random.Random) -> dict[str, Json]:
    """An account of up to six tasks, as the sync answers it."""
    account = build(tasks=chance.randrange(1, 7), seed=chance.randrange(100))
    return {
        "items": account.items, "projects": account.projects, "labels": account.labels, "user": account.user,
        "user_plan_limits": account.plan, "full_sync": True, "sync_token": "t",
    }  # fmt: skip


def places(value: Json) -> list[tuple[Json, Json]]:
    """Every container in it, with each of its keys."""
    found = []
    for key, inner in list(value.items()) if isinstance(value, dict) else list(enumerate(value)):
        found.append((value, key))
        if isinstance(inner, dict | list):
            found += places(inner)
    return found


def tasks_of(top: Json) -> list[dict[str, Json]]:
    """What still is a task in it."""
    items = top.get("items")
    return [task for task in items if isinstance(task, dict) and "id" in task] if isinstance(items, list) else []


def swapped(chance: random.Random, top: Json) -> None:
    """A value becomes one of another kind."""
    for _ in range(chance.randrange(1, 6)):
        inside, key = chance.choice(places(top))
        inside[key] = deepcopy(chance.choice(SCALARS))


def missing(chance: random.Random, top: Json) -> None:
    """Something is not there."""
    for _ in range(chance.randrange(1, 6)):
        inside, key = chance.choice(places(top))
        if isinstance(inside, dict):
            del inside[key]


def exchanged(chance: random.Random, top: Json) -> None:
    """Two values changed places."""
    (one, a), (other, b) = chance.sample(places(top), 2)
    one[a], other[b] = deepcopy(other[b]), deepcopy(one[a])  # one may lie within the other


def doubled(chance: random.Random, top: Json) -> None:
    """The same ids again, on other tasks."""
    tasks = tasks_of(top)
    for task in tasks:
        top["items"].append(task | {"content": "again", "id": tasks[0]["id"]})


def circled(chance: random.Random, top: Json) -> None:
    """Tasks that are each other's parent."""
    tasks = tasks_of(top)
    for task, parent in zip(tasks, [*tasks[1:], *tasks[:1]], strict=True):
        task["parent_id"] = parent["id"]


def deep(chance: random.Random, top: Json) -> None:
    """Objects within objects."""
    value: Json = "x"
    for _ in range(chance.choice((10, 50, 200))):
        value = {"items": value} if chance.random() < 0.5 else [value]
    inside, key = chance.choice(places(top))
    inside[key] = value


MUTATORS: tuple[Callable[[random.Random, Json], None], ...] = (
    swapped, swapped, missing, exchanged, doubled, circled, deep,
)  # fmt: skip


def cut(chance: random.Random, body: bytes) -> bytes:
    """The answer breaks off."""
    return body[: chance.randrange(len(body))]


def flipped(chance: random.Random, body: bytes) -> bytes:
    """Some bytes are others."""
    found = bytearray(body)
    for _ in range(chance.randrange(1, 9)):
        found[chance.randrange(len(found))] = chance.randrange(256)
    return bytes(found)


def encoded(chance: random.Random, body: bytes) -> bytes:
    """The right signs in the wrong bytes."""
    return body.decode().encode(chance.choice(ENCODINGS), "replace")


def nested(chance: random.Random, body: bytes) -> bytes:
    """Deeper than any parser goes."""
    return b'{"items":' + b"[" * chance.choice((1_000, 10_000, 100_000))


def swollen(chance: random.Random, body: bytes) -> bytes:
    """A number of more digits than can be one."""
    return body.replace(b'"priority": 1', b'"priority": ' + b"9" * chance.choice((400, 5_000)), 1)


BYTES: tuple[Callable[[random.Random, bytes], bytes], ...] = (cut, flipped, encoded, nested, swollen)


def payload(number: int) -> bytes:
    """The answer with that number."""
    chance = random.Random(number)
    top = base(chance)
    for _ in range(chance.randrange(1, 4)):
        chance.choice(MUTATORS)(chance, top)
    body = json.dumps(top).encode()
    return chance.choice(BYTES)(chance, body) if chance.random() < 0.4 else body
