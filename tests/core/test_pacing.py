"""Nothing is sent inside a penalty, and the user's wish does not wait behind a sync."""

from __future__ import annotations

import pytest

from rcdesk.core.pacing import Pacer, Urgency, backoff

WISH, LIVE, BACKGROUND = Urgency.WISH, Urgency.LIVE, Urgency.BACKGROUND


def headers(group: str = "heavy", left: object = 5, window: object = 60) -> dict[str, str]:
    return {
        "X-Rate-Limit-Group": group,
        "X-Rate-Limit-Limit": "10",
        "X-Rate-Limit-Remaining": str(left),
        "X-Rate-Limit-Window": str(window),
    }


def test_a_group_never_heard_of_may_go() -> None:
    assert Pacer().wait("Heavy", BACKGROUND, 0.0) == 0


@pytest.mark.parametrize(("retry_after", "pause"), [(60.0, 60.0), (None, 60.0), (0.0, 0.0)])
def test_after_a_refusal_nothing_of_the_group_goes_until_the_penalty_is_over(
    retry_after: float | None, pause: float
) -> None:
    pacer = Pacer()
    pacer.refused("Heavy", retry_after, 100.0)
    assert pacer.wait("heavy", WISH, 100.0) == pause
    assert pacer.wait("Heavy", WISH, 100.0 + pause) == 0
    assert pacer.wait("Light", BACKGROUND, 100.0) == 0


def test_a_penalty_is_not_shortened_by_a_second_refusal() -> None:
    pacer = Pacer()
    pacer.refused("Heavy", 60.0, 100.0)
    pacer.refused("Heavy", 5.0, 101.0)
    assert pacer.wait("Heavy", WISH, 101.0) == 59.0


def test_the_last_requests_of_a_window_are_left_to_the_user() -> None:
    pacer = Pacer()
    pacer.learn(headers(left=4), 100.0)
    assert pacer.wait("Heavy", BACKGROUND, 100.0) == 0
    assert pacer.wait("Heavy", BACKGROUND, 110.0) == 50
    assert [pacer.wait("Heavy", LIVE, 110.0) for _ in range(3)] == [0, 0, 50]
    assert [pacer.wait("Heavy", WISH, 110.0) for _ in range(2)] == [0, 50]
    assert pacer.wait("Heavy", BACKGROUND, 160.0) == 0


@pytest.mark.parametrize(
    "unreadable",
    [{}, headers(left="many"), headers(window="-1"), headers(left="inf"), headers(group="")],
)
def test_headers_that_cannot_be_read_teach_nothing(unreadable: dict[str, str]) -> None:
    pacer = Pacer()
    pacer.learn(headers(left=0), 100.0)
    pacer.learn(unreadable, 101.0)
    assert pacer.wait("heavy", WISH, 101.0) == 59


def test_backoff_grows_to_a_minute_and_is_spread() -> None:
    assert [backoff(attempt, 1.0) for attempt in (0, 1, 2, 3, 4, 5, 5000)] == [2, 4, 8, 16, 32, 60, 60]
    assert backoff(3, 0.25) == 4
    assert backoff(3, 0.0) == 0
