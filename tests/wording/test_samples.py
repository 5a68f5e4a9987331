"""The page of samples that people read: long enough, and not repetitive."""

from __future__ import annotations

from itertools import pairwise

from benchmarks.wording_samples import EACH
from tests.conftest import ROOT


def rows(language: str) -> list[str]:
    """The reasons on the page in one language."""
    page = (ROOT / "docs/wording-samples.md").read_text(encoding="utf-8")
    section = page.partition(f"\n## {language}\n")[2].partition("\n## ")[0]
    return [line.split(" | ")[1].removesuffix(" |") for line in section.splitlines() if line.startswith("| ")][1:]


def test_the_page_holds_two_hundred_english_tips_and_some_of_each_other_language() -> None:
    """As many as its generator says, each with one sentence."""
    assert EACH["en"] == 200
    for language, count in EACH.items():
        assert len(rows(language)) == count
        assert all(reason.endswith(".") for reason in rows(language))


def test_the_page_does_not_repeat_itself() -> None:
    """No sentence follows itself, and of two hundred most are there once."""
    said = rows("en")
    assert all(before != after for before, after in pairwise(said))
    assert len(set(said)) >= 150
