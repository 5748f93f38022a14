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


@dataclass(frozen=True, slots=True)
class Presence:
    """The user's presence. Fields are None where the platform did not say (absent is not a value).

    Attributes:
        user_status, dnd_status: the platform's values, kept so that leaving "do not disturb" can restore them.
    """

    user_status: str | None = None
    dnd_status: str | None = None
    message: str | None = None

    @property
    def availability(self) -> Availability:
        if self.dnd_status == "DoNotAcceptAnyCalls":
            return Availability.DO_NOT_DISTURB
        return {"Busy": Availability.BUSY, "Offline": Availability.INVISIBLE}.get(
            self.user_status or "", Availability.AVAILABLE
        )

    @property
    def silences_everything(self) -> bool:
        return self.dnd_status == "DoNotAcceptAnyCalls"

    @property
    def silences_queue_calls(self) -> bool:
        return self.dnd_status in ("DoNotAcceptAnyCalls", "DoNotAcceptDepartmentCalls")

    def updated(self, newer: Presence) -> Presence:
        """This presence with every field that `newer` knows."""
        return Presence(
            newer.user_status if newer.user_status is not None else self.user_status,
            newer.dnd_status if newer.dnd_status is not None else self.dnd_status,
            newer.message if newer.message is not None else self.message,
        )


def change_to(wish: Availability, before_dnd: str | None) -> Presence:
    """Tell which fields to send so that others see `wish`.

    `before_dnd` is the last do-not-disturb value that was not "do not disturb"; leaving it restores that
    value, so that a member of a queue keeps their choice about the queue's calls.
    """
    if wish is Availability.DO_NOT_DISTURB:
        return Presence(dnd_status="DoNotAcceptAnyCalls")
    status = {Availability.BUSY: "Busy", Availability.INVISIBLE: "Offline"}.get(wish, "Available")
    return Presence(user_status=status, dnd_status=before_dnd or "TakeAllCalls")
