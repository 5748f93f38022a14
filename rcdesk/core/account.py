"""Who is signed in, their phones and numbers, and their presence."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Account:
    """The person signed in. `region` is the ISO country of their numbers, e.g. "US"."""

    account_id: str
    extension_id: str
    extension_number: str
    name: str
    region: str = "US"
    scopes: frozenset[str] = field(default_factory=frozenset)

    @property
    def key(self) -> str:
        """What names the person for good: two accounts with the same key are the same person's, whatever else differs.

        The platform's ids are never given twice, so the address at which it was reached is no part of it. Files
        hold this text: it must stay as it is.
        """
        return f"{self.account_id}/{self.extension_id}"


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone that a RingOut can ring first ("Ring me on"), or a number to show ("They see")."""

    number: str
    label: str


@dataclass(frozen=True, slots=True)
class DialChoices:
    """What the dial pad offers; either may be empty, then the user types a number."""

    phones: tuple[Phone, ...] = ()
    caller_ids: tuple[Phone, ...] = ()


class Availability(enum.Enum):
    """What the user chose to show; the words are the screen's."""

    AVAILABLE = "Available"
    BUSY = "Busy"
    DO_NOT_DISTURB = "Do not disturb"
    INVISIBLE = "Invisible"


class UserStatus(enum.Enum):
    """What the user chose to show, do not disturb aside."""

    AVAILABLE = "available"
    BUSY = "busy"
    INVISIBLE = "invisible"
    UNKNOWN = "unknown"  # the platform says what we have no word for


class DndStatus(enum.Enum):
    """Which calls the user takes; the two that tell queue calls apart are for members of a queue."""

    TAKE_ALL = "take all"
    TAKE_NONE = "take none"  # do not disturb
    NO_QUEUE_CALLS = "no queue calls"
    QUEUE_CALLS_ONLY = "queue calls only"
    UNKNOWN = "unknown"  # the platform says what we have no word for


RESTORABLE = frozenset({DndStatus.TAKE_ALL, DndStatus.NO_QUEUE_CALLS, DndStatus.QUEUE_CALLS_ONLY})
"""What leaving "do not disturb" can lead back to."""

_CHOSEN: dict[UserStatus | None, Availability] = {
    UserStatus.AVAILABLE: Availability.AVAILABLE,
    UserStatus.BUSY: Availability.BUSY,
    UserStatus.INVISIBLE: Availability.INVISIBLE,
}
_WISHED = {wish: status for status, wish in _CHOSEN.items()}


@dataclass(frozen=True, slots=True)
class Presence:
    """The user's presence. Fields are None where the platform did not say (absent is not a value)."""

    user_status: UserStatus | None = None
    dnd_status: DndStatus | None = None
    message: str | None = None

    @property
    def availability(self) -> Availability | None:
        """Both statuses as one, None if the platform did not say it, or said what we have no word for."""
        if self.dnd_status is DndStatus.TAKE_NONE:
            return Availability.DO_NOT_DISTURB
        return _CHOSEN.get(self.user_status)

    @property
    def silences_everything(self) -> bool:
        return self.dnd_status is DndStatus.TAKE_NONE

    @property
    def silences_queue_calls(self) -> bool:
        return self.dnd_status in (DndStatus.TAKE_NONE, DndStatus.NO_QUEUE_CALLS)

    def updated(self, newer: Presence) -> Presence:
        """This presence with every field that `newer` knows."""
        return Presence(
            newer.user_status if newer.user_status is not None else self.user_status,
            newer.dnd_status if newer.dnd_status is not None else self.dnd_status,
            newer.message if newer.message is not None else self.message,
        )


def change_to(wish: Availability, before_dnd: DndStatus | None) -> Presence:
    """Tell which fields to send so that others see `wish`.

    `before_dnd` is the last status that was `RESTORABLE`; leaving "do not disturb" restores it, so that a
    member of a queue keeps their choice about the queue's calls.
    """
    if wish is Availability.DO_NOT_DISTURB:
        return Presence(dnd_status=DndStatus.TAKE_NONE)
    return Presence(user_status=_WISHED[wish], dnd_status=before_dnd or DndStatus.TAKE_ALL)
