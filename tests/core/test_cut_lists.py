"""Of seven calls and more, none stays on screen that is over."""

from __future__ import annotations

import pytest

from rcdesk.core.calls import Call, CallBook, Direction, Stage
from rcdesk.core.cut_lists import UNLISTED, completed
from rcdesk.core.history import LogRecord, Outcome
from tests.core.builders import LATER, leg, snapshot

SESSION = "7"


def left_out(stage: Stage, age: float) -> tuple[Call, ...]:
    """A call of that age that a cut list does not name."""
    book = CallBook()
    book.reconcile(snapshot(leg(stage, session=SESSION, started_at=LATER - age)), LATER, LATER)
    return book.left_out(snapshot(cut=True))


def record(*, on: bool, session: str = SESSION, direction: Direction = Direction.INBOUND) -> LogRecord:
    return LogRecord("1", session, direction, Outcome.ANSWERED, LATER, 10.0, "+13025550101", in_progress=on)


@pytest.mark.parametrize("stage", [Stage.CONNECTED, Stage.ON_HOLD, Stage.PARKED, Stage.RINGING])
@pytest.mark.parametrize("on", [True, False])
def test_what_the_active_calls_name_is_as_they_say(stage: Stage, on: bool) -> None:
    found = completed(left_out(stage, 500.0), [record(on=on)], LATER)
    assert [(one.session_id, one.stage, one.final) for one in found.legs] == (
        [] if on else [(SESSION, Stage.ENDED, True)]
    )
    assert found.cut


@pytest.mark.parametrize(
    ("stage", "age", "over"),
    [
        (Stage.CONNECTED, UNLISTED + 1, True),
        (Stage.ON_HOLD, UNLISTED + 1, True),
        (Stage.CONNECTED, UNLISTED, False),
        (Stage.RINGING, UNLISTED + 1, False),
    ],
)
def test_what_they_do_not_name_is_over_unless_it_rings_or_is_new(
    stage: Stage, age: float, over: bool
) -> None:
    assert bool(completed(left_out(stage, age), [], LATER).legs) is over


def test_the_other_direction_of_the_session_and_other_sessions_are_other_calls() -> None:
    others = [record(on=True, direction=Direction.OUTBOUND), record(on=True, session="8")]
    assert completed(left_out(Stage.CONNECTED, 500.0), others, LATER).legs


def test_the_book_takes_it_for_the_end_of_the_call_and_of_no_other() -> None:
    book = CallBook()
    many = [leg(Stage.CONNECTED, session=str(nth), started_at=LATER - 500) for nth in range(9)]
    book.reconcile(snapshot(*many), LATER, LATER - 1)
    cut = snapshot(*many[2:], cut=True)
    book.reconcile(cut, LATER + 9, LATER + 8)
    assert len(book.calls) == 9
    active = [record(on=True, session="0"), record(on=False, session="1")]
    book.reconcile(completed(book.left_out(cut), active, LATER + 10), LATER + 11, LATER + 10)
    assert {call.session_id for call in book.calls} == {"0", "2", "3", "4", "5", "6", "7", "8"}
