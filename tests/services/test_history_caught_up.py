"""Whoever needs the whole log can wait until it was read anew, and can ask for the calls since a moment."""

from __future__ import annotations

import asyncio

import pytest

from rcdesk.core.history import Query
from tests.client.served import eventually
from tests.helpers.wait import until
from tests.services.world import World

SYNC = "*/call-log-sync"


async def filled(me: World) -> None:
    await eventually(me.store.cursor)


def asks(me: World) -> asyncio.Task[bool]:
    return me.nursery.start(me.history.caught_up(), name="ask")


async def test_what_is_new_is_there_once_it_was_waited_for(me: World) -> None:
    await me.signed_in()
    await filled(me)
    await me.sandbox.post("records", count=3)
    assert await me.history.caught_up()
    assert len(await me.newest(10)) == 3


async def test_a_reading_that_had_begun_before_is_not_enough(me: World) -> None:
    await me.signed_in()
    await filled(me)
    await me.sandbox.fault("latency", path=SYNC, seconds=0.3, count=1)
    first = asks(me)
    await until(lambda: me.history._read._listeners and not me.history._due.is_set())
    second = asks(me)
    waits_on: list[bool] = []
    first.add_done_callback(lambda _task: waits_on.append(not second.done()))
    await until(second.done)
    assert waits_on == [True]
    assert first.result()
    assert second.result()


async def test_a_server_that_is_away_is_waited_for(me: World) -> None:
    await me.signed_in()
    await filled(me)
    await me.sandbox.fault("http-status", path=SYNC, status=503, count=5)
    assert await me.history.caught_up()


async def test_a_log_that_may_not_be_read_is_told(me: World) -> None:
    await me.signed_in()
    await filled(me)
    await me.sandbox.fault("http-status", path=SYNC, status=403, count=100)
    assert not await me.history.caught_up()


async def test_nobody_signed_in_it_waits_and_can_be_given_up(me: World) -> None:
    waiting, given_up = asks(me), asks(me)
    await until(lambda: len(me.history._read._listeners) == 2)
    given_up.cancel()
    await until(given_up.done)
    await me.signed_in()
    await until(waiting.done)
    assert waiting.result()
    assert not me.history._read._listeners


@pytest.mark.parametrize("how_many", [0, 7, 250])
async def test_the_calls_since_a_moment(me: World, how_many: int) -> None:
    await me.sandbox.post("records", count=300)
    await me.signed_in()
    await filled(me)
    everything = (await me.history.page(Query(), None, 1000)).records
    since = everything[how_many - 1].started_at if how_many else everything[0].started_at + 1
    found = await me.history.since(since)
    assert [record.id for record in found] == [
        record.id for record in everything if record.started_at >= since
    ]
    assert len(found) >= how_many
    assert await me.history.since(0.0) == everything
