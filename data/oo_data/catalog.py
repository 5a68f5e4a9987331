"""Every place that can hold something about the person: what, why it is safe, how long, and how it is erased.

`forget`, `disconnect`, `sweep` and docs/data-catalog.md follow from this list. Two tests close it: every table of a
fresh database is listed, and a canary put into every entry is gone after `forget`.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

# "own": the person's own files, which oO reads and never erases. "clock": a job in the machine's own clockwork.
Kind = Literal["table", "file", "memory", "key", "own", "clock"]
# What forgetting one source does to a table: delete its rows, delete every mixed row (they are derived anew), or keep.
OnSource = Literal["own rows", "mixed rows", "keep"]


class Entry(NamedTuple):
    """One place. `where` is a table name, or a path or pattern relative to the directory kind it names."""

    kind: Kind
    where: str
    what: str
    form: str
    retention: str
    on_source: OnSource = "keep"
    exported: bool = True


ENTRIES: tuple[Entry, ...] = (
    Entry("table", "meta", "facts about the installation", "fixed words", "until forget", "own rows"),
    Entry("table", "event", "events", "references, numbers", "until forget", "own rows"),
    Entry("table", "consent", "consents", "fixed keys, times", "until forget"),
    Entry(
        "table",
        "source",
        "connected sources",
        "ids, times, the path of a watched file, a sealed mark",
        "until disconnect",
        "own rows",
    ),
    Entry("table", "secret", "secrets of sources", "sealed", "until disconnect", "own rows"),
    Entry("table", "task", "open tasks", "keyed references, dates, numbers", "until done or gone", "own rows"),
    Entry(
        "table",
        "completion",
        "completions",
        "keyed references, dates, numbers",
        "18 months in use",
        "own rows",
    ),
    Entry("table", "feature", "features", "numbers, keyed references", "until recomputed", "mixed rows"),
    Entry("table", "agent_run", "agent runs", "ids, times", "until the next run", "mixed rows"),
    Entry(
        "table",
        "snippet",
        "snippets of agents",
        "sealed text, keyed references",
        "the agent's TTL",
        "mixed rows",
    ),
    Entry("table", "pref", "preferences", "numbers, fixed words", "until unset", "mixed rows"),
    Entry("table", "decision", "decisions", "keyed references, packed scores", "14 days unless shown", "mixed rows"),
    Entry("table", "tip", "tips", "sealed words, keyed references", "words 24 h after they run out", "own rows"),
    Entry("table", "mute", "muted subjects", "keyed references, times", "until they end", "own rows"),
    Entry("table", "silence", "silent spans", "times, fixed words", "until they end", "own rows"),
    Entry("table", "egress", "requests that left the machine", "hosts, times, byte counts", "90 days"),
    Entry(
        "table",
        "outbox",
        "writes to a source",
        "sealed task ids, times",
        "30 days after they are sent",
        "own rows",
        exported=False,
    ),
    Entry("table", "pref_log", "changes of preferences", "numbers, fixed words", "until forget", "mixed rows"),
    Entry("table", "context", "contexts", "sealed names, fixed words, times", "until forget"),
    Entry("table", "context_sign", "signs of contexts", "keyed references", "until unbound, or consent withdrawn"),
    Entry("table", "mood", "moods", "numbers, times, sealed notes", "18 months in use"),
    Entry("table", "habit", "habits", "sealed names, times", "until removed", "own rows"),
    Entry("table", "effort", "words on effort", "keyed references, numbers", "until done", "own rows"),
    Entry(
        "table",
        "vector",
        "meanings of titles",
        "sealed numbers",
        "until done or gone; a correction's, until unset",
        "own rows",
    ),
    Entry("table", "area", "areas of life", "keyed references, fixed words", "until disconnect", "own rows"),
    Entry("table", "model", "learnt models", "numbers, keyed references", "until forget", "mixed rows"),
    Entry("table", "busy", "busy spans", "times", "until they are over", "own rows"),
    Entry("table", "policy", "stages of policies", "fixed words, times", "until forget"),
    Entry(
        "table",
        "asked",
        "questions to a model",
        "fixed words, numbers, keyed references, sealed words",
        "words 24 h, the rest 14 days",
        "mixed rows",
    ),
    Entry(
        "table",
        "data_key",
        "data keys",
        "a wrapped key for each source and month",
        "until what they sealed is forgotten",
        "own rows",
        exported=False,
    ),
    Entry(
        "table",
        "yardstick",
        "shipped examples as an embedder sees them",
        "numbers",
        "until another one answers",
        exported=False,
    ),
    Entry("table", "duty", "timers", "fixed words, numbers, times", "until forget", "own rows"),
    Entry(
        "table",
        "forgotten",
        "exclusions of what was forgotten",
        "keyed references, times",
        "until its source is disconnected, or forget",
        "own rows",
    ),
    Entry(
        "table",
        "arrival",
        "marks of what came from another home",
        "ids",
        "as long as the event, or until the consent is withdrawn",
        "own rows",
    ),
    Entry("table", "register", "turns of preferences", "ids, numbers, times", "until forget", "mixed rows"),
    Entry(
        "table",
        "device",
        "paired phones",
        "names, times, a hash of each token",
        "until revoked or 90 days unused",
        exported=False,
    ),
    Entry(
        "table",
        "pairing",
        "a pairing under way",
        "a name, a time, hashes of its codes",
        "good for two minutes, kept until the next refresh",
        exported=False,
    ),
    Entry("table", "cursor", "how far readers have come", "host names, numbers, times", "until forget"),
    Entry("table", "_sqlite_migrations", "schema history", "fixed words, times", "until forget", exported=False),
    Entry("file", "data/oo.db", "the database", "as the tables above", "until forget"),
    Entry("file", "data/oo.db-journal", "a transaction under way", "as the tables above", "seconds"),
    Entry(
        "file",
        "data/oo.db.before-migration",
        "the copy made before a migration",
        "as the tables above",
        "minutes",
    ),
    Entry(
        "file",
        "data/oo.db.broken-*",
        "a damaged database that you set aside",
        "as the tables above",
        "until you remove it, or forget",
    ),
    Entry("file", "data/write.lock", "the write lock", "empty", "until forget"),
    Entry("file", "data/todo.txt", "the task list that oO started", "your own words", "until forget"),
    Entry("file", "data/done.txt", "a done list beside it", "your own words", "until forget"),
    Entry("file", "data/.oo-*.tmp", "a task list being written", "your own words", "an instant"),
    Entry("file", "data/*.txt.new", "a task list being imported", "your own words", "an instant"),
    Entry("file", "state/refresh.lock", "the refresh lock", "empty", "until forget"),
    Entry("file", "state/leader.lock", "the lock of whoever runs the scheduler", "empty", "until forget"),
    Entry("file", "state/outbox.lock", "the lock round sending writes", "empty", "until forget"),
    Entry("file", "state/todoist.lock", "the lock round renewing a login", "empty", "until forget"),
    Entry("file", "state/mirror.lock", "the lock round mirroring events", "empty", "until forget"),
    Entry("file", "state/notify.lock", "the lock round telling of a tip", "empty", "until forget"),
    Entry("file", "state/serve.lock", "where oo serve listens", "address, fingerprint, time", "while it runs"),
    Entry(
        "file",
        "state/.serve-*.tmp",
        "the key of its certificate on its way",
        "sealed by a one-time password",
        "an instant",
    ),
    Entry("file", "state/forgetting", "the mark of a forget under way", "empty", "seconds"),
    Entry("file", "state/unsettled", "the mark of a part being forgotten", "keyed references, times", "seconds"),
    Entry("file", "state/unsettled.new", "that mark while it is written", "keyed references, times", "an instant"),
    Entry(
        "memory",
        "words",
        "the words of the shelf",
        "plain text in memory, 0600",
        "until the next refresh or reboot",
    ),
    Entry("file", "config/key.lock", "the lock round moving a key", "empty", "until forget"),
    Entry("clock", "systemd: oo-refresh", "the timer and its service", "paths, settings", "until removed or forget"),
    Entry("clock", "launchd: oo-refresh", "the agent's property list", "paths, settings", "until removed or forget"),
    Entry("clock", "crontab: oo-refresh", "one marked line", "paths, settings", "until removed or forget"),
    Entry("own", "wherever you named it", "exports, by `oo export`", "all of the above in the clear", "left to you"),
    Entry("own", "config/agents", "agents of your own", "your own code", "left to you"),
    Entry("own", "the server that NATS_URL names", "events mirrored there", "references, numbers", "left to you"),
    Entry("own", "where you say", "tabs saved from oo inspect", "what the tab showed, 0600", "left to you"),
    Entry("key", "config/key", "the key, where it lies in a file", "key", "until forget"),
    Entry("key", "config/key.new", "the key while it is written", "key", "an instant"),
    Entry("key", "config/key.next*", "the key to come, while it is changed", "key", "an instant"),
    Entry("key", "config/key.sealed*", "the key, where a passphrase seals it", "sealed key", "until forget"),
    Entry("key", "keyring: oo", "the key, where a keyring holds it", "key", "until forget"),
)


def tables() -> tuple[Entry, ...]:
    """The entries that are tables."""
    return tuple(entry for entry in ENTRIES if entry.kind == "table")


def files() -> tuple[Entry, ...]:
    """The entries that are files of oO's own, keys apart."""
    return tuple(entry for entry in ENTRIES if entry.kind == "file")


def key_files() -> tuple[Entry, ...]:
    """The entries that are files with the key in them."""
    return tuple(entry for entry in ENTRIES if entry.kind == "key" and "/" in entry.where)


def entry(where: str) -> Entry:
    """One entry by its place."""
    return next(found for found in ENTRIES if found.where == where)


def markdown() -> str:
    """The catalogue as the page in docs."""
    rows = [
        f"| {e.kind} | `{e.where}` | {e.what} | {e.form} | {e.retention} | {e.on_source} | {_exported(e)} |"
        for e in ENTRIES
    ]
    head = [
        "| kind | where | what | form | kept | when one source is forgotten | in `oo export` |",
        "|---|---|---|---|---|---|---|",
    ]
    return "\n".join([*head, *rows]) + "\n"


def _exported(entry: Entry) -> str:
    return "yes" if entry.kind == "table" and entry.exported else "no"
