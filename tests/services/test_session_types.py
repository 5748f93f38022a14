"""Whose that is which was kept: the same person's through every sign-in, and nobody else's."""

from __future__ import annotations

from rcdesk.core.account import Account
from rcdesk.services.session_types import Phase, SessionState, Whose

DANA, AMIR = Account("1", "101", "101", "Dana Novak"), Account("1", "105", "105", "Amir Jensen")


def over(*states: tuple[Phase, Account | None]) -> list[bool]:
    whose = Whose()
    return [whose.is_over(SessionState(phase, account)) for phase, account in states]


def test_the_end_of_a_session_takes_nothing_from_who_signs_in_again() -> None:
    states = [(Phase.SIGNING_IN, None), (Phase.SIGNED_IN, DANA), (Phase.EXPIRED, DANA), (Phase.SIGNING_IN, DANA),
              (Phase.SIGNED_IN, DANA)]  # fmt: skip
    assert over(*states) == [False] * 5


def test_who_signs_out_leaves_nothing() -> None:
    assert over((Phase.SIGNED_IN, DANA), (Phase.SIGNED_OUT, None), (Phase.SIGNED_IN, DANA)) == [
        False,
        True,
        False,
    ]


def test_somebody_else_gets_nothing() -> None:
    assert over((Phase.SIGNED_IN, DANA), (Phase.EXPIRED, DANA), (Phase.SIGNED_IN, AMIR), (Phase.SIGNED_IN, AMIR)) == [
        False, False, True, False,
    ]  # fmt: skip
