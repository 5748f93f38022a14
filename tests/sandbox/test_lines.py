"""Faults of the TCP connections themselves, met by clients that speak for themselves."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from websockets.exceptions import ConnectionClosedError

from tests.helpers.wait import until
from tests.sandbox.push.served import Served
from tests.sandbox.push.test_push_pubnub import Poller


async def test_dropped_connections_are_reset_and_whoever_asked_is_answered(served: Served) -> None:
    poller = Poller(served, await served.subscribe())
    await poller.poll()
    idle_reader, idle_writer = await asyncio.open_connection(*served.origin.split(":"))
    idle_writer.write(b"GET /restapi/v1.0 HTTP/1.1\r\nHost: x\r\n\r\n")
    assert (await idle_reader.read(12)) == b"HTTP/1.1 200"
    async with (
        served.socket() as socket,
        httpx.AsyncClient(base_url=served.server, trust_env=False) as watching,
        httpx.AsyncClient(base_url=served.server, trust_env=False) as control,
        asyncio.TaskGroup() as group,
    ):
        poll = group.create_task(_refused(poller))
        await until(lambda: served.push.pubnub.channels.waiting)
        await watching.get("/sandbox/v1/state")
        answer = await control.post("/sandbox/v1/faults", json={"kind": "drop-connections"})
        assert answer.status_code == 200
        with pytest.raises(ConnectionClosedError) as closed:
            await socket.read()
        assert closed.value.rcvd is None  # no closing handshake
        with pytest.raises(ConnectionResetError):
            await idle_reader.read()
        await until(lambda: served.sandbox.lines.open == 2)  # those of the control API
    assert poll.result()
    idle_writer.close()
    assert (await served.ask()).status_code == 200
    async with served.socket() as again:
        assert await again.is_quiet()


async def test_dead_connections_are_reset_too(served: Served) -> None:
    async with served.socket() as socket:
        await served.fault("half-open")
        await served.fault("drop-connections")
        with pytest.raises(ConnectionClosedError):
            await socket.read()
    assert served.sandbox.lines.dead == 0


async def _refused(poller: Poller) -> bool:
    try:
        await poller.poll()
    except httpx.ReadError:
        return True
    return False
