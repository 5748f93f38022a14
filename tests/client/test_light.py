"""What the client brings into the process, and what not."""

from __future__ import annotations

import subprocess
import sys


def test_the_command_line_of_httpx_is_left_out() -> None:
    """It would bring click, rich and pygments; all of them are installed here."""
    code = (
        "import sys, rcdesk.client.rest; print(*({'click', 'rich', 'pygments', 'httpx'} & set(sys.modules)))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30
    )
    assert told.stdout.split() == ["httpx"], told.stdout
