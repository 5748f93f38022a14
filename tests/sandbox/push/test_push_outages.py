"""Faults of the two transports themselves: how connections end, go dead, and are recovered, or not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, ConnectionClosedError, InvalidHandshake

from tests.helpers.wait import until
from tests.sandbox.push.served import PRESENCE, SUBSCRIPTION, Served, Socket, serve
from tests.sandbox.push.test_push_pubnub import Poller, decrypt


def wsc(frame: list[Any]) -> str:
    return str(frame[0]["wsc"]["token"])


async def lose(served: Served, socket: Socket) -> None:
    """Break a connection without a word, and wait until the gateway has seen it."""
    socket.connection.transport.abort()
    await until(lambda: not served.push.gateway.connected, why="the gateway still holds the connection")


async def lost_place(served: Served) -> str:
    """Subscribe, hear of 0, lose the connection; return the cursor to recover with."""
    async with served.socket() as socket:
        await socket.subscribe()
        await served.raw(0)
        cursor = wsc(await socket.read())
        await lose(served, socket)
    return cursor


async def fails(poll: Awaitable[Any]) -> bool:
    """Whether a held request ends without an answer, by the connection being lost."""
    try:
        await poll
    except (httpx.NetworkError, httpx.RemoteProtocolError):
        return True
    return False


@pytest.mark.parametrize("code", ["WSG-902", "WSG-903"])
async def test_every_socket_is_ended_with_a_word_and_can_be_recovered(served: Served, code: str) -> None:
    async with served.socket() as socket, served.socket() as other:
        await socket.subscribe()
        await served.fault("close-push", code=code)
        for each in (socket, other):
            meta, body = await each.read()
            assert (meta["type"], meta["status"], body["errorCode"]) == ("Error", 408, code)
            with pytest.raises(ConnectionClosed) as closed:
                await each.read()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1000
    await served.raw(1)
    async with served.socket(wsc=wsc(socket.details)) as again:
        assert again.details[1]["recoveryState"] == "Successful"
        assert await again.numbers(1) == [1]


async def test_a_recovery_fails_and_takes_the_subscription_with_it(served: Served) -> None:
    cursor = await lost_place(served)
    await served.fault("fail-recovery", count=1)
    await served.raw(1)
    async with served.socket(), served.socket(wsc="nonsense"):  # these use up no fault
        assert served.sandbox.faults.push.armed == {"fail-recovery": 1}
    async with served.socket(wsc=cursor) as again:
        details = again.details[1]
        assert (details["recoveryState"], details["recoveryErrorCode"]) == ("Failed", "WSG-1005")
        assert served.push.subscriptions.truth() == []
        await again.subscribe()
        await served.raw(2)
        assert await again.numbers(1) == [2]
    async with served.socket(wsc=await lost_place(served)) as last:
        assert last.details[1]["recoveryState"] == "Successful"


async def test_a_recovery_that_succeeds_can_have_lost_what_came_meanwhile(served: Served) -> None:
    cursor = await lost_place(served)
    await served.fault("overflow-buffer", count=1)
    await served.raw(1, 2, 3)
    async with served.socket(wsc=cursor) as again:
        assert again.details[1]["recoveryState"] == "Successful"
        assert await again.is_quiet()
        await served.raw(4)
        assert await again.numbers(1) == [4]
    cursor = await lost_place(served)
    await served.raw(5)
    async with served.socket(wsc=cursor) as last:
        assert await last.numbers(1) == [5]


async def test_a_half_open_socket_hears_nothing_and_is_not_heard(served: Served) -> None:
    async with served.socket() as socket:
        made = await socket.subscribe()
        await served.fault("half-open")
        assert (await served.state())["sockets"]["dead"] == 1
        pong = await socket.connection.ping()
        asked = {"type": "ClientRequest", "messageId": "1", "method": "DELETE"}
        await socket.send(asked | {"path": f"{SUBSCRIPTION}/{made['id']}"})
        await served.raw(1)
        async with served.socket(
            wsc=wsc(socket.details)
        ) as again:  # a new one works, and takes the place over
            assert again.details[1]["recoveryState"] == "Successful"
            assert await again.numbers(1) == [1]
            assert [one["id"] for one in served.push.subscriptions.truth()] == [made["id"]]
            await served.mend()
            with pytest.raises(ConnectionClosedError) as closed:  # and that is all it ever hears
                await socket.read()
            assert closed.value.rcvd is None
            assert not pong.done() or pong.exception() is not None
            await served.raw(2)
            assert await again.numbers(1) == [2]
        assert (await served.state())["sockets"]["dead"] == 0


async def test_a_client_can_leave_a_half_open_socket(served: Served) -> None:
    async with served.socket() as socket:
        await socket.subscribe()
        await served.fault("half-open")
        await lose(served, socket)
    await until(lambda: not served.sandbox.lines.dead)
    await served.raw(1)
    async with served.socket(wsc=wsc(socket.details)) as again:
        assert await again.numbers(1) == [1]


async def test_the_gateway_gives_a_half_open_socket_up_and_its_client_hears_nothing_of_that() -> None:
    async with serve(ping=0.05) as served, served.socket() as socket:
        await socket.subscribe()
        await served.fault("half-open")
        await until(lambda: not served.push.gateway.connected, why="no ping was missed")
        assert served.sandbox.lines.dead == 1
        await served.raw(1)
        await served.mend()
        with pytest.raises(ConnectionClosedError) as closed:
            await socket.read()
        assert closed.value.rcvd is None
        async with served.socket(wsc=wsc(socket.details)) as again:
            assert await again.numbers(1) == [1]


async def test_a_half_open_pubnub_request_is_never_answered_and_nothing_is_lost(served: Served) -> None:
    made = await served.subscribe()
    poller = Poller(served, made)
    await poller.poll()
    since = poller.timetoken
    async with asyncio.TaskGroup() as group, httpx.AsyncClient(trust_env=False) as http:
        dead = group.create_task(fails(poller.poll()))
        await until(lambda: served.push.pubnub.channels.waiting)
        await served.fault("half-open")
        await served.raw(1)
        await until(lambda: not served.push.pubnub.channels.waiting)
        key, channel = made["deliveryMode"]["subscriberKey"], made["deliveryMode"]["address"]
        answer = await http.get(f"{served.server}/v2/subscribe/{key}/{channel}/0?tt={since}")
        assert len(answer.json()["m"]) == 1
        assert not dead.done()
        assert served.sandbox.lines.dead == 1
        await served.mend()
    assert dead.result()
    assert await poller.heard() == [{"number": 1}]


async def test_new_connections_can_be_half_open_too(served: Served) -> None:
    poller = Poller(served, await served.subscribe())
    await poller.poll()
    token = await served.token()
    address = f"{token['uri']}?access_token={token['ws_access_token']}"

    async def opens() -> bool:
        try:
            async with connect(address, proxy=None):
                return True
        except (InvalidHandshake, OSError):
            return False

    await served.fault("half-open", block=True)
    async with asyncio.TaskGroup() as group:
        opening = group.create_task(opens())
        dead = group.create_task(fails(poller.poll()))
        await until(lambda: served.sandbox.lines.dead == 2)
        assert (await served.ask()).status_code == 200
        assert not opening.done()
        await served.mend()
    assert not opening.result()
    assert dead.result()
    assert await opens()
    await served.raw(1)
    assert await poller.heard() == [{"number": 1}]


async def test_half_open_connections_do_not_keep_the_server_from_stopping() -> None:
    async with serve() as served, served.socket() as socket:
        await served.fault("half-open")
        served.sandbox.release()
        with pytest.raises(ConnectionClosedError):
            await socket.read()


async def test_pubnub_can_be_out_of_reach_by_itself(served: Served) -> None:
    poller = Poller(served, await served.subscribe())
    await poller.poll()
    async with asyncio.TaskGroup() as group:
        held = group.create_task(fails(poller.poll()))
        await until(lambda: served.push.pubnub.channels.waiting)
        await served.fault("refuse-pubnub")
    assert held.result()
    key = served.push.pubnub.subscriber_key
    for path in (f"/v2/subscribe/{key}/some/0?tt=0", f"/subscribe/{key}/some/0/0", "/time/0"):
        with pytest.raises(httpx.TransportError):
            await served.client.get(path)
    async with served.socket() as socket:
        await socket.subscribe()
        assert (await served.subscribe())["status"] == "Active"
        await served.raw(1)
        assert await socket.numbers(1) == [1]
    await served.mend()
    assert await poller.heard() == [{"number": 1}]


@pytest.mark.parametrize("old", [False, True])
async def test_a_timetoken_rolled_back_brings_what_was_heard_once_more(served: Served, old: bool) -> None:
    poller = Poller(served, await served.subscribe(), old=old)
    await poller.poll()
    await served.raw(1)
    assert await poller.heard() == [{"number": 1}]
    await served.fault("rollback-timetoken")
    await served.raw(2)
    assert await poller.heard() == [{"number": 2}]
    assert await poller.heard() == [{"number": 1}, {"number": 2}]
    await served.raw(3)
    assert await poller.heard() == [{"number": 3}]


@pytest.mark.parametrize("how", ["PUT", "POST"])
async def test_a_wrong_key_is_used_from_one_renewal_to_the_next(served: Served, how: str) -> None:
    made = await served.subscribe(PRESENCE)
    mode, other = made["deliveryMode"], Poller(served, await served.subscribe())
    poller = Poller(served, made)
    await poller.poll()
    await other.poll()

    async def renew() -> None:
        path = f"{SUBSCRIPTION}/{made['id']}"
        answer = await served.client.request(how, path if how == "PUT" else f"{path}/renew")
        assert answer.json()["deliveryMode"] == mode

    await served.fault("wrong-key", count=1)
    await served.raw(1)
    assert await poller.heard() == [{"number": 1}]
    await renew()
    await served.raw(2)
    (locked,) = await poller.poll()
    with pytest.raises(ValueError):
        decrypt(mode["encryptionKey"], locked)
    await renew()
    await served.raw(3)
    assert await poller.heard() == [{"number": 3}]
    assert [one["number"] for one in await other.heard()] == [1, 2, 3]


async def test_the_right_key_is_used_again_when_faults_are_cleared(served: Served) -> None:
    made = await served.subscribe(PRESENCE)
    poller = Poller(served, made)
    await poller.poll()
    await served.fault("wrong-key")
    await served.client.put(f"{SUBSCRIPTION}/{made['id']}")
    await served.mend()
    await served.raw(1)
    assert await poller.heard() == [{"number": 1}]
