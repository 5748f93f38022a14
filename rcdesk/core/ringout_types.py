"""What is asked of a RingOut, what the platform says of it, and what the user sees. Named by `core.ringout`."""

from __future__ import annotations

import enum
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Order:
    """A RingOut that the user asked for and saw in full. Numbers are E.164 with + (or a short extension).

    Attributes:
        own: the phone that rings first.
        own_label: what the user calls that phone ("Desk phone").
        caller_id: what the other side sees, "" for the platform's default.
        prompt: the user must press 1 after picking up their own phone.
        name: whom the user calls, "" if only the number is known.
        shown: the number as the user saw it, "" to show it as it is.
    """

    number: str
    own: str
    own_label: str = ""
    caller_id: str = ""
    prompt: bool = False
    name: str = ""
    shown: str = ""


class CallStatus(enum.Enum):
    """What the platform says of a RingOut as a whole; it is over unless in progress."""

    IN_PROGRESS = "in progress"
    CONNECTED = "connected"
    FAILED = "failed"
    UNKNOWN = "unknown"  # over in a way that we have no word for


class LegStatus(enum.Enum):
    """What the platform says of one leg of a RingOut, which may not have been called yet."""

    IN_PROGRESS = "in progress"
    ANSWERED = "answered"
    HUNG_UP = "hung up"
    NO_ANSWER = "no answer"
    BUSY = "busy"
    REJECTED = "rejected"
    ABROAD_OFF = "calls abroad are off"
    BLOCKED = "blocked"
    NO_CREDIT = "no credit"
    NOT_SUPPORTED = "not supported"
    NO_SUCH_NUMBER = "no such number"
    GONE = "gone"
    FAILED = "failed"
    UNKNOWN = "unknown"  # the platform says what we have no word for
    REFUSED = "refused"  # ours: the order was not taken
    UNSURE = "unsure"  # ours: nobody knows whether the order was taken


@dataclass(frozen=True, slots=True)
class Status:
    """One answer of the platform about a RingOut; `caller` is the user's own leg."""

    ringout_id: str
    call: CallStatus
    caller: LegStatus
    callee: LegStatus


class Step(enum.Enum):
    """How one leg stands."""

    WAITING = "waiting"
    RINGING = "ringing"
    ANSWERED = "answered"
    FAILED = "failed"
    OVER = "over"


class End(enum.Enum):
    """How a RingOut ended."""

    CONNECTED = "connected"
    OVER = "over"  # it was connected, and that call has ended
    CANCELLED = "cancelled"
    NOT_CANCELLED = "not cancelled"  # asked to, but it went on: hang up the phone
    OWN_NOT_ANSWERED = "own not answered"
    NOT_ANSWERED = "not answered"
    FAILED = "failed"
    LOST = "lost"  # the platform stopped telling


@dataclass(frozen=True, slots=True)
class Progress:
    """What the dial pad shows of a RingOut.

    Attributes:
        own, other: the two legs.
        own_words, other_words: one short sentence each, for a person.
        summary: one sentence once it is over, "" before.
        advice: what to do now, "" if nothing.
        end: None while it is under way.
        can_cancel: whether asking to cancel makes sense now.
        cancelling: the user asked, and it is not yet known whether it worked.
    """

    order: Order
    own: Step
    other: Step
    own_words: str
    other_words: str
    summary: str = ""
    advice: str = ""
    end: End | None = None
    can_cancel: bool = False
    cancelling: bool = False


@dataclass(frozen=True, slots=True)
class EndedRingOut:
    """A RingOut that the platform took and that is over. Times are unix seconds; `progress.end` is set."""

    ringout_id: str
    progress: Progress
    began_at: float
    ended_at: float

    @property
    def order(self) -> Order:
        return self.progress.order
