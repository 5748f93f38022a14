from __future__ import annotations

import asyncio
import logging

import pytest

from rcdesk.core.errors import Kind, Problem
from rcdesk.services.tasks import Nursery

OFFLINE = Problem("The calls were not read.", "Check the network.", Kind.OFFLINE)


class Told:
    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.bugs: list[BaseException] = []
        self.nursery = Nursery(self.problems.append, self.bugs.append)


async def test_a_problem_is_told_and_ends_only_its_own_task() -> None:
    told = Told()
    other_goes_on = asyncio.Event()

    async def fail() -> None:
        raise OFFLINE

    async def other() -> None:
        await asyncio.sleep(0)
        other_goes_on.set()

    async with told.nursery as nursery:
        nursery.start(fail(), name="fail")
        nursery.start(other(), name="other")
        await other_goes_on.wait()
    assert told.problems == [OFFLINE]
    assert told.bugs == []


async def test_a_bug_is_loud(caplog: pytest.LogCaptureFixture) -> None:
    told = Told()

    async def fail() -> None:
        raise ZeroDivisionError

    with caplog.at_level(logging.ERROR):
        async with told.nursery as nursery:
            task = nursery.start(fail(), name="sums")
            await asyncio.wait([task])
    assert [type(bug) for bug in told.bugs] == [ZeroDivisionError]
    assert "sums failed" in caplog.text
    caplog.clear()


async def test_leaving_cancels_and_awaits_every_task_also_those_started_meanwhile() -> None:
    told = Told()
    cleaned: list[str] = []

    async def late() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cleaned.append("late")

    async def stubborn() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            told.nursery.start(late(), name="late")
            await asyncio.sleep(0)
            cleaned.append("stubborn")

    async with told.nursery as nursery:
        nursery.start(stubborn(), name="stubborn")
        await asyncio.sleep(0)
    assert sorted(cleaned) == ["late", "stubborn"]
    assert told.bugs == []
