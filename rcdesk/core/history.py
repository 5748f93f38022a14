"""Call records and what can be asked of them. How the platform's log merges in is in `core.merging`."""

from __future__ import annotations

import enum
import re
import unicodedata
from dataclasses import dataclass

from rcdesk.core.calls import Direction
from rcdesk.core.numbers import digits


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
        started_at: unix seconds. duration: seconds, 0 if never connected, or not known (`untimed`).
        name, number: the other side's; number as E.164 with + where it could be read, else as written.
        location: as the platform tells it ("Menlo Park, CA").
        queue: name of the queue called, "".
        reason: the platform's reason in words a person can read, "" if none.
        seen: a missed call that was looked at, called back or dismissed.
        note: what the user wrote about it, "" if nothing.
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
    note: str = ""

    @property
    def provisional(self) -> bool:
        return not self.record_id

    @property
    def untimed(self) -> bool:
        """Whether nobody knows how long it was: it was on, its end was not seen, and the log is still to tell."""
        on = self.outcome in (Outcome.ANSWERED, Outcome.CONNECTED, Outcome.UNKNOWN)
        return self.provisional and on and not self.duration


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
        more: older records exist within that window; the answer only has the newest.
    """

    records: tuple[LogRecord, ...]
    token: str
    full: bool
    more: bool = False


class Filter(enum.Enum):
    ALL = "all"
    MISSED = "missed"
    INCOMING = "in"
    OUTGOING = "out"
    NOTED = "noted"


@dataclass(frozen=True, slots=True)
class Query:
    """What the history pane shows. `text` matches names and notes by prefix of each word and numbers by any
    part."""

    filter: Filter = Filter.ALL
    text: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Records newest first. `after` is the key to ask for the next page with, None at the end."""

    records: tuple[CallRecord, ...]
    after: tuple[float, int] | None


FEWEST_DIGITS = 2  # with which numbers are searched
_NO_DECOMPOSITION = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th"})
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Terms:
    """What a search text asks for; a record must have all of it.

    Attributes:
        words: folded; each is the beginning of a word of the name or the note.
        numbers: any one of these is a part of the number's digits; empty asks for none.
    """

    words: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()

    def match(self, name: str, number: str, note: str = "") -> bool:
        """Whether a record of this name, number and note has all that is asked for."""
        key = search_key(name, note)
        found = digits(number)
        by_word = all(f" {word}" in key for word in self.words)
        return by_word and (not self.numbers or any(part in found for part in self.numbers))


def terms(text: str) -> Terms:
    """Return what a search text asks for: words are of names and notes, everything else is one number.

    A number may be written as at home: a leading 0 that the international form lacks is no hindrance.
    """
    words: list[str] = []
    number = ""
    for word in text.split():
        if any(character.isalpha() for character in word):
            words += _WORD.findall(fold(word))
        else:
            number += digits(word)
    if len(number) < FEWEST_DIGITS:
        return Terms((*words, number) if number else tuple(words))
    without_zeros = number.lstrip("0")
    numbers = (number, without_zeros) if len(without_zeros) >= FEWEST_DIGITS else (number,)
    return Terms(tuple(words), tuple(dict.fromkeys(numbers)))


def fold(text: str) -> str:
    """Return `text` without case and accents: what people type when they search."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_NO_DECOMPOSITION))
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def search_key(name: str, note: str = "") -> str:
    """Return the folded words of name and note, a blank before each: a word begins with w if " w" is in it."""
    return "".join(f" {word}" for word in _WORD.findall(fold(f"{name} {note}")))
