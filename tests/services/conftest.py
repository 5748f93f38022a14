"""What the tests of the services share: one served sandbox, back at its start before each test, and patience cut short."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from rcdesk.client import rest
from rcdesk.core import ringout
from rcdesk.sandbox.server import SandboxServer
from rcdesk.sandbox.state import Options
from rcdesk.services import history, session, tasks
from tests.services.world import Served, World, world

SPEED = 20.0  # how much faster than real the pretend people are


@pytest.fixture(autouse=True)
def _own_waste() -> Iterator[None]:
    """What a test leaves open is blamed on that test, not on one that runs when it is found by chance."""
    yield
    gc.collect()


@pytest.fixture(scope="session")
def served() -> Iterator[SandboxServer]:
    """Serve a sandbox without limits and with an empty past."""
    with SandboxServer(Options(rate_limits=None, records=0, speed=SPEED)) as server:
        yield server


@pytest.fixture
async def sandbox(served: SandboxServer) -> AsyncIterator[Served]:
    """Give the sandbox as at its start, with nobody signed in."""
    async with httpx.AsyncClient(trust_env=False) as http:
        sandbox = Served(served, http)
        await sandbox.post("reset")
        await sandbox.fault("revoke-tokens")
        yield sandbox


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait as long as the pretend people do, not as long as real ones."""
    monkeypatch.setattr(rest, "backoff", lambda attempt, chance: 0.02)
    monkeypatch.setattr(session, "STILL_AWAY", 0.1)
    monkeypatch.setattr(history, "LAG", 1.6)
    monkeypatch.setattr(history, "AGAIN", 0.1)
    monkeypatch.setattr(tasks, "AGAIN", 0.1)
    monkeypatch.setattr(ringout, "SHORTEST_LOOK", 0.05)
    monkeypatch.setattr(ringout, "LONGEST_LOOK", 0.1)
    monkeypatch.setattr(ringout, "GIVE_UP", 1800.0)
    monkeypatch.setattr(ringout, "VERIFY", 10.0)


@pytest.fixture
async def me(sandbox: Served, tmp_path: Path) -> AsyncIterator[World]:
    """Give every service, with nobody signed in."""
    async with world(sandbox, tmp_path) as made:
        yield made
