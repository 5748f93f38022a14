"""What the screen brings into the process, and what not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import rcdesk


def test_no_source_is_read_or_kept() -> None:
    """PySide6 would read that of every module which is imported after it."""
    code = "import linecache, rcdesk.app; print(*linecache.cache, sep='\\n')"
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30
    )
    ours = Path(rcdesk.__file__).parent
    assert [file for file in told.stdout.splitlines() if Path(file).is_relative_to(ours)] == []
