"""The platform's words for presence and RingOuts: every one is known, an unknown one is told to be just that."""

from __future__ import annotations

import itertools
import re

import pytest

from rcdesk import wire
from rcdesk.client import decode, status_words
from rcdesk.core.account import Availability, DndStatus, Presence, UserStatus
from rcdesk.core.ringout import CallStatus, End, LegStatus, Order, Progress, RingOut, Status
from rcdesk.sandbox.ringouts import STATUSES

WORDS = (*STATUSES, "BrandNewStatus")
ORDER = Order("+4722123456", own="+16505550101", own_label="Desk phone", name="Martin Olsen")


def ringout(call: str, caller: str = "", callee: str = "") -> Status:
    return decode.ringout(wire.RingOut(wire.Id("1"), wire.RingOutStatus(call, caller, callee)))


def told(call: str, caller: str, callee: str) -> Progress:
    return RingOut(ORDER).apply(ringout(call, caller, callee), 0.0)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Available", UserStatus.AVAILABLE),
        ("Busy", UserStatus.BUSY),
        ("Offline", UserStatus.INVISIBLE),
        ("BrandNewStatus", UserStatus.UNKNOWN),
        (None, None),
    ],
)
def test_what_the_user_shows(word: str | None, status: UserStatus | None) -> None:
    assert status_words.presence(word, None, None) == Presence(user_status=status)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("TakeAllCalls", DndStatus.TAKE_ALL),
        ("DoNotAcceptAnyCalls", DndStatus.TAKE_NONE),
        ("DoNotAcceptDepartmentCalls", DndStatus.NO_QUEUE_CALLS),
        ("TakeDepartmentCallsOnly", DndStatus.QUEUE_CALLS_ONLY),
        ("Unknown", DndStatus.UNKNOWN),
        ("BrandNewStatus", DndStatus.UNKNOWN),
        (None, None),
    ],
)
def test_which_calls_the_user_takes(word: str | None, status: DndStatus | None) -> None:
    assert status_words.presence(None, word, "Lunch") == Presence(dnd_status=status, message="Lunch")


@pytest.mark.parametrize("user", [status for status in UserStatus if status is not UserStatus.UNKNOWN])
@pytest.mark.parametrize("dnd", [status for status in DndStatus if status is not DndStatus.UNKNOWN])
def test_what_is_written_is_read_again(user: UserStatus, dnd: DndStatus) -> None:
    fields = status_words.presence_fields(Presence(user, dnd, "Lunch"))
    assert set(fields) == {"userStatus", "dndStatus", "message"}
    assert status_words.presence(*fields.values()) == Presence(user, dnd, "Lunch")


def test_what_is_not_known_is_not_written() -> None:
    assert status_words.presence_fields(Presence()) == {}
    assert status_words.presence_fields(Presence(UserStatus.UNKNOWN, DndStatus.UNKNOWN, "")) == {
        "message": ""
    }


def test_a_status_that_is_not_known_is_taken_for_none_of_the_known_ones() -> None:
    assert status_words.presence("BrandNewStatus", "TakeAllCalls", None).availability is None
    assert status_words.presence("Busy", "BrandNewStatus", None).availability is Availability.BUSY


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("InProgress", LegStatus.IN_PROGRESS),
        ("Success", LegStatus.ANSWERED),
        ("Finished", LegStatus.HUNG_UP),
        ("Busy", LegStatus.BUSY),
        ("NoAnswer", LegStatus.NO_ANSWER),
        ("Rejected", LegStatus.REJECTED),
        ("InternationalDisabled", LegStatus.ABROAD_OFF),
        ("DestinationBlocked", LegStatus.BLOCKED),
        ("NotEnoughFunds", LegStatus.NO_CREDIT),
        ("RingOutFromThisNumberIsNotSupported", LegStatus.NOT_SUPPORTED),
        ("NosuchUser", LegStatus.NO_SUCH_NUMBER),
        ("NoSuchUser", LegStatus.NO_SUCH_NUMBER),
        ("NoSessionFound", LegStatus.GONE),
        ("GenericError", LegStatus.FAILED),
        ("BUSY", LegStatus.BUSY),
        ("BrandNewStatus", LegStatus.UNKNOWN),
        ("", LegStatus.UNKNOWN),
    ],
)
def test_how_a_leg_stands(word: str, status: LegStatus) -> None:
    assert ringout("InProgress", word, "Success").caller is status
    assert ringout("InProgress", "Success", word).callee is status


@pytest.mark.parametrize("word", WORDS)
def test_how_a_ringout_stands(word: str) -> None:
    known = {
        "InProgress": CallStatus.IN_PROGRESS,
        "Success": CallStatus.CONNECTED,
        WORDS[-1]: CallStatus.UNKNOWN,
    }
    for written in (word, word.lower(), word.upper()):
        assert ringout(written).call is known.get(word, CallStatus.FAILED)


@pytest.mark.parametrize(("caller", "callee"), list(itertools.product(WORDS, WORDS)))
def test_no_word_of_the_wire_gets_through(caller: str, callee: str) -> None:
    for call in WORDS:
        progress = told(call, caller, callee)
        shown = " ".join((progress.own_words, progress.other_words, progress.summary, progress.advice))
        written = {
            word for word in (call, caller, callee) if word not in ("Busy", "Success", "Error", "Unknown")
        }
        assert not [word for word in written if word in shown]
        assert not re.search(r"[a-z][A-Z]|\bstatus\b|\{", shown)


def test_every_failure_that_has_a_name_is_told_by_it() -> None:
    assert (
        told("CannotReach", "Success", "InternationalDisabled").summary
        == "Calls abroad are off for this account."
    )
    assert told("NoSessionFound", "Success", "InProgress").end is End.FAILED
