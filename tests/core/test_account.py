"""What presence means for the screen."""

from __future__ import annotations

import pytest

from rcdesk.core.account import Availability, Presence, change_to
from rcdesk.core.errors import Kind, Problem


@pytest.mark.parametrize(
    ("user_status", "dnd_status", "availability"),
    [
        (None, None, Availability.AVAILABLE),
        ("Available", "TakeAllCalls", Availability.AVAILABLE),
        ("Busy", "TakeAllCalls", Availability.BUSY),
        ("Offline", "TakeAllCalls", Availability.INVISIBLE),
        ("Busy", "DoNotAcceptAnyCalls", Availability.DO_NOT_DISTURB),
        ("Available", "DoNotAcceptDepartmentCalls", Availability.AVAILABLE),
        ("SomethingNew", None, Availability.AVAILABLE),
    ],
)
def test_presence_is_one_of_four_words(
    user_status: str | None, dnd_status: str | None, availability: Availability
) -> None:
    assert Presence(user_status, dnd_status).availability is availability


@pytest.mark.parametrize(
    ("dnd_status", "everything", "queue_calls"),
    [
        ("TakeAllCalls", False, False),
        ("DoNotAcceptDepartmentCalls", False, True),
        ("DoNotAcceptAnyCalls", True, True),
        (None, False, False),
    ],
)
def test_what_do_not_disturb_silences(dnd_status: str | None, everything: bool, queue_calls: bool) -> None:
    presence = Presence(dnd_status=dnd_status)
    assert (presence.silences_everything, presence.silences_queue_calls) == (everything, queue_calls)


def test_what_news_leave_out_stays_as_it_was() -> None:
    known = Presence("Busy", "TakeAllCalls", "in a meeting")
    assert known.updated(Presence()) == known
    assert known.updated(Presence("Available", "DoNotAcceptAnyCalls", "")) == Presence(
        "Available", "DoNotAcceptAnyCalls", ""
    )


@pytest.mark.parametrize(
    ("wish", "before", "sent"),
    [
        (Availability.DO_NOT_DISTURB, "TakeAllCalls", Presence(None, "DoNotAcceptAnyCalls")),
        (Availability.AVAILABLE, None, Presence("Available", "TakeAllCalls")),
        (Availability.BUSY, "DoNotAcceptDepartmentCalls", Presence("Busy", "DoNotAcceptDepartmentCalls")),
        (Availability.INVISIBLE, "TakeAllCalls", Presence("Offline", "TakeAllCalls")),
    ],
)
def test_leaving_do_not_disturb_restores_what_was_before(
    wish: Availability, before: str | None, sent: Presence
) -> None:
    assert change_to(wish, before) == sent
    assert sent.availability is wish


def test_a_problem_tells_what_did_not_happen_and_what_to_do() -> None:
    assert (
        str(Problem("The call was refused.", "Try later.", Kind.FORBIDDEN))
        == "The call was refused. Try later."
    )
