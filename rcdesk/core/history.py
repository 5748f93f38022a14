"""Call records, what can be asked of them, and how the platform's log merges in. (Types of the seam.)"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from rcdesk.core.calls import Direction


class Outcome(enum.Enum):
    """How a call ended; each its own class on screen. Values are the stable names of `--json`."""

    ANSWERED = "answered"
    ANSWERED_ELSEWHERE = "answered_elsewhere"
    MISSED = "missed"
    GAVE_UP = "caller_gave_up"  # under 5 s of ringing
    DECLINED = "declined"
    VOICEMAIL = "voicemail"
    BUSY = "busy"
    CONNECTED = "connected"  # outbound
    NO_ANSWER = "no_answer"  # outbound
    OTHER_NO_ANSWER = "other_did_not_answer"  # RingOut: your phone answered, they did not
    OWN_NO_ANSWER = "own_phone_not_answered"  # RingOut
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call of the past.

    Attributes:
        id: of the store; stays when the platform's record replaces the provisional one.
        record_id: the platform's call-log id, "" while only the live call is known (provisional).
        started_at: unix seconds. duration: seconds, 0 if never connected.
        name, number: the other side's; number as E.164 with + where it could be read, else as written.
        location: as the platform tells it ("Menlo Park, CA").
        queue: name of the queue called, "".
        reason: the platform's reason in words a person can read, "" if none.
        seen: a missed call that was looked at, called back or dismissed.
    """

    id: int
    session_id: str
    direction: Direction
    outcome: Outcome
    started_at: float
    duration: float
    number: str
    name: str
    location: str = ""
    queue: str = ""
    reason: str = ""
    record_id: str = ""
    seen: bool = False
    own_number: str = ""

    @property
    def provisional(self) -> bool:
        return not self.record_id


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One record of the platform's call log, seen from the user.

    Attributes:
        started_at: unix seconds. duration: seconds.
        number, name, location: the other side's, as the platform writes them; "" if withheld.
        own_number: the user's own side: what was called (inbound) or what called (outbound).
        reason: words for a person, "" if there is nothing to add to the outcome.
        ringout: one leg, or both, of a RingOut (its action or a leg type says so).
        deleted: the record was deleted from the log; only record_id is sure to be there.
        in_progress: the call is still on; the record comes again with its outcome.
    """

    record_id: str
    session_id: str
    direction: Direction
    outcome: Outcome
    started_at: float
    duration: float
    number: str
    name: str = ""
    location: str = ""
    own_number: str = ""
    queue: str = ""
    reason: str = ""
    ringout: bool = False
    deleted: bool = False
    in_progress: bool = False


@dataclass(frozen=True, slots=True)
class SyncBatch:
    """One answer of the call-log sync.

    Attributes:
        token: opaque; goes with the next question, stored together with the records or not at all.
        full: the records stand for everything the platform has in the window asked for, not for what is new.
    """

    records: tuple[LogRecord, ...]
    token: str
    full: bool


class Filter(enum.Enum):
    ALL = "all"
    MISSED = "missed"
    INCOMING = "in"
    OUTGOING = "out"


@dataclass(frozen=True, slots=True)
class Query:
    """What the history pane shows. `text` matches names by prefix of each word and numbers by any part."""

    filter: Filter = Filter.ALL
    text: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Records newest first. `after` is the key to ask for the next page with, None at the end."""

    records: tuple[CallRecord, ...]
    after: tuple[float, int] | None
