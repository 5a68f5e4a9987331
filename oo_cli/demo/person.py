"""A made-up person: a todo.txt with a past, told relative to now, in a home that is deleted afterwards."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from importlib.resources import files

from oo_cli.engine.when import local
from oo_cli.house import Doors, House
from oo_data.store import words

_DAY = re.compile(r"\{([+-]?\d+)\}")


@contextmanager
def throw_away(environ: Mapping[str, str]) -> Iterator[House]:
    """A house of its own in a temporary directory, with the person's list connected; gone on leaving."""
    from oo_cli.adapters.vault.sealer import new_key
    from oo_cli.usecases.connect import connect_todotxt
    from oo_cli.wiring import open_house, open_source
    from oo_cli.wiring_vault import in_memory

    root = tempfile.mkdtemp(prefix="oo-demo-")
    demo = {key: environ[key] for key in ("TZ", "OO_NOW") if key in environ} | {"OO_HOME": root, "HOME": root}
    # A key that exists in this process only: the person's keyring stays untouched.
    house = open_house(demo, say=lambda text: None, doors=Doors(in_memory(new_key()), open_source))
    try:
        path = f"{root}/todo.txt"
        with open(path, "w", encoding="utf-8") as file:
            file.write(todo_lines(house))
        connect_todotxt(house, path)
        yield house
    finally:
        words.clear(house.paths)
        house.close()
        shutil.rmtree(root)


def todo_lines(house: House) -> str:
    """The list with every `{n}` turned into the date n days from today."""
    today = local(house.clock.now_ms(), house.zone).date()
    text = files("oo_cli.demo").joinpath("todo.txt").read_text(encoding="utf-8")
    return _DAY.sub(lambda found: str(today + timedelta(days=int(found[1]))), text)
