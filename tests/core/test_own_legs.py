"""The user's own phone, rung by their own RingOut, is not a call to tell of."""

from __future__ import annotations

import pytest

from rcdesk.core.calls import LISTS_KEPT, CallBook, Direction, Stage
from rcdesk.core.own_legs import LONGEST_SESSION_ID, neighbours

from .builders import LATER, START, leg, report, said

OWN, OTHER = "+16505550101", "16505550147"
INBOUND = {"from_number": OTHER, "to_number": OWN.lstrip("+")}
OUTBOUND = {"direction": Direction.OUTBOUND, "from_number": OWN, "to_number": "+" + OTHER}


@pytest.mark.parametrize("session", ["406000", "407000", "405000", "409000", "401000"])
@pytest.mark.parametrize("outbound_first", [True, False])
def test_an_inbound_call_mirrored_by_an_outbound_one_is_the_users_own_leg(
    session: str, outbound_first: bool
) -> None:
    near = session in ("406000", "407000", "409000", "401000")
    book = CallBook()
    reports = [
        said(1, Stage.RINGING, session="405000", **OUTBOUND),
        said(2, Stage.RINGING, session=session, **INBOUND),
    ]
    for each in reports if outbound_first else reversed(reports):
        book.apply(each, START)
    assert len(book.calls_and_own_legs) == 2
    assert len(book.calls) == (1 if near else 2)


def test_the_own_leg_is_told_of_as_soon_as_its_mirror_shows() -> None:
    book = CallBook()
    book.apply(said(1, Stage.RINGING, session="405000", **INBOUND), START)
    began, became = book.apply(said(2, Stage.RINGING, session="406000", **OUTBOUND), START)
    assert (began.now.own_leg, became.was and became.was.own_leg, became.now.own_leg) == (False, False, True)


def test_it_stays_an_own_leg_when_the_mirror_ends_first() -> None:
    book = CallBook()
    book.apply(report(1, leg(session="405000", **INBOUND), leg(session="406000", **OUTBOUND)), START)
    book.apply(report(2, leg(Stage.ENDED, "406000", final=True, **OUTBOUND)), START)
    assert book.calls == ()
    assert [call.own_leg for call in book.calls_and_own_legs] == [True]


@pytest.mark.parametrize(
    ("session", "facts"),
    [
        ("405000", {"from_number": "+15105550100"}),
        ("405000", {"from_number": "", "to_number": ""}),
        ("405001", {}),
        ("abc", {}),
        ("4" * 5000, {}),
    ],
    ids=["other numbers", "withheld", "no neighbour", "no number", "no session id of a phone system"],
)
def test_a_call_that_is_not_mirrored_is_a_call(session: str, facts: dict[str, str]) -> None:
    book = CallBook()
    book.apply(said(1, Stage.RINGING, session="406000", **OUTBOUND), START)
    book.apply(said(2, Stage.RINGING, session=session, **(INBOUND | facts)), START)
    assert len(book.calls) == 2


def test_the_longest_session_ids_have_neighbours_too() -> None:
    longest = 10**LONGEST_SESSION_ID - 5000
    assert str(longest + 1000) in neighbours(str(longest))
    assert neighbours(str(longest * 10)) == ()


@pytest.mark.parametrize("inbound_first", [True, False])
def test_a_leg_that_begins_in_the_moment_in_which_the_other_ends_was_on_with_it(inbound_first: bool) -> None:
    first, second = (INBOUND, OUTBOUND) if inbound_first else (OUTBOUND, INBOUND)
    book = CallBook()
    book.apply(said(1, Stage.RINGING, session="405000", **first), START)
    book.apply(report(2, leg(Stage.ENDED, "405000", final=True, **first)), START)
    book.apply(said(3, Stage.RINGING, session="406000", at=START + 2, **second), START)
    assert [call.own_leg for call in (*book.ended, *book.calls_and_own_legs)] == [
        inbound_first,
        not inbound_first,
    ]


@pytest.mark.parametrize("inbound_first", [True, False])
def test_calls_that_were_never_on_together_are_not_legs_of_one_ringout(inbound_first: bool) -> None:
    first, second = (INBOUND, OUTBOUND) if inbound_first else (OUTBOUND, INBOUND)
    book = CallBook()
    book.apply(said(1, Stage.RINGING, session="405000", **first), START)
    book.apply(report(2, leg(Stage.ENDED, "405000", final=True, **first)), START)
    book.apply(said(9, Stage.RINGING, session="406000", **second), START)
    book.tick(LATER)
    assert len(book.calls) == 1
    assert not any(call.own_leg for call in book.ended)


@pytest.mark.parametrize(
    ("facts", "at", "own"),
    [
        ({}, START, True),
        ({"from_number": OWN}, START, True),
        ({"from_number": "+15105550100"}, START, False),
        ({"to_number": "+15105550100"}, START, False),
        ({}, START - 6, False),
        ({}, START - 5, True),
        ({}, START + 60, True),
        ({}, START + 61, False),
    ],
    ids=[
        "from the other",
        "from oneself",
        "from a third",
        "to another phone",
        "before",
        "since",
        "until",
        "after",
    ],
)
def test_a_ringout_under_way_explains_the_ringing_of_the_own_phone(
    facts: dict[str, str], at: float, own: bool
) -> None:
    book = CallBook()
    book.expect_own_leg(OWN, OTHER, since=START - 5, until=START + 60)
    (change,) = book.apply(said(1, Stage.RINGING, at=at, **(INBOUND | facts)), START)
    assert change.now.own_leg is own


def test_of_the_ringouts_announced_so_many_are_remembered() -> None:
    book = CallBook()
    for nth in range(LISTS_KEPT + 1):
        book.expect_own_leg(OWN, f"+1650555{nth:04}", since=START, until=START + 60)
    for session, nth, own in (("1", 0, False), ("2", 1, True)):
        caller = {"from_number": f"+1650555{nth:04}"}
        (change,) = book.apply(said(1, Stage.RINGING, session=session, **(INBOUND | caller)), START)
        assert change.now.own_leg is own
