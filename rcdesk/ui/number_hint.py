"""What the dial pad says of a number as it is typed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rcdesk.core.numbers import Number, Unreadable, where
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
    """Put what was read into words: where the number belongs, and whose it is."""
    if isinstance(read, Unreadable):
        return Hint(wrong=read.why)
    known = who(read.dial, "", "")
    name = known.title if known.source in KNOWN else ""
    what = "Extension of your company" if read.short else where(read.e164)
    return Hint(read.dial, known.number, name, words.joined(what, name, known.detail if name else ""))
