"""The site of the documentation, from the pages as they lie in the repository: `python -m tests.hygiene.site`.

Pages link to each other across folders, as on a code host; MkDocs wants one folder, so they are gathered first.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

LINK = re.compile(r"\]\(([^)#\s]+)")


def tracked() -> list[Path]:
    """The pages of the repository, as paths in it."""
    told = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [Path(line) for line in told.stdout.splitlines() if not line.startswith((".", "tests/"))]


def links(page: Path) -> list[str]:
    """The files that a page names, seen from where it lies."""
    return [link for link in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]


def gather(pages: Path) -> None:
    """Copy every page, and every file that one links to, into `pages`."""
    found = set(tracked())
    for page in tracked():
        targets = ((ROOT / page.parent / link).resolve() for link in links(ROOT / page))
        found |= {target.relative_to(ROOT) for target in targets if target.is_file()}
    shutil.rmtree(pages, ignore_errors=True)
    for path in found:
        (pages / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, pages / path)


def build() -> int:
    """Build the site into build/site; not a warning is let pass. The exit code."""
    gather(ROOT / "build/pages")
    return subprocess.run([sys.executable, "-m", "mkdocs", "build", "--strict"], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(build())
