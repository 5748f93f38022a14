"""Each async test runs on the loop of its folder, or on the one that its marker names."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest


async def test_most_folders_run_on_the_plain_loop() -> None:
    assert type(asyncio.get_running_loop()).__module__.startswith("asyncio.")


@pytest.mark.qt_loop
async def test_a_marker_chooses_qt() -> None:
    assert type(asyncio.get_running_loop()).__module__.startswith("qasync")


@pytest.mark.qt_loop
async def test_qt_and_asyncio_share_the_loop() -> None:
    from PySide6.QtCore import QTimer

    fired = asyncio.Event()
    QTimer.singleShot(1, fired.set)
    async with asyncio.timeout(5):
        await fired.wait()


@pytest.mark.qt_loop
async def test_on_qts_loop_too_a_generator_that_is_left_in_the_middle_is_closed_in_order() -> None:
    closed = asyncio.Event()

    async def counting() -> AsyncIterator[int]:
        try:
            yield 1
            yield 2
        finally:
            await asyncio.sleep(0)
            closed.set()

    numbers = counting()
    assert await anext(numbers) == 1
    del numbers
    async with asyncio.timeout(5):
        await closed.wait()
