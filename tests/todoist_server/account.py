"""One Todoist account: seeded, realistic, and full of what a reader must survive."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

Json = dict[str, Any]

TODAY = date(2026, 12, 1)
ID_SIGNS = "23456789CFGHJMPQRVWXcfghjmpqrvwx"
VERBS = ("Call", "Write to", "Pay", "Repair", "Book", "Read", "Return", "Water", "Prepare", "Sort out")
THINGS = (
    "the dentist", "Aunt Zsófia", "the electricity bill", "the bicycle", "a table for six", "library books",
    "chapter 4 of *Dune*", "the ficus", "slides for Monday", "the attic 🧹", "[passport](https://example.org)",
)  # fmt: skip
PROJECTS = ("Inbox", "Home", "Work", "Thesis", "Garden", "Old flat")
LABELS = ("errand", "deep", "phone", "5min", "waiting")
ME = "38301234"
SOMEONE_ELSE = "38305678"


@dataclass
class Account:
    """What the server knows; tests change it freely. `user` holds the secrets that must never travel on."""

    token: str = "0123456789abcdef0123456789abcdef01234567"
    user: Json = field(default_factory=dict)
    projects: list[Json] = field(default_factory=list)
    labels: list[Json] = field(default_factory=list)
    items: list[Json] = field(default_factory=list)
    plan: Json = field(default_factory=dict)

    def secrets(self) -> list[str]:
        """Values that may appear nowhere outside the server."""
        return [self.token, self.user["token"], self.user["websocket_url"], self.user["email"]]

    def titles(self) -> list[str]:
        """Every text a person wrote."""
        return [item["content"] for item in self.items]


def build(tasks: int = 60, seed: int = 7, today: date = TODAY) -> Account:
    """An account with `tasks` items, about a tenth of them deleted, done, foreign or uncompletable."""
    chance = random.Random(seed)
    projects = [_project(chance, name, order) for order, name in enumerate(PROJECTS)]
    projects[-1]["is_archived"] = True
    account = Account(
        user=_user(projects[0]["id"]),
        projects=projects,
        labels=[_label(chance, name, order) for order, name in enumerate(LABELS)],
        plan={"current": {"plan_name": "free", "activity_log_limit": 7, "max_labels": 500}, "next": None},
    )
    for number in range(tasks):
        account.items.append(_item(chance, account, number, today))
    return account


def new_id(chance: random.Random) -> str:
    """An id of the present form."""
    return "6" + "".join(chance.choices(ID_SIGNS, k=15))


def item(**fields: Any) -> Json:
    """A plain open task with every documented field, changed by `fields`."""
    plain: Json = {
        "id": "6X7rM8997g3RQmvh", "user_id": ME, "project_id": "6Jf8VQXxpwv56VQ7", "section_id": None,
        "parent_id": None, "content": "Buy milk", "description": "", "priority": 1, "labels": [],
        "due": None, "deadline": None, "duration": None, "checked": False, "completed_at": None,
        "completed_by_uid": None, "added_at": "2025-01-21T21:28:43.841504Z", "updated_at": None,
        "added_by_uid": ME, "assigned_by_uid": None, "responsible_uid": None, "child_order": 1,
        "day_order": -1, "is_collapsed": False, "is_deleted": False, "note_count": 0, "goal_ids": [],
    }  # fmt: skip
    return plain | fields


def due(day: str, **fields: Any) -> Json:
    """A due object of the documented form."""
    return {"date": day, "timezone": None, "string": day, "lang": "en", "is_recurring": False} | fields


def _user(inbox: str) -> Json:
    return {
        "id": ME, "email": "mira.holt@example.org", "full_name": "Mira Holt", "lang": "en",
        "tz_info": {"timezone": "Europe/Madrid", "gmt_string": "+01:00", "hours": 1, "is_dst": 0},
        "token": "feedfacecafebeeffeedfacecafebeeffeedface", "inbox_project_id": inbox,
        "websocket_url": "wss://ws.example.org/ws?token=b4d5ec7e7b4d5ec7e7", "karma": 1204.0,
        "start_day": 1, "weekend_start_day": 6, "days_off": [6, 7], "daily_goal": 5, "weekly_goal": 25,
        "is_premium": False, "premium_status": "not_premium", "features": {"beta": 0},
    }  # fmt: skip


def _project(chance: random.Random, name: str, order: int) -> Json:
    return {
        "id": new_id(chance), "name": name, "color": "charcoal", "parent_id": None, "child_order": order,
        "is_favorite": False, "is_archived": False, "is_deleted": False, "is_shared": False,
        "is_frozen": False, "can_assign_tasks": False, "view_style": "list", "inbox_project": order == 0,
        "default_order": 0, "description": "", "created_at": "2024-03-02T08:00:00Z", "updated_at": None,
    }  # fmt: skip


def _label(chance: random.Random, name: str, order: int) -> Json:
    number = str(2_150_000_000 + chance.randrange(10**6))
    return {"id": number, "name": name, "color": "grey", "order": order or None, "is_favorite": False}


def _item(chance: random.Random, account: Account, number: int, today: date) -> Json:
    parent = chance.choice(account.items)["id"] if account.items and chance.random() < 0.15 else None
    content = f"{chance.choice(VERBS)} {chance.choice(THINGS)} no. {number:04d}"
    made = item(
        id=new_id(chance),
        project_id=chance.choice(account.projects)["id"],
        parent_id=parent,
        content=content if chance.random() > 0.03 else f"* {content}",
        priority=chance.choices((1, 2, 3, 4), (70, 15, 10, 5))[0],
        labels=chance.sample(LABELS, chance.choice((0, 0, 1, 2))),
        due=_due(chance, today),
        added_at=_added(chance, today),
        is_deleted=chance.random() < 0.03,
        checked=chance.random() < 0.03,
        responsible_uid=chance.choices((None, ME, SOMEONE_ELSE), (90, 5, 5))[0],
        some_new_field={"nested": [None, 1.5]},
    )
    if chance.random() < 0.1:
        made["deadline"] = {"date": str(today + timedelta(days=chance.randint(-3, 30))), "lang": "en"}
    if chance.random() < 0.2:
        unit = chance.choice(("minute", "day"))
        made["duration"] = {"amount": chance.choice((15, 30, 90)) if unit == "minute" else 2, "unit": unit}
    if chance.random() < 0.05:
        made |= {"labels": None, "priority": None, "added_at": None, "due": None}
    return made


def _due(chance: random.Random, today: date) -> Json | None:
    day = today + timedelta(days=chance.randint(-20, 40))
    match chance.randrange(6):
        case 0 | 1:
            return None
        case 2:
            return due(str(day))
        case 3:
            return due(f"{day}T{chance.randrange(24):02d}:30:00{chance.choice(('', '.000000'))}")
        case 4:
            return due(f"{day}T13:00:00Z", timezone="Europe/Madrid")
        case _:
            repeating = due(str(day), is_recurring=True, string="every! 3 days")
            del repeating["timezone"]
            return repeating


def _added(chance: random.Random, today: date) -> str:
    moment = datetime(today.year, today.month, today.day, 9, 30, tzinfo=UTC) - timedelta(
        minutes=chance.randrange(600_000)
    )
    return f"{moment:%Y-%m-%dT%H:%M:%S}{chance.choice(('', '.841504'))}Z"
