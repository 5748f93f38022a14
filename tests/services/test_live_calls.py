from __future__ import annotations

import asyncio
import time

import pytest

from rcdesk.core.account import Account
from rcdesk.core.calls import GRACE, Change, Direction, Stage
from rcdesk.core.ringout import Order
from rcdesk.core.subscription import LinkState, LinkStatus
from rcdesk.services.live_calls import LiveCalls
from rcdesk.services.session import Phase, SessionState
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


def at(state: LinkState, since: float) -> LinkStatus:
    return LinkStatus(state, since)


def signed_in(extension: str = "101", server: str = "https://one", account: str = "1") -> SessionState:
    return SessionState(Phase.SIGNED_IN, Account(account, extension, extension, "Dana Novak"), server=server)


async def test_signed_out_the_calls_go_and_nobody_is_told_that_they_are_over() -> None:
    calls, changes = made()
    calls.on_session(signed_in())
    calls.take(report(1, leg(Stage.RINGING)))
    calls.take(report(2, leg(Stage.ENDED)))
    assert calls._alarm
    calls.on_session(SessionState(Phase.EXPIRED))
    assert calls.calls
    calls.on_session(SessionState(Phase.SIGNING_IN))
    assert calls.calls
    calls.on_session(SessionState(Phase.SIGNED_OUT))
    assert (calls.calls, calls._alarm) == ((), None)
    assert (changes[-1].now.stage, changes[-1].now.ended_at) == (Stage.ENDED, None)


@pytest.mark.parametrize(
    ("state", "left"),
    [
        (signed_in(), 1),
        (signed_in("102"), 0),
        (signed_in(account="2"), 0),
        (signed_in(server="https://other"), 1),
    ],
)
async def test_calls_stay_for_who_signs_in_again_and_for_nobody_else(state: SessionState, left: int) -> None:
    calls, _changes = made()
    calls.on_session(signed_in())
    calls.take(report(1, leg(Stage.CONNECTED)))
    calls.on_session(SessionState(Phase.EXPIRED))
    calls.on_session(state)
    assert len(calls.calls) == left


async def test_what_ended_while_nobody_was_signed_in_goes_with_the_next_snapshot() -> None:
    calls, _changes = made()
    calls.on_session(signed_in())
    calls.take(report(1, leg(Stage.CONNECTED)))
    calls.on_session(SessionState(Phase.EXPIRED))
    calls.on_session(signed_in())
    calls.reconcile(snapshot(), time.time() + 1)
    assert calls.calls == ()


def test_nobody_saw_when_a_call_ended_that_is_found_over_long_after_the_last_look() -> None:
    now = [2_000.0]
    calls = LiveCalls(lambda: now[0])
    changes: list[Change] = []
    calls.changes.subscribe(changes.append)
    calls.take(report(1, leg(Stage.CONNECTED), leg(Stage.CONNECTED, "2"), leg(Stage.CONNECTED, "3")))
    for passed, left in ((10.0, ("2", "3")), (10.0, ("3",)), (900.0, ())):
        now[0] += passed
        found = calls.reconcile(snapshot(*(leg(Stage.CONNECTED, session) for session in left)), now[0])
        assert found == changes[-1:]
    assert [change.now.unseen for change in changes[3:]] == [False, False, True]


def test_the_calls_are_not_followed_since_they_ceased_to_be_and_their_clock_stands_still() -> None:
    now = [100.0]
    calls = LiveCalls(lambda: now[0])
    calls.on_link(at(LinkState.CONNECTING, 90.0))
    assert calls.now() == 100.0
    calls.on_link(at(LinkState.LIVE, 100.0))
    now[0] = 200.0
    assert calls.now() == 200.0
    told = [(LinkState.RECOVERING, 150.0), (LinkState.SIGNED_OUT, 180.0), (LinkState.CONNECTING, 190.0)]
    for state, since in told:
        calls.on_link(at(state, since))
        again = state is LinkState.CONNECTING
        assert calls.link.value == at(LinkState.RECOVERING if again else state, 150.0)
        assert calls.now() == 150.0
    calls.reconcile(snapshot(), 200.0)
    assert calls.now() == 200.0
    now[0] = 300.0
    calls.on_link(at(LinkState.POLLING, 210.0))
    assert (calls.link.value, calls.now()) == (at(LinkState.POLLING, 210.0), 300.0)


AHEAD = -600.0  # of a platform whose clock is behind


async def test_calls_are_dated_and_clocked_by_the_platforms_time() -> None:
    now = [5_000.0]
    calls = LiveCalls(lambda: now[0], lambda: AHEAD)
    assert calls.platform_now() == calls.now() == 4_400.0
    calls.reconcile(snapshot(leg(Stage.RINGING)), now[0])
    assert [call.started_at for call in calls.calls] == [4_400.0]
    calls.on_link(at(LinkState.LIVE, 5_000.0))
    calls.on_link(at(LinkState.RECOVERING, 5_060.0))
    assert calls.now() == 4_460.0


@pytest.mark.parametrize(("ahead", "passed", "unseen"), [(600.0, 10.0, False), (-600.0, 20.0, True)])
def test_that_nobody_saw_the_end_of_a_call_is_told_by_one_clock(
    ahead: float, passed: float, unseen: bool
) -> None:
    now = [5_000.0]
    calls = LiveCalls(lambda: now[0], lambda: ahead)
    calls.reconcile(snapshot(leg(Stage.CONNECTED)), now[0])
    now[0] += passed
    (change,) = calls.reconcile(snapshot(), now[0])
    assert (change.now.unseen, change.now.ended_at) == (unseen, now[0] + ahead)


@pytest.mark.parametrize(("after", "own"), [(-6.0, False), (-4.0, True), (59.0, True), (61.0, False)])
async def test_an_own_leg_begins_after_its_ringout_by_the_platforms_time(after: float, own: bool) -> None:
    calls = LiveCalls(lambda: 5_000.0, lambda: AHEAD)
    calls.expect_own_leg(Order("+13025550101", "+16505550101"))
    begins = 5_000.0 + AHEAD + after
    rings = leg(Stage.RINGING, from_number="+13025550101", to_number="+16505550101", started_at=begins)
    calls.take(report(1, rings, at=begins))
    assert (calls.calls == ()) is own


async def test_what_a_far_platform_says_of_its_whole_list_is_believed_by_its_own_time() -> None:
    hours = 7_200.0
    calls = LiveCalls(lambda: 5_000.0, lambda: hours)
    calls.take(report(10, at=5_000.0 + hours, total=0))
    calls.take(report(5, leg(Stage.RINGING), at=5_000.0 + hours))
    assert calls.calls == (), "it had left the list by then"


def test_who_signs_out_is_signed_out_since_then() -> None:
    calls = LiveCalls(lambda: 100.0)
    for state, since in ((LinkState.LIVE, 1.0), (LinkState.RECOVERING, 2.0), (LinkState.SIGNED_OUT, 3.0)):
        calls.on_link(at(state, since))
    calls.on_session(SessionState(Phase.SIGNED_OUT))
    assert (calls.link.value, calls.now()) == (at(LinkState.SIGNED_OUT, 3.0), 100.0)
