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
    done: list[Json] = field(default_factory=list)
    events: list[Json] = field(default_factory=list)
    plan: Json = field(default_factory=dict)

    def secrets(self) -> list[str]:
        """Values that may appear nowhere outside the server."""
        return [self.token, self.user["token"], self.user["websocket_url"], self.user["email"]]

    def titles(self) -> list[str]:
        """Every text a person wrote."""
        logged = (event["extra_data"]["content"] for event in self.events)
        return list(dict.fromkeys((*(item["content"] for item in (*self.items, *self.done)), *logged)))

    def tell(self, kind: str, task: Json, at: datetime, by: str | None = ME) -> Json:
        """Put "completed" or "uncompleted" into the activity log, with the due date the task has until now."""
        event = _event(len(self.events), kind, task, at, by)
        self.events.append(event)
        return event


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


def add_history(account: Account, singles: int, repeats: int, days: int, now: datetime, seed: int = 7) -> None:
    """Give the account a past: `singles` tasks done for good, and `repeats` ticks of twenty repeating ones."""
    chance = random.Random(seed)
    span = days * 86_400_000_000
    for number in range(singles):
        at = now - timedelta(microseconds=chance.randrange(1, span))
        task = item(
            id=new_id(chance),
            content=f"Once {chance.choice(THINGS)} no. {number:05d}",
            project_id=chance.choice(account.projects)["id"],
            priority=chance.randint(1, 4),
            due=chance.choice((None, due(str(at.date())))),
            checked=True,
            completed_at=moment(at),
            completed_by_uid=ME,
        )
        account.done.append(task)
        account.tell("completed", task, at)
    habits = [
        item(id=new_id(chance), content=f"Habit no. {number}", project_id=chance.choice(account.projects)["id"])
        for number in range(20)
    ]
    for _ in range(repeats):
        at = now - timedelta(microseconds=chance.randrange(1, span))
        rule = due(str(at.date()), is_recurring=True, string="every day")
        account.tell("completed", {**chance.choice(habits), "due": rule}, at)


def moment(at: datetime) -> str:
    """An instant as Todoist writes it."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"


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


def _event(number: int, kind: str, task: Json, at: datetime, by: str | None) -> Json:
    extra: Json = {
        "content": task["content"], "labels": task["labels"], "note_count": 0, "client": "Todoist/1 web",
        "priority": task["priority"],
    }  # fmt: skip
    if not task["labels"]:
        del extra["labels"]
    plan = task["due"]
    if plan and plan["is_recurring"] and kind == "completed":
        extra |= _dates_done(plan["date"], at)
    return {
        "id": 216 * 10**34 + number, "event_type": kind, "event_date": moment(at), "object_type": "item",
        "object_id": task["id"], "parent_project_id": task["project_id"], "parent_item_id": task["parent_id"],
        "initiator_id": by, "extra_data": extra,
    }  # fmt: skip


def _dates_done(day: str, at: datetime) -> Json:
    """The due fields of a tick: the occurrence that was done, and the next one, tomorrow; the person is at UTC+1."""
    has_time = len(day) > 10
    local = datetime.fromisoformat(day if has_time else f"{day}T23:59:59").replace(tzinfo=None)
    following = datetime.combine(at.date() + timedelta(days=1), local.time())
    return {
        "is_recurring": True, "was_overdue": local.date() < at.date(), "has_time": has_time,
        "completed_due_date_local": local.isoformat(),
        "completed_due_date": f"{(local - timedelta(hours=1)).isoformat()}Z",
        "due_date": f"{(following - timedelta(hours=1)).isoformat()}Z",
    }  # fmt: skip


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
        "is_favorite": False, "is_archived": False, "is_deleted": False, "is_shared": False, "is_collapsed": False,
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
