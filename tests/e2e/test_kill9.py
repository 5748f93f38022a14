"""A few kills at random moments; `make kill9` is the long one."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from benchmarks import kill9

TIMES = 14


@pytest.mark.timeout(180)
def test_after_kill_9_session_settings_history_and_notes_are_there() -> None:
    with tempfile.TemporaryDirectory(prefix="kill9-") as name:  # short: a socket's name has little room
        toll = kill9.kill(TIMES, 7, Path(name))
    kill9.report(toll)
    assert toll.complaints == []
    assert toll.kills.total() == TIMES
    assert len(toll.kills) == 7, "a kind of moment was left out"
    assert toll.calls >= kill9.RECORDS
    assert toll.notes
