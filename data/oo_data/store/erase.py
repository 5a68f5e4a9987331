"""Taking things out for good: the rows of one source, or the whole home.

`secure_delete` overwrites freed pages at once; VACUUM gives them back to the file system.
"""

from __future__ import annotations

import glob
import os
import sqlite3
from collections.abc import Iterable

from oo_data import catalog
from oo_data.env import Paths
from oo_data.store import decisions, keys
from oo_data.store.db import Store, told
from oo_data.store.vectors import GATEWAY

# The references and tips of one source, gathered before its rows go.
_GATHER = (
    "create temp table gone (ref text primary key)",
    "insert or ignore into gone select ref from task where source = :source",
    "insert or ignore into gone select ref from completion where source = :source",
    "insert or ignore into gone select subject from tip where source = :source",
    "create temp table gone_tip (id text primary key)",
    "insert or ignore into gone_tip select id from tip where source in (:source, 'agent')",
)
# What is made of every source together, and anew at the next refresh; an agent without a run is due.
MIXED = {
    "snippet": "delete from snippet",
    "feature": "delete from feature",
    "pref": "delete from pref where source <> 'user'",
    "register": "delete from register where source <> 'user'",
    "model": "delete from model",
    "agent_run": "delete from agent_run",
    "asked": "delete from asked",
}
# Advice (source 'agent') and decisions are made of every source together as well.
_ERASE = {
    # Before the reactions themselves: one that goes keeps nothing quiet in another source.
    "mute": "delete from mute where subject in (select ref from gone) or event_id in"
    " (select id from event where json_extract(data, '$.about') in (select ref from gone))",
    "silence": "delete from silence where id in"
    " (select id from event where json_extract(data, '$.about') in (select ref from gone))",
    "event": "delete from event where subject in (select id from gone_tip) or subject = :source"
    " or json_extract(data, '$.about') in (select ref from gone)"
    " or type in ('PrefInferred', 'SnippetEmitted', 'ShelfPrepared')"
    " or (type in ('AlertRaised', 'AlertCleared') and subject = 'source.' || :source)",
    "tip": "delete from tip where id in (select id from gone_tip)",
    **MIXED,
    "decision": "delete from decision",
    "pref_log": "delete from pref_log where source <> 'user'",
    "habit": "delete from habit where source = :source",
    "effort": "delete from effort where source = :source",
    "vector": "delete from vector where source = :source",
    "area": "delete from area where source = :source",
    "busy": "delete from busy where source = :source",
    "meta": "delete from meta where key = 'problems.' || :source",
    "outbox": "delete from outbox where source = :source",
    "duty": "delete from duty where id = 'source.' || :source",
    "secret": "delete from secret where name like :source || '.%'",
    "task": "delete from task where source = :source",
    "completion": "delete from completion where source = :source",
    "forgotten": "delete from forgotten where source = :source",
    "source": "delete from source where id = :source",
}

_NAMED = {
    "_sqlite_migrations": ("name",),
    "meta": ("key", "value"),
    "event": ("type",),
    "consent": ("key",),
    "source": ("id", "watch_path", "last_error"),
    "feature": ("key",),
    "pref": ("scope", "key"),
    "pref_log": ("scope", "key"),
    "decision": ("policy", "gate"),
    "silence": ("id", "reason", "origin"),
    "egress": ("host", "purpose", "categories", "status"),
    "mute": ("cause",),
    "asked": ("version", "verdict"),
    "model": ("name", "version"),
    "duty": ("id", "error"),
    "device": ("name",),
}

BROKEN = ".broken-"  # and when it was set aside
TITLE_READER = "focus-area"  # the one agent whose consent lets titles be embedded


def source(conn: sqlite3.Connection, source_id: str) -> dict[str, int]:
    """Erase what came from one source, inside the caller's transaction; the rows erased by table."""
    given = {"source": source_id}
    for statement in _GATHER:
        conn.execute(statement, given)
    erased = {table: conn.execute(statement, given).rowcount for table, statement in _ERASE.items()}
    erased["data_key"] = len(keys.shred(conn, source_id))
    conn.execute("drop table gone")
    conn.execute("drop table gone_tip")
    return erased


def count_rows(conn: sqlite3.Connection) -> dict[str, int]:
    """How many rows each table of the catalogue holds."""
    return {
        entry.where: conn.execute(f'select count(*) from "{entry.where}"').fetchone()[0]  # noqa: S608 - our own names
        for entry in catalog.tables()
    }


def own_words(conn: sqlite3.Connection) -> str:
    """All that oO writes in its own words: the tables, and the columns of names, fixed words and paths."""
    named = " union ".join(f"select {column} from {table}" for table, columns in _NAMED.items() for column in columns)  # noqa: S608 - our own names
    return "\n".join(word for (word,) in conn.execute(f"select sql from sqlite_schema union {named}") if word)  # noqa: S608


def compact(store: Store) -> None:
    """Rebuild the file without its free pages."""
    store.conn.execute("vacuum")


def files_of(paths: Paths) -> list[str]:
    """The files of this home that exist, keys and the mark of a forget under way apart."""
    return [path for path in existing(paths, catalog.files()) if path != paths.forgetting]


def key_files_of(paths: Paths) -> list[str]:
    """The files of this home that exist and hold the key."""
    return existing(paths, catalog.key_files())


def existing(paths: Paths, entries: Iterable[catalog.Entry]) -> list[str]:
    """The files that some entries of the catalogue stand for."""
    base = {"data": paths.data, "state": paths.state, "config": paths.config, "cache": paths.cache}
    found = []
    for entry in entries:
        kind, _, name = entry.where.partition("/")
        found += glob.glob(f"{glob.escape(base[kind])}/{name}")
    return found


def size_of(path: str) -> int:
    """The bytes of one file. One that is gone has none."""
    try:
        return os.lstat(path).st_size
    except FileNotFoundError:
        return 0


def unlink(path: str) -> None:
    """Remove one file, if it is there. Raises `CannotWriteError`."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        return
    except OSError as error:
        raise told(error) from error


def set_aside(paths: Paths, stamp: str) -> str:
    """Rename the database, with the journal that belongs to it; its new path. Raises `CannotWriteError`."""
    target = f"{paths.database}{BROKEN}{stamp}"
    try:
        if os.path.exists(f"{paths.database}-journal"):
            os.rename(f"{paths.database}-journal", f"{target}-journal")
        os.rename(paths.database, target)
    except OSError as error:
        raise told(error) from error
    return target


def set_aside_of(paths: Paths) -> list[str]:
    """The databases that were set aside, oldest first."""
    return sorted(glob.glob(f"{glob.escape(paths.database)}{BROKEN}*"))


def remove_folders(paths: Paths) -> list[str]:
    """Remove oO's own directories where they are empty; those that are left because they hold something else."""
    left = []
    for folder in paths.roots():
        try:
            os.rmdir(folder)
        except FileNotFoundError:
            continue
        except OSError:
            left.append(folder)
    return left


def agent(conn: sqlite3.Connection, agent_id: str) -> dict[str, int]:
    """Erase what one agent made, inside the caller's transaction; the rows erased by what they are.

    A decision's scores name the agents behind them, so those it had a part in go too.
    """
    conn.execute(
        "delete from event where (type in ('SnippetEmitted', 'AgentFailed') and subject = :agent)"
        " or (type = 'PrefInferred' and subject like :agent || '.%')"
        " or json_extract(data, '$.about') = 'advice.' || :agent",
        {"agent": agent_id},
    )
    conn.execute("delete from mute where subject = 'advice.' || ?", (agent_id,))
    conn.execute("delete from duty where id = 'agent.' || ?", (agent_id,))
    for table in ("pref_log", "register"):
        conn.execute(f"delete from {table} where scope = ? and source <> 'user'", (agent_id,))  # noqa: S608 - our own
    return {
        "decisions": decisions.erase(conn, [f'"agent.{agent_id}"']),
        "models": conn.execute("delete from model").rowcount,
        "questions to a model": conn.execute("delete from asked").rowcount,
        "snippets": conn.execute("delete from snippet where agent_id = ?", (agent_id,)).rowcount,
        "preferences": conn.execute("delete from pref where scope = ? and source <> 'user'", (agent_id,)).rowcount,
        "tips": conn.execute("delete from tip where subject = 'advice.' || ?", (agent_id,)).rowcount,
        "runs": conn.execute("delete from agent_run where agent_id = ?", (agent_id,)).rowcount,
        **(_from_titles(conn) if agent_id == TITLE_READER else {}),
    }


def _from_titles(conn: sqlite3.Connection) -> dict[str, int]:
    return {
        "vectors": conn.execute("delete from vector").rowcount,
        "areas": conn.execute("delete from area where origin <> 'user'").rowcount,
        "features": conn.execute("delete from feature where key like '%.by_area' or key = 'done.area_days'").rowcount,
    }


def from_gateway(conn: sqlite3.Connection) -> dict[str, int]:
    """Erase what a gateway's embedder made, and the areas that may rest on it, inside the caller's transaction."""
    conn.execute("delete from yardstick")
    conn.execute("delete from meta where key like 'areas.%'")
    found = {"vectors": conn.execute("delete from vector where embedder glob ?", (f"{GATEWAY}*",)).rowcount}
    return found | {"areas": conn.execute("delete from area where origin <> 'user'").rowcount}


def model_words(conn: sqlite3.Connection, consent: str) -> dict[str, int]:
    """Erase what models said under a consent, inside the caller's transaction; the rows erased by what they are."""
    by_model = "asked_id in (select id from asked where consent = ?)"
    worded = conn.execute(f"update tip set reason = null where wording = 'model' and {by_model}", (consent,))  # noqa: S608
    conn.execute(f"update tip set rank = null where wording = 'model' and {by_model}", (consent,))  # noqa: S608
    return {
        "wordings": worded.rowcount,
        "requests": conn.execute("delete from asked where consent = ?", (consent,)).rowcount,
    }


def lots(conn: sqlite3.Connection, seed: str) -> dict[str, int]:
    """Erase every draw of the hold-out and what they were drawn with, inside the caller's transaction."""
    conn.execute("delete from meta where key = ?", (seed,))
    return {"lots": conn.execute("delete from event where type = 'HeldOut'").rowcount}
