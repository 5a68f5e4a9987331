"""Every command as tests run it: words that neither wait for a person nor open a browser."""

from __future__ import annotations

# In an order in which each has something to work on; what ends a home comes last.
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("--version",), ("--help",), ("tip",), ("tip", "--demo"), ("add", "Buy milk due:2026-12-01"),
    ("connect", "todotxt"), ("refresh",), ("tip",), ("tip", "--json"), ("tip", "--why"), ("tip", "--for", "15m"),
    ("why",), ("why", "--prompt"), ("later",), ("undo",), ("no", "not now"), ("done",), ("undo",), ("log",),
    ("log", "--json"),
    ("sources",), ("status",), ("profile",), ("profile", "show"), ("profile", "set", "tips.per_day", "3"),
    ("profile", "unset", "tips.per_day"), ("consent",), ("consent", "preview", "llm.tip-generator.local"),
    ("consent", "revoke", "agent.momentum"), ("consent", "grant", "agent.momentum"), ("agents",), ("agents", "run"),
    ("egress",), ("egress", "--totals"), ("context",), ("context", "work"), ("mood", "3", "fair"), ("mood",),
    ("habit", "add", "Stretch", "--every", "1d"), ("habit",), ("effort", "10m"), ("doctor",),
    ("doctor", "--offline", "--json"),
    ("key",), ("policy",), ("policy", "report"), ("eval",), ("eval", "--holdout"), ("area",), ("cron", "status"),
    ("notify",), ("inspect",), ("inspect", "--tab", "health"),
    ("serve", "--address", "8.8.8.8"), ("phone",), ("phone", "pair"), ("phone", "token", "desk"),
    ("connect", "todoist", "--no-browser", "--offline"), ("disconnect", "todoist"), ("refresh", "--quiet"),
    ("daemon", "--help"), ("export", "/dev/null"), ("import", "/dev/null"),
    ("forget", "--dry-run"), ("disconnect", "todotxt"), ("forget", "--yes"),
)  # fmt: skip

# The commands of a day.
SHORT: tuple[tuple[str, ...], ...] = (
    ("add", "Buy milk due:2026-12-01"), ("refresh",), ("tip",), ("why",), ("later",), ("undo",), ("done",), ("log",),
    ("status",), ("sources",), ("profile",), ("consent",), ("agents",), ("egress",), ("mood", "3"), ("doctor",),
    ("doctor", "--json", "--offline"), ("key",), ("policy",), ("forget", "--dry-run"),
)  # fmt: skip
