"""Every way in which a call seen live, or polled, can end has its class."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rcdesk.core.calls import Call, Change, Direction, Stage
from rcdesk.core.history import Outcome
from rcdesk.core.outcomes import found_over, outcome_of, outcome_of_ringout
from rcdesk.core.ringout import End

IN, OUT = Direction.INBOUND, Direction.OUTBOUND


def call(
    direction: Direction = IN,
    answered_at: float | None = None,
    ended_at: float | None = 120.0,
    *,
    elsewhere: bool = False,
    unseen: bool = False,
) -> Call:
    return Call(
        "k", "s", Stage.ENDED, direction, "", "", "", "", 100.0, answered_at, ended_at, elsewhere,
        unseen=unseen,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("ended", "declined", "outcome"),
    [
        (call(), False, Outcome.MISSED),
        (call(ended_at=105.0), False, Outcome.MISSED),
        (call(ended_at=104.9), False, Outcome.GAVE_UP),
        (call(ended_at=100.0), False, Outcome.GAVE_UP),
        (call(ended_at=90.0), False, Outcome.MISSED),
        (call(elsewhere=True), False, Outcome.ANSWERED_ELSEWHERE),
        (call(ended_at=104.9, elsewhere=True), False, Outcome.ANSWERED_ELSEWHERE),
        (call(answered_at=110.0, elsewhere=True), False, Outcome.ANSWERED),
        (call(OUT, elsewhere=True), False, Outcome.NO_ANSWER),
        (call(elsewhere=True), True, Outcome.DECLINED),
        (call(), True, Outcome.DECLINED),
        (call(answered_at=110.0), True, Outcome.ANSWERED),
        (call(OUT), False, Outcome.NO_ANSWER),
        (call(OUT, answered_at=110.0), False, Outcome.CONNECTED),
        (call(ended_at=None), False, Outcome.UNKNOWN),
        (call(unseen=True), False, Outcome.UNKNOWN),
        (call(OUT, unseen=True), False, Outcome.UNKNOWN),
        (call(answered_at=110.0, unseen=True), False, Outcome.ANSWERED),
        (call(OUT, answered_at=110.0, unseen=True), False, Outcome.CONNECTED),
    ],
)
def test_how_a_call_seen_live_ended(ended: Call, declined: bool, outcome: Outcome) -> None:
    assert outcome_of(ended, declined=declined) is outcome


@pytest.mark.parametrize(
    ("ended_at", "looked_at", "unseen"),
    [(120.0, 105.0, False), (120.0, 104.9, True), (120.0, float("-inf"), True), (None, 100.0, False)],
)
def test_nobody_saw_an_end_that_is_found_long_after_the_last_look(
    ended_at: float | None, looked_at: float, unseen: bool
) -> None:
    was = replace(call(ended_at=None), stage=Stage.CONNECTED)
    found = found_over(Change(was, replace(was, ended_at=ended_at)), looked_at)
    assert (found.was, found.now.unseen) == (was, unseen)


def test_an_end_of_a_ringout_is_an_outcome_unless_it_may_still_be_on() -> None:
    told = {end: outcome_of_ringout(end) for end in End}
    assert {end: outcome[0] for end, outcome in told.items() if outcome} == {
        End.CANCELLED: Outcome.NO_ANSWER,
        End.OWN_NOT_ANSWERED: Outcome.OWN_NO_ANSWER,
        End.NOT_ANSWERED: Outcome.OTHER_NO_ANSWER,
        End.FAILED: Outcome.FAILED,
    }
