"""How the face looks, and what it says at its edge. On the way to the first frame: plain rows, no decoding."""

import sqlite3

# Beyond the last one that begins like this: the slash follows the dot.
_LOOKS = "select key, value from pref where scope = 'global' and source = 'user' and key >= 'face.' and key < 'face/'"


def looks(conn: sqlite3.Connection) -> dict[str, str]:
    """The person's own words for the face, by the name of the setting without its prefix."""
    return {key.removeprefix("face."): value.strip('"') for key, value in conn.execute(_LOOKS)}


def broken(conn: sqlite3.Connection) -> tuple[str, ...]:
    """The sources that could not be read the last time."""
    return tuple(name for (name,) in conn.execute("select id from source where last_error is not null order by id"))


def edge(conn: sqlite3.Connection, clock: str) -> tuple[str, ...]:
    """What stands at the lower edge: a source that is broken, and the time where it is wanted."""
    names = broken(conn)
    told = (f"{' and '.join(names)} could not be read",) if names else ()
    return (*told, clock) if clock else told
