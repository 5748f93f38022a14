"""rcdesk as a process of its own, without a screen, against a sandbox in another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.one_run import Desk, desk
from tests.helpers.process import Sandbox, sandbox


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Sandbox]:
    """Give a sandbox whose pretend people act ten times as fast, with an empty past."""
    with sandbox(tmp_path / "sandbox", "--speed", "10", "--records", "0") as serving:
        yield serving


@pytest.fixture
def running(platform: Sandbox, tmp_path: Path) -> Iterator[Desk]:
    """Give an rcdesk that is signed in for this run and listens."""
    with desk(platform, tmp_path / "home") as ready:
        yield ready
