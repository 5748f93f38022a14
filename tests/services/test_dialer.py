from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from typing import Any

import pytest

from rcdesk.client import api
from rcdesk.client.auth import Auth, Keeper
from rcdesk.core import ringout as core_ringout
from rcdesk.core.account import DialChoices, Phone
from rcdesk.core.calls import Call, Direction, Stage
from rcdesk.core.errors import Kind, Problem
from rcdesk.core.numbers import Number, Unreadable
from rcdesk.core.ringout import End, Order, Progress, Step
from rcdesk.services.dialer import NO_PHONE, NOT_PLACED, NOT_SIGNED_IN, ONE_AT_A_TIME
from tests.helpers.wait import until
from tests.services.world import World

OWN = "+16505550101"
ANSWERS = "+16505550180"
NO_ANSWER = "+16505550181"
NEVER_CANCELLED = "+16505550198"
NOW = 1_700_000_000.0
HOUR = 3600
POST = {"path": "*/ring-out", "method": "POST"}
GET = {"path": "*/ring-out/*", "method": "GET"}


def order(number: str = ANSWERS, **more: Any) -> Order:
    return Order(number, OWN, **more)


async def ended(me: World, within: float = 10.0) -> Progress:
    await until(lambda: not me.dialer.busy, within=within)
    progress = me.dialer.progress.value
    assert progress
    return progress


async def asked(me: World) -> int:
    """Return how many RingOuts the platform was asked for and took."""
    return len((await me.sandbox.state())["ring_outs"])


async def posts(me: World, before: dict[str, int]) -> int:
    """Return how many requests of the Heavy group came since, whatever was answered."""
    now = (await me.sandbox.state())["requests"]["by_group"]
    return int(now.get("Heavy", 0)) - before.get("Heavy", 0)


async def quiet(me: World) -> dict[str, int]:
    """Wait until nothing but the dialer asks; return the requests so far, by group."""
    await me.signed_in()
    await me.live()
    await until(lambda: me.dialer.choices.value.phones and not me.people._loading._tasks)
    await until(lambda: me.history.syncing.value == "")
    await until(lambda: len(me.nursery._tasks) == 2)  # push and the call log
    counts: dict[str, int] = (await me.sandbox.state())["requests"]["by_group"]
    return counts


async def test_both_legs_are_followed_to_success(me: World) -> None:
    await quiet(me)
    steps: list[tuple[Step, Step]] = []
    me.dialer.progress.subscribe(
        lambda progress: steps.append((progress.own, progress.other)) if progress else None
    )
    me.dialer.dial(order())
    assert me.dialer.busy
    progress = await ended(me)
    assert progress.end is End.CONNECTED
    assert list(dict.fromkeys(steps)) == [
        (Step.WAITING, Step.WAITING),
        (Step.RINGING, Step.WAITING),
        (Step.ANSWERED, Step.RINGING),
        (Step.ANSWERED, Step.ANSWERED),
    ]
    assert await asked(me) == 1


async def test_cancelled_while_it_rings_it_is_over(me: World) -> None:
    await quiet(me)
    me.dialer.dial(order())
    await until(lambda: me.dialer.progress.value and me.dialer.progress.value.own is Step.RINGING)
    me.dialer.cancel()
    await until(lambda: me.dialer.progress.value and me.dialer.progress.value.cancelling)
    assert (await ended(me)).end is End.CANCELLED
    assert (await me.sandbox.state())["ring_outs"][0]["call_status"] == "CannotReach"


async def test_cancelled_before_the_platform_has_answered_it_is_over_as_well(me: World) -> None:
    await quiet(me)
    await me.sandbox.fault("latency", **POST, seconds=0.1)
    me.dialer.dial(order(NEVER_CANCELLED))
    me.dialer.cancel()
    assert (await ended(me)).end is End.CANCELLED


@pytest.mark.parametrize(
    "refused", [False, True]
)  # the token: found old before it is sent, or by the platform
async def test_cancelled_while_a_refresh_hangs_it_is_never_sent(me: World, refused: bool) -> None:
    await quiet(me)
    await hang_refresh(me, known=not refused)
    me.dialer.dial(order())
    await until(lambda: refreshing(me))
    progress = me.dialer.progress.value
    assert progress
    assert progress.can_cancel
    me.dialer.cancel()
    assert (await ended(me, within=0.2)).summary == "The call was cancelled before any phone rang."
    await refreshed(me)
    me.dialer.dial(order())  # which would go after the other one
    assert (await ended(me)).end is End.CONNECTED
    assert await asked(me) == 1


async def test_what_waited_while_the_computer_slept_is_not_sent_when_it_wakes(me: World) -> None:
    await quiet(me)
    await hang_refresh(me)
    me.dialer.dial(order())
    await until(lambda: refreshing(me))
    me.jump.seconds += 60  # the loop's own clock does not run in sleep
    await refreshed(me)
    progress = await ended(me)
    assert (progress.end, progress.advice) == (End.FAILED, api.TOO_LATE)
    assert await asked(me) == 0


async def test_what_could_not_leave_in_time_never_does_and_the_user_is_told(
    me: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "DIAL_WITHIN", 0.2)
    before = await quiet(me)
    await hang_refresh(me)
    me.dialer.dial(order(name="Ann Lee"))
    progress = await ended(me)
    assert (progress.end, progress.summary) == (End.FAILED, "The call to Ann Lee was not placed.")
    assert progress.advice == api.TOO_LATE
    await refreshed(me)
    assert await posts(me, before) == 0
    me.dialer.dial(order())
    assert (await ended(me)).end is End.CONNECTED


async def test_a_slow_answer_to_what_has_left_is_waited_for(
    me: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "DIAL_WITHIN", 0.2)
    await quiet(me)
    await me.sandbox.fault("latency", **POST, seconds=0.5)
    me.dialer.dial(order())
    assert (await ended(me)).end is End.CONNECTED


async def test_a_cancel_that_has_no_effect_is_not_believed(me: World) -> None:
    await quiet(me)
    me.dialer.dial(order(NEVER_CANCELLED))
    await until(lambda: me.dialer.progress.value and me.dialer.progress.value.own is Step.ANSWERED)
    me.dialer.cancel()
    progress = await ended(me)
    assert progress.end is End.NOT_CANCELLED
    assert "hang up" in progress.advice.lower()


async def test_a_cancel_that_is_refused_is_not_believed(me: World) -> None:
    await quiet(me)
    await me.sandbox.fault("http-status", path="*/ring-out/*", method="DELETE", status=500)
    me.dialer.dial(order(NEVER_CANCELLED))
    await until(lambda: me.dialer.progress.value and me.dialer.progress.value.own is Step.ANSWERED)
    me.dialer.cancel()
    assert (await ended(me)).end is End.NOT_CANCELLED


async def test_a_wish_to_cancel_that_comes_too_late_changes_nothing(me: World) -> None:
    await quiet(me)
    me.dialer.dial(order())
    assert (await ended(me)).end is End.CONNECTED
    me.dialer.cancel()
    me.dialer.dial(order())
    assert (await ended(me)).end is End.CONNECTED


async def hang_refresh(me: World, *, known: bool = True) -> None:
    """Let the platform take its time for the next refresh, which is due now; `known` to us already."""
    await me.sandbox.fault("late-refresh", seconds=30, count=1)
    await me.sandbox.fault("expire-tokens")
    if known:
        keeper = keeper_of(me)
        assert keeper._tokens
        keeper._tokens = replace(keeper._tokens, expires_at=0.0)


def keeper_of(me: World) -> Keeper:
    platform = me.session.platform.value
    assert platform
    auth = platform.api._rest._auth
    assert isinstance(auth, Auth)
    return auth._keeper


def refreshing(me: World) -> bool:
    renewal = keeper_of(me)._renewal
    return renewal is not None and not renewal.done()


async def refreshed(me: World) -> None:
    """Let the refresh that hangs come to its end."""
    await me.sandbox._http.delete(f"{me.sandbox.info['control']}/faults")
    await until(lambda: not refreshing(me))


REFUSALS = [400, 401, 403, 404, 405, 410, 429, 500, 503]


@pytest.mark.parametrize("status", REFUSALS)
async def test_a_refusal_is_told_in_words_and_never_sent_again(me: World, status: int) -> None:
    before = await quiet(me)
    await me.sandbox.fault("http-status", **POST, status=status)
    me.dialer.dial(order(name="Ann Lee"))
    progress = await ended(me)
    assert progress.end is End.FAILED
    assert progress.summary == "The call to Ann Lee was not placed."
    assert progress.advice
    assert not any(sign in progress.summary + progress.advice for sign in (str(status), "CMN", "Error"))
    repeats = {401: 2}  # a fresh token was worth a try: the first one rang no phone
    assert await posts(me, before) <= repeats.get(status, 1)
    assert await asked(me) == 0


async def test_without_an_answer_it_is_not_sent_again(me: World, monkeypatch: pytest.MonkeyPatch) -> None:
    import httpx

    before = await quiet(me)
    platform = me.session.platform.value
    assert platform
    platform.api._rest._http.timeout = httpx.Timeout(0.2)
    await me.sandbox.fault("latency", **POST, seconds=0.5)
    me.dialer.dial(order())
    progress = await ended(me)
    assert progress.end is End.LOST  # it may have rung all the same, and it did
    assert "before you call again" in progress.advice

    assert await posts(me, before) <= 1
    assert await asked(me) <= 1


async def test_a_network_lost_while_it_rings_is_no_end(me: World) -> None:
    await quiet(me)
    await me.sandbox.fault("http-status", **GET, status=503, count=2)
    me.dialer.dial(order())
    assert (await ended(me)).end is End.CONNECTED


@pytest.mark.parametrize("status", [404, 410])
async def test_a_ringout_that_the_platform_forgot_is_told_as_unknown(me: World, status: int) -> None:
    await quiet(me)
    await me.sandbox.fault("http-status", **GET, status=status)
    me.dialer.dial(order())
    progress = await ended(me)
    assert progress.end is End.LOST
    assert progress.advice


async def test_a_penalty_of_an_hour_for_looks_holds_up_no_ringout(
    me: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core_ringout, "GIVE_UP", 40.0)
    await quiet(me)
    await me.sandbox.fault("rate-limit", group="Light", retry_after=HOUR)
    for _ in range(2):
        me.dialer.dial(order())
        progress = await ended(me)
        assert progress.end is End.LOST, "how it stands nobody may ask"
    assert await asked(me) == 2
    assert (await me.sandbox.state())["requests"]["in_penalty"] == 1, "the one that told of it"


async def test_one_at_a_time(me: World) -> None:
    await quiet(me)
    me.dialer.dial(order())
    with pytest.raises(Problem) as refused:
        me.dialer.dial(order())
    assert refused.value == ONE_AT_A_TIME
    await ended(me)
    assert await asked(me) == 1


def test_nobody_signed_in_nothing_is_dialled(me: World) -> None:
    with pytest.raises(Problem) as refused:
        me.dialer.dial(order())
    assert refused.value == NOT_SIGNED_IN
    assert me.dialer.progress.value is None


async def test_the_end_is_shown_until_it_was_seen(me: World) -> None:
    await quiet(me)
    me.dialer.dial(order())
    me.dialer.clear()
    assert me.dialer.busy
    await ended(me)
    me.dialer.clear()
    assert me.dialer.progress.value is None


@pytest.mark.parametrize("under_way", [True, False])
async def test_signed_out_under_a_ringout_it_is_not_known_what_became_of_it(
    me: World, under_way: bool
) -> None:
    await quiet(me)
    if not under_way:
        await me.sandbox.fault("latency", **POST, seconds=0.3)
    me.dialer.dial(order(NEVER_CANCELLED))
    if under_way:
        await until(lambda: me.dialer.progress.value and me.dialer.progress.value.own is Step.ANSWERED)
    else:
        await until(lambda: me.dialer._departure and not me.dialer._departure.held)
    me.session.sign_out()
    assert (await ended(me)).end is End.LOST
    await until(lambda: not me.nursery._tasks)
    assert me.problems == []
    await me.signed_in()
    me.dialer.dial(order())
    assert (await ended(me)).end is End.CONNECTED


async def test_signed_out_before_it_was_sent_no_phone_rings_and_that_is_told(me: World) -> None:
    await quiet(me)
    await hang_refresh(me)
    me.dialer.dial(order())
    await until(lambda: refreshing(me))
    me.session.sign_out()
    progress = await ended(me)
    assert (progress.end, progress.summary) == (End.FAILED, NOT_PLACED)
    assert await asked(me) == 0


async def test_when_the_call_that_came_of_it_ends_that_is_told(me: World) -> None:
    await quiet(me)
    me.dialer.dial(order(name="Ann Lee"))
    assert (await ended(me)).summary == "You are connected to Ann Lee."
    (call,) = await me.sees(Stage.CONNECTED)
    await me.sandbox.post(f"calls/{call.session_id}/hang-up")
    await until(lambda: me.dialer.progress.value and me.dialer.progress.value.end is End.OVER)
    assert me.dialer.progress.value
    assert re.fullmatch(r"The call to Ann Lee is over after \d+ s\.", me.dialer.progress.value.summary)
    assert not me.dialer.busy


async def test_a_call_rings_until_the_other_side_answers_whatever_the_platform_says(me: World) -> None:
    await quiet(me)
    shown: list[Stage] = []
    me.dialer.progress.subscribe(
        lambda _: shown.extend(me.dialer.as_shown(call).stage for call in me.calls.calls)
    )
    me.dialer.dial(order(NEVER_CANCELLED))
    await me.sees(Stage.CONNECTED)
    await until(lambda: me.dialer.progress.value and me.dialer.progress.value.other is Step.RINGING)
    assert set(shown) == {Stage.RINGING}
    (call,) = me.calls.calls
    other = replace(call, to_number="+16505550181")
    assert me.dialer.as_shown(other) == other
    assert (await ended(me)).end is End.CONNECTED
    on = me.dialer.as_shown(call)
    assert on.stage is Stage.CONNECTED
    assert call.answered_at is not None
    assert on.answered_at is not None
    assert on.answered_at > call.answered_at, "it lasts from when the other side has answered"
    me.dialer.clear()
    assert me.dialer.as_shown(call) == on


async def test_a_cancel_is_not_said_to_have_worked_while_its_call_is_on(me: World) -> None:
    await quiet(me)
    me.dialer.dial(order(NEVER_CANCELLED))
    await me.sees(Stage.CONNECTED)
    await me.sandbox.fault("http-status", path="*/ring-out/*", method="GET", status=404)
    me.dialer.cancel()
    progress = await ended(me)
    assert (progress.end, progress.advice) == (End.NOT_CANCELLED, "Hang up your phone to stop the call.")


async def test_a_later_call_to_who_did_not_answer_is_what_the_platform_says(me: World) -> None:
    await quiet(me)
    me.dialer.dial(order(NO_ANSWER))
    assert (await ended(me)).end is End.NOT_ANSWERED
    assert me.dialer._over_at is not None
    before = call_to(NO_ANSWER, me.dialer._began_at)
    on = replace(before, stage=Stage.CONNECTED, answered_at=before.started_at + 1)
    assert me.dialer.as_shown(on).stage is Stage.RINGING, (
        "it is that of the RingOut, which they did not answer"
    )
    assert me.dialer.as_shown(replace(on, started_at=me.dialer._over_at + 1)).stage is Stage.CONNECTED


async def test_the_end_of_another_call_is_not_that_of_the_ringout(me: World) -> None:
    await quiet(me)
    session = await me.sandbox.ring(ANSWERS, **{"from": {"number": ANSWERS}})
    await me.sees(Stage.RINGING)
    me.dialer.dial(order())
    await ended(me)
    await me.sandbox.post(f"calls/{session}/hang-up")
    await until(lambda: len(me.calls.calls) == 1)
    assert me.dialer.progress.value
    assert me.dialer.progress.value.end is End.CONNECTED


def test_which_call_came_of_it(me: World) -> None:
    me.dialer._began_at = NOW
    own, mine = order(), call_to(ANSWERS, NOW)
    assert me.dialer._is_of(own, mine)
    assert me.dialer._is_of(order(f"{ANSWERS}*12"), mine), "the extension is dialled once it is answered"
    assert not me.dialer._is_of(own, call_to("+16505550181", NOW))
    assert not me.dialer._is_of(own, call_to(ANSWERS, NOW - 60)), "an older call to the same number"
    assert not me.dialer._is_of(own, replace(mine, direction=Direction.INBOUND, to_number=ANSWERS))


def call_to(number: str, at: float) -> Call:
    return Call("1", "1", Stage.RINGING, Direction.OUTBOUND, OWN, "", number, "", at)


async def test_what_was_chosen_is_kept_for_the_next_time(me: World) -> None:
    await quiet(me)
    me.dialer.dial(order(caller_id="+18885550100", prompt=True))
    await ended(me)
    kept = me.settings.value
    assert (kept.last_phone, kept.last_caller_id, kept.prompt) == (OWN, "+18885550100", True)
    again = me.dialer.order("118", name="Finn", shown="118")
    assert again == Order("118", OWN, "Desk phone", "+18885550100", True, "Finn", "118")


def test_which_phone_rings_first(me: World) -> None:
    with pytest.raises(Problem) as unknown:
        me.dialer.order(ANSWERS)
    assert unknown.value == NO_PHONE
    desk, mobile = Phone(OWN, "Desk phone"), Phone("+16505550117", "Mobile")
    me.dialer.choices.publish(DialChoices((desk, mobile), (Phone("+18885550100", "Main"),)))
    assert me.dialer.order(ANSWERS).own == OWN
    me.settings.update(last_phone=mobile.number, last_caller_id="+18885550100")
    assert me.dialer.order(ANSWERS) == Order(ANSWERS, mobile.number, "Mobile", "+18885550100")
    me.settings.update(last_phone="+4722000000", last_caller_id="+4722000001")  # typed; and no longer ours
    assert me.dialer.order(ANSWERS) == Order(ANSWERS, "+4722000000")
    me.dialer.choices.publish(DialChoices())  # not read yet: what was chosen last may be right
    assert me.dialer.order(ANSWERS).caller_id == "+4722000001"


async def test_numbers_are_read_by_the_rules_of_the_accounts_country(me: World) -> None:
    assert isinstance(me.dialer.read("(650) 555-0180"), Number)
    platform = await me.signed_in()
    object.__setattr__(platform.account, "region", "NO")
    number = me.dialer.read("22 00 00 00")
    assert isinstance(number, Number)
    assert number.dial == "+4722000000"
    assert isinstance(me.dialer.read("nonsense"), Unreadable)


async def test_without_the_right_to_read_phones_one_types_a_number(me: World) -> None:
    await me.sandbox.fault("http-status", path="*/forwarding-number", status=403)
    await me.signed_in()
    await until(lambda: not me.dialer._loading._tasks)
    assert me.dialer.choices.value == DialChoices()
    assert me.problems == []


async def test_phones_of_somebody_else_are_not_offered(me: World) -> None:
    await me.signed_in()
    await until(lambda: me.dialer.choices.value.phones)
    me.session.sign_out()
    assert me.dialer.choices.value.phones
    me.settings.update(dials_as="999")
    await me.sandbox.fault("http-status", path="*/forwarding-number", status=403)
    await me.signed_in()
    assert me.dialer.choices.value == DialChoices()


@pytest.mark.parametrize("older", [False, True])
async def test_the_phone_that_rang_last_stays_for_the_same_person(me: World, older: bool) -> None:
    account = (await me.signed_in()).account
    assert me.settings.value.dials_as == account.key
    me.session.sign_out()
    noted = str(account.extension_id) if older else account.key
    me.settings.update(last_phone=OWN, last_caller_id="+18885550100", dials_as=noted)
    await me.signed_in()
    assert (me.settings.value.last_phone, me.settings.value.last_caller_id) == (OWN, "+18885550100")
    assert me.settings.value.dials_as == account.key


async def test_the_phone_of_somebody_else_is_not_rung(me: World) -> None:
    me.settings.update(last_phone=OWN, last_caller_id="+18885550100")  # by an rcdesk that did not note whose
    platform = await me.signed_in()
    await until(lambda: me.dialer.choices.value.phones)
    me.session.platform.publish(None)
    me.session.platform.publish(platform)
    assert me.settings.value.last_phone == OWN
    other = replace(platform, account=replace(platform.account, extension_id="999"))
    await me.sandbox.fault("http-status", path="*/forwarding-number", status=403)
    me.session.platform.publish(other)
    assert (me.settings.value.last_phone, me.settings.value.last_caller_id) == ("", "")
    assert me.dialer.choices.value == DialChoices()
    assert me.dialer.progress.value is None
    with pytest.raises(Problem) as unknown:
        me.dialer.order(ANSWERS)
    assert unknown.value == NO_PHONE


async def test_a_ringout_of_somebody_else_is_not_told_as_lost(me: World) -> None:
    platform = await me.signed_in()
    await me.sandbox.fault("latency", path="*/ring-out", method="POST", seconds=1)
    me.dialer.dial(order())
    me.session.platform.publish(None)
    me.session.platform.publish(replace(platform, account=replace(platform.account, extension_id="999")))
    await asyncio.sleep(0)
    assert me.dialer.progress.value is None


async def test_an_end_is_told_to_the_history_a_refusal_is_not(me: World) -> None:
    await quiet(me)
    ends: list[End | None] = []
    me.dialer.ended.subscribe(lambda it: ends.append(it.progress.end))
    await me.sandbox.fault("http-status", **POST, status=403, count=1)
    me.dialer.dial(order())
    assert (await ended(me)).end is End.FAILED
    me.dialer.dial(order("+16505550181"))
    assert (await ended(me)).end is End.NOT_ANSWERED
    await until(lambda: ends)
    assert ends == [End.NOT_ANSWERED]


def test_the_kinds_of_refusal_say_what_to_do() -> None:
    assert {problem.kind for problem in (NOT_SIGNED_IN, ONE_AT_A_TIME, NO_PHONE)} == {
        Kind.SIGN_IN,
        Kind.LOCAL,
    }


@pytest.mark.parametrize("seconds", [-600, 600])
async def test_by_a_platform_with_another_time_a_ringout_is_known_and_listed_once_and_its_end_is_told(
    me: World, seconds: int
) -> None:
    await me.sandbox.fault("clock-skew", seconds=seconds)
    await quiet(me)
    me.dialer.dial(Order(ANSWERS, "+16505550100", name="Ann Lee"))
    await me.sandbox.ring(ANSWERS)  # the user's own phone: on some systems it shows
    assert (await ended(me)).end is End.CONNECTED
    (call,) = await me.sees(Stage.CONNECTED)
    inbound = [change.now for change in me.changes if change.now.direction is Direction.INBOUND]
    assert inbound
    assert all(leg.own_leg for leg in inbound)
    assert 0 <= me.calls.now() - call.started_at < 120  # by their quick clocks
    await me.sandbox.post(f"calls/{call.session_id}/hang-up")
    await until(lambda: me.dialer.progress.value and me.dialer.progress.value.end is End.OVER)
    progress = me.dialer.progress.value
    assert progress
    lasted = re.fullmatch(r"The call to Ann Lee is over after (\d+) s\.", progress.summary)
    assert lasted
    assert int(lasted[1]) < 120
    (record,) = await me.listed(1)
    assert (record.direction, record.number) == (Direction.OUTBOUND, ANSWERS)
