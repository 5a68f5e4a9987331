"""One line being typed, as a value: every key gives the next one."""

from __future__ import annotations

from typing import NamedTuple

from oo_data.text import show

LONGEST = 400


class Line(NamedTuple):
    """Text under its prompt, and before which character the cursor stands."""

    prompt: str
    text: str = ""
    at: int = 0


def started(prompt: str, text: str = "") -> Line:
    """A line with the cursor at its end."""
    return Line(prompt, text, len(text))


def typed(line: Line, words: str) -> Line:
    """The line with words put in at the cursor; nothing of them that a terminal could obey."""
    blank = " " if words[:1].isspace() else ""
    safe = (blank + show(words)) if words.strip() else blank
    safe = safe[: max(LONGEST - len(line.text), 0)]
    return line._replace(text=line.text[: line.at] + safe + line.text[line.at :], at=line.at + len(safe))


def pressed(line: Line, key: str) -> Line:
    """The line after a key that edits; the same line after any other."""
    before, after = line.text[: line.at], line.text[line.at :]
    if key == "backspace":
        return _of(line, before[:-1], after)
    if key == "delete":
        return _of(line, before, after[1:])
    if key == "ctrl+w":
        return _of(line, before.rstrip().rpartition(" ")[0] + (" " if " " in before.rstrip() else ""), after)
    if key == "ctrl+u":
        return _of(line, "", after)
    places = {"left": line.at - 1, "right": line.at + 1, "home": 0, "end": len(line.text)}
    places |= {"ctrl+a": places["home"], "ctrl+e": places["end"]}
    return line._replace(at=min(max(places.get(key, line.at), 0), len(line.text)))


def _of(line: Line, before: str, after: str) -> Line:
    return line._replace(text=before + after, at=len(before))
