"""How a link stands, and what it asks of its shell. `core.subscription` gives these names to everyone else."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class LinkState(enum.Enum):
    """What the tray and the status line say. Values are the stable names of `--json`."""

    OFF = "off"  # not started
    CONNECTING = "connecting"
    LIVE = "live"
    RECOVERING = "recovering"
    POLLING = "polling"
    SIGNED_OUT = "signed_out"


class Transport(enum.Enum):
    NONE = "none"
    WEBSOCKET = "websocket"
    PUBNUB = "pubnub"
    POLLING = "polling"


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """How the link stands.

    Attributes:
        since: unix seconds at which this state began.
        barred_until: unix seconds before which the server takes no look at the calls; None if it has said none.
    """

    state: LinkState = LinkState.OFF
    since: float = 0.0
    transport: Transport = Transport.NONE
    barred_until: float | None = None


class Push(enum.Enum):
    """The setting: which transports may be used. Values are those of the settings and of --push."""

    AUTO = "auto"
    WEBSOCKET = "websocket"
    PUBNUB = "pubnub"
    POLLING = "polling"


@dataclass(frozen=True, slots=True)
class Open:
    """Open this transport and subscribe; tell `connected` or `lost`. Others stay as they are."""

    transport: Transport


@dataclass(frozen=True, slots=True)
class Close:
    """Close this transport, open, being opened or just lost; nothing need be told of it any more."""

    transport: Transport


@dataclass(frozen=True, slots=True)
class TakeSnapshot:
    """Read the presence and reconcile the book; tell `snapshot_taken` or `snapshot_failed`.

    Attributes:
        beside: readings that are under way may go on; else they are from before a gap, and to be given up.
    """

    beside: bool = False


Action = Open | Close | TakeSnapshot
