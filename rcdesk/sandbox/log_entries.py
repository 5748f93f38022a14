"""What the call log says about a call that is over: its record, and a RingOut's two legs."""

import random

from rcdesk.sandbox.account import Account
from rcdesk.sandbox.call_log import Leg, Record
from rcdesk.sandbox.calls import Call, Outcome, Party
from rcdesk.sandbox.ringouts import RingOut

INBOUND: dict[Outcome, tuple[str, str]] = {
    Outcome.ANSWERED: ("Accepted", "Accepted"),
    Outcome.MISSED: ("Missed", "No Answer"),
    Outcome.GAVE_UP: ("Hang Up", "Hang Up"),
    Outcome.DECLINED: ("Rejected", "Calls Not Accepted"),
    Outcome.VOICEMAIL: ("Voicemail", "No Answer"),
    Outcome.ELSEWHERE: ("Answered Elsewhere", "Stopped"),
}
OUTBOUND: dict[Outcome, tuple[str, str]] = {
    Outcome.ANSWERED: ("Call connected", "Connected"),
    Outcome.NO_ANSWER: ("No Answer", "Not Answered"),
    Outcome.BUSY: ("Busy", "Line Busy"),
}
FAILURES: dict[str, tuple[str, str]] = {
    "Busy": ("Busy", "Line Busy"),
    "NoAnswer": ("No Answer", "Not Answered"),
    "Rejected": ("Rejected", "Not Answered"),
    "Cancelled": ("Stopped", "Stopped"),
    "InternationalDisabled": ("International Disabled", "International Disabled"),
    "DestinationBlocked": ("Restricted Number", "Restricted Number"),
    "NotEnoughFunds": ("No Calling Credit", "No Credit"),
    "NosuchUser": ("Wrong Number", "Wrong Number"),
    "RingOutFromThisNumberIsNotSupported": ("Not Allowed", "Number Not Allowed"),
}
"""Result and reason by the status that a RingOut's leg came to; any other is a failed call."""
_FAILED = ("Call Failed", "Failed Try Again")
VOICEMAIL_SECONDS = (6, 48)


def record_of(account: Account, call: Call, ring_out: RingOut | None, rng: random.Random) -> Record:
    """The record of a call that is over."""
    ended = call.started_at if call.ended_at is None else call.ended_at
    result, reason = result_of(call, ring_out)
    duration = round(call.seconds(ended) * 1000)
    message_id = ""
    if call.outcome is Outcome.VOICEMAIL:
        duration = rng.randrange(*VOICEMAIL_SECONDS) * 1000
        message_id = str(rng.randrange(10**9, 10**10))
    legs = ring_out_legs(account, call, ring_out, ended) if ring_out else ()
    return Record(
        id=record_id(rng),
        session_id=call.session_id,
        telephony_session_id=call.telephony_session_id,
        party_id=call.party_id,
        inbound=call.inbound,
        caller=call.caller,
        callee=call.callee,
        started_at=call.started_at,
        duration_ms=duration,
        action="RingOut Web" if ring_out else "Phone Call" if call.inbound else "VoIP Call",
        result=result,
        reason=reason,
        internal_type="RingOut" if ring_out else "Sip" if call.peer.is_extension else "Usual",
        transport="VoIP" if call.peer.is_extension else "PSTN",
        recording=(call.recording_id, "OnDemand") if call.recording_id else None,
        message_id=message_id,
        legs=legs,
        modified_at=ended,
    )


def record_id(rng: random.Random) -> str:
    """An id as the platform makes them: text that happens to be safe in a path."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"
    return "A" + "".join(rng.choices(letters, k=14))


def ring_out_legs(account: Account, call: Call, ring_out: RingOut, ended: float) -> tuple[Leg, ...]:
    """The leg to the user's phone, then the one to the other side if it was dialled."""
    me = Party(ring_out.from_number, account.me.name)
    end = result_of(call, ring_out)
    if len(ring_out.legs) == 1:
        return (first_leg(me, ring_out.legs[0], ended, end),)
    first_began, second_began = ring_out.legs
    return first_leg(me, first_began, ended), second_leg(me, call.callee, second_began, ended, end)


def first_leg(
    me: Party, began: float, ended: float, end: tuple[str, str] = ("Call connected", "Connected")
) -> Leg:
    """The leg of a RingOut that rings the user's own phone."""
    return _leg("RingOutWebToSubscriber", me, me, began, ended, end)


def second_leg(me: Party, peer: Party, began: float, ended: float, end: tuple[str, str]) -> Leg:
    """The leg of a RingOut that rings the other side."""
    return _leg("RingOutWebToCaller", me, peer, began, ended, end)


def _leg(kind: str, me: Party, callee: Party, began: float, ended: float, end: tuple[str, str]) -> Leg:
    return Leg(
        kind,
        inbound=False,
        caller=me,
        callee=callee,
        started_at=began,
        duration_ms=round(max(0.0, ended - began) * 1000),
        action="RingOut Web",
        result=end[0],
        reason=end[1],
        master=me is callee,
    )


def result_of(call: Call, ring_out: RingOut | None) -> tuple[str, str]:
    """The log's result and reason of a call that is over."""
    if ring_out is not None and ring_out.call_status != "Success":
        if call.failure == "NoAnswer" and ring_out.caller_status == "NoAnswer":
            return "No Answer", "No Answer"  # the reason says: you did not answer
        return FAILURES.get(call.failure, _FAILED)
    outcome = call.outcome or Outcome.MISSED
    return INBOUND[outcome] if call.inbound else OUTBOUND[outcome]
