"""Files are private, whole or not at all, and a damaged one is never overwritten."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rcdesk.store import files

NOON = datetime(2026, 11, 23, 20, 45, tzinfo=UTC)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_is_written_is_private_although_the_umask_is_open(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        files.write_whole(tmp_path / "profile" / "settings.json", b"{}")
        files.make_private_file(tmp_path / "other" / "calls.db")
    finally:
        os.umask(before)
    assert mode(tmp_path / "profile") == mode(tmp_path / "other") == 0o700
    assert mode(tmp_path / "profile" / "settings.json") == mode(tmp_path / "other" / "calls.db") == 0o600


def test_a_file_that_others_could_read_is_closed_to_them_and_keeps_its_content(tmp_path: Path) -> None:
    path = tmp_path / "profile" / "calls.db"
    path.parent.mkdir(mode=0o755)
    path.write_bytes(b"old")
    path.chmod(0o644)
    files.make_private_file(path)
    assert (mode(path), mode(path.parent), path.read_bytes()) == (0o600, 0o700, b"old")


def test_a_write_that_fails_leaves_the_old_content_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "settings.json"
    files.write_whole(path, b"old")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        files.write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["settings.json"]


def test_what_an_interrupted_write_left_behind_is_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    (tmp_path / ".settings.json.new").write_bytes(b"half of something much longer")
    files.write_whole(path, b"whole")
    assert path.read_bytes() == b"whole"
    assert [each.name for each in tmp_path.iterdir()] == ["settings.json"]


def test_damaged_files_of_one_second_each_get_a_name_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "calls.db"
    for content in (b"first", b"second"):
        path.write_bytes(content)
        (tmp_path / "calls.db-wal").write_bytes(content + b" wal")
        files.set_aside(path, NOON, ("-wal", "-shm"))
    kept = {each.name: each.read_bytes() for each in tmp_path.iterdir()}
    assert kept == {
        "calls.damaged-20261123-204500.db": b"first",
        "calls.damaged-20261123-204500.db-wal": b"first wal",
        "calls.damaged-20261123-204500-2.db": b"second",
        "calls.damaged-20261123-204500-2.db-wal": b"second wal",
    }
