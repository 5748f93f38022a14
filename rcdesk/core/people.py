"""Who a number belongs to, and how sure that is."""

from __future__ import annotations

import enum
from dataclasses import dataclass

WITHHELD = "Number withheld"  # stands for the name of whoever does not show their number


class Source(enum.Enum):
    """Where a name comes from; the values are the screen's words, in falling order of trust."""

    CONTACT = "from your contacts"
    DIRECTORY = "from the company directory"
    PLATFORM = "as the network tells it"
    REGION = "by the number’s region"
    NONE = ""


@dataclass(frozen=True, slots=True)
class Who:
    """The other side of a call as the screen shows it.

    Attributes:
        title: the largest line: the name, else the formatted number, else WITHHELD.
        number: formatted for the account's region, "" if withheld; copyable.
        detail: what else is known in a few words ("Oslo", "ext. 204"), "" if nothing.
    """

    title: str
    number: str
    detail: str
    source: Source


@dataclass(frozen=True, slots=True)
class Person:
    """Someone of the address book or the directory. Numbers are as written there."""

    name: str
    numbers: tuple[str, ...]
    source: Source
    detail: str = ""
