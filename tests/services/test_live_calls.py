from __future__ import annotations

import asyncio
import time

from rcdesk.core.calls import GRACE, Change, Direction, Stage
from rcdesk.core.ringout import Order
from rcdesk.services.live_calls import LiveCalls
from tests.core.builders import leg, report, snapshot
from tests.helpers.wait import until


def made() -> tuple[LiveCalls, list[Change]]:
    calls = LiveCalls(time.time)
    changes: list[Change] = []
    calls.changes.subscribe(changes.append)
    return calls, changes


async def test_each_change_is_told_once_in_order() -> None:
    calls, changes = made()
    calls.take(report(1, leg(Stage.RINGING)))
    calls.take(report(1, leg(Stage.RINGING)))
    calls.take(report(2, leg(Stage.CONNECTED)))
    assert [change.now.stage for change in changes] == [Stage.RINGING, Stage.CONNECTED]
    assert [call.stage for call in calls.calls] == [Stage.CONNECTED]
    calls.close()


async def test_a_call_that_may_be_over_is_over_when_its_grace_runs_out() -> None:
    calls, changes = made()
    calls.take(report(1, leg(Stage.RINGING)))
    began = asyncio.get_running_loop().time()
    calls.take(report(2, leg(Stage.ENDED)))
    assert len(calls.calls) == 1
    await until(lambda: not calls.calls)
    assert asyncio.get_running_loop().time() - began >= GRACE
    assert changes[-1].now.stage is Stage.ENDED
    assert calls._alarm is None


async def test_a_call_that_goes_on_within_its_grace_goes_on() -> None:
    calls, _changes = made()
    calls.take(report(1, leg(Stage.RINGING)))
    calls.take(report(2, leg(Stage.ENDED)))
    assert calls._alarm
    calls.take(report(3, leg(Stage.CONNECTED)))
    assert calls._alarm is None
    assert [call.stage for call in calls.calls] == [Stage.CONNECTED]


async def test_a_clock_that_is_set_back_meanwhile_prolongs_no_grace() -> None:
    step = 0.0
    calls = LiveCalls(lambda: time.time() + step)
    calls.take(report(1, leg(Stage.RINGING)))
    calls.take(report(2, leg(Stage.ENDED)))
    step = -400.0
    await until(lambda: not calls.calls)
    calls.close()


async def test_closed_it_waits_for_no_grace() -> None:
    calls, _changes = made()
    calls.take(report(1, leg(Stage.RINGING)))
    calls.take(report(2, leg(Stage.ENDED)))
    calls.close()
    calls.close()
    assert calls._alarm is None
    assert calls.calls


async def test_a_snapshot_tells_what_it_changed() -> None:
    calls, changes = made()
    told = calls.reconcile(snapshot(leg(Stage.CONNECTED)), time.time())
    assert told == changes
    assert calls.reconcile(snapshot(leg(Stage.CONNECTED)), time.time()) == []
    calls.close()


async def test_the_users_own_phone_that_rings_for_a_ringout_is_no_call() -> None:
    calls, _changes = made()
    calls.expect_own_leg(Order("+13025550101", "+16505550101"))
    rings = leg(
        Stage.RINGING, direction=Direction.INBOUND, from_number="+13025550101", to_number="+16505550101"
    )
    calls.take(report(1, rings, at=time.time()))
    assert calls.calls == ()
    calls.take(report(2, leg(Stage.RINGING, session="2", from_number="+13025550102"), at=time.time()))
    assert [call.session_id for call in calls.calls] == ["2"]
    calls.close()
