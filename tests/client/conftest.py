"""What the tests of the client share: one served sandbox, put back to its start before each test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from rcdesk.sandbox.server import SandboxServer
from rcdesk.sandbox.state import Options
from tests.client.served import Sandbox, SignedIn, signed_in


@pytest.fixture(scope="session")
def served() -> Iterator[SandboxServer]:
    """A sandbox whose limits no test reaches, nor a client by what it only may have sent; served from a thread of
    its own over real sockets."""
    with SandboxServer(Options(rate_limits=100.0)) as server:
        yield server


@pytest.fixture
async def sandbox(served: SandboxServer) -> AsyncIterator[Sandbox]:
    """The sandbox as at its start."""
    async with httpx.AsyncClient(trust_env=False) as http:
        sandbox = Sandbox(served.info, http)
        await sandbox.post("reset")
        await sandbox.fault("expire-subscription")  # those of tests that had their line cut
        yield sandbox


@pytest.fixture
async def me(sandbox: Sandbox) -> AsyncIterator[SignedIn]:
    """Somebody signed in."""
    async with signed_in(sandbox) as me:
        yield me
