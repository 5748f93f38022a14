"""The way back into a connection that was lost."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from rcdesk.sandbox.push_connection import GatewayLimits
from tests.helpers.wait import until
from tests.sandbox.push.served import SUBSCRIPTION, Served, Socket, serve


async def lose(served: Served, socket: Socket) -> None:
    """Break a connection without a word, and wait until the gateway has seen it."""
    socket.connection.transport.abort()
    await until(lambda: not served.push.gateway.connected, why="the gateway still holds the connection")


def wsc(frame: list[Any]) -> str:
    return str(frame[0]["wsc"]["token"])


async def test_what_came_meanwhile_follows_the_recovery_in_order(served: Served) -> None:
    async with served.socket() as socket:
        made = await socket.subscribe()
        await served.raw(1, 2)
        await socket.read()
        cursor = wsc(await socket.read())
        await lose(served, socket)
    await served.raw(3, 4, 5)
    async with served.socket(wsc=cursor) as again:
        assert again.details[1]["recoveryState"] == "Successful"
        assert "recoveryErrorCode" not in again.details[1]
        assert await again.numbers(3) == [3, 4, 5]
        await served.raw(6)
        assert await again.numbers(1) == [6]
        meta, body = await again.ask("GET", f"{SUBSCRIPTION}/{made['id']}")
    assert (meta["status"], body["id"], body["expiresIn"]) == (200, made["id"], 86_399)


async def test_what_got_lost_on_the_way_comes_again_and_what_was_heard_does_not(served: Served) -> None:
    async with served.socket() as socket:
        await socket.subscribe()
        await served.raw(1, 2, 3)
        cursor = wsc(await socket.read())  # 2 and 3 are on their way when the connection breaks
        await lose(served, socket)
    async with served.socket(wsc=cursor) as again:
        assert await again.numbers(2) == [2, 3]
        assert await again.is_quiet()


async def test_a_recovery_can_be_interrupted_and_goes_on_where_it_was(served: Served) -> None:
    async with served.socket() as socket:
        answer = await socket.ask(
            "POST",
            SUBSCRIPTION,
            {
                "eventFilters": ["/account/~/extension/~/presence"],
                "deliveryMode": {"transportType": "WebSocket"},
            },
        )
        cursor = wsc(answer)
        await lose(served, socket)
    await served.raw(1, 2, 3)
    async with served.socket(wsc=cursor) as again:
        sequence = again.details[0]["wsc"]["sequence"]
        frame = await again.read()
        assert frame[0]["wsc"]["sequence"] > sequence > answer[0]["wsc"]["sequence"]
        await lose(served, again)
    async with served.socket(wsc=wsc(frame)) as last:
        assert await last.numbers(2) == [2, 3]


async def test_a_recovery_that_was_not_heard_can_be_repeated(served: Served) -> None:
    async with served.socket() as socket:
        await socket.subscribe()
        await served.raw(0)
        cursor = wsc(await socket.read())
        await lose(served, socket)
    await served.raw(1, 2)
    for _ in range(3):
        async with served.socket(wsc=cursor) as again:
            assert await again.numbers(2) == [1, 2]
            assert await again.is_quiet()
            await lose(served, again)


async def test_only_the_newest_hundred_are_kept(served: Served) -> None:
    async with served.socket() as socket:
        await socket.subscribe()
        await served.raw(0)
        cursor = wsc(await socket.read())
        await lose(served, socket)
    for number in range(1, 151):
        served.push.subscriptions.deliver_raw({"number": number})
    async with served.socket(wsc=cursor) as again:
        assert await again.numbers(100) == list(range(51, 151))
        assert await again.is_quiet()


async def test_another_connection_can_take_over_one_that_still_seems_alive(served: Served) -> None:
    async with served.socket() as socket:
        await socket.subscribe()
        await served.raw(1)
        cursor = wsc(await socket.read())
        async with served.socket(wsc=cursor) as again:
            assert again.details[1]["recoveryState"] == "Successful"
            assert (await socket.read())[0]["type"] == "Error"
            with pytest.raises(ConnectionClosed):
                await socket.read()
            await served.raw(2)
            assert await again.numbers(1) == [2]


async def test_without_a_subscription_there_is_nothing_to_recover(served: Served) -> None:
    async with served.socket() as socket:
        cursor = wsc(socket.details)
    async with served.socket(wsc=cursor) as again:
        details = again.details[1]
        assert (details["recoveryState"], details["recoveryErrorCode"]) == ("Failed", "WSG-1005")
        await again.subscribe()
        await served.raw(1)
        assert await again.numbers(1) == [1]


@pytest.mark.parametrize(
    "cursor", ["junk", "%25%00", "a" * 5000, "bm8uMQ", "eC45OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5"]
)
async def test_a_cursor_that_is_none_of_ours_fails_to_recover(served: Served, cursor: str) -> None:
    async with served.socket(wsc=cursor) as socket:
        assert socket.details[1]["recoveryState"] == "Failed"


async def test_the_time_of_recovery_ends() -> None:
    async with serve(limits=GatewayLimits(recovery=0.2)) as served:
        async with served.socket() as socket:
            cursor = wsc(await socket.ask("GET", SUBSCRIPTION))
            await socket.subscribe()
        assert await until(lambda: not served.push.subscriptions.truth())
        async with served.socket(wsc=cursor) as again:
            assert again.details[1]["recoveryState"] == "Failed"


async def test_a_connection_that_is_not_lost_keeps_its_subscription_longer_than_the_time_of_recovery() -> (
    None
):
    async with serve(limits=GatewayLimits(recovery=1.0)) as served, served.socket() as socket:
        made = await socket.subscribe()
        await lose(served, socket)
        async with served.socket(wsc=wsc(socket.details)) as again:
            await asyncio.wait_for(_beat_for(again, 1.2), 5)
            assert [one["id"] for one in served.push.subscriptions.truth()] == [made["id"]]


async def test_a_subscription_that_expired_meanwhile_is_not_recovered(served: Served) -> None:
    async with served.socket() as socket:
        await socket.subscribe()
        await lose(served, socket)
        await served.fault("expire-subscription")
    async with served.socket(wsc=wsc(socket.details)) as again:
        assert again.details[1]["recoveryState"] == "Failed"


async def _beat_for(socket: Socket, seconds: float) -> None:
    loop = asyncio.get_running_loop()
    until_then = loop.time() + seconds
    while loop.time() < until_then:
        assert await socket.is_quiet()
