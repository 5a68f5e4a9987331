"""The words that every command understands, taken out before the command reads its own."""

from __future__ import annotations

from dataclasses import dataclass, field

from oo_data.errors import BadUsageError

FLAGS = {
    "--json": "json",
    "--quiet": "quiet",
    "-q": "quiet",
    "--no-color": "no_color",
    "--accessible": "accessible",
    "--offline": "offline",
    "--exit-code": "exit_code",
    "--passphrase-stdin": "passphrase_stdin",
}
HELP = (
    "Everywhere: --json, --quiet, --no-color, --accessible, --offline, --exit-code (10 for silence), "
    "--passphrase-stdin."
)


@dataclass(slots=True)
class Options:
    """What was asked of every command alike."""

    json: bool = False
    quiet: bool = False
    no_color: bool = False
    accessible: bool = False
    offline: bool = False
    exit_code: bool = False
    passphrase_stdin: bool = False
    rest: list[str] = field(default_factory=list)


def split(arguments: list[str]) -> Options:
    """Separate the flags of every command from the rest; what follows `--` is left alone."""
    options = Options()
    for at, word in enumerate(arguments):
        if word == "--":
            options.rest += arguments[at:]
            break
        if word in FLAGS:
            if getattr(options, FLAGS[word]):
                raise BadUsageError(f"{word} was given twice.", "Once is enough.")
            setattr(options, FLAGS[word], True)
        else:
            options.rest.append(word)
    return options
