"""How a call ended, as the screen tells it: one word, one icon and one colour for each outcome."""

from __future__ import annotations

from dataclasses import dataclass

from rcdesk.core.calls import Direction
from rcdesk.core.history import CallRecord, Outcome
from rcdesk.ui.theme import Tone


@dataclass(frozen=True, slots=True)
class Look:
    """An outcome on screen. `icon` "" means the arrow of the call's direction; `tone` its colour."""

    word: str
    icon: str = ""
    tone: Tone = Tone.DIM


LOOKS: dict[Outcome, Look] = {
    Outcome.ANSWERED: Look("Answered"),
    Outcome.ANSWERED_ELSEWHERE: Look("Answered elsewhere"),
    Outcome.MISSED: Look("Missed", "call-missed", Tone.DANGER),
    Outcome.GAVE_UP: Look("They hung up first"),
    Outcome.DECLINED: Look("Declined", "phone-off"),
    Outcome.VOICEMAIL: Look("Voicemail", "voicemail"),
    Outcome.BUSY: Look("Busy"),
    Outcome.CONNECTED: Look("Connected"),
    Outcome.NO_ANSWER: Look("No answer"),
    Outcome.OTHER_NO_ANSWER: Look("Your phone answered, they did not"),
    Outcome.OWN_NO_ANSWER: Look("Your phone was not answered"),
    Outcome.FAILED: Look("Failed", "warning", Tone.DANGER),
    Outcome.UNKNOWN: Look("Unknown"),
}


def words(record: CallRecord) -> str:
    """Return how the call ended, to stand alone: "Missed", "Failed: calls abroad are off"."""
    word = LOOKS[record.outcome].word
    if record.outcome is Outcome.FAILED and record.reason:
        return f"{word}: {_lower_first(record.reason.rstrip('.'))}"
    return word


def words_inside(record: CallRecord) -> str:
    """Return how the call ended, to stand after other words of a line: "answered elsewhere"."""
    return _lower_first(words(record))


def icon(record: CallRecord) -> str:
    """Return the name of the icon that tells direction and outcome at a glance."""
    arrow = "call-in" if record.direction is Direction.INBOUND else "call-out"
    return LOOKS[record.outcome].icon or arrow


def tone(record: CallRecord) -> Tone:
    """Return the colour of the outcome; it never stands without the icon or the word."""
    return LOOKS[record.outcome].tone


def _lower_first(text: str) -> str:
    """Lower the first letter, unless the first word is an abbreviation or a name of capitals."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]
