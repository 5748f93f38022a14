"""Benches for tests of the sandbox, and the option that compares it with the platform's own document."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from rcdesk.sandbox.state import Options
from tests.sandbox.bench import Bench
from tests.sandbox.push.served import Served, serve


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--openapi", metavar="FILE", help="the platform's OpenAPI document, to compare answers with"
    )


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    """A sandbox without rate limits and without past calls, nobody signed in."""
    made = Bench()
    async with made.client:
        yield made


@pytest.fixture
async def user(bench: Bench) -> Bench:
    """The same with the user signed in."""
    await bench.sign_in()
    return bench


@pytest.fixture
async def limited() -> AsyncIterator[Bench]:
    """A sandbox with the platform's rate limits, the user signed in."""
    made = Bench(Options(records=0))
    async with made.client:
        await made.sign_in()
        yield made


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    """A sandbox that is really served, with the platform's times and without rate limits, the user signed in."""
    async with serve() as made:
        yield made
