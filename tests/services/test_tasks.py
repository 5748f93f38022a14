from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

import pytest

from rcdesk.core.errors import Kind, Problem
from rcdesk.services import tasks
from rcdesk.services.tasks import Group, Nursery, patiently

OFFLINE = Problem("The calls were not read.", "Check the network.", Kind.OFFLINE)
OFFLINE_FOR_NOW = Problem("The calls were not read.", "Check the network.", Kind.OFFLINE, retry=True)


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


async def test_leaving_in_the_turn_in_which_a_task_has_ended_comes_to_an_end() -> None:
    told = Told()

    async def fail() -> None:
        raise OFFLINE

    async with told.nursery as nursery:
        task = nursery.start(fail(), name="fail")
        await asyncio.sleep(0)
        assert task.done()
        assert told.problems == [], "nobody has been told of it yet"
    assert told.problems == [OFFLINE]


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


async def test_trouble_of_a_task_that_goes_on_is_told() -> None:
    told = Told()
    told.nursery.tell(OFFLINE)
    assert told.problems == [OFFLINE]


async def test_a_group_ends_together_and_leaves_the_others_alone() -> None:
    told = Told()
    async with told.nursery as nursery:
        group, other = Group(nursery), nursery.start(asyncio.Event().wait(), name="other")
        mine = [group.start(asyncio.Event().wait(), name="mine") for _ in range(2)]
        group.cancel()
        later = group.start(asyncio.Event().wait(), name="later")
        await asyncio.wait(mine)
        assert all(task.cancelled() for task in mine)
        assert not other.done()
        assert not later.done()
    assert later.cancelled()


async def test_what_is_not_offered_is_left_out_with_one_line(caplog: pytest.LogCaptureFixture) -> None:
    async def ask() -> int:
        raise Problem("Not read.", "Ask.", Kind.FORBIDDEN, status=403, code="CMN-401")

    with caplog.at_level(logging.INFO):
        assert await patiently(ask, what="contacts left out") is None
    assert caplog.messages == ["contacts left out: forbidden (403 CMN-401)"]


async def test_a_server_that_is_away_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "AGAIN", 0.0)
    answers = iter([OFFLINE_FOR_NOW, replace(OFFLINE_FOR_NOW, retry_after=0.01), 7])

    async def ask() -> int:
        answer = next(answers)
        if isinstance(answer, Problem):
            raise answer
        return int(str(answer))

    assert await patiently(ask, what="contacts") == 7
