"""Trace: tells a benchmark when the first window was painted."""

from __future__ import annotations

import os
import time
from pathlib import Path


def mark(what: str) -> None:
    """Append `what` and the monotonic clock in ns to the file that RCDESK_TRACE names, if it names one."""
    path = os.environ.get("RCDESK_TRACE")
    if path:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(f"{what} {time.clock_gettime_ns(time.CLOCK_MONOTONIC)}\n")
