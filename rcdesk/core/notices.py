"""Notices: which change of a call deserves a card in the corner of the screen, and its words."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from rcdesk.core.account import Presence
from rcdesk.core.calls import Call, Change, Direction, Stage
from rcdesk.core.history import Outcome
from rcdesk.core.outcomes import outcome_of


class Kind(enum.Enum):
    """What a card tells; the values are the words on it."""

    RINGING = "Ringing"
    ANSWERED = "Answered"
    ELSEWHERE = "Answered elsewhere"
    MISSED = "Missed"
    GAVE_UP = "They hung up first"
    LOST = "No longer followed"


@dataclass(frozen=True, slots=True)
class Card:
    """What to tell of one call. Who it is, the screen looks up.

    Attributes:
        key: of the call; a second card with the same key takes the place of the first.
        line: which queue or line was called ("for Sales queue"), "" if there is nothing to say.
        since: unix seconds from which it rings, None once it does not.
        rang: for how long it rang ("rang 22 s"), "" while it does or if it was answered.
        call_back: whether to offer to call back.
        stays: seconds after which the card leaves by itself, None while the phone rings.
    """

    key: str
    kind: Kind
    number: str
    name: str
    line: str = ""
    since: float | None = None
    rang: str = ""
    call_back: bool = False
    stays: float | None = None


@dataclass(frozen=True, slots=True)
class Show:
    """Show this card, in the place of the call's earlier one if there is one."""

    card: Card


@dataclass(frozen=True, slots=True)
class Close:
    """Take the call's card away."""

    key: str


STAYS = {
    Kind.RINGING: None,
    Kind.ANSWERED: 4.0,
    Kind.ELSEWHERE: 4.0,
    Kind.MISSED: 12.0,
    Kind.GAVE_UP: 4.0,
    Kind.LOST: 12.0,
}

_KINDS = {Outcome.GAVE_UP: Kind.GAVE_UP, Outcome.ANSWERED_ELSEWHERE: Kind.ELSEWHERE}


class _Told(enum.Enum):
    """What became of the ringing of a call."""

    SHOWN = "shown"
    HUSHED = "hushed"  # do not disturb: no card while it rings, but one if it was missed
    SILENCED = "silenced"  # the user sent its card away and wants no other


class Notices:
    """Decides for each change of a call whether a card tells of it: one card a call, only of calls that ring.

    It never tells of the user's own phone ringing for a RingOut. Do not disturb hushes a ringing call, not
    the word that it was missed.
    """

    def __init__(self) -> None:
        self._told: dict[str, _Told] = {}

    def apply(self, change: Change, presence: Presence, *, wanted: bool = True) -> Show | Close | None:
        """Return what to do about `change`. `wanted`: the user wants cards at all."""
        call = change.now
        if call.direction is Direction.OUTBOUND or call.own_leg:
            return self._close(call.key)
        if call.stage is Stage.RINGING:
            return self._ring(call, presence) if wanted else None
        if call.stage is Stage.ENDED and (call.ended_at is None or call.unseen):
            return self._lose(call.key)
        told = self._told.pop(call.key, None)
        if told is _Told.SHOWN:
            return Show(_card(call, _kind(call)))
        if told is _Told.HUSHED and _kind(call) is Kind.MISSED:
            return Show(_card(call, Kind.MISSED))
        return None

    def lose_sight(self, call: Call) -> Show:
        """Nothing more is heard of a call whose card says that it rings; `found_again` if that changes."""
        return Show(_card(call, Kind.LOST))

    def found_again(self, call: Call) -> Show:
        """A call of which nothing was heard for a while rings still."""
        return Show(_card(call, Kind.RINGING))

    def forget(self, key: str) -> None:
        """The card that no longer followed its call has left, or never had room: what is heard later is old by then."""
        if self._told.get(key) is _Told.SHOWN:
            del self._told[key]

    def silence(self, key: str) -> None:
        """The user sent the card of a ringing call away; nothing more is told of that call."""
        if key in self._told:
            self._told[key] = _Told.SILENCED

    def _ring(self, call: Call, presence: Presence) -> Show | None:
        hushed = presence.silences_everything or (bool(call.queue) and presence.silences_queue_calls)
        told = self._told.setdefault(call.key, _Told.HUSHED if hushed else _Told.SHOWN)
        return Show(_card(call, Kind.RINGING)) if told is _Told.SHOWN else None

    def _lose(self, key: str) -> Close | None:
        """Nobody knows what became of a call that rang. If it still does, it is told of anew, unless the user
        wants nothing more of it."""
        return None if self._told.get(key) is _Told.SILENCED else self._close(key)

    def _close(self, key: str) -> Close | None:
        return Close(key) if self._told.pop(key, None) is _Told.SHOWN else None


def _kind(call: Call) -> Kind:
    """What to tell of a call that does not ring any more."""
    if call.answered_at is not None:
        return Kind.ANSWERED
    return _KINDS.get(outcome_of(call), Kind.MISSED)


def _card(call: Call, kind: Kind) -> Card:
    rang = ""
    if call.ended_at is not None and kind in (Kind.MISSED, Kind.GAVE_UP):
        rang = f"rang {_span(call.ended_at - call.started_at)}"
    return Card(
        key=call.key,
        kind=kind,
        number=call.peer_number,
        name=call.peer_name,
        line=_line(call),
        since=call.started_at if kind is Kind.RINGING else None,
        rang=rang,
        call_back=kind is Kind.MISSED and bool(call.peer_number),
        stays=STAYS[kind],
    )


def _line(call: Call) -> str:
    """Which queue or line was called, in words: the mock's "for Sales queue"."""
    if call.queue:
        return f"for {call.queue}" if "queue" in call.queue.casefold() else f"for {call.queue} queue"
    return f"for {call.to_name}" if call.to_name else ""


def _span(seconds: float) -> str:
    whole = max(0, round(seconds))
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"
