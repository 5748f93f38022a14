"""The sandbox that most tests of push need."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.sandbox.push.served import Served, serve


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    """A served sandbox with the platform's times and without rate limits."""
    async with serve() as made:
        yield made
