"""One call as the user's phone sees it: its states, and what may happen to it in each."""

from dataclasses import dataclass, field
from enum import StrEnum

GAVE_UP_EARLY = 5.0
"""A caller who hangs up sooner than this many world seconds gave up; later, the call was missed."""


class State(StrEnum):
    """Where a call stands."""

    RINGING = "ringing"
    CONNECTED = "connected"
    ON_HOLD = "on_hold"
    PARKED = "parked"
    ENDED = "ended"


class Deed(StrEnum):
    """What can happen to a call; the names are those of the control API."""

    ANSWER = "answer"
    HOLD = "hold"
    UNHOLD = "unhold"
    PARK = "park"
    PICK_UP = "pick-up"
    HANG_UP = "hang-up"
    MISS = "miss"
    DECLINE = "decline"
    VOICEMAIL = "voicemail"
    ANSWER_ELSEWHERE = "answer-elsewhere"
    FLICKER = "flicker"


class Outcome(StrEnum):
    """How a call ended."""

    ANSWERED = "answered"
    MISSED = "missed"
    GAVE_UP = "gave up"
    DECLINED = "declined"
    VOICEMAIL = "voicemail"
    ELSEWHERE = "answered elsewhere"
    NO_ANSWER = "no answer"
    BUSY = "busy"


_ALIVE = (State.RINGING, State.CONNECTED, State.ON_HOLD, State.PARKED)

MOVES: dict[tuple[State, Deed], State] = {
    (State.RINGING, Deed.ANSWER): State.CONNECTED,
    (State.CONNECTED, Deed.HOLD): State.ON_HOLD,
    (State.ON_HOLD, Deed.UNHOLD): State.CONNECTED,
    (State.CONNECTED, Deed.PARK): State.PARKED,
    (State.PARKED, Deed.PICK_UP): State.CONNECTED,
    (State.RINGING, Deed.MISS): State.ENDED,
    (State.RINGING, Deed.DECLINE): State.ENDED,
    (State.RINGING, Deed.VOICEMAIL): State.ENDED,
    (State.RINGING, Deed.ANSWER_ELSEWHERE): State.ENDED,
    **{(state, Deed.HANG_UP): State.ENDED for state in _ALIVE},
    **{(state, Deed.FLICKER): state for state in _ALIVE},
}
"""Every move there is; anything else is an incorrect state."""

_INBOUND_ONLY = (Deed.VOICEMAIL, Deed.ANSWER_ELSEWHERE)


class IncorrectStateError(Exception):
    """This cannot happen to a call in this state."""


@dataclass(frozen=True)
class Party:
    """One side of a call: a number in E.164 with +, a short extension, or nothing known."""

    number: str = ""
    name: str = ""

    @property
    def is_extension(self) -> bool:
        """Whether the number is a short extension."""
        return bool(self.number) and not self.number.startswith("+")


@dataclass
class Call:
    """One call of the user. Times are Unix seconds of the world."""

    session_id: str
    telephony_session_id: str
    party_id: str
    leg_id: str
    inbound: bool
    caller: Party
    callee: Party
    queue: str
    started_at: float
    ring_out: str = ""
    """Id of the RingOut that made this call."""
    state: State = State.RINGING
    answered_at: float | None = None
    ended_at: float | None = None
    outcome: Outcome | None = None
    failure: str = ""
    """What a leg of its RingOut came to, if that ended the call."""
    hidden: bool = False
    """In the middle of a flicker: reported as over although it is not."""
    muted: bool = False
    park: str = ""
    """Where it was parked last, over call control."""
    recording_id: str = ""
    """Set once it was recorded on demand."""
    events: int = field(default=0, compare=False)
    """How many telephony events there were; their sequence."""

    @property
    def peer(self) -> Party:
        """The other side."""
        return self.caller if self.inbound else self.callee

    @property
    def alive(self) -> bool:
        """Whether the call is still on."""
        return self.state is not State.ENDED

    def may(self, deed: Deed) -> bool:
        """Whether this can happen to the call now."""
        if not self.inbound and deed in _INBOUND_ONLY:
            return False
        return (self.state, deed) in MOVES

    def apply(self, deed: Deed, now: float) -> None:
        """Let it happen; IncorrectStateError if it cannot."""
        if not self.may(deed):
            raise IncorrectStateError(f"{deed} is not possible while the call is {self.state}")
        was, self.state = self.state, MOVES[self.state, deed]
        if deed is Deed.ANSWER:
            self.answered_at = now
        if self.state is State.ENDED:
            self.ended_at = now
            self.outcome = self._outcome(was, deed)

    def seconds(self, now: float) -> float:
        """How long the call has lasted, or did: talking if it was answered, else ringing."""
        begin = self.started_at if self.answered_at is None else self.answered_at
        return max(0.0, (now if self.ended_at is None else self.ended_at) - begin)

    def _outcome(self, was: State, deed: Deed) -> Outcome:
        if was is not State.RINGING:
            return Outcome.ANSWERED
        if not self.inbound:
            return Outcome.BUSY if deed is Deed.DECLINE else Outcome.NO_ANSWER
        if deed is Deed.HANG_UP:
            early = self.ended_at is not None and self.ended_at - self.started_at < GAVE_UP_EARLY
            return Outcome.GAVE_UP if early else Outcome.MISSED
        return _INBOUND_OUTCOMES[deed]


_INBOUND_OUTCOMES = {
    Deed.MISS: Outcome.MISSED,
    Deed.DECLINE: Outcome.DECLINED,
    Deed.VOICEMAIL: Outcome.VOICEMAIL,
    Deed.ANSWER_ELSEWHERE: Outcome.ELSEWHERE,
}
