"""A full disk: told in words, nothing lost, and the work goes on once there is space again."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from rcdesk.core.errors import Problem
from rcdesk.core.history import Query
from rcdesk.store.history import HistoryStore
from rcdesk.store.settings import SettingsStore
from tests.store.builders import batch, opened
from tests.store.make_records import NOW, make_records

SMALL = 1024 * 1024  # bytes


class SmallDisk(NamedTuple):
    folder: Path
    make_room: Callable[[], object]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """A disk of one megabyte, if one may be mounted; else the process may write no file larger than that."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = _mount(folder, f"size={SMALL}")
    if mounted:
        yield SmallDisk(folder, lambda: _mount(folder, "remount,size=64m"))
        subprocess.run(["umount", "-l", str(folder)], check=True)
        return
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (SMALL, hard))
    yield SmallDisk(folder, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard)))
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    signal.signal(signal.SIGXFSZ, ignored)


def _mount(folder: Path, options: str) -> bool:
    if os.geteuid() != 0:
        return False
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


async def _merge_until_full(store: HistoryStore) -> tuple[int, Problem]:
    """Merge ten records at a time; return how many went in, and what the user is told of the rest."""
    for nth in range(10_000):
        records = make_records(10, seed=nth, now=NOW - nth * 10_000)
        renamed = [replace(record, record_id=f"{nth}-{record.record_id}") for record in records]
        try:
            await store.merge(batch(*renamed, token=f"t{nth}"), NOW)
        except Problem as problem:
            return nth, problem
    raise AssertionError("the disk never got full")


async def _count(store: HistoryStore) -> int:
    return len((await store.page(Query(), None, 100_000)).records)


async def test_a_full_disk_is_told_and_loses_nothing(small_disk: SmallDisk) -> None:
    path = small_disk.folder / "calls.db"
    with opened(path) as store:
        merged, problem = await _merge_until_full(store)
        assert "not saved" in problem.title or "could not be used" in problem.title
        assert "space" in problem.remedy
        assert await store.cursor() == f"t{merged - 1}"
        assert await _count(store) == merged * 10
        small_disk.make_room()
        await store.merge(batch(*make_records(10), token="after"), NOW)
    with opened(path) as store:
        assert await store._database.open() is None
        assert await store.cursor() == "after"
        assert await _count(store) == merged * 10 + 10


@pytest.mark.expected_log("the settings were not saved")
async def test_settings_survive_a_full_disk(small_disk: SmallDisk) -> None:
    path = small_disk.folder / "settings.json"
    store = SettingsStore(path)
    store.update(theme="dark")
    await store.saved()
    ballast = small_disk.folder / "ballast"
    with pytest.raises(OSError, match=r"space|large"):
        ballast.write_bytes(b"x" * 2 * SMALL)
    store.update(geometry="x" * 2 * SMALL)
    with pytest.raises(Problem, match="not full"):
        await store.saved()
    assert SettingsStore(path).value.theme == "dark"
    ballast.unlink(missing_ok=True)
    small_disk.make_room()
    store.update(geometry="small again")
    await store.saved()
    assert SettingsStore(path).value.geometry == "small again"
    store.close()
