"""A short day of faults, over each way of push; `make soak` is the long one."""

from __future__ import annotations

import faulthandler
import tempfile
from pathlib import Path

import pytest

from benchmarks import soak

SECONDS = 90.0


@pytest.mark.timeout(300)
def test_after_every_fault_what_is_shown_is_true_again() -> None:
    faulthandler.cancel_dump_traceback_later()  # it is no sign of a hang that this takes long
    day = {"seed": 4, "pause": 5.5}
    with tempfile.TemporaryDirectory(prefix="soak-") as name:  # short: a socket's name has little room
        watches = soak.run(soak.TRANSPORTS, SECONDS, 20.0, day, Path(name))
    soak.report(watches)
    for watch in watches:
        assert watch.complaints == [], watch.transport
        assert [bout for bout in watch.bouts if not bout.survived] == [], watch.transport
        assert len(watch.bouts) > 4, watch.transport
