"""What the platform's call log says of how a call ended, in our words; its own words end here."""

from __future__ import annotations

from collections.abc import Collection

from rcdesk.core.calls import Direction
from rcdesk.core.history import Outcome
from rcdesk.core.outcomes import EARLY

_ABROAD = "Calls abroad are off for this account."
_DECLINED = "They declined the call."
_STOPPED = "Stopped before it was answered."
_FAX = "Fax"

_RESULTS: dict[str, tuple[Outcome, Outcome, str, str]] = {  # inbound, outbound, and the reasons for each
    "911": (Outcome.UNKNOWN, Outcome.CONNECTED, "Emergency call", "Emergency call"),
    "933": (Outcome.UNKNOWN, Outcome.CONNECTED, "Emergency test call", "Emergency test call"),
    "abandoned": (Outcome.GAVE_UP, Outcome.NO_ANSWER, "", ""),
    "accepted": (Outcome.ANSWERED, Outcome.CONNECTED, "", ""),
    "answered elsewhere": (Outcome.ANSWERED_ELSEWHERE, Outcome.CONNECTED, "", ""),
    "answered not accepted": (Outcome.MISSED, Outcome.NO_ANSWER, "Picked up, but not accepted.", ""),
    "blocked": (Outcome.DECLINED, Outcome.FAILED, "The caller is blocked.", "The call was blocked."),
    "busy": (Outcome.BUSY, Outcome.BUSY, "", ""),
    "call connected": (Outcome.ANSWERED, Outcome.CONNECTED, "", ""),
    "call failed": (Outcome.FAILED, Outcome.FAILED, "", ""),
    "call failure": (Outcome.FAILED, Outcome.FAILED, "", ""),
    "callback requested": (Outcome.MISSED, Outcome.NO_ANSWER, "They ask to be called back.", ""),
    "carrier is not active": (Outcome.FAILED, Outcome.FAILED, "", ""),
    "declined": (Outcome.DECLINED, Outcome.NO_ANSWER, "", _DECLINED),
    "edge trunk misconfigured": (Outcome.FAILED, Outcome.FAILED, "", ""),
    "fax not sent": (Outcome.FAILED, Outcome.FAILED, _FAX, _FAX),
    "fax on demand": (Outcome.ANSWERED, Outcome.CONNECTED, _FAX, _FAX),
    "fax partially sent": (Outcome.FAILED, Outcome.FAILED, _FAX, _FAX),
    "fax poor line": (Outcome.FAILED, Outcome.FAILED, _FAX, _FAX),
    "fax receipt error": (Outcome.FAILED, Outcome.FAILED, _FAX, _FAX),
    "hang up": (Outcome.GAVE_UP, Outcome.NO_ANSWER, "", _STOPPED),
    "in progress": (Outcome.UNKNOWN, Outcome.UNKNOWN, "", ""),
    "internal error": (Outcome.FAILED, Outcome.FAILED, "", ""),
    "international disabled": (Outcome.FAILED, Outcome.FAILED, _ABROAD, _ABROAD),
    "international restricted": (Outcome.FAILED, Outcome.FAILED, _ABROAD, _ABROAD),
    "ip phone offline": (Outcome.MISSED, Outcome.FAILED, "Your phone was off.", "The phone was off."),
    "missed": (Outcome.MISSED, Outcome.NO_ANSWER, "", ""),
    "no answer": (Outcome.MISSED, Outcome.NO_ANSWER, "", ""),
    "no calling credit": (Outcome.FAILED, Outcome.FAILED, "", "There was not enough credit."),
    "not allowed": (Outcome.FAILED, Outcome.FAILED, "", "This call is not allowed."),
    "partial receive": (Outcome.FAILED, Outcome.FAILED, _FAX, _FAX),
    "phone login": (Outcome.UNKNOWN, Outcome.UNKNOWN, "Sign-in by phone", "Sign-in by phone"),
    "receive error": (Outcome.FAILED, Outcome.FAILED, _FAX, _FAX),
    "received": (Outcome.ANSWERED, Outcome.CONNECTED, _FAX, _FAX),
    "rejected": (Outcome.DECLINED, Outcome.NO_ANSWER, "", _DECLINED),
    "reply": (Outcome.DECLINED, Outcome.CONNECTED, "You replied with a message.", ""),
    "restricted number": (Outcome.FAILED, Outcome.FAILED, "", "This number may not be called."),
    "send error": (Outcome.FAILED, Outcome.FAILED, _FAX, _FAX),
    "sent": (Outcome.ANSWERED, Outcome.CONNECTED, _FAX, _FAX),
    "sent to voicemail": (Outcome.VOICEMAIL, Outcome.CONNECTED, "", "Their voicemail answered."),
    "stopped": (Outcome.UNKNOWN, Outcome.NO_ANSWER, "Stopped", _STOPPED),
    "suspended account": (Outcome.FAILED, Outcome.FAILED, "", "This account is suspended."),
    "unknown": (Outcome.UNKNOWN, Outcome.UNKNOWN, "", ""),
    "voicemail": (Outcome.VOICEMAIL, Outcome.CONNECTED, "", "Their voicemail answered."),
    "wrong number": (Outcome.FAILED, Outcome.FAILED, "", "Nobody has this number."),
}

_REASONS = {
    "bad number": "Nobody has this number.",
    "call loop": "The call was forwarded in a circle.",
    "calls not accepted": "Calls were not accepted.",
    "carrier is not active": "The carrier was not reachable.",
    "customer 611 restricted": "611 may not be called.",
    "edge trunk misconfigured": "The company’s line is not set up right.",
    "emergency address not defined": "No emergency address is set for this phone.",
    "failed try again": "It failed on the way.",
    "info 411 restricted": "411 may not be called.",
    "internal call error": "The platform failed.",
    "internal error": "The platform failed.",
    "international disabled": _ABROAD,
    "international restricted": _ABROAD,
    "line busy": "The line was busy.",
    "max call limit": "Too many calls at once.",
    "no credit": "There was not enough credit.",
    "no digital line": "The phone has no line.",
    "number blocked": "The number is blocked.",
    "number disabled": "The number is out of service.",
    "number not allowed": "This number may not be called.",
    "resource error": "The platform failed.",
    "restricted number": "This number may not be called.",
    "too many calls": "Too many calls at once.",
    "wrong number": "Nobody has this number.",
}


def outcome_of_log(
    direction: Direction, action: str, result: str, reason: str, duration: float, legs: Collection[str] = ()
) -> tuple[Outcome, str]:
    """Return how a record of the call log ended, and a reason for a person, "" if the outcome says all.

    Compares without regard to case, since servers differ in it; what is not known is `UNKNOWN` in the
    platform's own words. `legs` are the leg types of a detailed record.
    """
    known = _RESULTS.get(_plain(result))
    if known is None:
        return Outcome.UNKNOWN, " ".join(result.split())
    came_in, went_out, words_in, words_out = known
    if is_ringout(action, legs):
        outcome, words = _ringout(went_out, words_out, reason, legs)
    elif direction is Direction.OUTBOUND:
        outcome, words = went_out, words_out
    else:
        outcome, words = came_in, words_in
        if outcome is Outcome.GAVE_UP and duration >= EARLY:
            outcome = Outcome.MISSED
    if outcome is Outcome.FAILED and not words:
        words = _REASONS.get(_plain(reason), "")
    return outcome, words


def is_ringout(action: str, legs: Collection[str] = ()) -> bool:
    """Whether a record of the log is of a RingOut: its action says so, or a leg."""
    return any("ringout" in _plain(word).replace(" ", "") for word in (action, *legs))


def _ringout(outcome: Outcome, words: str, reason: str, legs: Collection[str]) -> tuple[Outcome, str]:
    """Tell who of the two did not answer: a leg to the other side exists only once the own phone had."""
    if outcome not in (Outcome.NO_ANSWER, Outcome.BUSY) or words == _STOPPED:
        return outcome, words
    own_only = legs and not any(_plain(leg).endswith("tocaller") for leg in legs)
    unsaid = not legs and _plain(reason) == "no answer"  # of the other side the log says "Not Answered"
    if own_only or unsaid:
        return Outcome.OWN_NO_ANSWER, ""
    return Outcome.OTHER_NO_ANSWER, words or ("The line was busy." if outcome is Outcome.BUSY else "")


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
