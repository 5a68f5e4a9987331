"""A fresh interpreter for code that is not ours, or that may break: no folder, variable or key of this process."""

from __future__ import annotations

import os
import sys

ENVIRON = {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}
FOLDER = "/"


def running(module: str) -> list[str]:
    """The words that start a module's `main` where only what we import from can be imported.

    The folder the person stands in is not among that: it may hold a file that is named like a library.
    """
    start = f"import sys; sys.path[:] = sys.argv[1:]; from {module} import main; sys.exit(main())"
    return [sys.executable, "-I", "-c", start, *(path for path in sys.path if os.path.isabs(path))]
