"""`python -m oo_cli`: the same program where no launcher was installed."""

from __future__ import annotations

import sys

from oo_cli.fast import main

if __name__ == "__main__":
    sys.exit(main())
