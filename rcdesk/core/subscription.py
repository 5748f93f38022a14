"""The link to the platform: which transport, is it live, when to try again. (Types of the seam.)"""

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
    """How the link stands. `since`: unix seconds at which this state began."""

    state: LinkState = LinkState.OFF
    since: float = 0.0
    transport: Transport = Transport.NONE
