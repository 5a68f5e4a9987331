"""The command reference, generated from the command table."""

from __future__ import annotations

from typer.main import get_command

from oo_cli import options
from oo_cli.main import build

HEAD = f"""# Commands

Generated from the command table; to write it anew: `make docs`.

{options.HELP}
Without a command: the watch face on a terminal, `oo tip` in a pipe.

Exit codes: 0 ok (silence too), 1 unexpected bug, 2 usage, 3 connection or login needed, 4 consent missing, 5 source
unavailable, 6 model unavailable, 7 data locked, damaged or newer, 8 cannot write. With `--exit-code` silence is 10.
"""


def command_reference() -> str:
    """docs/cli.md as it should be."""
    table = get_command(build())
    parts = [HEAD]
    with table.make_context("oo", ["--help"], resilient_parsing=True) as above:
        names = table.list_commands(above)  # type: ignore[attr-defined]
        for name in sorted(names):
            command = table.get_command(above, name)  # type: ignore[attr-defined]
            with command.make_context(name, [], parent=above, resilient_parsing=True) as context:
                context.terminal_width = 100
                lines = [line.rstrip() for line in command.get_help(context).splitlines()]
            parts.append(f"## oo {name}\n\n```\n" + "\n".join(lines).strip() + "\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    import json

    from oo_agents.manifest import schema
    from oo_cli.phone import openapi
    from oo_data import catalog
    from tests.conftest import ROOT
    from tests.schemas import generate

    (ROOT / "docs/cli.md").write_text(command_reference())
    intro = "# Data catalogue\n\nGenerated from `data/oo_data/catalog.py`; to write it anew: `make docs`.\n\n"
    (ROOT / "docs/data-catalog.md").write_text(intro + catalog.markdown())
    (ROOT / "docs/manifest.schema.json").write_text(json.dumps(schema(), indent=2) + "\n")
    generate.write()
    (ROOT / "docs/openapi.json").write_text(openapi.text())
