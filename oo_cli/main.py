"""The table of commands, and the one place where an error becomes a line and an exit code."""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from oo_cli import options, render
from oo_data.env import Paths
from oo_data.errors import OoError
from oo_data.text import show

if TYPE_CHECKING:
    import typer

    from oo_cli.commands.desk import Desk
    from oo_cli.house import Doors
    from oo_cli.tui.first import Frame

VERSION = "0.1.0"
# Verb → room. Only the room of the verb at hand is opened; help opens all of them.
ROOMS = {
    "tip": "tip", "done": "feedback", "later": "feedback", "no": "feedback", "undo": "feedback", "why": "why",
    "refresh": "refresh", "add": "add", "connect": "connect", "disconnect": "connect", "sources": "connect",
    "consent": "consent", "profile": "profile", "agents": "agents", "log": "log", "egress": "egress",
    "context": "context", "mood": "mood", "habit": "habit", "effort": "effort",
    "status": "status", "doctor": "doctor", "key": "key", "forget": "forget", "policy": "policy", "eval": "eval_",
    "area": "area", "cron": "cron", "notify": "notify", "inspect": "inspect", "daemon": "daemon",
    "export": "export", "import": "export", "serve": "serve", "phone": "phone",
}  # fmt: skip
DESCRIPTION = f"""oO shows one well-timed tip. Without a command: the watch face.

{options.HELP}"""


def run(
    arguments: list[str],
    environ: Mapping[str, str] = os.environ,
    doors: Doors | None = None,
    frame: Frame | None = None,
) -> int:
    """Run one command; the exit code. `doors` lets tests put their own world outside the house.

    `frame` is the face's first, where it is on the screen already.
    """
    as_json = "--json" in arguments
    try:
        asked = options.split(arguments)
        if asked.rest == ["--version"]:
            render.out(f"oo {VERSION}")
            return 0
        from oo_cli.commands.desk import Desk

        desk = Desk(environ, asked, doors, frame)
        try:
            return _run(desk, asked.rest)
        except OoError:
            raise
        except Exception as error:  # a damaged database may raise anything anywhere
            raise desk.damage(error) or _bug(error) from error
        finally:
            desk.close()
    except OoError as error:
        return render.report(error, as_json)
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001 - the last net: a bug is one line too, and never shows its data
        return render.report(_bug(error), as_json)


def _run(desk: Desk, rest: list[str]) -> int:
    from oo_cli.home import refuse_root

    refuse_root(Paths(desk.environ))
    if os.path.lexists(Paths(desk.environ).forgetting):
        from oo_cli.wiring import finish_forget

        left = finish_forget(desk.house)
        if left is not None:
            desk.say("An interrupted forget was finished.")
        for line in left or ():
            desk.say(f"Not oO's to delete: {line}")
    if os.path.lexists(Paths(desk.environ).unsettled):
        _finish_part(desk)
    if not rest:
        from oo_cli.commands.face import show_face

        return show_face(desk)
    from oo_cli.commands.plain import run_plain

    code = run_plain(desk, rest[0], rest[1:])
    return _dispatch(desk, rest) if code is None else code


def _finish_part(desk: Desk) -> None:
    from oo_cli.usecases.forget_part import resume

    try:
        if resume(desk.house):
            desk.say("An interrupted forget was finished.")
    # What was asked for now may still be done; the next start tries again.
    except OoError as error:
        desk.say(f"A forget is not finished yet. {error.message}")
    except Exception as error:  # noqa: BLE001 - else no command would run any more
        desk.say(f"A forget is not finished yet ({type(error).__name__}).")


def _dispatch(desk: Desk, rest: list[str]) -> int:
    import re

    from typer.exceptions import Abort, TyperException
    from typer.main import get_command

    command = get_command(build(rest[0]))
    try:
        result = command.main(args=rest, prog_name="oo", standalone_mode=False, obj=desk)
    except Abort:
        desk.say("Nothing was done.")
        return 1
    except TyperException as error:
        told = re.sub(r"a valid (int|float)( range)?\b", "a number", error.format_message().replace("\n", " "))
        said = show(told).rstrip(".")
        line = said if said.endswith("?") else f"{said}."
        return render.report(_usage(line, rest[0]), desk.options.json)
    return result if isinstance(result, int) else 0


def build(verb: str = "") -> typer.Typer:
    """The command table, with the room of one verb, or with all where the verb is none of ours."""
    import typer

    app = typer.Typer(
        help=DESCRIPTION, rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False,
        no_args_is_help=True, context_settings={"help_option_names": ["-h", "--help"]},
    )  # fmt: skip

    @app.callback()
    def root() -> None:
        pass

    root.__doc__ = DESCRIPTION
    rooms = [ROOMS[verb]] if verb in ROOMS else list(dict.fromkeys(ROOMS.values()))
    for room in rooms:
        importlib.import_module(f"oo_cli.commands.{room}").register(app)
    return app


def _usage(line: str, verb: str) -> OoError:
    from oo_data.errors import BadUsageError

    return BadUsageError(line, f"See: oo {verb} --help" if verb in ROOMS else "See: oo --help")


def _bug(error: Exception) -> OoError:
    where = error.__traceback__
    while where is not None and where.tb_next is not None:
        where = where.tb_next
    place = f"{os.path.basename(where.tb_frame.f_code.co_filename)}:{where.tb_lineno}" if where else "?"
    return OoError(f"Something unexpected went wrong ({type(error).__name__} at {place}).", "Please report it.")
