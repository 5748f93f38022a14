"""Who is told what: subscriptions, their lives, and every event's way to those who asked for it.

Rules: developer guide, "Creating and managing subscriptions"; figures in seconds of real time.
"""

import math
import uuid
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import msgspec

from rcdesk.sandbox.clock import Clock, iso
from rcdesk.sandbox.errors import ApiError, not_found
from rcdesk.sandbox.faults import Faults
from rcdesk.sandbox.push_faulty import FaultyLine
from rcdesk.sandbox.push_filters import EventFilter, Kind, Refused, most_detailed, read_filter
from rcdesk.sandbox.skew import shifted

MOST = 30
"""Subscriptions of one user and app."""
_REMEMBERED = 1000
"""Ids of expired subscriptions that are still told from ids that never were."""


class Transport(Protocol):
    """The way to one subscriber. `PubNubChannel` and `Place` (of a WebSocket) are the two there are."""

    name: str
    lifetime: int
    """Seconds that a subscription lives without renewal, and at most."""

    @property
    def renews_itself(self) -> bool:
        """Whether the subscription cannot expire at this time."""

    def mode(self, filters: Sequence[EventFilter]) -> dict[str, Any]:
        """`deliveryMode` of a subscription to these filters."""

    def deliver(self, notification: dict[str, Any], filters: Sequence[EventFilter]) -> None:
        """Bring a notification to the subscriber, who has subscribed to these filters."""

    def close(self) -> None:
        """The subscription is over."""


@dataclass
class Subscription:
    """What one client asked for, and how it is told. `owner` is user and app, as rate limits count them."""

    id: str
    owner: str
    owner_id: str
    transport: Transport
    filters: list[EventFilter]
    refused: list[Refused]
    created: float
    expires: float

    def info(self, uri: str, now: float) -> dict[str, Any]:
        """The subscription as REST tells it, found at `uri`."""
        told: dict[str, Any] = {
            "uri": uri,
            "id": self.id,
            "creationTime": iso(self.created),
            "expirationTime": iso(self.expires),
            "expiresIn": max(1, math.ceil(self.expires - now)),
            "status": "Active",
            "eventFilters": [one.text for one in self.filters],
            "deliveryMode": self.transport.mode(self.filters),
        }
        if self.refused:
            told["disabledFilters"] = [one.info for one in self.refused]
        return told


class Subscriptions:
    """Every live subscription. One that runs out is gone without a word, as on the platform."""

    def __init__(self, clock: Clock, faults: Faults, account_id: str, extension_id: str) -> None:
        self._clock = clock
        self._faults = faults
        self._line = FaultyLine(faults.push)
        self._account_id = account_id
        self._extension_id = extension_id
        self._live: dict[str, Subscription] = {}
        self._expired: deque[str] = deque(maxlen=_REMEMBERED)
        self._dnd_status = "TakeAllCalls"

    def now(self) -> float:
        """The time that lives are measured by."""
        return self._clock.real()

    def create(
        self,
        owner: str,
        owner_id: str,
        filters: Sequence[str],
        transport: Transport,
        *,
        seconds: int | None = None,
        instead_of: Subscription | None = None,
    ) -> Subscription:
        """Subscribe, for `seconds` if the transport allows so long; `instead_of` ends when this succeeds.

        ApiError SUB-505 if the owner has too many, SUB-508 or SUB-4xx if no filter is allowed.
        """
        if len([one for one in self.of(owner) if one is not instead_of]) >= MOST:
            raise ApiError(403, "SUB-505", f"Subscriptions limit exceeded. Limit is {MOST}")
        accepted, refused = self._read(filters)
        if instead_of is not None:
            self.remove(instead_of)
        now = self.now()
        made = Subscription(
            id=str(uuid.uuid4()),
            owner=owner,
            owner_id=owner_id,
            transport=transport,
            filters=accepted,
            refused=refused,
            created=now,
            expires=now + _lifetime(transport, seconds),
        )
        self._live[made.id] = made
        return made

    def renew(
        self, subscription: Subscription, filters: Sequence[str] = (), seconds: int | None = None
    ) -> None:
        """Give a subscription its whole life again, and other filters if any are given."""
        if filters:
            subscription.filters, subscription.refused = self._read(filters)
        subscription.expires = self.now() + _lifetime(subscription.transport, seconds)

    def get(self, owner: str, subscription_id: str) -> Subscription:
        """The owner's subscription with this id; ApiError 404 if it has expired or never was."""
        self._forget_expired()
        found = self._live.get(subscription_id)
        if found is not None and found.owner == owner:
            return found
        if subscription_id in self._expired:
            raise ApiError(404, "SUB-507", "Subscription is expired", parameter_name="subscriptionId")
        raise not_found("subscriptionId", subscription_id)

    def of(self, owner: str) -> list[Subscription]:
        """The owner's subscriptions, oldest first."""
        self._forget_expired()
        return [one for one in self._live.values() if one.owner == owner]

    def remove(self, subscription: Subscription) -> None:
        """End a subscription; harmless if it has ended."""
        if self._live.pop(subscription.id, None) is not None:
            subscription.transport.close()

    def expire(self, subscription_id: str | None = None) -> None:
        """Let one subscription run out now, or all of them; nobody is told."""
        for one in list(self._live.values()):
            if subscription_id in (None, one.id):
                self._expired.append(one.id)
                self.remove(one)

    def publish(self, kind: str, extension_id: str, body: dict[str, Any]) -> None:
        """Tell of an event ("presence" in full detail, or "telephony") everyone who asked for it."""
        self._publish(Kind(kind), extension_id, body)
        status = body.get("dndStatus")
        if kind == Kind.PRESENCE and status is not None and status != self._dnd_status:
            self._dnd_status = status
            self._publish(Kind.DND, extension_id, body)

    def flush(self) -> None:
        """Deliver what a fault holds back."""
        self._line.flush()

    def deliver_raw(self, notification: dict[str, Any]) -> None:
        """Deliver a notification as it is to every subscriber."""
        self._forget_expired()
        if self._live:
            self._line.send(partial(self._hand_over, [(one, notification) for one in self._live.values()]))

    def truth(self) -> list[dict[str, Any]]:
        """The live subscriptions, in words of this program."""
        self._forget_expired()
        return [
            {
                "id": one.id,
                "transport": one.transport.name.lower(),
                "owner_id": one.owner_id,
                "event_filters": [each.text for each in one.filters],
                "expires_at": iso(one.expires),
            }
            for one in self._live.values()
        ]

    def _publish(self, kind: Kind, extension_id: str, body: dict[str, Any]) -> None:
        self._forget_expired()
        envelope = {"uuid": str(uuid.uuid4()), "timestamp": iso(self._clock.now())}
        told = []
        for one in self._live.values():
            asked = most_detailed(one.filters, kind)
            if one.owner_id == extension_id and asked is not None and asked.lets_through(body):
                notification = _notification(one, asked, envelope, body)
                if self._faults.skew:
                    notification = _skewed(notification, self._faults.skew)
                told.append((one, notification))
        if told:
            self._line.send(partial(self._hand_over, told))

    def _hand_over(self, told: Sequence[tuple[Subscription, dict[str, Any]]]) -> None:
        for subscription, notification in told:
            if subscription.id in self._live:
                subscription.transport.deliver(notification, subscription.filters)

    def _read(self, filters: Sequence[str]) -> tuple[list[EventFilter], list[Refused]]:
        """Sort filters into those that are allowed and those that are not; ApiError if none is allowed."""
        read = [read_filter(text, self._account_id, self._extension_id) for text in dict.fromkeys(filters)]
        accepted = [one for one in read if isinstance(one, EventFilter)]
        refused = [one for one in read if isinstance(one, Refused)]
        if not accepted:
            first = refused[0]
            status = 400 if first.code == "SUB-508" else 403
            raise ApiError(status, first.code, first.message, parameter_name="eventFilters")
        return accepted, refused

    def _forget_expired(self) -> None:
        now = self.now()
        for one in list(self._live.values()):
            if one.transport.renews_itself:
                one.expires = now + one.transport.lifetime
            elif one.expires <= now:
                self.expire(one.id)


def _lifetime(transport: Transport, seconds: int | None) -> int:
    return transport.lifetime if seconds is None else min(seconds, transport.lifetime)


def _notification(
    subscription: Subscription, asked: EventFilter, envelope: dict[str, str], body: dict[str, Any]
) -> dict[str, Any]:
    """The envelope of every transport ("Notifications" of the guide)."""
    return {
        "uuid": envelope["uuid"],
        "event": asked.event,
        "timestamp": envelope["timestamp"],
        "subscriptionId": subscription.id,
        "ownerId": subscription.owner_id,
        "body": asked.view(body),
    }


def _skewed(notification: dict[str, Any], seconds: int) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.json.decode(shifted(msgspec.json.encode(notification), seconds))
    return told
