from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcdesk.core.pacing import LIMITS, LONGEST_PAUSE, PENALTY, WINDOW, Pacer, Urgency, backoff


def test_the_user_may_use_the_whole_group_and_others_leave_some() -> None:
    pacer = Pacer()
    for _ in range(7):
        pacer.sent("Heavy", 0.0)
    assert pacer.wait("heavy", Urgency.HISTORY, 1.0) == WINDOW - 1.0
    assert pacer.wait("Heavy", Urgency.USER, 1.0) == 0.0
    for _ in range(3):
        pacer.sent("Heavy", 0.5)
    assert pacer.wait("Heavy", Urgency.USER, 1.0) == WINDOW - 1.0
    assert pacer.wait("Light", Urgency.CONTACTS, 1.0) == 0.0


def test_a_penalty_silences_its_group_whoever_asks() -> None:
    pacer = Pacer()
    pacer.refused("Auth", 40.0, 100.0)
    assert pacer.wait("Auth", Urgency.USER, 110.0) == 30.0
    assert pacer.wait("Auth", Urgency.USER, 140.0) == 0.0
    assert pacer.wait("Medium", Urgency.USER, 110.0) == 0.0
    assert pacer.blocked_until("auth") == 140.0


def test_a_penalty_without_length_lasts_half_a_minute_and_is_never_shortened() -> None:
    pacer = Pacer()
    pacer.refused("Auth", None, 0.0)
    pacer.refused("Auth", 1.0, 0.0)
    assert pacer.wait("Auth", Urgency.USER, 0.0) == PENALTY


def test_limits_are_the_servers() -> None:
    pacer = Pacer()
    pacer.learn("Heavy", 0.0, limit=2, remaining=1, window=10.0)
    assert pacer.wait("Heavy", Urgency.USER, 0.0) == 0.0
    pacer.sent("Heavy", 0.0)
    assert pacer.wait("Heavy", Urgency.USER, 4.0) == 6.0
    assert pacer.wait("Heavy", Urgency.USER, 10.0) == 0.0


def test_what_others_use_of_the_group_counts() -> None:
    pacer = Pacer()
    pacer.learn("Light", 0.0, limit=50, remaining=0, window=60.0)
    assert pacer.wait("Light", Urgency.USER, 0.0) == WINDOW
    pacer.learn("Light", 61.0, limit=50, remaining=60, window=60.0)
    assert pacer.wait("Light", Urgency.USER, 61.0) == 0.0


def test_a_group_never_seen_before_has_the_least_limit() -> None:
    pacer = Pacer()
    for _ in range(min(LIMITS.values())):
        assert pacer.wait("Gigantic", Urgency.USER, 0.0) == 0.0
        pacer.sent("Gigantic", 0.0)
    assert pacer.wait("Gigantic", Urgency.USER, 0.0) > 0.0


@given(
    asks=st.lists(st.tuples(st.floats(0, 20), st.sampled_from(list(Urgency))), max_size=80),
    group=st.sampled_from(sorted(LIMITS)),
)
def test_one_who_waits_as_told_never_exceeds_any_window(
    asks: list[tuple[float, Urgency]], group: str
) -> None:
    pacer, now = Pacer(), 0.0
    sent: list[float] = []
    for pause, urgency in asks:
        now += pause
        while (wait := pacer.wait(group, urgency, now)) > 0:
            now += wait
        pacer.sent(group, now)
        sent.append(now)
        assert sum(moment > now - WINDOW for moment in sent) <= LIMITS[group]


def test_backoff_doubles_up_to_a_minute_and_is_shared_out_by_chance() -> None:
    assert list(backoff(7)) == [2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]
    assert list(backoff(2, lambda: 0.25)) == [0.5, 1.0]
    assert max(backoff(50)) == LONGEST_PAUSE


@pytest.mark.parametrize("tries", [0, -1])
def test_no_tries_no_pauses(tries: int) -> None:
    assert list(backoff(tries)) == []
