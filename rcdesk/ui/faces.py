"""Faces: how the card of a call looks, from its first ring to its end. Pure."""

from __future__ import annotations

from dataclasses import replace

from rcdesk.core.notices import Card, Kind
from rcdesk.core.people import Who
from rcdesk.ui import words
from rcdesk.ui.popup import Face
from rcdesk.ui.theme import Tone

_LOOKS = {
    Kind.RINGING: ("bell", Tone.RINGING),
    Kind.ANSWERED: ("phone", Tone.ON_CALL),
    Kind.ELSEWHERE: ("call-in", Tone.DIM),
    Kind.MISSED: ("call-missed", Tone.DANGER),
    Kind.GAVE_UP: ("phone-off", Tone.DIM),
    Kind.LOST: ("offline", Tone.DIM),
}

IT_MAY_RING = "It may ring still, but rcdesk hears nothing of it."


def face(card: Card, who: Who, profile: str = "default") -> Face:
    """Return how `card` looks: who it is, where the name comes from, and what became of the call.

    `profile`: told on the card where there is room, unless it is the one that most people have alone.
    """
    named = words.profile(profile)
    whose = f"profile {named}" if named else ""
    icon, tone = _LOOKS[card.kind]
    rings = card.kind is Kind.RINGING
    return Face(
        title=who.title if rings else f"{card.kind.value}: {who.title}",
        lines=(_number_and_source(who), words.joined(card.line, whose))
        if rings
        else (_afterwards(card, who, whose),),
        icon=icon,
        tone=tone,
        state=card.kind.value,
        since=card.since,
        number=who.number if rings else "",
        stays=card.stays,
        call_back=card.number if card.call_back else "",
    )


def doubted(rings: Face, since: float) -> Face:
    """Return how the card of a ringing call looks while nothing is heard of it, as its row does: grey, and no further
    on than it was."""
    line = f"Not live {words.since(since, since)}: it may be over by now."
    return replace(rings, lines=(rings.lines[0], line), tone=Tone.DIM, doubted=True)


def _afterwards(card: Card, who: Who, whose: str) -> str:
    if card.kind is Kind.LOST:
        return IT_MAY_RING
    return words.joined(who.detail or _plain_number(who), card.rang or card.line, whose)


def _plain_number(who: Who) -> str:
    return who.number if who.number != who.title else ""


def _number_and_source(who: Who) -> str:
    known = words.joined(_plain_number(who), who.detail, who.source.value)
    return known or ("Not in your contacts" if who.number else "Incoming call")
