"""One way out: which rooms may open a socket or start a program, and that every verb is watched doing neither."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from oo_cli.main import ROOMS
from tests.conftest import ROOT
from tests.reliability.commands import COMMANDS

CODE = ("oo_cli", "agents/oo_agents", "data/oo_data")
HTTP, EXCHANGE = "oo_cli/adapters/http.py", "oo_cli/adapters/exchange.py"
LOOPBACK = "oo_cli/adapters/sources/todoist/loopback.py"
NOTIFY = "oo_cli/adapters/notify"
MIRROR = "oo_cli/adapters/mirror"
# They listen, and call nobody.
PHONE = {f"oo_cli/phone/{name}.py" for name in ("connections", "network", "serve")}
# Modules that can reach beyond this process, and the rooms that may load them: files, or folders with all in them.
WAYS_OUT = {
    "httpx": {HTTP, EXCHANGE},
    "socket": {
        EXCHANGE, "oo_cli/adapters/llm/endpoint.py", LOOPBACK, f"{NOTIFY}/relay.py", f"{NOTIFY}/child.py",
        f"{MIRROR}/session.py", *PHONE,
    },
    "ssl": {EXCHANGE, f"{MIRROR}/transport.py", f"{MIRROR}/session.py", *PHONE},
    "http.cookiejar": {HTTP},  # to refuse every cookie
    "subprocess": {
        "oo_cli/usecases/agents_run.py", "oo_cli/adapters/programs.py", f"{NOTIFY}/post.py",
        "oo_cli/adapters/sources/taskwarrior/program.py", "oo_cli/adapters/sources/calendar/source.py",
    },
    "webbrowser": {"oo_cli/commands/connecting.py"},
    "asyncio": {  # the loops of surfaces that stay open, the session bus, and NATS
        "oo_cli/tui/", "oo_cli/usecases/surface.py", "oo_cli/adapters/watch.py", f"{NOTIFY}/desktop.py",
        "oo_cli/phone/", "oo_cli/commands/serve.py", f"{MIRROR}/session.py",
        f"{MIRROR}/stream.py",
    },
    **{f"nats{room}": {f"{MIRROR}/session.py"} for room in ("", ".aio.client")},
    **{f"nats{room}": {f"{MIRROR}/stream.py"} for room in (".aio.msg", ".js.api")},
    **{f"nats{room}": {f"{MIRROR}/session.py", f"{MIRROR}/stream.py"} for room in (".js", ".js.errors")},
    "nats.aio.transport": {f"{MIRROR}/transport.py"},
}  # fmt: skip
BARRED = {
    "http", "urllib", "ftplib", "smtplib", "imaplib", "poplib", "nntplib", "telnetlib", "xmlrpc", "socketserver",
    "httpx", "httpcore", "requests", "aiohttp", "urllib3", "socket", "_socket", "ssl", "_ssl", "asyncio",
    "subprocess", "_posixsubprocess", "multiprocessing", "pty", "webbrowser", "nats", "mlflow", "litellm", "openai",
}  # fmt: skip
PURE = {"urllib.parse"}  # words only
STARTS = re.compile("system|popen|fork|posix_spawn|startfile|exec|spawn")
# The child that contains an agent of others takes this module away from it.
EXCEPTIONS = {("_posixsubprocess", "agents/oo_agents/kit/host.py")}


def imports() -> Iterator[tuple[str, str]]:
    """Each module that a file of ours imports, wherever in it, and each of os's ways to start a program."""
    for root in CODE:
        for path in (ROOT / root).rglob("*.py"):
            where = str(path.relative_to(ROOT))
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Import):
                    yield from ((alias.name, where) for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and node.module:
                    yield node.module, where
                elif isinstance(node, ast.Attribute) and ast.unparse(node.value) == "os" and STARTS.match(node.attr):
                    yield f"os.{node.attr}", where


def test_no_other_room_can_reach_out() -> None:
    """The imports of every file agree with the table, and the table names nothing that is not there."""
    found = {
        (name, where)
        for name, where in imports()
        if (name.partition(".")[0] in BARRED or name.startswith("os.")) and name not in PURE
    }
    allowed = {(name, room) for name, rooms in WAYS_OUT.items() for room in rooms} | EXCEPTIONS
    kept = {
        (name, where, room)
        for name, where in found
        for known, room in allowed
        if name == known and where.startswith(room)
    }
    assert found - {(name, where) for name, where, _ in kept} == set()
    assert allowed - {(name, room) for name, _, room in kept} == set()


def test_every_command_is_among_those_watched() -> None:
    """A new verb is traced, or this fails."""
    assert set(ROOMS) - {words[0] for words in COMMANDS} == set()
