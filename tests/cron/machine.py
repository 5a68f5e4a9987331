"""A machine's clockwork as stand-in programs: each keeps what it was given and what it was asked, in plain files."""

from __future__ import annotations

from pathlib import Path

CRONTAB = """#!/bin/sh
spool="{folder}/spool"
echo "crontab $*" >> "{folder}/asked"
[ -e "{folder}/crontab-refuses-$1-" ] && exit 1
case "$1" in
  -l) [ -e "$spool" ] && exec cat "$spool"; echo "no crontab for you" >&2; exit 1 ;;
  -r) exec rm "$spool" ;;
  -) exec cat > "$spool" ;;
esac
"""
MANAGER = """#!/bin/sh
echo "{name} $*" >> "{folder}/asked"
[ ! -e "{folder}/{name}-refuses-$1-$2" ]
"""


class Machine:
    """Programs in a folder of their own; `PATH` leads to them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "bin").mkdir(parents=True)
        self.path = f"{folder / 'bin'}:/usr/bin:/bin"
        self.spool = folder / "spool"

    def has(self, *names: str) -> Machine:
        """Put programs in."""
        for name in names:
            text = CRONTAB if name == "crontab" else MANAGER
            program = self.folder / "bin" / name
            program.write_text(text.format(name=name, folder=self.folder))
            program.chmod(0o755)
        return self

    def lacks(self, name: str, complaint: str = "") -> Machine:
        """A program that is there and answers nothing, but perhaps a complaint."""
        program = self.folder / "bin" / name
        program.write_text(f"#!/bin/sh\necho '{complaint}' >&2\nexit 1\n")
        program.chmod(0o755)
        return self

    def refuses(self, name: str, first: str, second: str = "") -> None:
        """Let a program fail when its first two words are these."""
        (self.folder / f"{name}-refuses-{first}-{second}").touch()

    def asked(self) -> list[str]:
        """What the programs were asked, in order."""
        asked = self.folder / "asked"
        return asked.read_text().splitlines() if asked.exists() else []
