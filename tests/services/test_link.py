from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from rcdesk.core import subscription
from rcdesk.core.calls import Direction, Stage
from rcdesk.core.cut_lists import UNLISTED
from rcdesk.core.errors import Kind, Problem
from rcdesk.core.pacing import Urgency
from rcdesk.core.subscription import LinkState, Transport
from rcdesk.services import link
from rcdesk.services.session import Phase
from tests.client.captures import MISSED
from tests.client.served import eventually
from tests.helpers.wait import until
from tests.services.world import Served, World, world

HOUR = 3600  # seconds
ANN = "+13025550101"
TRANSPORTS = [Transport.WEBSOCKET, Transport.PUBNUB]
REFUSE_WEBSOCKET = {"path": "*/oauth/wstoken", "status": 403}
REFUSE_PUBNUB = {"path": "*/subscription", "status": 403}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscription, "PAUSES", ((0.0, 0.0), (0.05, 0.05), (0.1, 0.1)))
    monkeypatch.setattr(subscription, "POLL", (0.1, 0.1))


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_call_comes_over_each_transport_and_is_followed_to_its_end(
    sandbox: Served, tmp_path: Path, transport: Transport
) -> None:
    async with world(sandbox, tmp_path, push=transport.value) as me:
        assert me.link.status.value.state is LinkState.OFF
        await me.signed_in()
        await me.live(over=transport)
        assert me.link.last_heard is None
        assert me.link.last_checked is not None
        session = await sandbox.ring(ANN)
        (call,) = await me.sees(Stage.RINGING)
        assert (call.session_id, call.direction, call.peer_name) == (session, Direction.INBOUND, "Ann Lee")
        assert me.link.last_heard is not None
        for deed, stage in (
            ("answer", Stage.CONNECTED),
            ("hold", Stage.ON_HOLD),
            ("unhold", Stage.CONNECTED),
        ):
            await sandbox.post(f"calls/{session}/{deed}")
            await me.sees(stage)
        await sandbox.post(f"calls/{session}/hang-up")
        await me.sees()
        assert me.changes[-1].now.ended_at is not None
    assert (await sandbox.state())["subscriptions"] == []
    assert me.problems == []


async def test_polling_sees_calls_too_and_says_that_it_polls(sandbox: Served, tmp_path: Path) -> None:
    async with world(sandbox, tmp_path, push="polling") as me:
        await me.signed_in()
        await me.live(LinkState.POLLING, Transport.POLLING)
        session = await sandbox.ring(ANN)
        await me.sees(Stage.RINGING)
        await sandbox.post(f"calls/{session}/hang-up")
        await me.sees()


async def test_auto_falls_from_websocket_to_pubnub_to_polling(me: World) -> None:
    await me.sandbox.fault("http-status", **REFUSE_WEBSOCKET)
    await me.signed_in()
    await me.live(over=Transport.PUBNUB)
    await me.sandbox.fault("http-status", **REFUSE_PUBNUB)
    me.link.retry()
    await me.live(LinkState.POLLING, Transport.POLLING)
    await me.sandbox.ring(ANN)
    await me.sees(Stage.RINGING)
    assert me.problems == []


async def test_a_snapshot_after_a_gap_ends_what_ended_and_shows_what_began(me: World) -> None:
    await me.signed_in()
    await me.live()
    gone = await me.sandbox.ring(ANN)
    await me.sees(Stage.RINGING)
    await me.sandbox.fault("drop-push")
    await me.sandbox.post(f"calls/{gone}/hang-up")
    began = await me.sandbox.ring("+13025550102")
    assert [call.session_id for call in me.calls.calls] == [gone]
    me.link.retry()
    await until(lambda: [call.session_id for call in me.calls.calls] == [began])
    await me.live()


async def test_what_came_while_a_slow_snapshot_was_fetched_stands(me: World) -> None:
    await me.signed_in()
    await me.live()
    await me.sandbox.fault("latency", path="*/presence", seconds=0.5, count=1)
    me.link.retry()
    await until(lambda: me.link.status.value.transport is not Transport.NONE)
    session = await me.sandbox.ring(ANN)
    await me.sees(Stage.RINGING)
    await me.live()
    assert [call.session_id for call in me.calls.calls] == [session]


async def test_a_snapshot_that_fails_is_taken_again(me: World) -> None:
    await me.sandbox.fault("http-status", path="*/presence", status=503, count=4)
    await me.signed_in()
    await until(lambda: me.link.status.value.transport is not Transport.NONE)
    assert me.link.status.value.state is LinkState.CONNECTING
    await me.live()
    assert me.problems == []


async def test_without_the_right_to_read_presence_calls_are_shown_but_not_said_to_be_all(me: World) -> None:
    await me.sandbox.fault("http-status", path="*/presence", status=403, method="GET")
    await me.signed_in()
    await until(lambda: me.link.status.value.transport is Transport.WEBSOCKET)
    await me.sandbox.ring(ANN)
    await me.sees(Stage.RINGING)
    assert me.link.status.value.state is LinkState.CONNECTING
    assert me.problems == []


async def test_another_way_may_be_chosen_while_a_call_is_on(me: World) -> None:
    await me.signed_in()
    await me.live(over=Transport.WEBSOCKET)
    session = await me.sandbox.ring(ANN)
    await me.sees(Stage.RINGING)
    me.link.choose("pubnub")
    await me.live(over=Transport.PUBNUB)
    await me.sandbox.post(f"calls/{session}/answer")
    await me.sees(Stage.CONNECTED)

    async def one_is_left() -> bool:
        return [it["transport"] for it in (await me.sandbox.state())["subscriptions"]] == ["pubnub"]

    await eventually(one_is_left)


async def test_chosen_back_and_forth_at_once_the_last_choice_holds(me: World) -> None:
    await me.signed_in()
    await me.live()
    for setting in ("pubnub", "websocket", "polling", "websocket"):
        me.link.choose(setting)
    await me.live(over=Transport.WEBSOCKET)
    await me.sandbox.ring(ANN)
    await me.sees(Stage.RINGING)


async def test_chosen_while_signed_out_it_waits(me: World) -> None:
    me.link.choose("pubnub")
    assert me.link.status.value.state is LinkState.SIGNED_OUT
    await me.signed_in()
    await me.live(over=Transport.PUBNUB)


async def test_trying_again_while_signed_out_does_nothing(me: World) -> None:
    me.link.retry()
    assert me.link.status.value.state is LinkState.OFF


async def test_signed_out_nothing_listens_any_more(me: World) -> None:
    await me.signed_in()
    await me.live()
    me.session.sign_out()
    assert me.link.status.value.state is LinkState.SIGNED_OUT
    await until(lambda: not me.nursery._tasks)
    assert me.link._alarm is None
    assert (await me.sandbox.state())["subscriptions"] == []
    assert me.problems == []


async def test_a_session_that_ends_under_push_is_told_by_the_session_alone(me: World) -> None:
    await me.signed_in()
    await me.live()
    await me.sandbox.fault("revoke-tokens")
    await me.phase(Phase.EXPIRED)
    assert me.link.status.value.state is LinkState.SIGNED_OUT
    assert me.problems == []


async def asked(me: World) -> int:
    """How many tokens for sockets the platform has given so far."""
    return int((await me.sandbox.state())["requests"]["wstoken"])


async def settled(me: World) -> int:
    """Wait until it is live over WebSocket and nothing is under way; return how many tokens that took."""
    await me.live(over=Transport.WEBSOCKET)
    await until(lambda: not me.link._snapshots)
    return await asked(me)


async def test_a_computer_that_slept_opens_anew_once(me: World) -> None:
    await me.signed_in()
    before = await settled(me)
    since = me.link.status.value.since
    me.jump.seconds = 5 * 3600.0
    assert me.awake.look()
    assert me.link.status.value.state is LinkState.RECOVERING
    me.awake.on_system(sleeps=False)
    assert await settled(me) == before + 1
    assert me.link.status.value.since > since + 5 * 3600


async def test_what_comes_first_after_a_sleep_is_not_believed(me: World) -> None:
    """A dead connection may still hold what was sent when the computer fell asleep."""
    await me.signed_in()
    await settled(me)
    me.jump.seconds = 5 * 3600.0
    await me.sandbox.push(MISSED[0])
    await until(lambda: me.link.status.value.since > me.link._clock() - 3600.0)
    await me.live()
    assert me.changes == []


async def test_a_transport_that_is_lost_by_a_sleep_is_lost_once(me: World) -> None:
    await me.signed_in()
    before = await settled(me)
    me.jump.seconds = 5 * 3600.0
    await me.sandbox.fault("drop-connections")
    await until(lambda: me.link.status.value.since > me.link._clock() - 3600.0)
    assert not me.awake.look(), "noticed already"
    assert await settled(me) == before + 1


async def test_an_answer_from_before_a_sleep_is_not_believed(me: World) -> None:
    platform = await me.signed_in()
    await settled(me)
    ask = platform.api.presence
    checks: list[None] = []
    before: list[int] = []  # how many checks there had been, at each question
    me.link.checked.subscribe(checks.append)

    async def slept(urgency: Urgency) -> object:
        before.append(len(checks))
        answer = await ask(urgency)
        if len(before) == 1:
            me.jump.seconds = 5 * 3600.0
        return answer

    platform.api.presence = slept  # type: ignore[method-assign,assignment]
    me.link.retry()
    await until(lambda: len(before) > 1)
    assert before[:2] == [0, 0]
    await me.live()


async def test_a_question_from_before_a_sleep_is_given_up(me: World) -> None:
    await me.signed_in()
    await settled(me)
    await me.sandbox.fault("latency", path="*/presence", seconds=30)
    me.link.retry()
    await until(lambda: me.link._snapshots)
    me.jump.seconds = 5 * 3600.0
    me.awake.look()
    assert me.link._snapshots == []
    await me.sandbox._http.delete(f"{me.sandbox.info['control']}/faults")
    await me.live()


async def test_a_clock_that_is_set_back_delays_no_check(me: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscription, "CHECK_EVERY", (1.0, 1.0))
    await me.signed_in()
    await settled(me)
    await me.sandbox.fault("mute-push")
    me.jump.seconds = -400.0
    session = await me.sandbox.ring(ANN)
    await me.sandbox.post(f"calls/{session}/answer")
    await me.sees(Stage.CONNECTED)


async def test_news_that_may_be_older_than_the_snapshot_are_followed_by_another_one(
    me: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscription, "SECOND_LOOK_EVERY", 3.0)
    session = await me.sandbox.ring(ANN)
    await me.sandbox.post(f"calls/{session}/answer")
    await me.signed_in()
    await me.live(over=Transport.WEBSOCKET)
    await me.sees(Stage.CONNECTED)
    body = {**MISSED[0]["body"], "activeCalls": [], "totalActiveCalls": 0, "sequence": 10**12}
    await me.sandbox.push({**MISSED[0], "body": body})  # sent before the call began, and late
    await me.sees()
    await me.sees(Stage.CONNECTED)
    assert me.link.status.value.state is LinkState.LIVE


async def test_after_a_notification_that_cannot_be_read_a_snapshot_tells(
    me: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(subscription, "SECOND_LOOK", (0.0, 0.0))
    monkeypatch.setattr(subscription, "SECOND_LOOK_EVERY", 0.0)
    await me.signed_in()
    await me.live(over=Transport.WEBSOCKET)
    await me.sandbox.fault("mute-push")
    await me.sandbox.ring(ANN)
    await me.sandbox._http.delete(f"{me.sandbox.info['control']}/faults")
    assert me.calls.calls == ()
    body = {**MISSED[0]["body"], "activeCalls": [{"id": 7}]}
    await me.sandbox.push({**MISSED[0], "body": body})
    await me.sees(Stage.RINGING)
    assert "unreadable" in caplog.text
    caplog.clear()


async def test_a_look_is_as_urgent_as_what_is_on_screen_is_uncertain(sandbox: Served, tmp_path: Path) -> None:
    async with world(sandbox, tmp_path, push="polling") as me:
        platform = await me.signed_in()
        await me.live(LinkState.POLLING)
        ask, asked = platform.api.presence, []

        async def note(urgency: Urgency) -> object:
            asked.append(urgency)
            return await ask(urgency)

        platform.api.presence = note  # type: ignore[method-assign,assignment]
        await until(lambda: asked == [Urgency.POLL])
        me.link.retry()
        await until(lambda: len(asked) > 1)
        assert asked[1] is Urgency.RECONCILE


async def test_what_keeps_one_snapshot_back_does_not_keep_back_the_next(
    me: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscription, "SNAPSHOT_PATIENCE", 0.2)
    platform = await me.signed_in()
    await settled(me)
    ask = platform.api.presence
    most = given_up = asked = 0
    under_way = 0

    async def hang(urgency: Urgency) -> object:
        nonlocal asked, under_way, most, given_up
        asked, under_way = asked + 1, under_way + 1
        most = max(most, under_way)
        try:
            if asked <= link.MOST_SNAPSHOTS + 1:
                await asyncio.sleep(60)
            return await ask(urgency)
        except asyncio.CancelledError:
            given_up += 1
            raise
        finally:
            under_way -= 1

    platform.api.presence = hang  # type: ignore[method-assign,assignment]
    me.link.retry()
    await me.live()
    await until(lambda: not under_way)
    assert (asked, most) == (link.MOST_SNAPSHOTS + 2, link.MOST_SNAPSHOTS)
    assert given_up == asked - 1
    assert me.link._snapshots == []


async def test_a_slow_snapshot_is_better_than_none(me: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscription, "SNAPSHOT_PATIENCE", 0.2)
    platform = await me.signed_in()
    await settled(me)
    ask, slow, asked = platform.api.presence, asyncio.Event(), 0

    async def be_slow(urgency: Urgency) -> object:
        nonlocal asked
        asked += 1
        await (slow if asked == 1 else asyncio.Event()).wait()
        return await ask(urgency)

    platform.api.presence = be_slow  # type: ignore[method-assign,assignment]
    me.link.retry()
    await until(lambda: asked == 2)
    slow.set()
    await me.live()
    me.link.close()


async def connected(me: World, nth: int) -> str:
    """Let one more call ring, be answered and be seen; return its session."""
    session = await me.sandbox.ring(f"+130255501{nth:02}")
    await me.sees(*[Stage.CONNECTED] * nth, Stage.RINGING)
    await me.sandbox.post(f"calls/{session}/answer")
    await me.sees(*[Stage.CONNECTED] * (nth + 1))
    return session


@pytest.mark.parametrize("seconds", [0, -600, 600])  # by which the platform's clock is ahead of ours
async def test_of_more_calls_than_a_presence_lists_those_that_ended_in_a_gap_are_over(
    me: World, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    monkeypatch.setattr("rcdesk.sandbox.world.KEPT_AFTER_END", 0.0)  # the list names only what is on
    await me.sandbox.fault("clock-skew", seconds=seconds)
    await me.signed_in()
    await me.live(over=Transport.WEBSOCKET)
    sessions = [await connected(me, nth) for nth in range(10)]
    listed_by = me.sandbox.now() + UNLISTED
    await until(lambda: me.sandbox.now() > listed_by)
    await me.sandbox.fault("mute-push")
    for session in sessions[1:4]:
        await me.sandbox.post(f"calls/{session}/hang-up")
    me.link.retry()
    calls = await me.sees(*[Stage.CONNECTED] * 7)
    assert {call.session_id for call in calls} == {sessions[0], *sessions[4:]}


async def test_a_penalty_of_an_hour_for_checks_leaves_nothing_live_and_is_told_with_its_end(
    me: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscription, "CHECK_EVERY", (1.0, 1.0))
    await me.signed_in()
    await me.live(over=Transport.WEBSOCKET)
    await me.sandbox.fault("rate-limit", group="Light", retry_after=HOUR)
    await me.live(LinkState.RECOVERING)
    until_then = me.link.status.value.barred_until
    assert until_then == pytest.approx(me.link._clock() + HOUR, abs=120)
    assert me.link.status.value.transport is Transport.WEBSOCKET
    assert me.calls.link.value == me.link.status.value
    assert me.link._snapshots == [], "none waits in line for an hour"
    session = await me.sandbox.ring()
    (call,) = await me.sees(Stage.RINGING)  # push goes on
    assert call.session_id == session
    me.link.retry()
    await me.live(LinkState.RECOVERING, over=Transport.WEBSOCKET)
    await until(lambda: me.link.status.value.barred_until)
    assert (await me.sandbox.state())["requests"]["in_penalty"] == 1, "the one that told of it"


async def test_when_the_active_calls_cannot_be_read_the_check_stands(me: World) -> None:
    platform = await me.signed_in()
    await me.live(over=Transport.WEBSOCKET)
    for nth in range(8):
        await connected(me, nth)
    asked = 0

    async def refuse(_urgency: Urgency) -> None:
        nonlocal asked
        asked += 1
        raise Problem("The call history could not be read.", "Wait.", Kind.THROTTLED)

    platform.api.active_calls = refuse  # type: ignore[method-assign,assignment]
    me.link.retry()
    await until(lambda: asked)
    await me.live()
    assert len(me.calls.calls) == 8
    assert me.problems == []


async def test_a_network_that_is_back_is_tried_at_once_but_not_again_and_again(
    me: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "JUST_OPENED", 1e6)
    await me.signed_in()
    before = await settled(me)
    me.link.on_network()
    assert await settled(me) == before + 1
    me.link.on_network()
    assert me.link.status.value.state is LinkState.LIVE, "it was opened a moment ago"
    monkeypatch.setattr(link, "JUST_OPENED", 0.0)
    me.link.on_network()
    assert await settled(me) == before + 2


async def test_a_network_that_is_back_after_a_sleep_is_no_second_reason(me: World) -> None:
    await me.signed_in()
    before = await settled(me)
    me.jump.seconds = 5 * 3600.0
    me.link.on_network()
    me.link.on_network()
    assert await settled(me) == before + 1


async def test_a_try_that_waits_does_not_wait_once_the_network_is_back(
    me: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await me.signed_in()
    before = await settled(me)
    monkeypatch.setattr(subscription, "PAUSES", ((1000.0, 1000.0),))
    monkeypatch.setattr(subscription, "POLL", (1000.0, 1000.0))
    await me.sandbox.fault("http-status", path="*/oauth/wstoken", status=503, count=100)
    me.link.on_network()
    await until(lambda: not me.link._listeners)
    await me.sandbox._http.delete(f"{me.sandbox.info['control']}/faults")
    me.link.on_network()
    assert await settled(me) > before


async def test_without_anybody_signed_in_the_network_is_no_news(me: World) -> None:
    me.link.on_network()
    assert me.link.status.value.state is LinkState.OFF


class _Push:
    """A transport that takes its time to leave, and counts its listeners."""

    transport = Transport.WEBSOCKET

    def __init__(self) -> None:
        self.listeners = self.most = self.times = 0
        self.refusal: Problem | None = None

    async def listen(self) -> AsyncGenerator[object, None]:
        from rcdesk.client.push import Connected

        self.listeners += 1
        self.times += 1
        self.most = max(self.most, self.listeners)
        try:
            if self.refusal:
                raise self.refusal
            yield Connected(recovered=False)
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            self.listeners -= 1


async def test_a_transport_has_one_listener_at_a_time(sandbox: Served, tmp_path: Path) -> None:
    async with world(sandbox, tmp_path, push="websocket") as me:
        push = _Push()
        platform = await me.signed_in()
        me.link.choose("polling")
        platform.pushes[Transport.WEBSOCKET] = push  # type: ignore[index]
        me.link.choose("websocket")
        await me.live()
        for _ in range(3):
            me.link.retry()
            await asyncio.sleep(0)
        await me.live()
        await until(lambda: push.listeners == 1)
        assert push.times > 1
        assert push.most == 1


async def test_a_401_that_is_not_the_end_of_the_session_is_no_sign_out(me: World) -> None:
    platform = await me.signed_in()
    await me.live()
    asked = 0

    async def refuse(_urgency: Urgency) -> None:
        nonlocal asked
        asked += 1
        raise Problem("Your live calls could not be checked.", "Sign in.", Kind.SIGN_IN, status=401)

    platform.api.presence = refuse  # type: ignore[method-assign,assignment]
    me.link.retry()
    await until(lambda: asked)
    await until(lambda: me.link.status.value.transport is Transport.WEBSOCKET)
    assert me.state.phase is Phase.SIGNED_IN


async def test_an_app_that_may_not_read_presence_is_told_once(me: World) -> None:
    await me.sandbox.fault("lack-permission", permission="ReadPresence")
    await me.signed_in()
    await until(lambda: me.problems)
    me.link.retry()
    await until(lambda: me.link._machine._check_failures > 1)
    (problem,) = me.problems
    assert problem.title == "Your live calls could not be checked."
    assert "lacks the permission “Read Presence”" in problem.remedy
    assert me.link.status.value.state is not LinkState.LIVE
