"""The link: never silently deaf, never hammering, and live only when nothing is missing."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rcdesk.core.errors import Kind, Problem
from rcdesk.core.subscription import (
    DOUBT,
    UNCHECKED,
    Action,
    Close,
    Link,
    LinkState,
    LinkStatus,
    Open,
    Push,
    TakeSnapshot,
    Transport,
)

WEBSOCKET, PUBNUB, POLLING = Transport.WEBSOCKET, Transport.PUBNUB, Transport.POLLING
LIVE, RECOVERING, CONNECTING = LinkState.LIVE, LinkState.RECOVERING, LinkState.CONNECTING
HOUR = 3600.0
SNAPSHOT, BESIDE = TakeSnapshot(), TakeSnapshot(beside=True)


def least() -> float:
    """Let every pause be as short as it may."""
    return 0.0


def problem(kind: Kind = Kind.OFFLINE, retry_after: float | None = None) -> Problem:
    return Problem("It failed.", "Wait.", kind, retry_after=retry_after)


def live(push: Push = Push.AUTO, now: float = 0.0, chance: Callable[[], float] = least) -> Link:
    """A link that is live over its first transport."""
    link = Link(push, chance)
    (opening,) = link.signed_in(now)
    assert isinstance(opening, Open)
    assert link.connected(opening.transport, now) == [SNAPSHOT]
    assert link.snapshot_taken(now, differed=True) == []
    assert link.status.state is LIVE
    return link


def polling(now: float = 0.0) -> Link:
    """A link in auto for which neither push transport is offered."""
    link = Link(Push.AUTO, least)
    assert link.signed_in(now) == [Open(WEBSOCKET)]
    assert link.lost(WEBSOCKET, problem(Kind.FORBIDDEN), now) == [Open(PUBNUB)]
    assert link.lost(PUBNUB, problem(Kind.FORBIDDEN), now) == [SNAPSHOT]
    assert link.snapshot_taken(now, differed=False) == []
    assert link.status == LinkStatus(LinkState.POLLING, now, POLLING)
    return link


def next_try(link: Link, transport: Transport) -> float:
    """Let the looks at the presence fail until `transport` is tried again; return when that is."""
    for _ in range(1000):
        now = link.next_wake
        assert now is not None
        actions = link.tick(now)
        if Open(transport) in actions:
            return now
        assert actions in ([SNAPSHOT], [BESIDE])
        assert link.snapshot_failed(problem(), now) == []
    raise AssertionError("it is never tried again")


def pauses_between_tries(link: Link, transport: Transport, now: float, tries: int) -> list[float]:
    """Let `transport` fail so often, and return how long the link waited before each further try."""
    pauses = []
    for _ in range(tries):
        actions = link.lost(transport, problem(), now)
        again = now if Open(transport) in actions else next_try(link, transport)
        pauses.append(again - now)
        now = again
    return pauses


# Becoming live.


def test_nothing_is_done_before_the_start() -> None:
    link = Link(Push.AUTO, least)
    assert (link.status.state, link.next_wake, link.tick(9), link.woke(9)) == (LinkState.OFF, None, [], [])


def test_it_is_live_only_after_the_snapshot_that_fills_the_gap() -> None:
    link = Link(Push.AUTO, least)
    assert link.signed_in(1) == [Open(WEBSOCKET)]
    assert link.status == LinkStatus(CONNECTING, 1, Transport.NONE)
    assert link.connected(WEBSOCKET, 2) == [SNAPSHOT]
    assert link.status == LinkStatus(CONNECTING, 1, WEBSOCKET)
    assert link.snapshot_taken(3, differed=True) == []
    assert link.status == LinkStatus(LIVE, 3, WEBSOCKET)


def test_the_first_snapshot_is_tried_until_it_is_taken() -> None:
    link = Link(Push.WEBSOCKET, least)
    link.signed_in(0)
    link.connected(WEBSOCKET, 0)
    assert link.snapshot_failed(problem(Kind.SERVER), 1) == []
    assert (link.status.state, link.next_wake) == (CONNECTING, 3)
    assert link.tick(3) == [SNAPSHOT]
    link.snapshot_failed(problem(Kind.THROTTLED, retry_after=60), 4)
    assert link.next_wake == 64


@pytest.mark.parametrize("kind", Kind)
def test_without_a_snapshot_it_is_never_live_whatever_the_refusal(kind: Kind) -> None:
    link = Link(Push.WEBSOCKET, least)
    link.signed_in(0)
    link.connected(WEBSOCKET, 0)
    link.snapshot_failed(problem(kind), 1)
    assert (link.status.state, link.next_wake) == (CONNECTING, 3)


@pytest.mark.parametrize(("push", "transport"), [(Push.WEBSOCKET, WEBSOCKET), (Push.PUBNUB, PUBNUB)])
def test_a_chosen_transport_is_the_only_one(push: Push, transport: Transport) -> None:
    link = Link(push, least)
    assert link.signed_in(0) == [Open(transport)]
    assert pauses_between_tries(link, transport, 0, 8) == [2, 4, 15, 16, 32, 60, 60, 60]
    assert Open(transport) not in link.lost(transport, problem(Kind.FORBIDDEN), 1000)
    assert next_try(link, transport) == 1060


def test_chosen_polling_reads_the_presence_every_few_seconds() -> None:
    link = Link(Push.POLLING, least)
    assert link.signed_in(0) == [SNAPSHOT]
    link.snapshot_taken(1, differed=True)
    assert (link.status, link.next_wake) == (LinkStatus(LinkState.POLLING, 1, POLLING), 4)
    assert link.tick(4) == [SNAPSHOT]
    assert link.tick(5) == []


def test_what_fails_before_it_was_ever_live_leaves_it_connecting() -> None:
    link = Link(Push.WEBSOCKET, least)
    link.signed_in(0)
    link.lost(WEBSOCKET, problem(), 1)
    assert link.status == LinkStatus(CONNECTING, 0, Transport.NONE)


# Losing it.


def test_a_lost_connection_is_tried_again_at_once_then_ever_more_slowly() -> None:
    link = live(Push.WEBSOCKET)
    assert pauses_between_tries(link, WEBSOCKET, 100, 5) == [0, 2, 4, 15, 16]
    assert link.status == LinkStatus(RECOVERING, 100, Transport.NONE)


def test_a_connection_that_does_not_last_is_not_tried_at_once() -> None:
    link = live(Push.WEBSOCKET, 1000)
    assert link.lost(WEBSOCKET, None, 1059) == []
    assert link.next_wake == 1061
    link = live(Push.WEBSOCKET, 1000)
    assert link.lost(WEBSOCKET, None, 1060) == [Open(WEBSOCKET)]


def test_a_server_that_names_a_pause_gets_it() -> None:
    link = live(Push.WEBSOCKET)
    link.lost(WEBSOCKET, problem(Kind.THROTTLED, retry_after=61), 100)
    assert next_try(link, WEBSOCKET) == 161


@pytest.mark.parametrize("kind", [Kind.FORBIDDEN, Kind.THROTTLED])
def test_the_pause_of_one_transport_does_not_hold_up_the_next(kind: Kind) -> None:
    link = Link(Push.AUTO, least)
    link.signed_in(0)
    assert link.lost(WEBSOCKET, problem(kind, retry_after=60), 1) == [Open(PUBNUB)]


def test_every_new_connection_is_followed_by_a_snapshot() -> None:
    link = live(Push.WEBSOCKET)
    link.lost(WEBSOCKET, None, 100)
    assert link.connected(WEBSOCKET, 101) == [SNAPSHOT]
    assert link.status.state is RECOVERING
    link.snapshot_taken(102, differed=True)
    assert (link.status, link.next_wake) == (LinkStatus(LIVE, 102, WEBSOCKET), 264)


def test_what_is_told_of_a_transport_not_in_use_changes_nothing() -> None:
    link = live()
    before = link.status, link.next_wake
    assert link.lost(PUBNUB, None, 5) == []
    assert link.connected(PUBNUB, 5) == []
    assert (link.status, link.next_wake) == before


# Looking meanwhile.


def test_while_nothing_is_open_the_presence_is_looked_at_every_few_seconds() -> None:
    link = live(Push.WEBSOCKET)
    link.lost(WEBSOCKET, problem(Kind.FORBIDDEN), 100)
    assert link.next_wake == 102
    assert link.tick(102) == [SNAPSHOT]
    assert link.snapshot_taken(102.5, differed=True) == []
    assert (link.status.state, link.next_wake) == (RECOVERING, 104.5), "twice within five seconds"
    assert link.tick(104.5) == [SNAPSHOT]
    link.snapshot_failed(problem(), 105)
    assert link.next_wake == 107


def test_after_two_minutes_it_is_looked_at_as_if_polled() -> None:
    link = live(Push.WEBSOCKET)
    link.lost(WEBSOCKET, problem(Kind.FORBIDDEN, retry_after=1000), 100)
    for now, wake in ((219.0, 221.0), (220.0, 222.0), (220.1, 223.1)):
        link.tick(now)
        link.snapshot_taken(now, differed=False)
        assert link.next_wake == pytest.approx(wake)


def test_polling_is_no_faster_when_it_was_just_begun() -> None:
    link = Link(Push.POLLING, least)
    assert link.signed_in(0) == [SNAPSHOT]
    link.snapshot_failed(problem(), 0.5)
    assert link.next_wake == 3.5


def test_tries_that_fail_meanwhile_do_not_put_the_look_off() -> None:
    link = live(Push.WEBSOCKET)
    assert link.lost(WEBSOCKET, problem(), 100) == [Open(WEBSOCKET)]
    link.lost(WEBSOCKET, problem(), 101)
    assert link.tick(103) == [Open(WEBSOCKET), SNAPSHOT]


def test_a_connection_that_takes_long_is_no_reason_not_to_look() -> None:
    link = Link(Push.WEBSOCKET, least)
    assert link.signed_in(0) == [Open(WEBSOCKET)]
    assert link.tick(3) == [SNAPSHOT]
    link.snapshot_taken(3, differed=True)
    link = live(Push.WEBSOCKET)
    link.woke(500)
    assert link.tick(503) == [SNAPSHOT]


def test_the_first_look_that_works_again_opens_what_waits() -> None:
    link = live(Push.WEBSOCKET)
    assert pauses_between_tries(link, WEBSOCKET, 100, 4) == [0, 2, 4, 15]
    link.snapshot_failed(problem(), 122)
    assert link.lost(WEBSOCKET, problem(), 130) == [SNAPSHOT], "it has been due since 125"
    assert link.snapshot_taken(134, differed=True) == [Open(WEBSOCKET)]
    link.lost(WEBSOCKET, problem(), 138)
    link.tick(141)
    assert link.snapshot_taken(141, differed=False) == [], "the network was not away: it waits its time"


def test_a_look_that_hung_while_nothing_was_open_says_that_the_network_was_away() -> None:
    link = live(Push.WEBSOCKET)
    assert link.lost(WEBSOCKET, None, 100) == [Open(WEBSOCKET)]
    link.lost(WEBSOCKET, None, 101)
    assert link.tick(103) == [Open(WEBSOCKET), SNAPSHOT]
    link.snapshot_taken(103, differed=False)
    link.lost(WEBSOCKET, None, 103)
    assert link.tick(107) == [Open(WEBSOCKET), SNAPSHOT]
    link.lost(WEBSOCKET, None, 107)
    assert link.tick(111) == [BESIDE]
    assert link.snapshot_taken(112, differed=False) == [Open(WEBSOCKET)]


def test_one_that_hung_beside_an_open_line_says_nothing_of_the_kind() -> None:
    link = live(Push.WEBSOCKET)
    link.tick(180)
    assert link.tick(184) == [BESIDE]
    assert link.lost(WEBSOCKET, None, 185) == [Open(WEBSOCKET)]
    link.lost(WEBSOCKET, None, 185)
    assert link.snapshot_taken(186, differed=False) == []


@pytest.mark.parametrize(
    "refusal", [problem(Kind.THROTTLED, retry_after=60), problem(Kind.FORBIDDEN)], ids=["pause", "refusal"]
)
def test_a_look_that_works_is_no_reason_to_disregard_what_the_server_said(refusal: Problem) -> None:
    link = live(Push.WEBSOCKET)
    link.lost(WEBSOCKET, refusal, 100)
    link.tick(103)
    link.snapshot_failed(problem(), 103)
    link.tick(106)
    assert link.snapshot_taken(106, differed=True) == []
    assert next_try(link, WEBSOCKET) == 160


def test_in_a_long_outage_the_looks_become_rare() -> None:
    link = live(Push.WEBSOCKET)
    link.lost(WEBSOCKET, problem(Kind.FORBIDDEN), 100)
    link.tick(103)
    link.snapshot_failed(problem(), 220)
    assert SNAPSHOT in link.tick(223)
    link.snapshot_failed(problem(), 223)
    moments = []
    while len(moments) < 3:
        now = link.next_wake
        assert now is not None
        if SNAPSHOT in link.tick(now):
            moments.append(now)
            link.snapshot_failed(problem(), now)
    assert moments == [243, 263, 283]


def test_a_look_that_worked_is_followed_by_the_next_one_soon_however_long_the_outage() -> None:
    link = live(Push.WEBSOCKET)
    link.lost(WEBSOCKET, problem(Kind.FORBIDDEN), 100)
    link.tick(159)
    link.snapshot_taken(159, differed=False)
    link.lost(WEBSOCKET, problem(Kind.FORBIDDEN), 1000)
    link.snapshot_taken(1000, differed=False)
    assert link.next_wake == 1003


def test_one_look_that_fails_is_no_outage_however_long_the_link_is_down() -> None:
    link = live(Push.WEBSOCKET)
    link.lost(WEBSOCKET, problem(Kind.FORBIDDEN, retry_after=10_000), 100)
    link.snapshot_taken(1000, differed=False)
    link.snapshot_failed(problem(), 1120)
    assert link.next_wake == 1123
    link.snapshot_failed(problem(), 1120.5)
    assert link.next_wake == 1140.5


def test_one_check_that_fails_before_it_is_live_again_is_no_outage_either() -> None:
    link = live(Push.WEBSOCKET)
    link.lost(WEBSOCKET, problem(Kind.FORBIDDEN, retry_after=1000), 100)
    link.snapshot_taken(1000, differed=False)
    assert Open(WEBSOCKET) in link.tick(1100)
    link.connected(WEBSOCKET, 1110)
    link.snapshot_failed(problem(), 1111)
    assert link.next_wake == 1113


def test_a_look_that_is_throttled_waits_as_long_as_it_must() -> None:
    link = live(Push.WEBSOCKET)
    link.lost(WEBSOCKET, problem(Kind.FORBIDDEN), 100)
    link.tick(103)
    link.snapshot_failed(problem(Kind.THROTTLED, retry_after=50), 103)
    assert link.next_wake == 153


def test_what_is_read_after_the_end_of_the_session_leads_to_nothing() -> None:
    link = live()
    link.tick(180)
    link.signed_out(181)
    assert link.snapshot_taken(182, differed=False) == []
    assert link.next_wake is None
    assert link.snapshot_failed(problem(), 183) == []
    assert link.next_wake is None


def test_beside_a_snapshot_that_hangs_another_one_is_asked_for() -> None:
    link = live()
    assert link.tick(180) == [SNAPSHOT]
    for moment in (184, 188, 192):
        assert link.next_wake == moment
        assert link.tick(moment) == [BESIDE]
    link.snapshot_taken(193, differed=False)
    assert link.tick(373) == [SNAPSHOT]
    assert link.next_wake == 377


@pytest.mark.parametrize("push", [Push.WEBSOCKET, Push.PUBNUB, Push.POLLING])
def test_if_none_is_ever_answered_nothing_is_known_any_more(push: Push) -> None:
    link = Link(push, least)
    for action in link.signed_in(0):
        if isinstance(action, Open):
            link.connected(action.transport, 0)
    link.snapshot_taken(0, differed=False)
    known = link.status.state
    first = link.next_wake
    assert first is not None
    assert link.tick(first) == [SNAPSHOT]
    for nth in (1, 2, 3):
        assert link.status.state is known
        assert link.tick(first + 4 * nth) == [BESIDE]
    assert link.status == LinkStatus(RECOVERING, first + 12, link.status.transport)
    link.snapshot_taken(first + 13, differed=False)
    assert link.status == LinkStatus(known, first + 13, link.status.transport)


def test_one_that_hangs_from_before_a_connection_is_not_waited_for() -> None:
    link = live(Push.WEBSOCKET)
    link.tick(180)
    link.tick(184)
    link.lost(WEBSOCKET, None, 185)
    link.tick(187)
    assert link.connected(WEBSOCKET, 187) == [SNAPSHOT]


def test_chance_spreads_every_pause() -> None:
    for share, tries, looks in ((0.0, [0, 2, 4], 3.0), (0.5, [1, 3, 6], 3.5)):
        link = Link(Push.WEBSOCKET, lambda share=share: share)  # type: ignore[misc]
        link.signed_in(0)
        link.connected(WEBSOCKET, 0)
        link.snapshot_taken(0, differed=False)
        assert pauses_between_tries(link, WEBSOCKET, 100, 3) == tries
        link = Link(Push.POLLING, lambda share=share: share)  # type: ignore[misc]
        link.signed_in(0)
        link.snapshot_taken(0, differed=False)
        assert link.next_wake == looks


# Falling back and climbing (auto).


def test_after_three_tries_the_next_transport_gets_its_turn() -> None:
    link = live()
    assert pauses_between_tries(link, WEBSOCKET, 100, 3) == [0, 2, 4]
    assert link.lost(WEBSOCKET, problem(), 107) == [Open(PUBNUB)]
    assert pauses_between_tries(link, PUBNUB, 107, 2) == [2, 4]
    assert link.lost(PUBNUB, problem(), 114) == [SNAPSHOT]
    assert link.status == LinkStatus(RECOVERING, 100, POLLING)
    link.snapshot_taken(115, differed=True)
    assert link.status == LinkStatus(LinkState.POLLING, 115, POLLING)


def test_from_polling_the_better_transports_are_tried_every_five_minutes() -> None:
    link = polling()
    assert Open(WEBSOCKET) not in link.tick(299)
    assert link.tick(300) == [Open(WEBSOCKET)]
    assert link.lost(WEBSOCKET, problem(Kind.FORBIDDEN), 301) == [Open(PUBNUB)]
    assert link.lost(PUBNUB, problem(), 302) == []
    assert link.status.state is LinkState.POLLING
    assert Open(WEBSOCKET) not in link.tick(601)
    assert Open(WEBSOCKET) in link.tick(602)
    link.snapshot_taken(602, differed=False)
    assert link.connected(WEBSOCKET, 603) == [SNAPSHOT]
    link.snapshot_taken(604, differed=False)
    assert (link.status, link.next_wake) == (LinkStatus(LIVE, 604, WEBSOCKET), 766)


def climbs_at(chance: float) -> float:
    """When a link that fell to polling tries the better transports again, while its looks go well."""
    link = Link(Push.AUTO, lambda: chance)
    link.signed_in(0)
    link.lost(WEBSOCKET, problem(Kind.FORBIDDEN), 0)
    link.lost(PUBNUB, problem(Kind.FORBIDDEN), 0)
    link.snapshot_taken(0, differed=False)
    for _ in range(1000):
        now = link.next_wake
        assert now is not None
        if Open(WEBSOCKET) in link.tick(now):
            return now
        link.snapshot_taken(now, differed=False)
    raise AssertionError("it never does")


def test_desks_that_fell_to_polling_in_one_moment_do_not_climb_in_one() -> None:
    assert [climbs_at(chance) for chance in (0.0, 0.25, 0.5)] == [300, 330, 360]


def test_pubnub_goes_on_until_the_better_transport_is_open() -> None:
    link = Link(Push.AUTO, least)
    link.signed_in(0)
    link.lost(WEBSOCKET, problem(Kind.NOT_FOUND), 0)
    link.connected(PUBNUB, 1)
    link.snapshot_taken(1, differed=False)
    assert link.status == LinkStatus(LIVE, 1, PUBNUB)
    assert Open(WEBSOCKET) in link.tick(301)
    assert link.connected(WEBSOCKET, 302) == [Close(PUBNUB), SNAPSHOT]
    assert pauses_between_tries(link, WEBSOCKET, 303, 2) == [2, 4], "it counts its failures anew"


def test_checks_that_fail_over_the_better_transport_are_counted_anew() -> None:
    link = Link(Push.AUTO, least)
    link.signed_in(0)
    link.lost(WEBSOCKET, problem(Kind.NOT_FOUND), 0)
    link.connected(PUBNUB, 1)
    link.snapshot_taken(1, differed=False)
    link.tick(301)
    link.snapshot_failed(problem(), 301)
    link.connected(WEBSOCKET, 302)
    for moment in (303, 306):
        link.tick(moment)
        link.snapshot_failed(problem(), moment)
        assert link.status.state is LIVE


def test_what_is_lost_while_climbing_lets_go_of_the_climb() -> None:
    link = Link(Push.AUTO, least)
    link.signed_in(0)
    link.lost(WEBSOCKET, problem(Kind.NOT_FOUND), 0)
    link.connected(PUBNUB, 1)
    link.tick(301)
    assert link.lost(PUBNUB, None, 302) == [Close(WEBSOCKET), Open(PUBNUB)]
    assert link.connected(WEBSOCKET, 303) == []


def test_polling_without_a_network_is_recovering_and_climbs_when_it_is_back() -> None:
    link = polling()
    link.tick(3)
    link.snapshot_failed(problem(), 4)
    assert (link.status.state, link.next_wake) == (RECOVERING, 7)
    link.tick(7)
    link.snapshot_failed(problem(Kind.THROTTLED, retry_after=60), 8)
    assert link.tick(68) == [SNAPSHOT]
    assert link.snapshot_taken(69, differed=False) == [Open(WEBSOCKET)]
    assert link.status.state is LinkState.POLLING


def test_the_first_look_that_fails_after_hours_of_polling_is_repeated_soon() -> None:
    link = polling()
    link.tick(299)
    link.snapshot_failed(problem(), 299)
    assert link.status == LinkStatus(RECOVERING, 299, POLLING)
    assert SNAPSHOT in link.tick(302)


# Checking.


def test_while_it_is_live_the_presence_is_checked_every_three_minutes() -> None:
    link = live()
    assert link.next_wake == 162
    assert link.tick(180) == [SNAPSHOT]
    assert link.tick(181) == []
    link.snapshot_taken(181, differed=False)
    assert link.next_wake == 343


@pytest.mark.parametrize(("push", "about"), [(Push.WEBSOCKET, 180), (Push.PUBNUB, 30)])
def test_desks_that_went_live_in_one_moment_are_not_checked_in_one(push: Push, about: int) -> None:
    shares: list[Callable[[], float]] = [lambda: 0.0, lambda: 0.5, lambda: 1.0]
    moments = [live(push, chance=share).next_wake for share in shares]
    assert moments == [pytest.approx(about * part) for part in (0.9, 1.0, 1.1)]


def test_over_pubnub_it_is_checked_more_often_since_a_dead_line_says_nothing_there() -> None:
    link = live(Push.PUBNUB)
    assert link.next_wake == 27
    assert link.tick(30) == [SNAPSHOT]
    link.snapshot_taken(31, differed=False)
    assert link.next_wake == 58


def test_news_that_a_check_has_and_push_does_not_bring_means_that_push_is_dead() -> None:
    link = live()
    link.tick(180)
    assert link.snapshot_taken(181, differed=True) == []
    assert (link.status.state, link.next_wake) == (LIVE, 186)
    assert link.tick(186) == [Close(WEBSOCKET), Open(WEBSOCKET)]
    assert link.status == LinkStatus(RECOVERING, 186, Transport.NONE)


def test_news_that_come_a_little_after_the_check_clear_push() -> None:
    link = live()
    link.tick(180)
    link.snapshot_taken(181, differed=True)
    assert link.heard(182) == []
    assert link.tick(186) == []
    assert (link.status.state, link.next_wake) == (LIVE, 343)


def test_a_check_that_failed_is_repeated_and_the_link_stays_live() -> None:
    link = live()
    link.tick(180)
    link.snapshot_failed(problem(Kind.SERVER), 181)
    assert (link.status.state, link.next_wake) == (LIVE, 183)


def test_checks_that_fail_again_and_again_leave_nothing_to_be_sure_of() -> None:
    link = live()
    for moment in (180, 183, 186):
        assert link.status.state is LIVE
        assert link.tick(moment) == [SNAPSHOT]
        link.snapshot_failed(problem(Kind.FORBIDDEN), moment + 1)
    assert link.status == LinkStatus(RECOVERING, 187, WEBSOCKET)
    assert link.next_wake == 189
    for moment in (190, 187 + 120):
        link.tick(moment)
        link.snapshot_failed(problem(Kind.FORBIDDEN), moment)
        assert link.next_wake == moment + 2
    link.tick(309)
    link.snapshot_failed(problem(Kind.FORBIDDEN), 310)
    assert link.next_wake == 330, "in an outage that lasts it is looked more rarely"
    link.tick(330)
    link.snapshot_taken(331, differed=False)
    assert link.status == LinkStatus(LIVE, 331, WEBSOCKET)


def test_what_cannot_be_checked_for_long_is_not_live_and_says_until_when() -> None:
    link = live()
    link.tick(180)
    assert link.snapshot_failed(problem(Kind.THROTTLED, retry_after=3 * HOUR), 181) == []
    barred = 181 + 3 * HOUR
    assert link.status == LinkStatus(RECOVERING, 181, WEBSOCKET, barred)
    assert link.next_wake == barred
    assert link.tick(barred) == [SNAPSHOT]
    link.snapshot_failed(problem(Kind.SERVER), barred + 1)
    assert link.status == LinkStatus(RECOVERING, 181, WEBSOCKET)
    link.snapshot_failed(problem(Kind.THROTTLED, retry_after=3 * HOUR), barred + 2)
    link.snapshot_taken(barred + 3, differed=False)
    assert link.status == LinkStatus(LIVE, barred + 3, WEBSOCKET)


@pytest.mark.parametrize(("retry_after", "state"), [(UNCHECKED, LIVE), (UNCHECKED + 0.1, RECOVERING)])
def test_a_short_penalty_leaves_it_live(retry_after: float, state: LinkState) -> None:
    link = live()
    link.tick(180)
    link.snapshot_failed(problem(Kind.THROTTLED, retry_after=retry_after), 181)
    assert link.status.state is state
    assert (link.status.barred_until is None) is (state is LIVE)
    assert link.next_wake == 181 + retry_after


def test_that_the_first_look_must_wait_is_told_too() -> None:
    link = Link(Push.WEBSOCKET, least)
    link.signed_in(0)
    link.connected(WEBSOCKET, 0)
    link.snapshot_failed(problem(Kind.THROTTLED, retry_after=HOUR), 1)
    assert link.status == LinkStatus(CONNECTING, 0, WEBSOCKET, 1 + HOUR)
    link = polling()
    link.tick(3)
    link.snapshot_failed(problem(Kind.THROTTLED, retry_after=HOUR), 4)
    assert link.status == LinkStatus(RECOVERING, 4, POLLING, 4 + HOUR)
    link.signed_out(5)
    link.snapshot_failed(problem(Kind.THROTTLED, retry_after=HOUR), 6)
    assert link.status == LinkStatus(LinkState.SIGNED_OUT, 5)


def test_news_that_leave_open_what_is_true_are_followed_by_a_snapshot_soon() -> None:
    link = live()
    assert link.unsure(100) == []
    assert link.next_wake == 102
    assert link.unsure(101) == []
    assert link.next_wake == 102
    assert link.tick(102) == [SNAPSHOT]


def test_news_that_come_before_the_first_snapshot_are_followed_by_one_soon_as_well() -> None:
    link = Link(Push.WEBSOCKET, least)
    link.signed_in(0)
    link.unsure(0)
    assert link.next_wake == 2


def test_but_not_sooner_than_ten_seconds_after_the_last_one() -> None:
    link = live()
    link.unsure(1)
    assert link.next_wake == 10
    assert link.tick(10) == [SNAPSHOT]
    assert link.unsure(11) == []  # the one that is under way may tell
    link.snapshot_taken(12, differed=False)
    link.unsure(13)
    assert link.next_wake == 22


def test_what_such_a_snapshot_finds_does_not_speak_against_push() -> None:
    link = live()
    link.unsure(100)
    link.tick(102)
    link.snapshot_taken(103, differed=True)
    assert link.next_wake == 265
    link.tick(265)
    link.snapshot_taken(265, differed=True)
    assert link.next_wake == 265 + DOUBT


def test_where_nothing_is_tried_there_is_no_second_look() -> None:
    link = live()
    link.signed_out(5)
    assert link.unsure(6) == []
    assert link.next_wake is None


def test_a_snapshot_that_comes_after_the_loss_does_not_make_it_live() -> None:
    link = live(Push.WEBSOCKET)
    link.tick(180)
    link.lost(WEBSOCKET, None, 181)
    link.snapshot_taken(182, differed=False)
    link.snapshot_failed(problem(), 182)
    assert link.status.state is RECOVERING


# Sleep, sign-out, stop.


def test_after_sleep_everything_is_opened_anew_the_best_first() -> None:
    link = polling()
    link.tick(300)
    assert link.woke(5000) == [Close(WEBSOCKET), Open(WEBSOCKET)]
    assert link.status == LinkStatus(RECOVERING, 5000, Transport.NONE)


def test_waking_before_it_was_ever_live_is_still_connecting() -> None:
    link = Link(Push.AUTO, least)
    link.signed_in(0)
    assert link.woke(1) == [Close(WEBSOCKET), Open(WEBSOCKET)]
    assert link.status.state is CONNECTING


def test_when_the_session_is_over_nothing_is_tried_until_the_user_signs_in() -> None:
    link = live()
    assert link.signed_out(9) == [Close(WEBSOCKET)]
    assert (link.status, link.next_wake) == (LinkStatus(LinkState.SIGNED_OUT, 9, Transport.NONE), None)
    assert link.woke(10) == []
    assert link.signed_in(11) == [Open(WEBSOCKET)]
    assert link.status.state is CONNECTING


@pytest.mark.parametrize("kind", Kind)
def test_a_refusal_that_will_not_pass_moves_to_the_next_way_at_once(kind: Kind) -> None:
    passing = {Kind.THROTTLED, Kind.SERVER, Kind.UNAVAILABLE, Kind.OFFLINE, Kind.UNREADABLE, Kind.LOCAL}
    link = Link(Push.AUTO, least)
    link.signed_in(0)
    assert link.lost(WEBSOCKET, problem(kind), 0) == ([] if kind in passing else [Open(PUBNUB)])


def test_a_refusal_of_the_sign_in_for_one_thing_is_not_the_end_of_the_session() -> None:
    link = live()
    link.tick(180)
    link.snapshot_failed(problem(Kind.SIGN_IN), 181)
    assert (link.status.state, link.next_wake) == (LIVE, 183)
    assert link.lost(WEBSOCKET, problem(Kind.SIGN_IN), 182) == [Open(PUBNUB)]


def test_stopping_closes_what_is_open() -> None:
    link = live()
    assert link.stop(9) == [Close(WEBSOCKET)]
    assert (link.status, link.next_wake) == (LinkStatus(LinkState.OFF, 9, Transport.NONE), None)


# Whatever happens.


class Shell:
    """Carries out the actions and checks that they make sense."""

    def __init__(self, push: Push, chance: random.Random) -> None:
        self.link = Link(push, chance.random)
        self.chance = chance
        self.now = 0.0
        self.open: set[Transport] = set()
        self.opening: set[Transport] = set()
        self.opened_at: list[float] = []

    def carry_out(self, actions: list[Action]) -> None:
        for action in actions:
            if isinstance(action, Open):
                assert action.transport not in self.open | self.opening
                self.opening.add(action.transport)
                self.opened_at.append(self.now)
            elif isinstance(action, Close):
                assert action.transport in self.open | self.opening
                self.open.discard(action.transport)
                self.opening.discard(action.transport)
        carrier = self.link.status.transport
        assert carrier in (Transport.NONE, POLLING) or carrier in self.open

    def step(self) -> None:
        chance, link = self.chance, self.link
        wake = link.next_wake
        if wake is not None and chance.random() < 0.4:
            self.now = max(self.now, wake)
            self.carry_out(link.tick(self.now))
            assert link.next_wake is None or link.next_wake > self.now
            return
        self.now += chance.choice([0.0, 1.0, 100.0])
        trouble = problem(chance.choice([Kind.OFFLINE, Kind.FORBIDDEN, Kind.SERVER, Kind.THROTTLED]), 5)
        happening = chance.choice(
            ["connect", "lose", "lose", "snapshot", "no snapshot", "hear", "wake", "tick"]
        )
        known = sorted(self.open | self.opening, key=lambda transport: transport.value)
        if happening == "connect" and self.opening:
            transport = chance.choice(sorted(self.opening, key=lambda each: each.value))
            self.opening.discard(transport)
            self.open.add(transport)
            self.carry_out(link.connected(transport, self.now))
        elif happening == "lose" and known:
            transport = chance.choice(known)
            self.open.discard(transport)
            self.opening.discard(transport)
            self.carry_out(link.lost(transport, chance.choice([None, trouble]), self.now))
        elif happening == "snapshot":
            self.carry_out(link.snapshot_taken(self.now, differed=chance.random() < 0.5))
        elif happening == "no snapshot":
            self.carry_out(link.snapshot_failed(trouble, self.now))
        elif happening == "wake" and chance.random() < 0.1:
            self.carry_out(link.woke(self.now))
        elif happening == "hear":
            self.carry_out(link.heard(self.now))
        else:
            self.carry_out(link.tick(self.now))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(Push), st.integers(0, 2**32))
def test_whatever_happens_the_link_knows_what_is_open_and_goes_on(push: Push, seed: int) -> None:
    shell = Shell(push, random.Random(seed))
    shell.carry_out(shell.link.signed_in(0.0))
    for _ in range(200):
        shell.step()
    waits_for_answer = bool(shell.opening) or shell.link.status.transport is not Transport.NONE
    assert shell.link.next_wake is not None or waits_for_answer
    shell.carry_out(shell.link.stop(shell.now))
    assert not shell.open
    assert not shell.opening
