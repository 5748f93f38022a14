"""After a sleep: what came meanwhile is told once, in one sentence, and nothing old comes up as if it were new."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rcdesk.core import away as core_away
from rcdesk.core import subscription
from rcdesk.core.account import Presence
from rcdesk.core.away import LONG, SETTLED, Summary
from rcdesk.core.calls import Change, Stage
from rcdesk.core.notices import Close, Kind, Notices, Show
from rcdesk.core.subscription import LinkState, Transport
from rcdesk.services import away
from rcdesk.services.session import Phase, SessionState
from tests.client.served import eventually
from tests.helpers.wait import until
from tests.services.world import World

ANN, BOB = "+13025550101", "+13025550102"
HOURS = 5 * 3600.0
Cards = list[tuple[str, Kind | str]]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscription, "PAUSES", ((0.0, 0.0), (0.05, 0.05), (0.1, 0.1)))
    monkeypatch.setattr(subscription, "POLL", (0.1, 0.1))
    monkeypatch.setattr(
        away, "LOOK", 0.1
    )  # the people of this world, and its clock, are twenty times as fast


@pytest.fixture
def told(me: World) -> list[Summary]:
    summaries: list[Summary] = []
    me.away.summaries.subscribe(summaries.append)
    return summaries


@pytest.fixture
def cards(me: World) -> Cards:
    """What the cards on this world's screen would say, one after the other."""
    notices, shown = Notices(), list[tuple[str, Kind | str]]()

    def on_change(change: Change) -> None:
        match notices.apply(change, Presence()):
            case Show(card) if shown[-1:] != [(card.key, card.kind)]:
                shown.append((card.key, card.kind))
            case Close(key):
                shown.append((key, "gone"))

    me.calls.changes.subscribe(on_change)
    return shown


def kinds(cards: Cards) -> list[Kind | str]:
    return [kind for _, kind in cards]


async def ready(me: World) -> int:
    """Sign in and wait until all is quiet; return how many tokens for sockets that took."""
    await me.signed_in()
    await me.live(over=Transport.WEBSOCKET)
    await until(lambda: not me.history.syncing.value and me.link.last_checked and not me.link._snapshots)
    return await asked(me)


async def asked(me: World) -> int:
    return int((await me.sandbox.state())["requests"]["wstoken"])


async def fall_asleep(me: World) -> None:
    """Hear nothing from now on."""
    await me.sandbox.fault("drop-push", count=10_000)


async def wake_up(me: World, slept: float = HOURS) -> None:
    """Let the clocks have jumped, which is noticed, and hear again."""
    await me.sandbox._http.delete(f"{me.sandbox.info['control']}/faults")
    me.jump.seconds += slept
    me.awake.look()
    assert me.link.status.value.state is LinkState.RECOVERING
    await me.live()


async def over(me: World, *plans: str) -> None:
    """Let a call come for each plan, and wait until each is over."""
    sessions = [
        await me.sandbox.ring(f"+130255501{nth:02}", plan=[{"after": 10, "do": plan}])
        for nth, plan in enumerate(plans)
    ]

    async def none_is_left() -> bool:
        live = (await me.sandbox.state())["active_calls"]
        return not {call["session_id"] for call in live} & set(sessions)

    await eventually(none_is_left)


async def test_what_came_in_five_hours_of_sleep_is_told_once(
    me: World, told: list[Summary], cards: Cards
) -> None:
    before = await ready(me)
    asleep_at = me.link._clock()
    await fall_asleep(me)
    await over(me, "miss", "answer-elsewhere", "miss", "miss", "answer-elsewhere")
    rings = await me.sandbox.ring(BOB)
    await wake_up(me)
    assert await asked(me) == before + 1
    (call,) = me.calls.calls
    assert (call.session_id, call.stage) == (rings, Stage.RINGING)
    assert kinds(cards) == [Kind.RINGING], "only the one that rings now"
    await until(lambda: told, within=10)
    (summary,) = told
    assert summary.words == "3 missed, 2 answered elsewhere"
    assert summary.slept
    assert asleep_at - 100 < summary.began < summary.ended - HOURS
    assert await asked(me) == before + 1
    await until(lambda: me.away._teller and me.away._teller.done())
    assert (told, kinds(cards)) == ([summary], [Kind.RINGING])
    me.jump.seconds += HOURS
    me.awake.look()
    await until(lambda: len(told) == 2, within=10)
    assert told[1].began > summary.ended - 100, "the next sleep is another gap"
    assert me.problems == []


async def test_a_call_that_rang_when_the_computer_fell_asleep_is_told_of_but_has_no_late_card(
    me: World, told: list[Summary], cards: Cards
) -> None:
    await ready(me)
    session = await me.sandbox.ring(ANN)
    still = await me.sandbox.ring(BOB)
    await me.sees(Stage.RINGING, Stage.RINGING)
    await fall_asleep(me)
    await me.sandbox.post(f"calls/{session}/answer-elsewhere")
    await me.sandbox._http.delete(f"{me.sandbox.info['control']}/faults")
    me.jump.seconds += HOURS
    me.awake.look()
    assert kinds(cards)[2:] == ["gone", "gone"], "before anything was asked"
    await me.live()
    await me.sees(Stage.RINGING)
    assert kinds(cards) == [Kind.RINGING, Kind.RINGING, "gone", "gone", Kind.RINGING]
    await until(lambda: told, within=10)
    assert told[0].words == "1 answered elsewhere"
    await me.sandbox.post(f"calls/{still}/miss")
    await me.sees()
    assert kinds(cards)[5:] == [Kind.MISSED]


async def test_a_link_that_flaps_on_waking_is_told_of_once(me: World, told: list[Summary]) -> None:
    await ready(me)
    await fall_asleep(me)
    await over(me, "miss")
    await wake_up(me)
    for _ in range(3):
        me.link.retry()
        await me.live()
    me.jump.seconds += LONG + 60
    me.awake.look()
    await me.live()
    await until(lambda: told, within=10)
    assert [summary.words for summary in told] == ["1 missed"]
    assert told[0].ended - told[0].began > HOURS + LONG + 60


async def test_a_short_sleep_is_not_worth_a_word(me: World, told: list[Summary]) -> None:
    await ready(me)
    await fall_asleep(me)
    await wake_up(me, LONG - 120)  # the clock of this world goes fast
    assert me.away._teller is None
    assert told == []


async def test_without_calls_there_is_a_summary_of_none(me: World, told: list[Summary]) -> None:
    await ready(me)
    await wake_up(me)
    await until(lambda: told, within=10)
    assert told[0].counts == ()


async def test_a_log_that_may_not_be_read_is_no_reason_to_be_silent(me: World, told: list[Summary]) -> None:
    await ready(me)
    await fall_asleep(me)
    await over(me, "miss")
    me.jump.seconds += HOURS
    await me.sandbox._http.delete(f"{me.sandbox.info['control']}/faults")
    await me.sandbox.fault("http-status", path="*/call-log-sync", status=403, count=1000)
    me.awake.look()
    await until(lambda: told, within=10)
    assert (told[0].known, told[0].words) == (False, "which calls came is not known")


async def test_a_log_that_cannot_be_read_yet_is_waited_for(me: World, told: list[Summary]) -> None:
    await ready(me)
    await fall_asleep(me)
    await over(me, "miss")
    me.jump.seconds += HOURS
    await me.sandbox._http.delete(f"{me.sandbox.info['control']}/faults")
    await me.sandbox.fault("http-status", path="*/call-log-sync", status=503, count=5)
    me.awake.look()
    await until(lambda: told, within=10)
    assert told[0].words == "1 missed"


async def test_polling_is_no_gap_and_a_sleep_under_it_is(me: World, told: list[Summary]) -> None:
    me.link.choose("polling")
    await me.signed_in()
    await me.live(LinkState.POLLING)
    me.jump.seconds += HOURS
    me.awake.look()
    await me.live(LinkState.POLLING)
    await until(lambda: told, within=10)


async def test_what_is_looked_up_while_nothing_pushes_is_shown_as_well(
    me: World, told: list[Summary]
) -> None:
    me.link.choose("websocket")
    await ready(me)
    await me.sandbox.fault("refuse-wstoken", count=10_000)
    me.jump.seconds += HOURS
    me.awake.look()
    await until(lambda: told, within=10)
    assert me.link.status.value.state is LinkState.RECOVERING


async def test_a_gap_that_grows_while_the_log_is_read_is_told_of_in_full(
    me: World, told: list[Summary], monkeypatch: pytest.MonkeyPatch
) -> None:
    await ready(me)
    read, times = me.history.caught_up, 0

    async def slow() -> bool:
        nonlocal times
        times += 1
        if times == 2:
            me.jump.seconds += HOURS
            me.awake.look()
            await me.live()
        return await read()

    monkeypatch.setattr(me.history, "caught_up", slow)
    me.jump.seconds += HOURS
    me.awake.look()
    await until(lambda: told, within=10)
    await until(lambda: me.away._teller and me.away._teller.done())
    (summary,) = told
    assert summary.ended - summary.began > 2 * HOURS


async def test_the_history_is_right_before_anything_is_told(
    me: World, told: list[Summary], monkeypatch: pytest.MonkeyPatch
) -> None:
    await ready(me)
    monkeypatch.setattr(away, "SETTLED", 1e9)
    await me.sandbox.post("records", count=3)
    me.jump.seconds += HOURS
    me.awake.look()
    await me.listed(3)
    assert told == []


async def test_who_signs_out_while_the_log_cannot_be_read_leaves_nothing_behind(me: World) -> None:
    await ready(me)
    await me.sandbox.fault("http-status", path="*/call-log-sync", status=503, count=10_000)
    me.jump.seconds += HOURS
    me.awake.look()
    await until(lambda: me.away._teller)
    me.session.sign_out()
    await until(lambda: not me.nursery._tasks)


async def test_who_signs_out_is_told_nothing(me: World, told: list[Summary]) -> None:
    await ready(me)
    me.jump.seconds += HOURS
    me.awake.look()
    await me.live()
    assert me.away._teller
    me.session.sign_out()
    await until(lambda: me.away._teller and me.away._teller.done())
    me.jump.seconds += HOURS
    me.awake.look()
    await ready(me)
    assert me.away._gaps.gap is None
    assert told == []


async def test_a_clock_that_is_set_back_is_told_as_no_sleep(
    me: World, told: list[Summary], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core_away, "LONG", 5.0)
    await ready(me)
    await me.sandbox.fault("http-status", path="*/presence", status=503, count=10_000)
    await me.sandbox.fault("refuse-wstoken", count=10_000)
    me.jump.seconds -= HOURS
    me.awake.look()
    began = me.link._clock()
    await until(lambda: me.link._clock() > began + 10)
    await me.sandbox.delete("faults")
    await until(lambda: told, within=10)
    assert not told[0].slept
    assert began - 100 < told[0].began < told[0].ended < began + 1000


async def expired(me: World) -> None:
    """Let the server end the session, and somebody miss a call meanwhile."""
    await ready(me)
    await me.sandbox.fault("revoke-tokens")
    await me.phase(Phase.EXPIRED)
    await until(lambda: me.link.status.value.state is LinkState.SIGNED_OUT)
    await over(me, "miss")
    me.jump.seconds += HOURS


async def test_who_signs_in_again_in_place_is_told_what_came_meanwhile(
    me: World, told: list[Summary], cards: Cards
) -> None:
    await expired(me)
    await me.signed_in()
    await until(lambda: told, within=10)
    assert [summary.words for summary in told] == ["1 missed"]
    assert told[0].ended - told[0].began > HOURS
    assert kinds(cards) == [], "nothing old comes up as if it were new"


async def test_a_summary_that_is_due_when_the_session_ends_comes_with_the_next_one(
    me: World, told: list[Summary]
) -> None:
    await ready(me)
    await fall_asleep(me)
    await over(me, "miss")
    await wake_up(me)
    assert me.away._gaps.gap
    await me.sandbox.fault("revoke-tokens")
    await me.phase(Phase.EXPIRED)
    await until(lambda: me.link.status.value.state is LinkState.SIGNED_OUT)
    assert told == []
    await me.signed_in()
    await until(lambda: told, within=10)
    assert [summary.words for summary in told] == ["1 missed"]


async def test_somebody_else_who_signs_in_in_place_is_told_nothing(me: World, told: list[Summary]) -> None:
    await expired(me)
    account = me.state.account
    assert account
    me.away._whose.is_over(SessionState(Phase.SIGNED_IN, replace(account, account_id="999")))
    await me.signed_in()
    await me.live()
    assert me.away._gaps.gap is None
    assert told == []


@pytest.mark.parametrize("ended", [False, True], ids=["link", "session"])
async def test_what_rings_is_doubted_after_two_minutes_in_which_nothing_was_heard(
    me: World, monkeypatch: pytest.MonkeyPatch, ended: bool
) -> None:
    await ready(me)
    await me.sandbox.ring(ANN)
    await me.sees(Stage.RINGING)
    monkeypatch.setattr(away, "DOUBTED", 0.3)
    await me.sandbox.fault("http-status", path="*/presence", status=503, count=10_000)
    await me.sandbox.fault("refuse-wstoken", count=10_000)
    if ended:
        me.session.platform.publish(None)
    else:
        me.link.retry()
    assert len(me.calls.calls) == 1
    await me.sees()
    assert me.changes[-1].now.ended_at is None
    assert await me.newest(5) == (), "nobody knows whether it was missed"


async def test_a_doubt_ends_with_a_look_and_there_is_none_while_the_link_is_live(me: World) -> None:
    await ready(me)
    assert me.away._doubt is None
    me.link.retry()
    first = me.away._doubt
    assert first
    me.link.checked.publish(None)
    assert me.away._doubt
    assert me.away._doubt is not first, "it begins anew"
    await me.live()
    assert me.away._doubt is None


@pytest.mark.parametrize("seconds", [-600, 600])
async def test_by_a_platform_with_another_time_the_same_calls_came(
    me: World, told: list[Summary], monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    monkeypatch.setattr(core_away, "LONG", 5.0)
    await me.sandbox.fault("clock-skew", seconds=seconds)
    await ready(me)
    await me.sandbox.fault("http-status", path="*/presence", status=503, count=10_000)
    await me.sandbox.fault("refuse-wstoken", count=10_000)
    me.link.retry()
    known_to_within = me.link._clock() + 2.0
    await until(lambda: me.link._clock() > known_to_within)
    await over(me, "miss")
    me.sandbox.mend("http-status")
    await until(lambda: told, within=10)
    assert told[0].words == "1 missed"


def test_the_log_lags_no_longer_than_is_waited_for() -> None:
    assert SETTLED >= 30.0
