"""What the dial pad says of a number as it is typed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rcdesk.core.numbers import Number, Unreadable
from rcdesk.core.people import Source, Who
from rcdesk.ui import words

KNOWN = (Source.CONTACT, Source.DIRECTORY)


@dataclass(frozen=True, slots=True)
class Hint:
    """What was read.

    Attributes:
        number: to be dialled, "" if what was typed is no number.
        shown: the same, in full, as a person reads it.
        name: whom it belongs to, as far as contacts and directory know.
        text: what is known of it, in a few words.
        wrong: why it cannot be dialled, "" if it can.
    """

    number: str = ""
    shown: str = ""
    name: str = ""
    text: str = ""
    wrong: str = ""


def hint_of(read: Number | Unreadable, who: Callable[[str, str, str], Who]) -> Hint:
    """Put what was read into words."""
    if isinstance(read, Unreadable):
        return Hint(wrong=read.reason)
    known = who(read.e164, "", "")
    name = known.title if known.source in KNOWN else ""
    return Hint(read.e164, read.shown, name, words.joined(read.country, read.region, name))
