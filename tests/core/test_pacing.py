"""What is learned of the limits, and who may go: each rule by an example."""

from __future__ import annotations

import math

import pytest

from rcdesk.core.pacing import DOCUMENTED, Budget, Pacer, Turn, Urgency, backoff

USER, DIAL, REFRESH, CONNECT = Urgency.USER, Urgency.DIAL, Urgency.REFRESH, Urgency.CONNECT
HISTORY, CONTACTS = Urgency.HISTORY, Urgency.CONTACTS
URGENCIES = tuple(Urgency)


def headers(
    group: str = "Heavy", left: object = 5, window: object = 60, limit: object = 10
) -> dict[str, str]:
    return {
        "X-Rate-Limit-Group": group,
        "X-Rate-Limit-Limit": str(limit),
        "X-Rate-Limit-Remaining": str(left),
        "X-Rate-Limit-Window": str(window),
    }


def go(pacer: Pacer, now: float, group: str = "Heavy", urgency: Urgency = USER, what: str = "GET /x") -> Turn:
    """Let one go that need not wait."""
    turn = pacer.join(what, group, urgency)
    assert pacer.wait(turn, now) == 0
    return turn


def ask(pacer: Pacer, now: float, group: str = "Heavy", urgency: Urgency = USER) -> float:
    """How long one would have to wait; it does not go."""
    turn = pacer.join("GET /x", group, urgency)
    pause = pacer.wait(turn, now)
    if pause:
        pacer.leave(turn)
    else:
        pacer.lost(turn, now, unsent=True)
    return pause


def spend(pacer: Pacer, count: int, now: float, group: str = "Heavy") -> None:
    """Send and be answered, with nothing learned of the limits."""
    for _ in range(count):
        pacer.answered(go(pacer, now, group), {}, now)


def learn(pacer: Pacer, told: dict[str, str], now: float) -> None:
    pacer.answered(go(pacer, now, told["X-Rate-Limit-Group"] or "Heavy"), told, now)


def only(pacer: Pacer, now: float) -> Budget:
    (budget,) = pacer.budgets(now)
    return budget


@pytest.mark.parametrize("group", DOCUMENTED)
def test_before_anything_is_known_a_burst_keeps_to_the_documented_limit(group: str) -> None:
    pacer = Pacer()
    turns = [pacer.join("GET /x", group, USER) for _ in range(DOCUMENTED[group] + 20)]
    pauses = [pacer.wait(turn, 100.0) for turn in turns]
    assert pauses.count(0.0) == DOCUMENTED[group]
    assert all(pause > 0 for pause in pauses[DOCUMENTED[group] :])


def test_a_group_of_which_only_the_name_is_known_gets_the_least_of_them() -> None:
    pacer = Pacer()
    assert [ask(pacer, 0.0, "Fax") for _ in range(2)] == [0, 0]
    spend(pacer, 5, 0.0, "Fax")
    assert ask(pacer, 0.0, "Fax") == 60


def test_a_request_under_way_counts_and_then_for_a_window_after_its_answer() -> None:
    pacer = Pacer()
    turns = [go(pacer, 100.0) for _ in range(10)]
    assert 0 < ask(pacer, 500.0) <= 1  # it may have arrived only now
    pacer.answered(turns[0], {}, 500.0)
    assert ask(pacer, 500.0) == 60
    pacer.lost(turns[1], 510.0)
    assert ask(pacer, 559.0) == 1
    go(pacer, 560.0)
    assert ask(pacer, 560.0) == 10


def test_one_that_was_never_sent_does_not_count() -> None:
    pacer = Pacer()
    turns = [go(pacer, 100.0) for _ in range(10)]
    pacer.lost(turns[0], 101.0, unsent=True)
    assert ask(pacer, 101.0) == 0


@pytest.mark.parametrize(("group", "kept"), [("Auth", 2), ("Heavy", 4), ("Light", 20)])
@pytest.mark.parametrize("urgency", [CONNECT, Urgency.RECONCILE, Urgency.POLL, HISTORY, CONTACTS])
def test_a_part_of_each_limit_is_left_to_the_user_and_to_the_refresh(
    group: str, kept: int, urgency: Urgency
) -> None:
    pacer = Pacer()
    for _ in range(DOCUMENTED[group] - kept):
        pacer.answered(go(pacer, 0.0, group, urgency), {}, 0.0)
    assert ask(pacer, 0.0, group, urgency) == 60
    for number in range(kept):
        pacer.answered(go(pacer, 0.0, group, (USER, REFRESH)[number % 2]), {}, 0.0)
    assert ask(pacer, 0.0, group, USER) == ask(pacer, 0.0, group, REFRESH) == 60


def test_a_call_that_can_be_placed_can_be_cancelled_too() -> None:
    pacer = Pacer()
    spend(pacer, 8, 0.0)
    pacer.answered(go(pacer, 0.0, urgency=DIAL), {}, 0.0)
    assert ask(pacer, 0.0, urgency=DIAL) == 60
    assert ask(pacer, 0.0, urgency=USER) == 0


def test_where_one_request_is_all_there_is_it_may_be_a_call() -> None:
    pacer = Pacer()
    learn(pacer, headers(left=0, limit=1), 0.0)
    assert ask(pacer, 60.0, urgency=DIAL) == 0


@pytest.mark.parametrize(("limit", "kept"), [(1, 0), (2, 1), (3, 2), (4, 2), (75, 30)])
def test_what_is_left_to_the_user_follows_the_limit_and_is_never_all_of_it(limit: int, kept: int) -> None:
    pacer = Pacer()
    learn(pacer, headers(limit=limit, left=limit), 0.0)
    for _ in range(limit - kept):
        go(pacer, 0.0, urgency=HISTORY)
    assert ask(pacer, 0.0, urgency=HISTORY) > 0
    assert (ask(pacer, 0.0) == 0) is (kept > 0)


def test_the_servers_word_counts_for_what_others_have_used() -> None:
    pacer = Pacer()
    learn(pacer, headers(left=2), 100.0)  # one was ours, seven another desk's
    assert only(pacer, 100.0) == Budget("Heavy", 10, 2, 160.0, None)
    assert ask(pacer, 100.0, urgency=HISTORY) == 60
    go(pacer, 100.0)
    go(pacer, 100.0)
    assert ask(pacer, 100.0) == 60
    assert only(pacer, 160.0).left == 8  # a window later the others' are gone


def test_others_that_the_next_answer_does_not_count_any_more_are_forgotten() -> None:
    pacer = Pacer()
    learn(pacer, headers(left=2), 100.0)
    learn(pacer, headers(left=8), 130.0)
    assert only(pacer, 130.0).left == 8


def test_answers_that_overtake_each_other_do_not_hide_what_others_use() -> None:
    pacer = Pacer()
    turns = [go(pacer, 100.0) for _ in range(3)]
    for turn, left in zip(
        turns, (2, 4, 3), strict=True
    ):  # five were there before; ours arrived 2nd, 3rd, 1st
        pacer.answered(turn, headers(left=left), 101.0)
        assert only(pacer, 101.0).left <= 2


def test_a_burst_of_ones_own_is_not_taken_for_others() -> None:
    pacer = Pacer()
    turns = [go(pacer, 100.0) for _ in range(8)]
    for position, turn in enumerate(turns):
        pacer.answered(turn, headers(left=9 - position), 101.0)
    assert only(pacer, 101.0).left == 2


def test_a_server_that_begins_a_window_anew_is_believed() -> None:
    pacer = Pacer()
    for second in range(8):
        learn(pacer, headers(left=9 - second), 100.0 + second)
    learn(pacer, headers(left=9), 110.0)
    assert only(pacer, 110.0).left == 9


def test_of_a_window_that_slides_what_the_server_does_not_count_any_more_is_gone_others_first() -> None:
    pacer = Pacer()
    for second, left in enumerate((9, 8, 8)):
        learn(pacer, headers(left=left), 100.0 + second)
    assert only(pacer, 102.0).left == 8
    pacer = Pacer()
    for second, left in enumerate((8, 7, 6, 5, 4, 5)):  # the first was the second to arrive
        learn(pacer, headers(left=left), 100.0 + second)
    assert only(pacer, 105.0).left == 5


def test_a_server_that_does_not_count_is_believed() -> None:
    pacer = Pacer()
    for _ in range(30):
        learn(pacer, headers(left=10), 100.0)
    assert only(pacer, 100.0) == Budget("Heavy", 10, 10, None, None)


def test_limit_and_window_are_the_servers() -> None:
    pacer = Pacer()
    learn(pacer, headers(limit=3, left=2, window=10), 100.0)
    learn(pacer, headers(limit=3, left=1, window=10), 101.0)
    assert only(pacer, 101.0) == Budget("Heavy", 3, 1, 111.0, None)
    go(pacer, 101.0)
    assert ask(pacer, 101.0) == 9


@pytest.mark.parametrize(
    "unreadable",
    [
        {},
        headers(left="many"),
        headers(left="-1"),
        headers(left="inf"),
        headers(limit="0"),
        headers(limit="nan"),
        headers(group=""),
    ],
)
def test_headers_that_cannot_be_read_leave_the_own_count(unreadable: dict[str, str]) -> None:
    pacer = Pacer()
    spend(pacer, 9, 100.0)
    pacer.answered(go(pacer, 100.0), unreadable, 100.0)
    assert ask(pacer, 100.0) == 60


@pytest.mark.parametrize("window", ["0", "-5", "1e9", "inf", "soon", ""])
def test_a_window_that_makes_no_sense_is_a_minute(window: str) -> None:
    pacer = Pacer()
    learn(pacer, headers(left=0, window=window), 100.0)
    assert ask(pacer, 100.0) == 60


@pytest.mark.parametrize("window", [1, 3600])
def test_a_window_of_up_to_an_hour_is_the_servers(window: int) -> None:
    pacer = Pacer()
    learn(pacer, headers(left=0, window=window), 100.0)
    assert ask(pacer, 100.0) == window


def test_more_left_than_the_limit_allows_is_all_of_it() -> None:
    pacer = Pacer()
    learn(pacer, headers(left=99), 100.0)
    assert only(pacer, 100.0).left == 10


def test_a_kind_of_request_belongs_to_the_group_that_the_server_names() -> None:
    pacer = Pacer()
    pacer.answered(go(pacer, 100.0, "Light", what="GET /status"), headers("Calls", left=0, limit=1), 100.0)
    again = pacer.join("GET /status", "Light", USER)
    assert pacer.wait(again, 100.0) == 60
    assert ask(pacer, 100.0, "Light") == 0
    assert [(budget.group, budget.left) for budget in pacer.budgets(100.0)] == [("Light", 50), ("Calls", 0)]


def test_groups_are_told_in_the_platforms_order_and_spelling() -> None:
    pacer = Pacer()
    for group in ("zzz", "heavy", "Auth", "Extra", "LIGHT"):
        learn(pacer, headers(group, left=1, limit=2), 0.0)
    assert [budget.group for budget in pacer.budgets(0.0)] == ["Auth", "LIGHT", "heavy", "Extra", "zzz"]


@pytest.mark.parametrize(("retry_after", "pause"), [(60.0, 60.0), (None, 30.0), (0.0, 0.0)])
def test_after_a_refusal_nothing_of_the_group_goes_until_the_penalty_is_over(
    retry_after: float | None, pause: float
) -> None:
    pacer = Pacer()
    pacer.refused(go(pacer, 100.0), headers("heavy", left=0), retry_after, 100.0)
    assert [ask(pacer, 100.0, urgency=urgency) for urgency in URGENCIES] == [pause] * len(URGENCIES)
    assert [ask(pacer, 100.0 + pause, urgency=urgency) for urgency in URGENCIES] == [0.0] * len(URGENCIES)
    assert ask(pacer, 100.0, "Light", CONTACTS) == 0


def test_throttled_is_told_for_as_long_as_it_lasts() -> None:
    pacer = Pacer()
    pacer.refused(go(pacer, 100.0), headers(left=0), 60.0, 100.0)
    assert only(pacer, 159.0) == Budget("Heavy", 10, 0, None, 160.0)
    assert only(pacer, 160.0) == Budget("Heavy", 10, 10, None, None)


def test_a_penalty_of_a_group_that_was_not_thought_of_holds_for_both() -> None:
    pacer = Pacer()
    pacer.refused(go(pacer, 100.0, "Light"), headers("Calls", left=0), 60.0, 100.0)
    assert ask(pacer, 100.0, "Light") == ask(pacer, 100.0, "Calls") == 60


def test_a_penalty_is_not_shortened_by_a_second_refusal() -> None:
    pacer = Pacer()
    first, second = go(pacer, 100.0), go(pacer, 100.0)
    pacer.refused(first, {}, 60.0, 100.0)
    pacer.refused(second, {}, 5.0, 101.0)
    assert ask(pacer, 101.0) == 59


def test_what_others_had_used_before_a_penalty_is_not_counted_after_it() -> None:
    pacer = Pacer()
    learn(pacer, headers(left=2), 100.0)
    pacer.refused(go(pacer, 100.0), {}, 5.0, 101.0)
    assert only(pacer, 106.0).left == 9


def test_one_that_is_lost_in_the_moment_in_which_a_penalty_ends_did_not_break_into_it() -> None:
    pacer = Pacer()
    refused, lost = go(pacer, 100.0), go(pacer, 100.0)
    pacer.refused(refused, {}, 60.0, 100.0)
    pacer.lost(lost, 160.0)
    assert ask(pacer, 160.0) == 0


def test_one_that_is_lost_in_a_penalty_may_have_begun_it_anew() -> None:
    pacer = Pacer()
    refused, lost, kept = go(pacer, 100.0), go(pacer, 100.0), go(pacer, 100.0)
    pacer.refused(refused, {}, 60.0, 101.0)
    pacer.lost(kept, 110.0, unsent=True)
    assert ask(pacer, 110.0) == 51
    pacer.lost(lost, 110.0)
    assert ask(pacer, 110.0) == 60


def test_after_a_penalty_one_request_finds_out_how_things_stand() -> None:
    pacer = Pacer()
    pacer.refused(go(pacer, 100.0), headers(left=0), 60.0, 100.0)
    probe = go(pacer, 160.0, urgency=HISTORY)
    assert ask(pacer, 160.0, urgency=HISTORY) > 0
    assert ask(pacer, 160.0) == 0  # the user is not kept waiting for that
    pacer.answered(probe, headers(left=7), 161.0)
    assert ask(pacer, 161.0, urgency=HISTORY) == 0


def test_of_those_that_wait_the_most_urgent_goes_first_and_else_who_came_first() -> None:
    pacer = Pacer()
    for second in range(10):
        spend(pacer, 1, 100.0 + second)
    order = (CONTACTS, HISTORY, CONNECT, HISTORY, USER)
    waiting = [pacer.join("GET /x", "Heavy", urgency) for urgency in order]
    went: list[Turn] = []
    for second in range(160, 170):  # each asks in the order in which they came
        went += [turn for turn in waiting if turn not in went and pacer.wait(turn, second) == 0]
    assert [waiting.index(turn) for turn in went] == [4, 2, 1, 3, 0]


def test_what_a_call_to_be_placed_waits_to_have_kept_goes_to_nobody_behind_it() -> None:
    pacer = Pacer()
    spend(pacer, 8, 100.0)
    dial, refresh = (pacer.join("GET /x", "Heavy", urgency) for urgency in (DIAL, REFRESH))
    assert pacer.wait(refresh, 110.0) == 50
    assert pacer.wait(dial, 110.0) == 0
    assert pacer.wait(refresh, 110.0) == 0


def test_a_refresh_keeps_nothing_for_calls_that_nobody_places() -> None:
    pacer = Pacer()
    spend(pacer, 8, 100.0)
    _user, refresh, _more = (pacer.join("GET /x", "Heavy", urgency) for urgency in (USER, REFRESH, REFRESH))
    assert pacer.wait(refresh, 110.0) == 0


def test_what_those_behind_leave_free_is_not_kept_from_whoever_goes_first() -> None:
    pacer = Pacer()
    spend(pacer, 8, 100.0)
    dial, _history = (pacer.join("GET /x", "Heavy", urgency) for urgency in (DIAL, Urgency.HISTORY))
    assert pacer.wait(dial, 110.0) == 0


def test_each_is_told_the_moment_at_which_its_own_turn_comes() -> None:
    pacer = Pacer()
    for second in range(10):
        spend(pacer, 1, 100.0 + second)
    waiting = [pacer.join("GET /x", "Heavy", USER) for _ in range(3)]
    assert [pacer.wait(turn, 110.0) for turn in waiting] == [50, 51, 52]
    pacer.leave(waiting[0])
    assert [pacer.wait(turn, 110.0) for turn in waiting[1:]] == [50, 51]


def test_a_budget_is_told_by_another_clock_with_its_moments_moved() -> None:
    assert Budget("Heavy", 10, 2, 160.0, 150.0).by_another_clock(-30.0) == Budget(
        "Heavy", 10, 2, 130.0, 120.0
    )
    assert Budget("Heavy", 10, 10, None, None).by_another_clock(5.0) == Budget("Heavy", 10, 10, None, None)


def test_nothing_is_told_of_groups_that_nobody_has_asked_anything_of() -> None:
    assert Pacer().budgets(0.0) == ()


def test_backoff_grows_to_a_minute_and_is_spread() -> None:
    assert [backoff(attempt, 1.0) for attempt in (0, 1, 2, 3, 4, 5, 5000)] == [2, 4, 8, 16, 32, 60, 60]
    assert backoff(3, 0.25) == 4
    assert backoff(3, 0.0) == 0
    assert math.isclose(backoff(9, 0.5), 30)


def test_a_penalty_from_before_holds_like_one_of_ours() -> None:
    pacer = Pacer()
    pacer.bar("heavy", 90.0, 50.0)
    pacer.bar("Heavy", 70.0, 50.0)
    assert ask(pacer, 60.0) == 30.0
    assert only(pacer, 60.0).throttled_until == 90.0
    go(pacer, 90.0, urgency=HISTORY)
    assert ask(pacer, 90.0, urgency=HISTORY) > 0, "after it one goes first"


def test_each_beginning_of_a_penalty_is_told() -> None:
    told: list[float | None] = []
    pacer = Pacer(lambda: told.append(only(pacer, 0.0).throttled_until))
    other = go(pacer, 0.0)
    pacer.answered(go(pacer, 0.0), {}, 0.0)
    pacer.refused(go(pacer, 0.0), {}, 60.0, 0.0)
    pacer.lost(other, 0.0)
    assert told == [60.0, 60.0]
