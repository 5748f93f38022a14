"""Every result that the call log can tell has its class, and a reason in words where one is needed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcdesk.client.log_words import outcome_of_log
from rcdesk.core.calls import Direction
from rcdesk.core.history import Outcome

IN, OUT = Direction.INBOUND, Direction.OUTBOUND
RESULTS = """911, 933, Abandoned, Accepted, Answered Not Accepted, Blocked, Busy, Call Failed, Call Failure,
Call connected, Carrier is not active, Declined, EDGE trunk misconfigured, Fax Not Sent, Fax Partially Sent,
Fax Poor Line, Fax Receipt Error, Fax on Demand, Hang Up, IP Phone Offline, In Progress, Internal Error,
International Disabled, International Restricted, Missed, No Answer, No Calling Credit, Not Allowed,
Partial Receive, Phone Login, Receive Error, Received, Rejected, Reply, Restricted Number, Send Error, Sent,
Sent to Voicemail, Stopped, Suspended account, Unknown, Voicemail, Wrong Number, Answered Elsewhere,
Callback requested"""
REASONS = """Accepted, Bad Number, Call Loop, Calls Not Accepted, Carrier is not active, Connected,
Customer 611 Restricted, EDGE trunk misconfigured, Emergency Address not defined, Failed Try Again, Hang Up,
Info 411 Restricted, Internal Call Error, Internal Error, International Disabled, International Restricted,
Line Busy, Max Call Limit, No Answer, No Credit, No Digital Line, Not Answered, Number Blocked,
Number Disabled, Number Not Allowed, Resource Error, Restricted Number, Stopped, Too Many Calls, Unknown,
Wrong Number"""


def listed(text: str) -> list[str]:
    return [" ".join(word.split()) for word in text.split(",")]


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("result", listed(RESULTS))
def test_every_result_of_the_platform_is_known_in_any_case(result: str, direction: Direction) -> None:
    told = outcome_of_log(direction, "Phone Call", result, "", 0.0)
    assert told == outcome_of_log(direction, "PHONE CALL", f" {result.upper()} ", "", 0.0)
    assert told[1] != result or result == "Stopped"
    if told[0] is Outcome.UNKNOWN:
        assert result in ("911", "933", "In Progress", "Phone Login", "Stopped", "Unknown")


@pytest.mark.parametrize(
    ("direction", "result", "duration", "outcome"),
    [
        (IN, "Accepted", 60, Outcome.ANSWERED),
        (IN, "Call connected", 60, Outcome.ANSWERED),
        (IN, "Answered Elsewhere", 60, Outcome.ANSWERED_ELSEWHERE),
        (IN, "Missed", 1, Outcome.MISSED),
        (IN, "Hang up", 4, Outcome.GAVE_UP),
        (IN, "Hang Up", 5, Outcome.MISSED),
        (IN, "Rejected", 0, Outcome.DECLINED),
        (IN, "Voicemail", 30, Outcome.VOICEMAIL),
        (IN, "Busy", 0, Outcome.BUSY),
        (OUT, "Call connected", 60, Outcome.CONNECTED),
        (OUT, "No Answer", 0, Outcome.NO_ANSWER),
        (OUT, "Hang Up", 9, Outcome.NO_ANSWER),
        (OUT, "Busy", 0, Outcome.BUSY),
        (OUT, "Call Failed", 0, Outcome.FAILED),
    ],
)
def test_how_a_call_of_the_log_ended(
    direction: Direction, result: str, duration: float, outcome: Outcome
) -> None:
    assert outcome_of_log(direction, "VoIP Call", result, "", duration)[0] is outcome


@pytest.mark.parametrize("reason", listed(REASONS))
def test_a_failure_has_a_reason_in_words_or_none(reason: str) -> None:
    outcome, words = outcome_of_log(OUT, "VoIP Call", "Call Failed", reason, 0)
    assert outcome is Outcome.FAILED
    assert words == "" or (words.endswith(".") and words != reason)


def test_an_unknown_result_is_shown_as_it_is_and_never_fails() -> None:
    assert outcome_of_log(IN, "", "Brand  New\nResult", "x", 0) == (Outcome.UNKNOWN, "Brand New Result")
    assert outcome_of_log(IN, "", "", "", 0) == (Outcome.UNKNOWN, "")


@given(st.sampled_from(Direction), st.text(), st.text(), st.text(), st.floats(), st.lists(st.text()))
def test_no_record_fails(
    direction: Direction, action: str, result: str, reason: str, duration: float, legs: list[str]
) -> None:
    assert isinstance(outcome_of_log(direction, action, result, reason, duration, legs)[0], Outcome)


BOTH, OWN_ONLY = ("RingOutWebToSubscriber", "RingOutWebToCaller"), ("RingOutWebToSubscriber",)


@pytest.mark.parametrize(
    ("result", "reason", "legs", "told"),
    [
        ("Call connected", "Connected", BOTH, (Outcome.CONNECTED, "")),
        ("Accepted", "", (), (Outcome.CONNECTED, "")),
        ("No Answer", "Not Answered", BOTH, (Outcome.OTHER_NO_ANSWER, "")),
        ("Busy", "Line Busy", BOTH, (Outcome.OTHER_NO_ANSWER, "The line was busy.")),
        ("Missed", "", (), (Outcome.OTHER_NO_ANSWER, "")),
        ("No Answer", "No Answer", OWN_ONLY, (Outcome.OWN_NO_ANSWER, "")),
        ("No Answer", "No Answer", (), (Outcome.OWN_NO_ANSWER, "")),
        ("Busy", "", OWN_ONLY, (Outcome.OWN_NO_ANSWER, "")),
        ("Stopped", "Stopped", OWN_ONLY, (Outcome.NO_ANSWER, "Stopped before it was answered.")),
        ("Wrong Number", "", BOTH, (Outcome.FAILED, "Nobody has this number.")),
        ("Rejected", "", BOTH, (Outcome.OTHER_NO_ANSWER, "They declined the call.")),
    ],
)
@pytest.mark.parametrize("direction", Direction)
def test_of_a_ringout_it_is_told_who_did_not_answer(
    result: str, reason: str, legs: tuple[str, ...], told: tuple[Outcome, str], direction: Direction
) -> None:
    assert outcome_of_log(direction, "RingOut Web", result, reason, 0, legs) == told
    if legs:
        assert outcome_of_log(direction, "Phone Call", result, reason, 0, legs) == told
