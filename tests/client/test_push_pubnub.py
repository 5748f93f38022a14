"""What only the PubNub transport has: encryption, renewal, and a subscription that moves."""

from __future__ import annotations

import asyncio
import base64
import json
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any

import httpx
import pytest
from Cryptodome.Cipher import AES
from Cryptodome.Util.Padding import pad

from rcdesk import wire
from rcdesk.client import push_pubnub
from rcdesk.client.api import Api
from rcdesk.client.push import Connected, Inbox, PushEvent
from rcdesk.client.push_pubnub import PubNubPush
from rcdesk.client.rest import Rest
from rcdesk.core.errors import Kind, Problem
from tests.client.captures import ANSWERED, MISSED
from tests.client.served import Sandbox, SignedIn, eventually

FILTERS = ["/restapi/v1.0/account/~/extension/~/presence?detailedTelephonyState=true"]
LIFE = 900.0  # seconds that the sandbox gives a PubNub subscription
AT_ONCE = LIFE - 0.05  # renewed so early that it is due at once


async def test_it_is_renewed_before_it_ends(sandbox: Sandbox, me: SignedIn) -> None:
    push = PubNubPush(me.api, clock=time.time, origin=sandbox.pubnub, renewed_before=AT_ONCE)
    async with listening(push) as news:
        (made,) = (await sandbox.state())["subscriptions"]

        async def renewed() -> bool:
            (now,) = (await sandbox.state())["subscriptions"]
            return bool(now["id"] == made["id"] and now["expires_at"] > made["expires_at"])

        await eventually(renewed)
        await sandbox.push(MISSED[0])
        assert isinstance(await anext(news), PushEvent)


async def test_one_that_ran_out_unnoticed_is_a_loss(sandbox: Sandbox, me: SignedIn) -> None:
    push = PubNubPush(me.api, clock=time.time, origin=sandbox.pubnub, renewed_before=LIFE - 0.3)
    async with listening(push) as news:
        await sandbox.fault("expire-subscription")
        with pytest.raises(Problem) as told:
            await anext(news)
    assert (told.value.kind, told.value.retry) == (Kind.OFFLINE, True)


async def test_a_session_that_ends_is_told_at_the_renewal(sandbox: Sandbox, me: SignedIn) -> None:
    push = PubNubPush(me.api, clock=time.time, origin=sandbox.pubnub, renewed_before=LIFE - 0.3)
    async with listening(push) as news:
        await sandbox.fault("revoke-tokens")
        with pytest.raises(Problem) as told:
            await anext(news)
    assert told.value.kind is Kind.SIGN_IN


async def test_one_that_could_not_be_taken_back_is_taken_back_at_the_next_chance(
    sandbox: Sandbox, me: SignedIn
) -> None:
    push = PubNubPush(me.api, clock=time.time, origin=sandbox.pubnub)
    async with listening(push):
        await sandbox.fault("http-status", path="subscription/", status=503, method="DELETE", count=1)
    (left,) = (await sandbox.state())["subscriptions"]
    async with listening(push):

        async def replaced() -> bool:
            ids = [each["id"] for each in (await sandbox.state())["subscriptions"]]
            return len(ids) == 1 and left["id"] not in ids

        await eventually(replaced)
    assert (await sandbox.state())["subscriptions"] == []


class Platform:
    """A server that says of subscriptions what the test wants; the channels are the sandbox's own."""

    def __init__(self, made: dict[str, Any], renewals: list[httpx.Response]) -> None:
        self._made = made
        self._renewals = renewals
        self.asked: list[str] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.method)
        if request.method == "POST":
            return httpx.Response(200, json=self._made)
        if request.method == "PUT":
            return self._renewals.pop(0) if self._renewals else httpx.Response(200, json=self._made)
        return httpx.Response(204)

    async def was_asked(self, method: str, times: int = 1) -> bool:
        return self.asked.count(method) >= times


@asynccontextmanager
async def listening(push: PubNubPush) -> AsyncIterator[AsyncGenerator[Connected | PushEvent, None]]:
    """Listen, connected, for some seconds at most."""
    async with asyncio.timeout(10), aclosing(push.listen()) as news:
        assert await anext(news) == Connected(recovered=False)
        yield news


@asynccontextmanager
async def told_by(
    platform: Platform, sandbox: Sandbox, *, renewed_before: float = 120.0
) -> AsyncIterator[PubNubPush]:
    transport = httpx.MockTransport(platform.answer)
    async with Rest("http://127.0.0.1:1", clock=time.time, chance=lambda: 0.0, transport=transport) as rest:
        origin = sandbox.pubnub
        yield PubNubPush(Api(rest), clock=time.time, origin=origin, renewed_before=renewed_before)


def as_json(subscription: wire.Subscription, **changes: Any) -> dict[str, Any]:
    """A subscription as the platform would write it."""
    mode = subscription.delivery_mode
    assert mode
    names = ("address", "subscriberKey", "encryptionKey")
    values = (mode.address, mode.subscriber_key, mode.encryption_key)
    written = {"transportType": "PubNub", **dict(zip(names, values, strict=True)), **changes}
    return {"id": "sub-1", "expiresIn": LIFE, "deliveryMode": written}


async def two_channels(me: SignedIn) -> tuple[wire.Subscription, wire.Subscription]:
    first, second = [await me.api.subscribe(FILTERS, push_pubnub.DELIVERY) for _ in range(2)]
    return first, second


async def test_a_renewal_may_move_it_to_another_channel_and_key(sandbox: Sandbox, me: SignedIn) -> None:
    first, second = await two_channels(me)
    platform = Platform(as_json(first), [httpx.Response(200, json=as_json(second))])
    async with told_by(platform, sandbox, renewed_before=AT_ONCE) as push, listening(push) as news:
        following = asyncio.get_running_loop().create_task(anext(news))  # type: ignore[arg-type]
        await eventually(lambda: platform.was_asked("PUT"))
        await me.api.unsubscribe(first.id)
        while not following.done():  # until the new channel is open
            await sandbox.push({**ANSWERED[0], "uuid": str(uuid.uuid4())})
            await asyncio.wait([following], timeout=0.05)
        assert isinstance(following.result(), PushEvent)
    await me.api.unsubscribe(second.id)


async def test_a_renewal_that_fails_is_tried_again_while_there_is_time(
    sandbox: Sandbox, me: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push_pubnub, "AGAIN", 0.01)
    made = await me.api.subscribe(FILTERS, push_pubnub.DELIVERY)
    platform = Platform(as_json(made), [httpx.Response(503)] * 6)
    async with told_by(platform, sandbox, renewed_before=AT_ONCE) as push, listening(push) as news:
        await eventually(lambda: platform.was_asked("PUT", times=7))
        await sandbox.push(MISSED[0])
        assert isinstance(await anext(news), PushEvent)
    await me.api.unsubscribe(made.id)


@pytest.mark.expected_log("it could not be decrypted")
async def test_a_message_that_the_key_does_not_open_is_left_out(sandbox: Sandbox, me: SignedIn) -> None:
    made = await me.api.subscribe(FILTERS, push_pubnub.DELIVERY)
    wrong = base64.b64encode(b"sixteen letters!").decode()
    platform = Platform(as_json(made, encryptionKey=wrong), [])
    async with told_by(platform, sandbox) as push, listening(push) as news:
        await sandbox.push(MISSED[0])
        assert await anext(news) == Inbox.UNREADABLE
    await me.api.unsubscribe(made.id)


@pytest.mark.parametrize(
    "changes", [{"address": None}, {"subscriberKey": None}, {"encryptionKey": "not base64: é"}]
)
async def test_a_subscription_without_a_channel_is_unreadable(
    sandbox: Sandbox, me: SignedIn, changes: dict[str, Any]
) -> None:
    made = await me.api.subscribe(FILTERS, push_pubnub.DELIVERY)
    platform = Platform(as_json(made, **changes), [])
    async with told_by(platform, sandbox) as push, aclosing(push.listen()) as news:
        with pytest.raises(Problem) as told:
            await anext(news)
    assert told.value.kind is Kind.UNREADABLE
    assert platform.asked == ["POST", "DELETE"]
    await me.api.unsubscribe(made.id)


KEY = bytes(range(16))


def locked(text: str) -> str:
    """Encrypt as the platform does: AES-128-ECB with PKCS#7, in base64."""
    return base64.b64encode(AES.new(KEY, AES.MODE_ECB).encrypt(pad(text.encode(), 16))).decode()


@pytest.mark.parametrize("text", ["{}", '{"name":"é☎"}', "x" * 16, ""])
def test_what_was_locked_is_opened(text: str) -> None:
    assert push_pubnub._Locked(locked(text), KEY).opened().decode() == text


def test_what_came_open_is_taken_as_it_is() -> None:
    assert json.loads(push_pubnub._Locked({"uuid": "1"}, None).opened()) == {"uuid": "1"}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-4],
        lambda text: text[:-1] + "é",
        lambda text: "",
        lambda text: base64.b64encode(b"x" * 32).decode(),
        lambda text: "*" * len(text),
    ],
)
def test_what_was_spoiled_is_refused(spoil: Callable[[str], str]) -> None:
    with pytest.raises(ValueError):
        push_pubnub._Locked(spoil(locked('{"uuid":"1"}')), KEY).opened()


def test_what_came_open_and_is_nested_without_end_is_refused() -> None:
    deep: list[object] = []
    for _ in range(200_000):
        deep = [deep]
    with pytest.raises(ValueError):
        push_pubnub._Locked(deep, None).opened()


def test_the_vendors_client_is_imported_only_when_it_is_needed() -> None:
    look = "import sys, rcdesk.client.push_pubnub; print(sorted({'pubnub', 'Cryptodome'} & set(sys.modules)))"
    assert subprocess.check_output([sys.executable, "-c", look], text=True).strip() == "[]"
