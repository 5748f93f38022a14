"""What is said of calls, and what they are. `core.calls` gives these names to everyone else."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Stage(enum.Enum):
    """What a call is doing. The values are the stable names of `rcdesk calls --json`."""

    RINGING = "ringing"
    CONNECTED = "connected"
    ON_HOLD = "on_hold"
    PARKED = "parked"
    ENDED = "ended"


class Direction(enum.Enum):
    """Who began it, seen from the user."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


@dataclass(frozen=True, slots=True)
class Leg:
    """One entry of a report: one leg of one call on one device.

    Numbers are as the platform writes them: E.164 with or without +, a short extension, or "".

    Attributes:
        stage: ENDED for the platform's NoCall.
        final: the platform said that the call is over, not just this device's ringing.
        elsewhere: the platform said that only this device's ringing is over: another one has the call.
        started_at: unix seconds, if the platform gave a start time.
    """

    session_id: str
    direction: Direction
    stage: Stage
    leg_id: str = ""
    from_number: str = ""
    from_name: str = ""
    to_number: str = ""
    to_name: str = ""
    started_at: float | None = None
    final: bool = False
    elsewhere: bool = False
    queue: bool = False
    telephony_session_id: str = ""
    party_id: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """One push notification about the extension's calls.

    Attributes:
        extension_id: whose calls; sequences are only compared within one extension.
        sequence: grows by arbitrary steps, may arrive out of order or twice.
        at: unix seconds at which the platform sent it.
        legs: None if the notification did not speak of calls at all (absent is not empty).
        total: how many calls there are; more than len(legs) means the list was cut. None if that is not known:
            then no call is over for not being named.
    """

    extension_id: str
    sequence: int
    at: float
    legs: tuple[Leg, ...] | None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The extension's calls as they were when somebody asked.

    Attributes:
        cut: calls may be missing from it; only one that it names as over is.
    """

    legs: tuple[Leg, ...]
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the user's, as far as it is known.

    Attributes:
        key: names this call for good; two calls can share a session id, never a key.
        stage: what the user is told; a NoCall within its grace does not change it.
        started_at: unix seconds: the platform's start time, else when the call was discovered.
        answered_at: unix seconds of the first CallConnected, None while it was never connected.
        ended_at: unix seconds, None while it lives, and if nobody knows what became of it (`CallBook.doubt`).
        unseen: nobody saw it end: at `ended_at` it was found to be over, and may have been for long.
        elsewhere: it ended for the user only: another device has it, or had it.
        queue: name of the queue that was called, "" if it was no queue call.
        own_leg: the user's own phone ringing for a RingOut of theirs: no popup, no row.
    """

    key: str
    session_id: str
    stage: Stage
    direction: Direction
    from_number: str
    from_name: str
    to_number: str
    to_name: str
    started_at: float
    answered_at: float | None = None
    ended_at: float | None = None
    elsewhere: bool = False
    queue: str = ""
    own_leg: bool = False
    telephony_session_id: str = ""
    party_id: str = ""
    unseen: bool = False

    @property
    def peer_number(self) -> str:
        """The other side's number, "" if withheld."""
        return self.from_number if self.direction is Direction.INBOUND else self.to_number

    @property
    def peer_name(self) -> str:
        """The other side's name as the platform gave it, "" if it gave none."""
        return self.from_name if self.direction is Direction.INBOUND else self.to_name

    @property
    def live(self) -> bool:
        return self.stage is not Stage.ENDED


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one call: began (was is None), changed, or ended (now.stage is ENDED)."""

    was: Call | None
    now: Call
