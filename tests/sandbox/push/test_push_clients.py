"""The vendors' own clients, unchanged, listen to the sandbox: PubNub's, and RingCentral's SDK."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from pubnub.callbacks import SubscribeCallback
from pubnub.enums import PNReconnectionPolicy, PNStatusCategory
from pubnub.pnconfiguration import PNConfiguration
from pubnub.pubnub_asyncio import PubNubAsyncio
from ringcentral import SDK
from ringcentral.websocket.events import WebSocketEvents
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from rcdesk.sandbox.server import SandboxServer
from rcdesk.sandbox.state import Options
from tests.helpers.wait import until
from tests.sandbox.push.served import PRESENCE, SUBSCRIPTION, TELEPHONY
from tests.sandbox.push.test_push_pubnub import decrypt


@pytest.fixture
def outspoken() -> Iterator[None]:
    """Let PubNub's client tell of its trouble, also where rcdesk, which silences it, was imported before."""
    log = logging.getLogger("pubnub")
    before = log.level
    log.setLevel(logging.NOTSET)
    yield
    log.setLevel(before)


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    """The sandbox as it is served for real, on a thread of its own."""
    with SandboxServer(Options(records=0, rate_limits=None)) as running:
        yield running


@pytest.fixture
async def client(server: SandboxServer) -> AsyncIterator[httpx.AsyncClient]:
    """A plain client that is signed in; it leaves no fault behind."""
    info = server.info
    async with httpx.AsyncClient(base_url=info["server"], trust_env=False) as made:
        form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": info["jwt"]}
        token = await made.post(
            "/restapi/oauth/token", data=form, auth=(info["client_id"], info["client_secret"])
        )
        made.headers["Authorization"] = f"Bearer {token.json()['access_token']}"
        yield made
        await made.delete("/sandbox/v1/faults")


class Ear(SubscribeCallback):  # type: ignore[misc]  # the library has no types
    """What PubNub's client hands to its user."""

    def __init__(self) -> None:
        self.messages: list[str] = []
        self.connected = False
        self.failed = False

    def status(self, pubnub: Any, status: Any) -> None:
        if status.category is PNStatusCategory.PNConnectedCategory:
            self.connected = True
        elif status.category is PNStatusCategory.PNConnectionErrorCategory:
            self.failed = True

    def message(self, pubnub: Any, message: Any) -> None:
        self.messages.append(message.message)

    def presence(self, pubnub: Any, presence: Any) -> None:
        pass


class Listening:
    """A subscription over PubNub and what has been heard of it."""

    def __init__(self, made: dict[str, Any], ear: Ear) -> None:
        self.made = made
        self._ear = ear

    @property
    def heard(self) -> list[dict[str, Any]]:
        key = self.made["deliveryMode"]["encryptionKey"]
        return [decrypt(key, text) for text in self._ear.messages]

    def numbers(self) -> list[int]:
        return [told["number"] for told in self.heard]


@asynccontextmanager
async def listening(
    server: SandboxServer, client: httpx.AsyncClient, *, in_vain: bool = False
) -> AsyncIterator[Listening]:
    """Listen, or try to, once and in vain."""
    body = {
        "eventFilters": [PRESENCE, TELEPHONY],
        "deliveryMode": {"transportType": "PubNub", "encryption": True},
    }
    made = (await client.post(SUBSCRIPTION, json=body)).json()
    config = PNConfiguration()
    config.subscribe_key = made["deliveryMode"]["subscriberKey"]
    config.user_id = "a desktop"
    config.origin = server.info["pubnub_origin"]
    config.ssl = False
    config.disable_config_locking = False  # what it will be by itself one day, as the client warns
    if in_vain:
        config.reconnect_policy = PNReconnectionPolicy.NONE
    pubnub, ear = PubNubAsyncio(config), Ear()
    pubnub.add_listener(ear)
    pubnub._subscription_manager.loop.close()  # it opens a loop that it never uses, and never closes
    try:
        pubnub.subscribe().channels(made["deliveryMode"]["address"]).execute()
        await until(lambda: ear.failed if in_vain else ear.connected, why="PubNub's client did not connect")
        yield Listening(made, ear)
    finally:
        pubnub.unsubscribe_all()
        await pubnub.stop()
        await client.delete(f"{SUBSCRIPTION}/{made['id']}")


async def push(client: httpx.AsyncClient, *numbers: int) -> None:
    for number in numbers:
        await client.post("/sandbox/v1/push", json={"number": number})


async def test_pubnubs_client_hears_a_call_encrypted(
    server: SandboxServer, client: httpx.AsyncClient
) -> None:
    async with listening(server, client) as line:
        call = (await client.post("/sandbox/v1/calls", json={"from": "+4722123456"})).json()
        for deed in ("answer", "hang-up"):
            await client.post(f"/sandbox/v1/calls/{call['sessionId']}/{deed}")
        await until(lambda: len(line.heard) == 6)
        told = line.heard
    assert {one["subscriptionId"] for one in told} == {line.made["id"]}
    presence = [one["body"] for one in told if "/presence" in one["event"]]
    assert [one["activeCalls"][0]["telephonyStatus"] for one in presence] == [
        "Ringing",
        "CallConnected",
        "NoCall",
    ]
    assert {one["activeCalls"][0]["sessionId"] for one in presence} == {call["sessionId"]}
    sessions = [one["body"] for one in told if one["event"].endswith("/telephony/sessions")]
    assert [one["parties"][0]["status"]["code"] for one in sessions] == [
        "Proceeding",
        "Answered",
        "Disconnected",
    ]


async def test_pubnubs_client_misses_nothing_between_its_polls(
    server: SandboxServer, client: httpx.AsyncClient
) -> None:
    async with listening(server, client) as line:
        await asyncio.gather(push(client, *range(0, 200, 2)), push(client, *range(1, 200, 2)))
        await until(lambda: len(line.heard) >= 200)
        heard = line.numbers()
        for parity in (0, 1):  # each sender's own messages come in its order
            assert [number for number in heard if number % 2 == parity] == list(range(parity, 200, 2))


async def test_pubnubs_client_goes_on_over_a_renewal(
    server: SandboxServer, client: httpx.AsyncClient
) -> None:
    async with listening(server, client) as line:
        for number in range(5):
            await push(client, number)
            path = f"{SUBSCRIPTION}/{line.made['id']}"
            renewed = (await client.put(path, json={"eventFilters": line.made["eventFilters"]})).json()
            assert renewed["deliveryMode"] == line.made["deliveryMode"]
        await until(lambda: line.numbers() == [0, 1, 2, 3, 4])


async def test_pubnubs_client_hears_nothing_after_expiry(
    server: SandboxServer, client: httpx.AsyncClient
) -> None:
    async with listening(server, client) as line:
        await push(client, 1)
        await until(lambda: line.numbers() == [1])
        await client.post("/sandbox/v1/faults", json={"kind": "expire-subscription", "id": line.made["id"]})
        await push(client, 2)
        async with listening(server, client) as other:
            await push(client, 3)
            await until(lambda: other.numbers() == [3])
        assert line.numbers() == [1]


async def fault(client: httpx.AsyncClient, kind: str, **more: Any) -> None:
    answer = await client.post("/sandbox/v1/faults", json={"kind": kind} | more)
    assert answer.status_code == 200, answer.text


async def test_pubnubs_client_hears_messages_again_after_a_rollback(
    server: SandboxServer, client: httpx.AsyncClient
) -> None:
    async with listening(server, client) as line:
        await push(client, 1)
        await until(lambda: line.numbers() == [1])
        await fault(client, "rollback-timetoken")
        await push(client, 2)
        await until(lambda: line.numbers() == [1, 2, 1, 2])
        await push(client, 3)
        await until(lambda: line.numbers() == [1, 2, 1, 2, 3])


@pytest.mark.usefixtures("outspoken")
@pytest.mark.expected_log("session.request exception", "messages failed", "Will reconnect")
async def test_pubnubs_client_hears_nothing_over_a_half_open_line_and_misses_nothing_in_the_end(
    server: SandboxServer, client: httpx.AsyncClient
) -> None:
    channels = server._sandbox.push.pubnub.channels
    async with listening(server, client) as line:
        await until(lambda: channels.waiting)
        await fault(client, "half-open")
        await push(client, 1)
        await until(lambda: not channels.waiting)  # the sandbox has answered, and that led nowhere
        assert line.heard == []
        await client.delete("/sandbox/v1/faults")
        await until(lambda: 1 in line.numbers(), within=20, why="the client did not come back")


@pytest.mark.usefixtures("outspoken")
@pytest.mark.expected_log("session.request exception", "Handshake failed")
async def test_pubnubs_client_cannot_connect_where_pubnub_is_out_of_reach(
    server: SandboxServer, client: httpx.AsyncClient
) -> None:
    await fault(client, "refuse-pubnub")
    for origin in (server.info["server"], f"http://{server.info['pubnub_origin']}"):
        with pytest.raises(httpx.TransportError):
            await client.get(f"{origin}/time/0")
    async with listening(server, client, in_vain=True):
        pass
    await client.delete("/sandbox/v1/faults")
    async with listening(server, client) as line:
        await push(client, 1)
        await until(lambda: line.numbers() == [1])


async def test_the_server_stops_at_once_under_its_listeners() -> None:
    loop = asyncio.get_running_loop()
    with SandboxServer(Options(records=0, rate_limits=None)) as running:
        info = running.info
        form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": info["jwt"]}
        async with httpx.AsyncClient(base_url=info["server"], trust_env=False) as client:
            auth = (info["client_id"], info["client_secret"])
            token = (await client.post("/restapi/oauth/token", data=form, auth=auth)).json()
            client.headers["Authorization"] = f"Bearer {token['access_token']}"
            made = (await client.post("/restapi/oauth/wstoken")).json()
            body = {"eventFilters": [PRESENCE], "deliveryMode": {"transportType": "PubNub"}}
            mode = (await client.post(SUBSCRIPTION, json=body)).json()["deliveryMode"]
            held = f"/v2/subscribe/{mode['subscriberKey']}/{mode['address']}/0?tt=1"
            async with (
                connect(f"{made['uri']}?access_token={made['ws_access_token']}", proxy=None) as socket,
                asyncio.TaskGroup() as group,
            ):
                await socket.recv()
                poll = group.create_task(client.get(f"http://{info['pubnub_origin']}{held}"))
                await until(lambda: running._sandbox.push.pubnub.channels.waiting == 1)
                begun = loop.time()
                await asyncio.to_thread(running.stop)
                assert loop.time() < begun + 1.8
                with pytest.raises(ConnectionClosed) as closed:
                    await socket.recv()
    assert poll.result().json()["m"] == []
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012


def test_ringcentrals_sdk_receives_a_push_over_its_websocket(server: SandboxServer) -> None:
    """Its client blocks while it asks for a token, and leaves its heartbeat running: it gets a loop of its own."""
    info = server.info
    sdk = SDK(info["client_id"], info["client_secret"], info["server"])
    sdk.platform().login(jwt=info["jwt"])
    told = asyncio.run(_listen_with_the_sdk(sdk, info["control"]))
    assert told["event"].endswith("/presence?detailedTelephonyState=true")
    assert told["body"]["activeCalls"][0]["telephonyStatus"] == "Ringing"


async def _listen_with_the_sdk(sdk: Any, control: str) -> dict[str, Any]:
    connected, subscribed = asyncio.Event(), asyncio.Event()
    told: list[Any] = []
    client = sdk.create_web_socket_client()
    client.on(WebSocketEvents.connectionCreated, lambda _: connected.set())
    client.on(WebSocketEvents.subscriptionCreated, lambda _: subscribed.set())
    client.on(WebSocketEvents.receiveSubscriptionNotification, told.append)
    async with asyncio.timeout(10), asyncio.TaskGroup() as group, httpx.AsyncClient(trust_env=False) as http:
        connection = group.create_task(client.create_new_connection())
        await connected.wait()
        await client.create_subscription([PRESENCE])
        await subscribed.wait()
        await http.post(f"{control}/calls", json={"from": "+4722123456"})
        await until(lambda: told)
        connection.cancel()
        await client.close_connection()
    body: dict[str, Any] = told[0][1]
    return body
