"""What the program says of a fault of its own."""

from __future__ import annotations

import pytest

from rcdesk import app, logs


@pytest.mark.expected_log("a slot failed")
def test_a_fault_is_told_once_without_the_number_and_ends_it(capsys: pytest.CaptureFixture[str]) -> None:
    end, fault = app._End(), ValueError("no call from +16505550100")
    stop = logs.start(None)
    end.on_uncaught(ValueError, fault, None)
    stop()
    told = capsys.readouterr().err
    assert told.count("no call from …00") == 1
    assert "650555" not in told
    assert told.endswith("rcdesk has found a fault in itself (ValueError) and ends.\n")
    assert (end.code, end.asked.is_set()) == (app.BUG, True)
