"""What the screen brings into the process, and what not."""

from __future__ import annotations

import subprocess
import sys


def test_no_source_is_read_or_kept() -> None:
    """PySide6 would read that of every module which is imported after it."""
    code = "import linecache, rcdesk.app; print(*[file for file in linecache.cache if '/rcdesk/' in file])"
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30
    )
    assert told.stdout.split() == []
