"""The contract of every push transport, held against each of them over a served sandbox."""

from __future__ import annotations

import asyncio
import gc
import logging
import time
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest

from rcdesk.client.push import Connected, Inbox, Push, PushEvent
from rcdesk.client.push_pubnub import PubNubPush
from rcdesk.client.push_websocket import WebSocketPush
from rcdesk.client.rest import Rest
from rcdesk.core.calls import Stage
from rcdesk.core.errors import Kind, Problem
from rcdesk.core.subscription import NOT_OFFERED, Transport
from tests.client.captures import ANSWERED, MISSED, RINGOUT, as_bytes
from tests.client.relay import Relay
from tests.client.served import Sandbox, SignedIn, eventually, signed_in

MakePush = Callable[[SignedIn, str], Push]
WITHIN = 5.0  # seconds


def over_websocket(me: SignedIn, pubnub: str) -> Push:
    return WebSocketPush(me.api, clock=time.time)


def over_pubnub(me: SignedIn, pubnub: str) -> Push:
    return PubNubPush(me.api, clock=time.time, origin=pubnub)


@pytest.fixture(
    params=[
        pytest.param(over_websocket, id="websocket"),
        pytest.param(over_pubnub, id="pubnub"),
        pytest.param(over_websocket, id="websocket-qt", marks=pytest.mark.qt_loop),
        pytest.param(over_pubnub, id="pubnub-qt", marks=pytest.mark.qt_loop),
    ]
)
def make_push(request: pytest.FixtureRequest) -> MakePush:
    """One of the transports, on one of the loops."""
    make: MakePush = request.param
    return make


@pytest.fixture
def push(make_push: MakePush, me: SignedIn, sandbox: Sandbox) -> Push:
    return make_push(me, sandbox.pubnub)


News = AsyncGenerator[Connected | PushEvent, None]


@asynccontextmanager
async def listening(push: Push) -> AsyncIterator[News]:
    """Listen, connected."""
    async with aclosing(push.listen()) as news:
        assert isinstance(await soon(news), Connected)
        yield news


async def soon(news: News) -> Connected | PushEvent:
    async with asyncio.timeout(WITHIN):
        return await anext(news)


async def events(news: News, count: int) -> list[PushEvent]:
    """The next `count` events."""
    found = [await soon(news) for _ in range(count)]
    assert all(isinstance(one, PushEvent) for one in found)
    return [one for one in found if isinstance(one, PushEvent)]


def stages(found: list[PushEvent]) -> list[Stage]:
    return [one.report.legs[0].stage for one in found if one.report and one.report.legs]


def fresh(notification: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A notification that was never sent before."""
    return {**notification, "uuid": str(uuid.uuid4()), **changes}


async def subscriptions(sandbox: Sandbox) -> list[Any]:
    return list((await sandbox.state())["subscriptions"])


async def test_a_call_is_told_from_its_ringing_to_its_end(push: Push, sandbox: Sandbox) -> None:
    async with aclosing(push.listen()) as news:
        assert await soon(news) == Connected(recovered=False)
        session = await sandbox.ring()
        await sandbox.post(f"calls/{session}/answer")
        await sandbox.post(f"calls/{session}/hang-up")
        found = await events(news, 3)
    assert stages(found) == [Stage.RINGING, Stage.CONNECTED, Stage.ENDED]
    assert {one.report.legs[0].session_id for one in found if one.report and one.report.legs} == {session}
    assert found[0].presence is not None


async def test_the_tutorials_captures_come_as_they_were_sent(push: Push, sandbox: Sandbox) -> None:
    async with listening(push) as news:
        for capture in (*MISSED, *ANSWERED, *RINGOUT):
            await sandbox.push(capture)
        found = await events(news, 8)
    assert [one.uuid for one in found] == [one["uuid"] for one in (*MISSED, *ANSWERED, *RINGOUT)]


async def test_a_repeated_notification_comes_once(push: Push, sandbox: Sandbox) -> None:
    async with listening(push) as news:
        await sandbox.fault("duplicate")
        again, other = fresh(MISSED[0]), fresh(MISSED[1])
        await sandbox.push(again)
        await sandbox.push(again)
        await sandbox.push(other)
        found = await events(news, 2)
    assert [one.uuid for one in found] == [again["uuid"], other["uuid"]]


async def test_a_notification_for_another_subscription_is_not_for_us(push: Push, sandbox: Sandbox) -> None:
    async with listening(push) as news:
        await sandbox.push(fresh(MISSED[0], subscriptionId="somebody-elses"))
        ours = fresh(MISSED[1])
        await sandbox.push(ours)
        assert [one.uuid for one in await events(news, 1)] == [ours["uuid"]]


@pytest.mark.expected_log(r"its field \$\.body\.activeCalls\[0\]\.telephonyStatus is missing or unreadable")
async def test_a_bad_notification_is_left_out_and_the_link_goes_on(
    push: Push, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    bad = fresh(MISSED[0])
    bad["body"] = {
        **bad["body"],
        "activeCalls": [{**bad["body"]["activeCalls"][0], "telephonyStatus": "Odd"}],
    }
    async with listening(push) as news:
        await sandbox.push(bad)
        await sandbox.push(good := fresh(MISSED[1]))
        told, then = await events(news, 2)
        assert (told.cut, told.report and told.report.legs) == (True, ())
        assert then.uuid == good["uuid"]
    warnings = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(warnings) == 1
    assert "13027430863" not in warnings[0].getMessage()


@pytest.mark.expected_log(r"its field \$\.body\.sequence is missing or unreadable")
async def test_of_one_that_cannot_be_read_at_all_only_that_is_told(push: Push, sandbox: Sandbox) -> None:
    async with listening(push) as news:
        for nth in range(2):
            await sandbox.push(fresh(MISSED[0], body={**MISSED[0]["body"], "sequence": f"{nth}th"}))
        assert await events(news, 2) == [Inbox.UNREADABLE] * 2


async def test_other_events_are_passed_over(push: Push, sandbox: Sandbox) -> None:
    async with listening(push) as news:
        other = "/restapi/v1.0/account/1/extension/2/telephony/sessions"
        await sandbox.push(fresh(MISSED[0], event=other, body={"parties": []}))
        await sandbox.push(ours := fresh(MISSED[1]))
        assert [one.uuid for one in await events(news, 1)] == [ours["uuid"]]


async def test_many_events_keep_their_order(push: Push, sandbox: Sandbox) -> None:
    sent = [fresh(MISSED[0]) for _ in range(60)]
    async with listening(push) as news:
        for notification in sent:
            await sandbox.push(notification)
        found = await events(news, len(sent))
    assert [one.uuid for one in found] == [one["uuid"] for one in sent]


async def test_closing_takes_the_subscription_back(push: Push, sandbox: Sandbox) -> None:
    before = len(await subscriptions(sandbox))
    async with listening(push):
        assert len(await subscriptions(sandbox)) == before + 1
    assert len(await subscriptions(sandbox)) == before


async def test_cancelling_takes_the_subscription_back(push: Push, sandbox: Sandbox) -> None:
    before = len(await subscriptions(sandbox))
    connected = asyncio.Event()

    async def listen() -> None:
        async with aclosing(push.listen()) as news:
            async for _ in news:
                connected.set()

    listener = asyncio.get_running_loop().create_task(listen())
    await connected.wait()
    listener.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listener
    assert len(await subscriptions(sandbox)) == before


@pytest.mark.parametrize("moments", [(0.0, 0.004), (0.04, 0.002)])
async def test_cancelling_at_any_moment_leaves_nothing(
    push: Push, sandbox: Sandbox, moments: tuple[float, float]
) -> None:
    before = len(await subscriptions(sandbox))
    async with listening(push):
        pass  # what is imported when first used is there now

    async def listen(seconds: float) -> None:
        async with asyncio.timeout(seconds), aclosing(push.listen()) as news:
            async for _ in news:
                pass

    first, step = moments
    for nth in range(10):
        with pytest.raises(TimeoutError):
            await listen(first + nth * step)
    gc.collect()  # a socket left open complains now

    async def none_is_left() -> bool:
        return len(await subscriptions(sandbox)) == before

    await eventually(none_is_left)


async def test_it_can_be_listened_to_again(push: Push, sandbox: Sandbox) -> None:
    for _ in range(2):
        async with listening(push) as news:
            await sandbox.push(ours := fresh(MISSED[0]))
            assert [one.uuid for one in await events(news, 1)] == [ours["uuid"]]


async def test_a_session_that_is_over_is_told(push: Push, sandbox: Sandbox) -> None:
    await sandbox.fault("revoke-tokens")
    with pytest.raises(Problem) as told:
        async with listening(push):
            pass
    assert told.value.kind is Kind.SIGN_IN


@pytest.mark.parametrize("status", [400, 403, 404, 405])
async def test_a_server_that_offers_no_such_push_is_not_asked_again(
    push: Push, sandbox: Sandbox, status: int
) -> None:
    refused = "*/wstoken" if push.transport is Transport.WEBSOCKET else "*/subscription"
    await sandbox.fault("http-status", path=refused, status=status, count=1)
    with pytest.raises(Problem) as told:
        async with listening(push):
            pass
    assert told.value.kind in NOT_OFFERED
    assert told.value.title == "Live updates did not start."


@asynccontextmanager
async def over_a_line(sandbox: Sandbox, make_push: MakePush) -> AsyncIterator[tuple[Push, list[Relay]]]:
    """The push of somebody whose line can be cut."""
    server = sandbox.info["server"].removeprefix("http://")
    async with Relay(server) as relay, Relay(sandbox.info["pubnub_origin"]) as pubnub:
        rest = Rest(f"http://{relay.address}", clock=time.time, chance=lambda: 0.0)
        async with signed_in(sandbox, rest=rest) as me:
            yield make_push(me, f"http://{pubnub.address}"), [relay, pubnub]


async def test_a_cut_line_is_told_and_listening_again_works(sandbox: Sandbox, make_push: MakePush) -> None:
    async with over_a_line(sandbox, make_push) as (push, relays):
        async with listening(push) as news:
            for relay in relays:
                await relay.cut()
            with pytest.raises(Problem) as told:
                await soon(news)
            assert (told.value.kind, told.value.retry) == (Kind.OFFLINE, True)
            assert told.value.title == "Live updates stopped."
        async with listening(push) as news:
            await sandbox.push(ours := fresh(MISSED[0]))
            assert [one.uuid for one in await events(news, 1)] == [ours["uuid"]]


async def test_a_server_that_is_gone_is_told(sandbox: Sandbox, make_push: MakePush) -> None:
    async with over_a_line(sandbox, make_push) as (push, relays):
        for relay in relays:
            await relay.__aexit__(None, None, None)
        with pytest.raises(Problem) as told:
            async with listening(push):
                pass
        assert (told.value.kind, told.value.retry) == (Kind.OFFLINE, True)


def test_another_notification_of_the_same_uuid_is_news() -> None:
    inbox = Inbox()
    first, second = MISSED[0], MISSED[1] | {"uuid": MISSED[0]["uuid"]}
    told = [inbox.read(as_bytes(one), subscription_id="") for one in (first, second, first, second)]
    assert [one.report.sequence for one in told if one and one.report] == [
        first["body"]["sequence"],
        second["body"]["sequence"],
    ]


def test_the_memory_of_what_was_read_is_long_but_not_endless() -> None:
    inbox = Inbox()

    def is_news(nth: int) -> bool:
        return inbox.read(as_bytes({**MISSED[0], "uuid": str(nth)}), subscription_id="") is not None

    assert all(is_news(nth) for nth in range(Inbox.REMEMBERED))
    assert not any(is_news(nth) for nth in range(Inbox.REMEMBERED))
    assert is_news(Inbox.REMEMBERED)
    assert is_news(0)
