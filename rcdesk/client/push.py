"""Push: the platform's notifications as they come, whatever carries them."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Protocol

import msgspec

from rcdesk.client.decode import BadNotification, PushEvent, notification
from rcdesk.core.errors import Kind, Problem
from rcdesk.core.subscription import Transport

__all__ = ["FAREWELL", "FILTER", "Connected", "Inbox", "Push", "PushEvent", "lost"]

log = logging.getLogger(__name__)

FILTER = "/restapi/v1.0/account/~/extension/~/presence?detailedTelephonyState=true&totalActiveCalls=true"
"""What is subscribed to: every call of the extension, and how many there are (a list holds seven at most)."""

FAREWELL = 1.2  # seconds that taking leave of the platform may take: nobody wants to wait for a dead network

LOST = "Live updates stopped."
NOT_STARTED = "Live updates did not start."


@dataclass(frozen=True, slots=True)
class Connected:
    """Notifications come from now on.

    Attributes:
        recovered: nothing was missed since the transport was lost; if False, only a snapshot tells.
    """

    recovered: bool


class Push(Protocol):
    """One way in which the platform tells what happens."""

    @property
    def transport(self) -> Transport:
        """Which way it is."""

    def listen(self) -> AsyncGenerator[Connected | PushEvent, None]:
        """Connect and yield: first `Connected`, then each notification once, in order of arrival.

        Of a notification that cannot be read only that is told, by a `PushEvent` that is `cut`. Ends only by raising, or by being closed:
        use it as `async with aclosing(push.listen()) as events`. Cancelling and closing are safe at any
        moment; both take back the subscription, within `FAREWELL` seconds. One listener at a time.

        Raises:
            Problem: it could not be started, or it was lost. Its kind tells whether the server offers it at all
                (`core.subscription.NOT_OFFERED`).
        """


class Inbox:
    """Reads notifications; lets each through once, whatever the transport repeats.

    Both transports deliver twice at times: PubNub's client asks with an old position after a reconnect, the
    gateway replays its buffer after a recovery. The uuid tells, but what says something else is another one.
    """

    REMEMBERED = 500

    UNREADABLE = PushEvent("", None, None, cut=True)
    """What is told of a notification that cannot be read: something has happened."""

    def __init__(self) -> None:
        self._seen: set[PushEvent] = set()
        self._order: deque[PushEvent] = deque()

    def read(self, data: bytes | msgspec.Raw, *, subscription_id: str) -> PushEvent | None:
        """Return what a notification says, None if it is no news to us, `UNREADABLE` if nobody knows.

        One that names another subscription than ours is not for us. One that names none is: the platform's
        older notifications have no such field.
        """
        try:
            event = notification(data)
        except BadNotification as bad:
            log.warning("a notification was left out: its field %s is missing or unreadable", bad.field)
            return self.UNREADABLE
        if event is None or event.subscription_id not in ("", subscription_id):
            return None
        if event in self._seen:
            log.debug("< %s again", event.uuid)
            return None
        self._remember(event)
        log.debug("< %s, sequence %s", event.uuid, event.report.sequence if event.report else "-")
        return event

    def _remember(self, event: PushEvent) -> None:
        self._seen.add(event)
        self._order.append(event)
        if len(self._order) > self.REMEMBERED:
            self._seen.discard(self._order.popleft())


def lost(remedy: str = "rcdesk connects again by itself.") -> Problem:
    """The problem of a transport that worked and does no longer."""
    return Problem(LOST, remedy, Kind.OFFLINE, retry=True)
