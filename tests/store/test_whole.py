"""Small files are there whole or not at all, for their owner only, and leave nothing half-written behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from oo_data.errors import CannotWriteError
from oo_data.store import whole


def test_write(tmp_path: Path) -> None:
    """What is written takes the place of what was there, is for its owner only, and nothing lies beside it."""
    path = tmp_path / "mark"
    path.write_bytes(b"longer than what comes")
    (tmp_path / "mark.new").write_bytes(b"left by one that was killed, and longer than both")
    whole.write(str(path), b"new")
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("mark", b"new")]
    assert path.stat().st_mode & 0o777 == 0o600


def test_write_that_fails(tmp_path: Path) -> None:
    """Where the place cannot be taken that is said in our words, and what was begun is removed."""
    path = tmp_path / "mark"
    path.mkdir()
    with pytest.raises(CannotWriteError):
        whole.write(str(path), b"new")
    assert [each.name for each in tmp_path.iterdir()] == ["mark"]


def test_no_link_is_followed(tmp_path: Path) -> None:
    """A link that lies where the new file is made leads nowhere: what it points at stays as it is."""
    other = tmp_path / "other"
    other.write_bytes(b"theirs")
    (tmp_path / "mark.new").symlink_to(other)
    whole.write(str(tmp_path / "mark"), b"new")
    assert other.read_bytes() == b"theirs"
    assert not (tmp_path / "mark").is_symlink()
