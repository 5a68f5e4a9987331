"""One line of a todo.txt file as text: its head, its identity, ticking it and taking the tick back.

On the path of `oo done`, so it imports next to nothing; what a line means is read in `task.py`.
A line is passed without its newline and always keeps every character that the change does not concern.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

INDENT = " \t\ufeff"  # a byte order mark at the start of the file counts as indentation, and so stays


def is_day(word: str) -> bool:
    """Whether the word has the shape of a date, possible or not."""
    return (
        len(word) == 10 and word[4] == word[7] == "-" and word.isascii() and (word[:4] + word[5:7] + word[8:]).isdigit()
    )


def is_done(raw: str) -> bool:
    """Whether the line carries the mark of completion."""
    return raw.lstrip(INDENT).startswith("x ")


def head(raw: str) -> tuple[bool, str, list[str], str]:
    """The mark, the priority letter or "", the dates in their order, and the rest of the line.

    An open line has at most its creation date, a done one its completion date and then its creation date.
    """
    rest = raw.lstrip(INDENT)
    done = rest.startswith("x ")
    if done:
        rest = rest[2:]
    priority = ""
    days: list[str] = []
    while True:
        if not priority and (done or not days) and _has_priority(rest):
            priority, rest = rest[1], rest[4:]
        elif len(days) < 1 + done and is_day(rest[:10]) and rest[10:11].strip() == "":
            days.append(rest[:10])
            rest = rest[11:]
        else:
            return done, priority, days, rest


def identity(raw: str) -> str:
    """What makes a task the same task: its words without mark, dates at the start, priority and `pri:`.

    The same before and after ticking, blanks made single, never unencodable; "" where the line holds no task.
    """
    words = raw.lstrip(INDENT).split()
    if words[:1] == ["x"] and (len(words) == 1 or is_done(raw)):
        del words[0]
    start = 0
    while start < len(words) and (is_day(words[start]) or _has_priority(words[start] + " ")):
        start += 1
    text = " ".join([word for word in words[start:] if not _keeps_priority(word)])
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def tick(raw: str, today: date) -> str:
    """The open line as done today; a priority becomes a `pri:` tag at the end, a creation date stays."""
    indent, body = _indented(raw)
    if _has_priority(body):
        return f"{indent}x {today} {body[4:]} pri:{body[1]}"
    return f"{indent}x {today} {body}"


def untick(raw: str) -> str:
    """The done line as open again: the exact inverse of `tick` where the line has no other `pri:` tag."""
    indent, body = _indented(raw)
    body = body[2:]
    if is_day(body[:10]) and body[10:11] == " ":
        body = body[11:]
    if _keeps_priority(body[-5:]) and body[-6:-5] == " ":
        body = f"({body[-1]}) {body[:-6]}"
    return indent + body


def _indented(raw: str) -> tuple[str, str]:
    body = raw.lstrip(INDENT)
    return raw[: len(raw) - len(body)], body


def _has_priority(text: str) -> bool:
    return text[:1] == "(" and text[2:4] == ") " and "A" <= text[1] <= "Z"


def _keeps_priority(word: str) -> bool:
    return len(word) == 5 and word.startswith("pri:") and "A" <= word[4] <= "Z"
