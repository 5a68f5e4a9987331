"""Words tips over the synthetic lives, to be read by a person.

python -m benchmarks.wording_samples > docs/wording-samples.md
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

if not __package__:  # run as a file: the packages lie beside its folder
    sys.path[:0] = [str(Path(__file__).resolve().parent.parent / part) for part in (".", "agents", "data")]

from oo_cli.engine.when import HOUR_MS, MINUTE_MS, local
from oo_cli.engine.wording import KEEP, Context, Locale, Said, context_of, facts_of, locale_of, say
from oo_data.contracts.feature import TaskFeatures
from tests.lives.life import Life
from tests.lives.table import lives

HEAD = """# Wording samples

Tips worded without a model over the synthetic lives of `tests/lives`, drawn at random, to be read by a person. The
titles stand for what people write; a reason is made from the facts of the moment. To write this file anew:
`python -m benchmarks.wording_samples > docs/wording-samples.md`
"""
TITLES = {
    "en": (
        "Call the dentist", "Renew the passport", "Water the plants", "Pay the electricity bill", "Book train to Lyon",
        "Reply to Ana about Sunday", "Draft the budget", "Fix the kitchen tap", "Read chapter 4", "Back up the laptop",
        "Gift for Mia", "Tax return 2025", "Review Tom's pull request", "Send invoice draft", "Buy oat milk and rice",
        "Prepare slides for Monday's review", "Clean out the garage", "Sign up for the pottery class", "30 minute run",
        "Ask landlord about the heating", "Update CV", "Return the library books", "Cancel gym membership",
        "Plan the summer holiday with Jo and the kids: dates, budget, who looks after the cat", "Insurance?",
    ),
    "de": (
        "Zahnarzt anrufen", "Pass verlängern", "Pflanzen gießen", "Stromrechnung bezahlen", "Zug nach Lyon buchen",
        "Ana wegen Sonntag antworten", "Budget entwerfen", "Küchenhahn reparieren", "Geschenk für Mia", "Steuer 2025",
    ),
    "ru": (
        "Позвонить стоматологу", "Продлить паспорт", "Полить цветы", "Оплатить электричество", "Купить билет в Казань",
        "Ответить Ане про воскресенье", "Составить бюджет", "Починить кран", "Подарок для Маши", "Налоги за 2025 год",
    ),
}  # fmt: skip
TAGS = {"en": ("en_GB", "en_US"), "de": ("de_DE",), "ru": ("ru_RU",)}
EACH = {"en": 200, "de": 60, "ru": 60}
ODD_HINTS = (("project",), ("hour",), ("age",), ("minutes",), ("routine",), ("beside",), ("newest",), ("put_off",))


def main() -> None:
    """Write the whole document to standard output."""
    sys.stdout.write(HEAD)
    for language, count in EACH.items():
        sys.stdout.write(f"\n## {language}\n\n| tip | reason |\n|---|---|\n")
        for title, said in samples(language, count):
            sys.stdout.write(f"| {title} | {said.reason} |\n")


def samples(language: str, count: int) -> Iterator[tuple[str, Said]]:
    """So many worded tips: each life in turn, tips in the order in which the person would have met them."""
    dice = Random(f"wording {language}")
    people, titles = lives(), TITLES[language]
    for index in range(-(-count // len(people))):
        for life in people[: count - index * len(people)]:
            locale = locale_of(dice.choice(TAGS[language]))
            yield dice.choice(titles), _worded(life, locale, index, dice)


def _worded(life: Life, locale: Locale, turn: int, dice: Random) -> Said:
    """One tip of a life, its wordings of earlier turns avoided."""
    zone = life.zone_at(0)
    tasks = [_enriched(task, life.now, dice) for task in life.open_tasks()]
    recent = [done for done in life.completions() if done.at <= life.now]
    context = _lived(context_of(tasks, recent, zone), life.now, tasks, zone, dice)
    said: deque[str] = deque(maxlen=KEEP)
    for rank, task in enumerate(dice.sample(tasks, turn + 1)):
        facts = facts_of(task, life.now, zone, context=context)
        hints = dice.choice(ODD_HINTS) if dice.random() < 0.25 else ()
        latest = say(facts, locale, local(life.now, zone).toordinal() + rank, tuple(said), hints)
        said.append(latest.id)
    return latest


def _enriched(task: TaskFeatures, now: int, dice: Random) -> TaskFeatures:
    """The task with what sources tell beside dates, in the shares that real lists have, a little raised."""
    kind = dice.random()
    if kind < 0.15:
        task = task._replace(recurring=True, routine_ref=f"{task.project_ref}.routine", added_at=None)
        task = task._replace(every_days=dice.choice((1.0, 3.0, 7.0, 14.0, 30.4, 91.2, 365.25)))
    elif kind < 0.25:
        task = task._replace(added_at=now - dice.choice((1, 3, 20)) * 20 * MINUTE_MS)
    elif kind < 0.4:
        task = task._replace(due=None, priority=1, added_at=now - dice.randrange(14, 900) * 24 * HOUR_MS)
    minutes = task.minutes and dice.choice((None, None, 5, 10, 15, 25, 45, 60, 90, 120))
    return task._replace(
        minutes=minutes,
        started=dice.random() < 0.06,
        starred=dice.random() < 0.06,
        blocking=dice.random() < 0.06,
        project_ref=task.project_ref if dice.random() < 0.4 else None,
    )


def _lived(context: Context, now: int, tasks: list[TaskFeatures], zone: ZoneInfo, dice: Random) -> Context:
    """The context with what the person did of late: put off, ticked off one after the other, planned."""
    hour = local(now, zone).hour
    guesses = {task.ref: (dice.choice((5, 10, 15, 30)), True) for task in tasks if dice.random() < 0.06}
    return context._replace(
        put_off={task.ref: dice.randrange(1, 6) for task in tasks if dice.random() < 0.15},
        minutes=guesses,
        usual_hours={task.ref: hour for task in tasks if dice.random() < 0.2},
        follows=frozenset(task.ref for task in tasks if dice.random() < 0.06),
        busy_from=now + dice.choice((35, 60, 100)) * MINUTE_MS if dice.random() < 0.4 else None,
    )


if __name__ == "__main__":
    main()
