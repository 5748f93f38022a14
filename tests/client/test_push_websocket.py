"""What only the WebSocket transport has: recovery, heartbeats, dead lines, and a gateway that misbehaves."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Any

import httpx
import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from rcdesk.client import push_websocket
from rcdesk.client.api import Api
from rcdesk.client.push import Connected, PushEvent
from rcdesk.client.push_websocket import Pace, WebSocketPush
from rcdesk.client.rest import Rest
from rcdesk.core.errors import Kind, Problem
from tests.client.captures import ANSWERED, MISSED
from tests.client.relay import Relay
from tests.client.served import Sandbox, signed_in
from tests.helpers.wait import until

Handler = Callable[[ServerConnection], Awaitable[None]]
DETAILS: list[Any] = [
    {"type": "ConnectionDetails", "messageId": "1", "status": 200, "wsc": {"token": "place", "sequence": 1}},
    {"recoveryTimeout": 180},
]


@asynccontextmanager
async def on_a_line(
    sandbox: Sandbox, *, pace: Pace | None = None, clock: Callable[[], float] = time.time
) -> AsyncIterator[tuple[WebSocketPush, Relay]]:
    """A push whose line can be cut."""
    async with Relay(sandbox.info["server"].removeprefix("http://")) as relay:
        rest = Rest(f"http://{relay.address}", clock=time.time)
        async with signed_in(sandbox, rest=rest) as me:
            yield WebSocketPush(me.api, clock=clock, pace=pace), relay


async def lose(push: WebSocketPush, relay: Relay) -> None:
    """Connect, and have the line cut."""
    async with aclosing(push.listen()) as news:
        await anext(news)
        await relay.cut()
        with pytest.raises(Problem):
            await anext(news)


async def test_what_came_while_the_line_was_cut_is_made_up_for(sandbox: Sandbox) -> None:
    async with on_a_line(sandbox) as (push, relay):
        await lose(push, relay)
        for notification in ANSWERED:
            await sandbox.push(notification)
        async with aclosing(push.listen()) as news, asyncio.timeout(5):
            assert await anext(news) == Connected(recovered=True)
            found = [await anext(news) for _ in ANSWERED]
            await sandbox.push(MISSED[0])
            found.append(await anext(news))
    uuids = [one.uuid for one in found if isinstance(one, PushEvent)]
    assert uuids == [one["uuid"] for one in (*ANSWERED, MISSED[0])]


async def test_after_the_gateways_patience_one_begins_anew(sandbox: Sandbox) -> None:
    now = 0.0
    async with on_a_line(sandbox, clock=lambda: now) as (push, relay):
        await lose(push, relay)
        now = 181.0
        async with aclosing(push.listen()) as news:
            assert await anext(news) == Connected(recovered=False)


async def test_however_long_it_was_quiet_before_its_place_is_kept(sandbox: Sandbox) -> None:
    now = 0.0
    async with on_a_line(sandbox, clock=lambda: now) as (push, relay):
        async with aclosing(push.listen()) as news:
            await anext(news)
            now = 5000.0
            await relay.cut()
            with pytest.raises(Problem):
                await anext(news)
        async with aclosing(push.listen()) as news:
            assert await anext(news) == Connected(recovered=True)


async def test_what_was_closed_on_purpose_is_not_recovered(sandbox: Sandbox) -> None:
    async with on_a_line(sandbox) as (push, _):
        for _again in range(2):
            async with aclosing(push.listen()) as news:
                assert await anext(news) == Connected(recovered=False)


async def test_a_dead_line_is_noticed_although_nothing_is_said(sandbox: Sandbox) -> None:
    line = on_a_line(sandbox, pace=Pace(ping=0.05, pong=0.05))
    async with line as (push, relay), aclosing(push.listen()) as news, asyncio.timeout(5):
        await anext(news)
        relay.mute()
        with pytest.raises(Problem) as told:
            await anext(news)
    assert (told.value.kind, told.value.retry) == (Kind.OFFLINE, True)


class Gateway:
    """A gateway that does as the test says. `frames` is all that the client sent."""

    def __init__(self) -> None:
        self.frames: list[Any] = []
        self.addresses: list[str] = []

    @asynccontextmanager
    async def serving(self, handler: Handler, *, pace: Pace | None = None) -> AsyncIterator[WebSocketPush]:
        """Serve `handler` after every connect; yield a push to it."""

        async def talk(socket: ServerConnection) -> None:
            assert socket.request
            self.addresses.append(socket.request.path)
            with suppress(ConnectionClosed):
                await handler(socket)
                async for frame in socket:
                    await self.take(socket, frame)

        async with serve(talk, "127.0.0.1", 0) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            async with self.push_to(f"ws://127.0.0.1:{port}/ws", pace=pace) as push:
                yield push

    @asynccontextmanager
    async def push_to(self, uri: str, *, pace: Pace | None = None) -> AsyncIterator[WebSocketPush]:
        """A push whose server names `uri` as the gateway."""
        token = {"uri": uri, "ws_access_token": "a token", "expires_in": 30}
        transport = httpx.MockTransport(lambda request: httpx.Response(200, json=token))
        async with Rest("http://127.0.0.1:1", clock=time.time, transport=transport) as rest:
            yield WebSocketPush(Api(rest), clock=time.time, pace=pace)

    async def take(self, socket: ServerConnection, frame: str | bytes) -> None:
        meta, *body = json.loads(frame)
        self.frames.append((meta, body))
        if meta["type"] == "ClientRequest":
            status = 204 if meta["method"] == "DELETE" else 200
            head = {"type": "ClientRequest", "messageId": meta["messageId"], "status": status, "headers": {}}
            await send(socket, head, *([] if status == 204 else [{"id": "sub-1"}]))
        elif meta["type"] == "Heartbeat":
            await send(socket, meta)


async def send(socket: ServerConnection, *frame: Any) -> None:
    await socket.send(json.dumps(frame))


async def greet(socket: ServerConnection) -> None:
    await send(socket, *DETAILS)


async def test_nothing_is_sent_before_the_gateway_has_spoken_and_then_one_subscription() -> None:
    gateway = Gateway()
    async with gateway.serving(greet) as push, aclosing(push.listen()) as news:
        assert await anext(news) == Connected(recovered=False)
    assert gateway.addresses == ["/ws?access_token=a%20token"]
    (subscribe, (wish,)), (leave, nothing) = gateway.frames
    assert (subscribe["method"], subscribe["path"]) == ("POST", "/restapi/v1.0/subscription/")
    assert wish["deliveryMode"] == {"transportType": "WebSocket"}
    assert "presence?detailedTelephonyState=true" in wish["eventFilters"][0]
    assert (leave["method"], leave["path"], nothing) == ("DELETE", "/restapi/v1.0/subscription/sub-1", [])


async def test_heartbeats_keep_a_silent_connection_open() -> None:
    gateway = Gateway()

    def beats() -> list[str]:
        return [meta["messageId"] for meta, _ in gateway.frames if meta["type"] == "Heartbeat"]

    async with gateway.serving(greet, pace=Pace(beat=0.02)) as push, aclosing(push.listen()) as news:
        await anext(news)
        silence = asyncio.get_running_loop().create_task(anext(news))  # type: ignore[arg-type]
        await until(lambda: len(beats()) >= 3)
        silence.cancel()
        with pytest.raises(asyncio.CancelledError):
            await silence
    assert len(set(beats())) == len(beats())


async def test_a_gateway_that_is_less_patient_gets_its_heartbeats_sooner(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(push_websocket, "MOST_HASTY", 0.01)
    gateway = Gateway()
    meta, details = DETAILS

    async def hurry(socket: ServerConnection) -> None:
        await send(socket, meta, {**details, "idleTimeout": 0.06})

    async with gateway.serving(hurry, pace=Pace(beat=3600)) as push, aclosing(push.listen()) as news:
        await anext(news)
        silence = asyncio.get_running_loop().create_task(anext(news))  # type: ignore[arg-type]
        await until(lambda: sum(meta["type"] == "Heartbeat" for meta, _ in gateway.frames) >= 3)
        silence.cancel()
        with pytest.raises(asyncio.CancelledError):
            await silence


async def test_a_refused_recovery_subscribes_anew_on_the_same_connection() -> None:
    gateway = Gateway()

    async def forget(socket: ServerConnection) -> None:
        again = len(gateway.addresses) > 1
        await send(socket, DETAILS[0], DETAILS[1] | ({"recoveryState": "Failed"} if again else {}))
        if not again:
            await gateway.take(socket, await socket.recv())
            await socket.close(1011)

    async with gateway.serving(forget) as push:
        async with aclosing(push.listen()) as news:
            await anext(news)
            with pytest.raises(Problem):
                await anext(news)
        async with aclosing(push.listen()) as news:
            assert await anext(news) == Connected(recovered=False)
    assert ["wsc=place" in address for address in gateway.addresses] == [False, True]
    assert [meta["method"] for meta, _ in gateway.frames] == ["POST", "POST", "DELETE"]


async def test_notifications_that_overtake_the_answer_are_kept() -> None:
    gateway = Gateway()

    async def hasty(socket: ServerConnection) -> None:
        await greet(socket)
        await send(socket, {"type": "ServerNotification", "messageId": "n", "status": 200}, MISSED[0])

    async with gateway.serving(hasty) as push, aclosing(push.listen()) as news:
        assert isinstance(await anext(news), Connected)
        event = await anext(news)
    assert isinstance(event, PushEvent)
    assert event.uuid == MISSED[0]["uuid"]


@pytest.mark.expected_log("a frame was left out")
async def test_frames_that_cannot_be_read_are_left_out() -> None:
    async def babble(socket: ServerConnection) -> None:
        await socket.send(b"\xff\x00")
        for junk in ("{", "[" * 100_000, "[]", "7", '[{"type":5}]', "[null]", '[{"no":"type"}]'):
            await socket.send(junk)
        await send(socket, {"type": "Gossip"}, {"anything": True})
        await greet(socket)

    async with Gateway().serving(babble, pace=Pace(opening=5)) as push, aclosing(push.listen()) as news:
        with pytest.raises(Problem) as told:
            await anext(news)
    assert told.value.kind is Kind.UNREADABLE  # "Gossip" is no greeting


async def test_the_gateways_farewell_is_a_loss() -> None:
    async def dismiss(socket: ServerConnection) -> None:
        await greet(socket)
        await Gateway().take(socket, await socket.recv())
        await send(socket, {"type": "Error", "messageId": "e", "status": 400}, {"errorCode": "WSG-902"})

    async with Gateway().serving(dismiss) as push, aclosing(push.listen()) as news:
        await anext(news)
        with pytest.raises(Problem) as told:
            await anext(news)
    assert (told.value.kind, told.value.title) == (Kind.OFFLINE, "Live updates stopped.")


async def test_a_gateway_that_refuses_the_token_is_told() -> None:
    async def refuse(socket: ServerConnection) -> None:
        await send(socket, {"type": "Error", "messageId": "e", "status": 403}, {"errorCode": "CMN-408"})

    async with Gateway().serving(refuse) as push, aclosing(push.listen()) as news:
        with pytest.raises(Problem) as told:
            await anext(news)
    assert (told.value.kind, told.value.title) == (Kind.FORBIDDEN, "Live updates did not start.")


async def test_a_gateway_that_says_nothing_is_given_up() -> None:
    async def silent(socket: ServerConnection) -> None:
        await socket.wait_closed()

    async with Gateway().serving(silent, pace=Pace(opening=0.05)) as push, aclosing(push.listen()) as news:
        with pytest.raises(Problem) as told:
            await anext(news)
    assert (told.value.kind, told.value.retry) == (Kind.OFFLINE, True)


async def test_what_speaks_no_websocket_is_told() -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with (
        server,
        Gateway().push_to(f"ws://127.0.0.1:{port}/ws") as push,
        aclosing(push.listen()) as news,
    ):
        with pytest.raises(Problem) as told:
            await anext(news)
    assert (told.value.kind, told.value.retry) == (Kind.OFFLINE, True)


@pytest.mark.expected_log("without encryption")
async def test_a_gateway_without_encryption_is_not_used() -> None:
    async with Gateway().push_to("ws://gateway.example/ws") as push, aclosing(push.listen()) as news:
        with pytest.raises(Problem) as told:
            await anext(news)
    assert told.value.kind is Kind.UNREADABLE
