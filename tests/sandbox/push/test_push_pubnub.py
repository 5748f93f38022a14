"""PubNub delivery: RingCentral's encryption, the two shapes of the protocol, and how requests are held."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

import httpx
import pytest
from Cryptodome.Cipher import AES
from Cryptodome.Util.Padding import unpad

from rcdesk.sandbox.push_pubnub import encrypt
from tests.helpers.wait import until
from tests.sandbox.push.served import PRESENCE, SUBSCRIPTION, TELEPHONY, Served, serve

KEY = base64.b64decode("AWmPoLk/YQVmgIKEWpjAVA==")


def decrypt(key: str, message: str) -> Any:
    cipher = AES.new(base64.b64decode(key), AES.MODE_ECB)
    return json.loads(unpad(cipher.decrypt(base64.b64decode(message)), 16))


class Poller:
    """A client of the PubNub origin that speaks for itself; `old` the way of the tutorial's time."""

    def __init__(self, served: Served, made: dict[str, Any], *, old: bool = False) -> None:
        self.mode = made["deliveryMode"]
        self._client = served.client
        self._old = old
        self.timetoken = "0"

    async def poll(self) -> list[Any]:
        """Ask once, with the timetoken of the answer before; return the payloads."""
        key, channel = self.mode["subscriberKey"], self.mode["address"]
        if self._old:
            path = f"/subscribe/{key}/{channel}/0/{self.timetoken}?uuid=me&pnsdk=PubNub-JS-Web%2F3.8"
            payloads, self.timetoken = (await self._client.get(path, timeout=10)).json()
            return list(payloads)
        path = f"/v2/subscribe/{key}/{channel}/0?tt={self.timetoken}&tr=1&heartbeat=300&uuid=me&pnsdk=x"
        answer = (await self._client.get(path, timeout=10)).json()
        self.timetoken = answer["t"]["t"]
        assert answer["t"]["r"] == 1
        assert all((one["k"], one["c"]) == (key, channel) for one in answer["m"])
        return [one["d"] for one in answer["m"]]

    async def heard(self) -> list[Any]:
        """What one request brings, decrypted."""
        return [decrypt(self.mode["encryptionKey"], one) for one in await self.poll()]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a":"é☎"}', "KZ5QWErZ0TCrSdJvegwIXg=="),
        ('{"pad":"1234567"}', "MiZeKYKyspdR/dxLwkzm6mYdvdIjZdzP9jaGTGfmfkc="),
        ('{"pad":"123456"}', "YmIpiluAp2Jl+MQDN1xDdRBShX/J3ARNsJ6C0GNZ9yg="),
    ],
)
def test_encryption_is_aes_in_ecb_mode_with_padding(text: str, message: str) -> None:
    assert encrypt(KEY, text.encode()) == message


@pytest.mark.parametrize("old", [False, True])
async def test_every_message_comes_once_and_in_order_also_between_two_requests(
    served: Served, old: bool
) -> None:
    poller = Poller(served, await served.subscribe(), old=old)
    await served.raw(0)
    assert await poller.poll() == []
    assert len(poller.timetoken) == 17
    await served.raw(1, 2)
    assert await poller.heard() == [{"number": 1}, {"number": 2}]
    held = asyncio.gather(poller.heard(), served.raw(3))
    assert (await held)[0] == [{"number": 3}]
    await served.raw(4)
    assert await poller.heard() == [{"number": 4}]


async def test_an_event_is_the_same_over_both_transports(served: Served) -> None:
    poller = Poller(served, await served.subscribe(PRESENCE))
    await poller.poll()
    async with served.socket() as socket:
        await socket.subscribe(PRESENCE)
        await served.client.post("/sandbox/v1/calls", json={"from": "+4722123456"})
        over_websocket = await socket.notification()
    (over_pubnub,) = await poller.heard()
    assert over_pubnub.keys() == over_websocket.keys()
    assert over_pubnub.pop("subscriptionId") != over_websocket.pop("subscriptionId")
    assert over_pubnub == over_websocket


async def test_a_held_request_comes_back_empty_when_nothing_happens() -> None:
    async with serve(hold=0.05) as served:
        poller = Poller(served, await served.subscribe())
        await poller.poll()
        first = poller.timetoken
        assert await poller.poll() == []
        assert int(poller.timetoken) > int(first)
        await served.raw(1)
        assert await poller.heard() == [{"number": 1}]


async def test_a_client_that_hangs_up_leaves_nothing_behind(served: Served) -> None:
    poller = Poller(served, await served.subscribe())
    await poller.poll()
    key, channel = poller.mode["subscriberKey"], poller.mode["address"]
    path = f"{served.server}/v2/subscribe/{key}/{channel}/0?tt={poller.timetoken}"
    async with httpx.AsyncClient(trust_env=False) as hasty:
        asked = asyncio.gather(*(hasty.get(path) for _ in range(20)), return_exceptions=True)
        await until(lambda: served.push.pubnub.channels.waiting == 20)
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
    await until(lambda: served.push.pubnub.channels.waiting == 0)
    assert not served.push.pubnub.held
    await served.raw(1)
    assert await poller.heard() == [{"number": 1}]


async def test_a_request_for_a_channel_that_is_gone_waits_and_hurts_nobody(served: Served) -> None:
    made = await served.subscribe()
    poller, other = Poller(served, made), Poller(served, await served.subscribe())
    await poller.poll()
    await other.poll()
    async with asyncio.TaskGroup() as group:
        lost = group.create_task(poller.poll())
        await until(lambda: served.push.pubnub.channels.waiting == 1)
        await served.client.delete(f"{SUBSCRIPTION}/{made['id']}")
        await served.raw(1)
        assert await other.heard() == [{"number": 1}]
        assert not lost.done()
        lost.cancel()


async def test_several_channels_are_asked_for_at_once(served: Served) -> None:
    made = [(await served.subscribe())["deliveryMode"] for _ in range(2)]
    key = made[0]["subscriberKey"]
    names = "%2C".join(mode["address"] for mode in made)
    (since,) = (await served.client.get("/time/0")).json()
    await served.raw(1)
    new = (await served.client.get(f"/v2/subscribe/{key}/{names}/0?tt={since}")).json()
    old = (await served.client.get(f"/subscribe/{key}/{names}/0/{since}")).json()
    channels = [mode["address"] for mode in made]
    assert sorted(one["c"] for one in new["m"]) == sorted(channels)
    assert sorted(old[2].split(",")) == sorted(channels)
    assert (len(old[0]), old[1]) == (2, new["t"]["t"])


async def test_time_leave_and_heartbeat(served: Served) -> None:
    key = served.push.pubnub.subscriber_key
    (now,) = (await served.client.get("/time/0?uuid=x&pnsdk=y")).json()
    assert (type(now), len(str(now))) == (int, 17)
    beat = await served.client.get(f"/v2/presence/sub-key/{key}/channel/some/heartbeat?heartbeat=300")
    assert beat.json() == {"status": 200, "message": "OK", "service": "Presence"}
    for spelling in ("sub-key", "sub_key"):
        left = await served.client.get(f"/v2/presence/{spelling}/{key}/channel/some,other/leave")
        assert (left.status_code, left.json()["action"]) == (200, "leave")
    assert (await served.client.get(f"/v2/presence/sub-key/{key}/channel/some/dance")).status_code == 404


@pytest.mark.parametrize(
    "path", ["/v2/subscribe/{}/some/0?tt=1", "/subscribe/{}/some/0/1", "/v2/subscribe/{}/some/0"]
)
async def test_an_unknown_subscribe_key_is_refused(served: Served, path: str) -> None:
    answer = await served.client.get(path.format("sub-c-none"))
    assert (answer.status_code, answer.json()["message"]) == (400, "Invalid Subscribe Key")


@pytest.mark.parametrize("timetoken", ["x", "-1", "1" * 30, "²"])
async def test_a_timetoken_that_is_none_is_refused(served: Served, timetoken: str) -> None:
    key = served.push.pubnub.subscriber_key
    assert (await served.client.get(f"/v2/subscribe/{key}/some/0?tt={timetoken}")).status_code == 400
    assert (await served.client.get(f"/subscribe/{key}/some/0/{timetoken}")).status_code == 400


async def test_without_encryption_a_message_is_the_notification_itself(served: Served) -> None:
    made = await served.subscribe(TELEPHONY)
    assert made["deliveryMode"]["encryption"] is False
    assert "encryptionKey" not in made["deliveryMode"]
    poller = Poller(served, made)
    await poller.poll()
    await served.raw(1)
    assert await poller.poll() == [{"number": 1}]


async def test_renewal_changes_neither_address_nor_key_and_loses_nothing(served: Served) -> None:
    made = await served.subscribe()
    poller = Poller(served, made)
    await poller.poll()
    await served.raw(1)
    renewed = await served.client.put(f"{SUBSCRIPTION}/{made['id']}", json={"eventFilters": [PRESENCE]})
    await served.raw(2)
    assert renewed.json()["deliveryMode"] == made["deliveryMode"]
    assert await poller.heard() == [{"number": 1}, {"number": 2}]


async def test_the_server_stops_at_once_although_requests_are_held() -> None:
    loop = asyncio.get_running_loop()
    async with serve() as served:
        poller = Poller(served, await served.subscribe())
        await poller.poll()
        async with asyncio.TaskGroup() as group:
            held = group.create_task(poller.poll())
            await until(lambda: served.push.pubnub.channels.waiting == 1)
            begun = loop.time()
            served.push.release()
        assert held.result() == []
    assert loop.time() < begun + 1.8


async def test_the_truth_tells_which_sockets_are_open(served: Served) -> None:
    async def sockets() -> dict[str, int]:
        told: dict[str, int] = (await served.state())["sockets"]
        return told

    poller = Poller(served, await served.subscribe())
    await poller.poll()
    quiet = {"tcp": 1, "dead": 0, "gateway": 0, "pubnub_polls": 0}
    assert await sockets() == quiet
    async with served.socket(), served.socket(), asyncio.TaskGroup() as group:
        poll = group.create_task(poller.poll())
        await until(lambda: served.push.pubnub.channels.waiting)
        assert await sockets() == {"tcp": 4, "dead": 0, "gateway": 2, "pubnub_polls": 1}
        poll.cancel()
    await until(lambda: served.sandbox.lines.open == 1)
    assert await sockets() == quiet
