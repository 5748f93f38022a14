"""What presence means for the screen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rcdesk.core.account import (
    RESTORABLE,
    Account,
    Availability,
    DndStatus,
    Presence,
    UserStatus,
    change_to,
)
from rcdesk.core.errors import Kind, Problem


def test_a_person_is_known_by_the_ids_of_account_and_extension_alone() -> None:
    me = Account("400130394008", "400130394009", "101", "Dana Novak")
    assert me.key == "400130394008/400130394009", "the history on disk is theirs by this text"
    married = replace(me, name="Dana Lee", extension_number="201", region="CA", scopes=frozenset({"RingOut"}))
    assert married.key == me.key
    assert replace(me, account_id="1").key != me.key != replace(me, extension_id="1").key


@pytest.mark.parametrize(
    ("user_status", "dnd_status", "availability"),
    [
        (None, None, None),
        (UserStatus.AVAILABLE, DndStatus.TAKE_ALL, Availability.AVAILABLE),
        (UserStatus.BUSY, DndStatus.TAKE_ALL, Availability.BUSY),
        (UserStatus.INVISIBLE, DndStatus.TAKE_ALL, Availability.INVISIBLE),
        (UserStatus.BUSY, DndStatus.TAKE_NONE, Availability.DO_NOT_DISTURB),
        (UserStatus.AVAILABLE, DndStatus.NO_QUEUE_CALLS, Availability.AVAILABLE),
        (UserStatus.UNKNOWN, DndStatus.TAKE_ALL, None),
        (UserStatus.UNKNOWN, DndStatus.TAKE_NONE, Availability.DO_NOT_DISTURB),
        (UserStatus.BUSY, DndStatus.UNKNOWN, Availability.BUSY),
        (None, DndStatus.TAKE_ALL, None),
    ],
)
def test_presence_is_one_of_four_words_or_not_known(
    user_status: UserStatus | None, dnd_status: DndStatus | None, availability: Availability | None
) -> None:
    assert Presence(user_status, dnd_status).availability is availability


@pytest.mark.parametrize(
    ("dnd_status", "everything", "queue_calls"),
    [
        (DndStatus.TAKE_ALL, False, False),
        (DndStatus.NO_QUEUE_CALLS, False, True),
        (DndStatus.TAKE_NONE, True, True),
        (DndStatus.QUEUE_CALLS_ONLY, False, False),
        (DndStatus.UNKNOWN, False, False),
        (None, False, False),
    ],
)
def test_what_do_not_disturb_silences(
    dnd_status: DndStatus | None, everything: bool, queue_calls: bool
) -> None:
    presence = Presence(dnd_status=dnd_status)
    assert (presence.silences_everything, presence.silences_queue_calls) == (everything, queue_calls)


def test_what_news_leave_out_stays_as_it_was() -> None:
    known = Presence(UserStatus.BUSY, DndStatus.TAKE_ALL, "in a meeting")
    assert known.updated(Presence()) == known
    assert known.updated(Presence(UserStatus.AVAILABLE, DndStatus.TAKE_NONE, "")) == Presence(
        UserStatus.AVAILABLE, DndStatus.TAKE_NONE, ""
    )


@pytest.mark.parametrize(
    ("wish", "before", "sent"),
    [
        (Availability.DO_NOT_DISTURB, DndStatus.TAKE_ALL, Presence(None, DndStatus.TAKE_NONE)),
        (Availability.AVAILABLE, None, Presence(UserStatus.AVAILABLE, DndStatus.TAKE_ALL)),
        (Availability.BUSY, DndStatus.NO_QUEUE_CALLS, Presence(UserStatus.BUSY, DndStatus.NO_QUEUE_CALLS)),
        (Availability.INVISIBLE, DndStatus.TAKE_ALL, Presence(UserStatus.INVISIBLE, DndStatus.TAKE_ALL)),
    ],
)
def test_leaving_do_not_disturb_restores_what_was_before(
    wish: Availability, before: DndStatus | None, sent: Presence
) -> None:
    assert change_to(wish, before) == sent
    assert sent.availability is wish


def test_do_not_disturb_and_what_is_not_known_are_not_restored() -> None:
    assert set(DndStatus) - RESTORABLE == {DndStatus.TAKE_NONE, DndStatus.UNKNOWN}


def test_a_problem_tells_what_did_not_happen_and_what_to_do() -> None:
    assert (
        str(Problem("The call was refused.", "Try later.", Kind.FORBIDDEN))
        == "The call was refused. Try later."
    )
