"""LinkPlan: which way to the platform's news, when to try it, and what the user is told of it.

The shell does what `next_step` says and tells the plan how that went; it holds no rule of its own.
Times are unix seconds, given by the caller.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

CHECK_EVERY = 180.0  # s between snapshots while live: the tutorial advises 2–5 minutes
POLL_EVERY = 15.0  # s between snapshots without push: 4 of the 50 requests that a minute allows
CLIMB_AFTER = 300.0  # s on a lesser way before a better one is tried again
STEADY_AFTER = 60.0  # s a link must hold before its losses are forgotten
PAUSES = (0.0, 2.0, 5.0)  # s before the first tries after a loss
SLOW_PAUSE = 15.0  # s, then doubled: each try takes one of the 5 sign-in requests that a minute allows
LONGEST_PAUSE = 60.0


class LinkState(enum.Enum):
    """What the tray and the status line say. Values are the stable names of `--json`."""

    OFF = "off"  # not started
    CONNECTING = "connecting"
    LIVE = "live"
    RECOVERING = "recovering"
    POLLING = "polling"
    SIGNED_OUT = "signed_out"


class Transport(enum.Enum):
    """How news of calls reaches this computer. Values are the stable names of `--json`."""

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


@dataclass(frozen=True, slots=True)
class Step:
    """What to do next: wait `pause` seconds, then listen over `transport` until it is lost.

    `until`: give the way up at this moment even if it works, to try a better one; None for never.
    """

    transport: Transport
    pause: float
    until: float | None


WAYS = {
    "auto": (Transport.WEBSOCKET, Transport.PUBNUB, Transport.POLLING),
    "websocket": (Transport.WEBSOCKET,),
    "pubnub": (Transport.PUBNUB,),
    "polling": (Transport.POLLING,),
}


class LinkPlan:
    """Tries the best way first, a lesser one when that fails, and climbs back in time.

    What it keeps true: the state is LIVE only while a way that pushes is connected *and* a snapshot was
    taken since it connected; so what is on screen is either right or said to be recovering.
    """

    def __init__(self, setting: str, now: float) -> None:
        """`setting` is one of the keys of WAYS."""
        self._ways = WAYS[setting]
        self._way = 0
        self._failures = 0
        self._on_trial = False  # climbing: one failure is enough to go back to what worked
        self._connected_at: float | None = None
        self._climb_at: float | None = None
        self.status = LinkStatus(LinkState.CONNECTING, now, self._ways[0])

    def next_step(self, retry_after: float = 0.0) -> Step:
        """Tell what to do now that nothing is connected; never before `retry_after` seconds are over."""
        return Step(self._transport, max(self._pause(), retry_after), self._climb_at)

    def connected(self, now: float) -> None:
        """The way is open, but nothing is known of what happened before: a snapshot is due."""
        self._connected_at = now
        self._on_trial = False
        self._say(self._unsure, now)

    def reconciled(self, now: float) -> None:
        """A snapshot was taken in: what is on screen is right, and news will keep it so."""
        if self._connected_at is None:
            return  # lost meanwhile
        polling = self._transport is Transport.POLLING
        self._say(LinkState.POLLING if polling else LinkState.LIVE, now)

    def check_in(self) -> float:
        """Tell the seconds until the next snapshot, after one was taken in."""
        return POLL_EVERY if self._transport is Transport.POLLING else CHECK_EVERY

    def lost(self, now: float, *, usable: bool = True) -> None:
        """The way broke or would not open. `usable` False: this server does not offer it at all."""
        opened_at, self._connected_at = self._connected_at, None
        held = opened_at is not None and now - opened_at >= STEADY_AFTER
        self._failures = 1 if held else self._failures + 1
        never_opens = opened_at is None and (self._on_trial or self._failures >= len(PAUSES))
        if not usable or never_opens:
            self._fall_back(now)
        self._say(self._unsure, now)

    def climb(self, now: float) -> None:
        """The moment to try the best way again has come (the step's `until`)."""
        self._connected_at = None
        self._way, self._climb_at, self._failures, self._on_trial = 0, None, 0, True
        self._say(LinkState.RECOVERING, now)

    def signed_out(self, now: float) -> None:
        """Nobody is signed in any more."""
        self._connected_at = None
        self._say(LinkState.SIGNED_OUT, now, Transport.NONE)

    @property
    def _transport(self) -> Transport:
        return self._ways[self._way]

    @property
    def _unsure(self) -> LinkState:
        once_up = self.status.state in (LinkState.LIVE, LinkState.POLLING, LinkState.RECOVERING)
        return LinkState.RECOVERING if once_up else LinkState.CONNECTING

    def _pause(self) -> float:
        if self._failures == 0:
            return 0.0
        if self._failures <= len(PAUSES):
            return PAUSES[self._failures - 1]
        doublings = min(self._failures - len(PAUSES) - 1, 8)
        return float(min(SLOW_PAUSE * 2**doublings, LONGEST_PAUSE))

    def _fall_back(self, now: float) -> None:
        if self._way + 1 < len(self._ways):
            self._way, self._failures, self._on_trial = self._way + 1, 0, False
            self._climb_at = now + CLIMB_AFTER
        elif self._climb_at is not None:
            # Nothing works: the network is away. The best way is tried soon after it comes back.
            self._climb_at = min(self._climb_at, now + LONGEST_PAUSE)

    def _say(self, state: LinkState, now: float, transport: Transport | None = None) -> None:
        since = self.status.since if state is self.status.state else now
        self.status = LinkStatus(state, since, transport or self._transport)
