from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcdesk.core.platform_clock import PlatformClock

NOW = 1_700_000_000.0


def answer(
    clock: PlatformClock, ahead: float, at: float = NOW, *, there: float = 0.1, back: float = 0.1
) -> None:
    """Let an answer come that took so long, from a server whose clock is `ahead`."""
    clock.told(float(math.floor(at + there + ahead)), at, at + there + back)


def test_nothing_is_known_before_the_first_answer() -> None:
    assert PlatformClock().ahead is None


def test_of_two_clocks_that_are_right_no_difference_is_told() -> None:
    clock = PlatformClock()
    for tenth in range(100):
        answer(clock, 0.0, NOW + tenth * 7.3, there=tenth % 7, back=tenth % 5)
        assert clock.ahead == 0.0


@pytest.mark.parametrize("ahead", [-600.0, -7.0, 7.0, 600.0])
def test_the_first_answer_tells_a_difference_to_within_a_second_and_its_delay(ahead: float) -> None:
    clock = PlatformClock()
    answer(clock, ahead)
    assert clock.ahead == pytest.approx(ahead, abs=1.2)


def test_more_answers_tell_it_better() -> None:
    clock = PlatformClock()
    for tenth in range(20):
        answer(clock, 7.0, NOW + tenth * 10.1)
    assert clock.ahead == pytest.approx(7.0, abs=0.2)


def test_two_answers_that_agree_in_one_moment_alone_agree() -> None:
    clock = PlatformClock()
    clock.told(10.0, 10.0, 10.0)
    clock.told(11.0, 10.0, 10.0)
    assert clock.ahead == 1.0


def test_a_slow_answer_takes_back_nothing_that_a_quick_one_told() -> None:
    clock = PlatformClock()
    answer(clock, 600.0)
    told = clock.ahead
    for there, back in ((0.5, 30.0), (30.0, 0.5)):
        answer(clock, 600.0, NOW + 60, there=there, back=back)
        assert clock.ahead == told


def test_one_date_that_cannot_be_true_is_not_believed() -> None:
    clock = PlatformClock()
    answer(clock, 0.0)
    answer(clock, 600.0)
    assert clock.ahead == 0.0
    answer(clock, 0.0)
    answer(clock, -600.0)
    assert clock.ahead == 0.0


def test_two_that_differ_from_each_other_are_not_believed_either() -> None:
    clock = PlatformClock()
    answer(clock, 0.0)
    answer(clock, 600.0)
    answer(clock, -600.0)
    assert clock.ahead == 0.0


def test_a_date_that_was_contradicted_is_not_borne_out_much_later() -> None:
    clock = PlatformClock()
    for ahead in (0.0, 600.0, 0.0, 600.0):
        answer(clock, ahead)
    assert clock.ahead == 0.0


@pytest.mark.parametrize("pace", [9.0, -9.0])
def test_a_clock_that_goes_wrong_is_followed(pace: float) -> None:
    clock = PlatformClock()
    for nth in range(21):
        answer(clock, pace * nth * 5, NOW + nth * 5)
    assert clock.ahead == pytest.approx(pace * 100, abs=abs(pace) * 5 + 1.2)


def test_a_clock_that_was_set_is_believed_when_the_next_answer_bears_it_out() -> None:
    clock = PlatformClock()
    for ahead in (0.0, 600.0, 600.0):
        answer(clock, ahead)
    assert clock.ahead == pytest.approx(600.0, abs=1.2)


@given(
    st.floats(-1e5, 1e5),
    st.lists(st.tuples(st.floats(0, 1e4), st.floats(0, 30), st.floats(0, 30)), min_size=1, max_size=30),
)
def test_it_is_never_off_by_more_than_the_quickest_answer_allows(
    ahead: float, answers: list[tuple[float, float, float]]
) -> None:
    clock = PlatformClock()
    for after, there, back in answers:
        answer(clock, ahead, NOW + after, there=there, back=back)
    assert clock.ahead is not None
    quickest = min(there + back for _, there, back in answers)
    assert abs(clock.ahead - ahead) <= quickest + 1.0 + 1e-3
