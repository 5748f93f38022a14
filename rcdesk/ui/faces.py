"""Faces: what a call's card says, from its first ring to its end. Pure."""

from __future__ import annotations

from rcdesk.core.calls import Call
from rcdesk.core.people import Who
from rcdesk.ui import words
from rcdesk.ui.popup import Face
from rcdesk.ui.theme import Tone

ANSWERED_STAYS, MISSED_STAYS = 4.0, 12.0  # seconds


def ringing(call: Call, who: Who) -> Face:
    """Return the card of a call that rings: who, where the name comes from, and for which line or queue."""
    called = words.queue_name(call.queue) or call.to_name
    return Face(
        title=who.title,
        lines=(_number_and_source(who), f"for {called}" if called else ""),
        icon="bell",
        tone=Tone.RINGING,
        state="Ringing",
        since=call.started_at,
        number=who.number,
    )


def answered(call: Call, who: Who) -> Face:
    """Return the short card of a call that was answered, on whichever phone."""
    return Face(
        title=f"Answered: {who.title}",
        lines=(words.joined(_plain_number(who), words.queue_name(call.queue)),),
        icon="phone",
        tone=Tone.ON_CALL,
        state="Answered",
        stays=ANSWERED_STAYS,
    )


def missed(call: Call, who: Who) -> Face:
    """Return the short card of a call that nobody answered, with the way to call back."""
    return Face(
        title=f"Missed: {who.title}",
        lines=(words.joined(who.detail or _plain_number(who), _rang(call)),),
        icon="call-missed",
        tone=Tone.DANGER,
        state="Missed",
        stays=MISSED_STAYS,
        call_back=call.peer_number,
    )


def gone(call: Call, who: Who, title: str) -> Face:
    """Return the short card of a call that ended otherwise; `title` says how, without the name."""
    return Face(
        title=f"{title}: {who.title}",
        lines=(words.joined(who.detail or _plain_number(who), _rang(call)),),
        icon="phone-off",
        tone=Tone.DIM,
        state=title,
        stays=ANSWERED_STAYS,
    )


def _rang(call: Call) -> str:
    return f"rang {words.span(call.ended_at - call.started_at)}" if call.ended_at is not None else ""


def _plain_number(who: Who) -> str:
    return who.number if who.number != who.title else ""


def _number_and_source(who: Who) -> str:
    return words.joined(_plain_number(who), who.detail, who.source.value) or "Number withheld"
