"""Faults of delivery hit both transports alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcdesk.sandbox.faults import PUSH_KINDS, PushFaults
from rcdesk.sandbox.push_faulty import FaultyLine
from tests.sandbox.push.served import TELEPHONY, Served
from tests.sandbox.push.test_push_pubnub import Poller


@pytest.mark.parametrize(
    ("kind", "arrives"),
    [
        ("drop-push", [2, 3]),
        ("mute-push", [2, 3]),
        ("reorder", [2, 1, 3]),
        ("duplicate", [1, 1, 2, 3]),
    ],
)
async def test_a_fault_hits_one_notification_on_both_transports(
    served: Served, kind: str, arrives: list[int]
) -> None:
    poller = Poller(served, await served.subscribe())
    await poller.poll()
    async with served.socket() as socket:
        await socket.subscribe()
        await served.fault(kind, count=1)
        await served.raw(1, 2, 3)
        assert await socket.numbers(len(arrives)) == arrives
        assert [one["number"] for one in await poller.heard()] == arrives


async def test_a_muted_socket_stays_open_and_healthy(served: Served) -> None:
    async with served.socket() as socket:
        await socket.subscribe()
        await served.fault("mute-push")
        await served.raw(1, 2, 3)
        assert await socket.is_quiet()
        await served.client.delete("/sandbox/v1/faults")
        await served.raw(4)
        assert await socket.numbers(1) == [4]


async def test_events_that_nobody_asked_for_use_up_no_fault(served: Served) -> None:
    async with served.socket() as socket:
        await socket.subscribe(TELEPHONY)
        await served.fault("drop-push", count=1)
        await served.client.put("/restapi/v1.0/account/~/extension/~/presence", json={"userStatus": "Busy"})
        assert served.sandbox.faults.push.armed == {"drop-push": 1}


async def test_a_subscription_expires_without_a_word(served: Served) -> None:
    async with served.socket() as socket:
        made = await socket.subscribe()
        other = await served.subscribe()
        await served.fault("expire-subscription", id=made["id"])
        await served.raw(1)
        assert await socket.is_quiet()
        meta, body = await socket.ask("GET", f"/restapi/v1.0/subscription/{made['id']}")
        assert (meta["status"], body["errorCode"]) == (404, "SUB-507")
        await socket.subscribe()
        await served.fault("expire-subscription")
        assert (await served.client.get(f"/restapi/v1.0/subscription/{other['id']}")).status_code == 404
        await served.raw(2)
        assert await socket.is_quiet()


async def test_what_is_held_back_comes_when_faults_are_cleared(served: Served) -> None:
    async with served.socket() as socket:
        await socket.subscribe()
        await served.fault("reorder")
        await served.raw(1)
        assert await socket.is_quiet()
        await served.mend()
        assert await socket.numbers(1) == [1]
        await served.raw(2)
        assert await socket.numbers(1) == [2]


@given(
    st.lists(
        st.one_of(
            st.just("send"), st.tuples(st.sampled_from(PUSH_KINDS), st.integers(min_value=1, max_value=3))
        )
    )
)
def test_faults_lose_repeat_and_swap_and_do_nothing_else(steps: list[str | tuple[str, int]]) -> None:
    faults = PushFaults()
    line = FaultyLine(faults)
    arrived: list[int] = []
    kinds = {step[0] for step in steps if isinstance(step, tuple)}
    sent = 0
    for step in steps:
        if isinstance(step, tuple):
            faults.arm(*step)
        else:
            sent += 1
            line.send(lambda number=sent: arrived.append(number))  # type: ignore[misc]  # bound now
    faults.clear()
    line.send(lambda: arrived.append(0))
    arrived.remove(0)
    if kinds <= {"reorder", "duplicate"}:
        assert set(arrived) == set(range(1, sent + 1))
    if "duplicate" not in kinds:
        assert len(arrived) == len(set(arrived))
    if "reorder" not in kinds:
        assert arrived == sorted(arrived)
    if kinds <= {"reorder"}:
        assert all(abs(place - number) <= 1 for place, number in enumerate(arrived, 1))
