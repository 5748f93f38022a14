from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcdesk.core.subscription import (
    CHECK_EVERY,
    CLIMB_AFTER,
    LONGEST_PAUSE,
    POLL_EVERY,
    STEADY_AFTER,
    WAYS,
    LinkPlan,
    LinkState,
    Transport,
)


def refuse(plan: LinkPlan, times: int, now: float = 0.0) -> None:
    for _ in range(times):
        plan.lost(now)


def test_the_state_is_live_only_after_a_snapshot() -> None:
    plan = LinkPlan("auto", 0.0)
    assert plan.status.state is LinkState.CONNECTING
    plan.connected(1.0)
    assert plan.status.state is LinkState.CONNECTING
    plan.reconciled(2.0)
    assert (plan.status.state, plan.status.since, plan.status.transport) == (
        LinkState.LIVE,
        2.0,
        Transport.WEBSOCKET,
    )


def test_a_snapshot_that_comes_after_the_loss_proves_nothing() -> None:
    plan = LinkPlan("websocket", 0.0)
    plan.connected(1.0)
    plan.reconciled(1.0)
    plan.lost(2.0)
    plan.reconciled(3.0)
    assert plan.status.state is LinkState.RECOVERING
    assert plan.status.since == 2.0


def test_a_reconnection_is_no_news_until_its_snapshot() -> None:
    plan = LinkPlan("auto", 0.0)
    plan.connected(1.0)
    plan.reconciled(1.0)
    plan.connected(5.0)
    assert plan.status.state is LinkState.RECOVERING


def test_auto_falls_to_pubnub_and_then_to_polling() -> None:
    plan = LinkPlan("auto", 0.0)
    refuse(plan, 3)
    assert plan.next_step().transport is Transport.PUBNUB
    refuse(plan, 3)
    assert plan.next_step().transport is Transport.POLLING
    plan.connected(1.0)
    plan.reconciled(1.0)
    assert plan.status.state is LinkState.POLLING
    assert plan.check_in() == POLL_EVERY


def test_a_way_that_the_server_does_not_offer_is_left_at_once() -> None:
    plan = LinkPlan("auto", 0.0)
    plan.lost(0.0, usable=False)
    step = plan.next_step()
    assert (step.transport, step.pause, step.until) == (Transport.PUBNUB, 0.0, CLIMB_AFTER)


def test_a_way_that_opened_and_broke_is_tried_again_not_left() -> None:
    plan = LinkPlan("auto", 0.0)
    for moment in range(6):
        plan.connected(float(moment))
        plan.lost(float(moment))
    assert plan.next_step().transport is Transport.WEBSOCKET


def test_the_first_try_after_a_steady_link_is_at_once_and_later_ones_spare_the_sign_in_budget() -> None:
    plan = LinkPlan("websocket", 0.0)
    plan.connected(0.0)
    pauses = []
    plan.lost(STEADY_AFTER)
    for _ in range(7):
        pauses.append(plan.next_step().pause)
        plan.lost(STEADY_AFTER)
    assert pauses == [0.0, 2.0, 5.0, 15.0, 30.0, 60.0, 60.0]


def test_a_short_lived_link_does_not_reset_the_pauses() -> None:
    plan = LinkPlan("websocket", 0.0)
    for moment in range(4):
        plan.connected(float(moment))
        plan.lost(moment + STEADY_AFTER - 1)
    assert plan.next_step().pause == 15.0


def test_no_try_inside_a_penalty() -> None:
    assert LinkPlan("auto", 0.0).next_step(retry_after=42.0).pause == 42.0


def test_climbing_back_is_one_try() -> None:
    plan = LinkPlan("auto", 0.0)
    refuse(plan, 3)
    plan.connected(1.0)
    plan.reconciled(1.0)
    plan.climb(CLIMB_AFTER)
    step = plan.next_step()
    assert (step.transport, step.pause, step.until) == (Transport.WEBSOCKET, 0.0, None)
    assert plan.status.state is LinkState.RECOVERING
    plan.lost(CLIMB_AFTER)
    assert plan.next_step().transport is Transport.PUBNUB
    assert plan.next_step().until == 2 * CLIMB_AFTER


def test_a_climb_that_succeeds_stays() -> None:
    plan = LinkPlan("auto", 0.0)
    refuse(plan, 3)
    plan.climb(CLIMB_AFTER)
    plan.connected(CLIMB_AFTER)
    plan.lost(CLIMB_AFTER + 1)
    assert plan.next_step().transport is Transport.WEBSOCKET


def test_when_nothing_works_the_best_way_is_tried_again_within_a_minute() -> None:
    plan = LinkPlan("auto", 0.0)
    refuse(plan, 6)
    refuse(plan, 3, now=10.0)
    assert plan.next_step().until == 10.0 + LONGEST_PAUSE


def test_without_auto_there_is_nothing_to_climb_to() -> None:
    plan = LinkPlan("pubnub", 0.0)
    refuse(plan, 9)
    step = plan.next_step()
    assert (step.transport, step.until) == (Transport.PUBNUB, None)
    assert plan.check_in() == CHECK_EVERY


def test_signed_out_is_said_and_lasts() -> None:
    plan = LinkPlan("auto", 0.0)
    plan.signed_out(3.0)
    assert (plan.status.state, plan.status.since, plan.status.transport) == (
        LinkState.SIGNED_OUT,
        3.0,
        Transport.NONE,
    )
    plan.signed_out(4.0)
    assert plan.status.since == 3.0


@given(setting=st.sampled_from(sorted(WAYS)), acts=st.lists(st.sampled_from("crlux"), max_size=60))
def test_whatever_happens_live_means_connected_and_reconciled_and_pauses_stay_bounded(
    setting: str, acts: list[str]
) -> None:
    plan = LinkPlan(setting, 0.0)
    connected = sure = False
    for now, act in enumerate(acts, start=1):
        if act == "c":
            plan.connected(now)
            connected, sure = True, False
        elif act == "r":
            plan.reconciled(now)
            sure = connected
        elif act in "lu":
            plan.lost(now, usable=act == "l")
            connected = sure = False
        elif (until := plan.next_step().until) is not None and until <= now + CLIMB_AFTER:
            plan.climb(now)
            connected = sure = False
        assert (plan.status.state in (LinkState.LIVE, LinkState.POLLING)) == sure
        assert 0.0 <= plan.next_step().pause <= LONGEST_PAUSE
        assert plan.status.since <= now
        assert plan.next_step().transport in WAYS[setting]


@pytest.mark.parametrize("setting", sorted(WAYS))
def test_every_setting_starts_with_its_best_way_at_once(setting: str) -> None:
    step = LinkPlan(setting, 0.0).next_step()
    assert (step.transport, step.pause, step.until) == (WAYS[setting][0], 0.0, None)
