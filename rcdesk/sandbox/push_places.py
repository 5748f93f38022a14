"""What the gateway keeps of a WebSocket connection, so that a client that lost it can go on where it was.

Rules: developer guide, "WebSocket session recovery".
"""

import base64
import binascii
import secrets
import uuid
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from rcdesk.sandbox.push_filters import EventFilter
from rcdesk.sandbox.subscriptions import Subscription

LIFETIME = 86_399
"""Seconds that the platform says a WebSocket subscription lives; it is renewed while the socket is."""

Send = Callable[[str], None]


def frame(meta: dict[str, Any], body: Any = None, *, empty: bool = False) -> str:
    """A frame as the gateway writes it: [meta, body], or [meta] if `empty`."""
    return msgspec.json.encode([meta] if empty else [meta, body]).decode()


def numbered() -> dict[str, str]:
    """The headers of a frame that is no answer."""
    return {"RCRequestId": str(uuid.uuid4())}


@dataclass
class _Kept:
    sequence: int
    notification: dict[str, Any]


class Place:
    """A client's place in the stream of frames; as a transport, the way to one subscriber.

    Each frame carries a cursor `wsc`: its number, and a token that leads back here. While no connection has the
    place, notifications wait in it, the newest hundred of them.
    """

    name = "WebSocket"
    lifetime = LIFETIME

    def __init__(self, owner: str, session_id: str, buffer: int) -> None:
        """`owner` is user and app, as rate limits count them."""
        self.owner = owner
        self.session_id = session_id
        self.subscription: Subscription | None = None
        self.key = secrets.token_urlsafe(18)
        self._sequence = 0
        self._kept: deque[_Kept] = deque(maxlen=buffer)
        self._send: Send | None = None

    @property
    def renews_itself(self) -> bool:
        """Whether a connection has the place: then its subscription does not expire."""
        return self._send is not None

    def mode(self, filters: Sequence[EventFilter]) -> dict[str, Any]:
        """`deliveryMode`."""
        return {"transportType": self.name}

    def deliver(self, notification: dict[str, Any], filters: Sequence[EventFilter]) -> None:
        """Send a notification, and keep it in case it gets lost on the way."""
        cursor = self.cursor()
        self._kept.append(_Kept(cursor["sequence"], notification))
        if self._send is not None:
            self._send(_notification_frame(cursor, notification))

    def close(self) -> None:
        """The subscription is over."""
        self.subscription = None
        self._kept.clear()

    def cursor(self) -> dict[str, Any]:
        """The `wsc` of the next frame."""
        self._sequence += 1
        token = base64.urlsafe_b64encode(f"{self.key}.{self._sequence}".encode()).decode().rstrip("=")
        return {"token": token, "sequence": self._sequence}

    def take(self, send: Send, heard: int = 0) -> None:
        """Give the place to a connection that has heard everything up to the frame number `heard`."""
        self._send = send
        kept = [one for one in self._kept if one.sequence > heard]
        self._kept.clear()
        self._kept.extend(kept)

    def resend(self) -> None:
        """Deliver what was kept once more, under new numbers."""
        kept = list(self._kept)
        self._kept.clear()
        for one in kept:
            self.deliver(one.notification, ())

    def overflow(self) -> None:
        """Lose what was kept, as if as much of no interest had come since."""
        self._kept.clear()

    def leave(self) -> None:
        """No connection has the place any more."""
        self._send = None


def read_cursor(token: str) -> tuple[str, int] | None:
    """The key of the place and the frame number that a `wsc` token stands for, None if it is none of ours."""
    try:
        text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode("ascii")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    key, _, number = text.partition(".")
    return (key, int(number)) if number.isdigit() and len(number) < 19 else None


def _notification_frame(cursor: dict[str, Any], notification: dict[str, Any]) -> str:
    meta = {
        "type": "ServerNotification",
        "messageId": str(notification.get("uuid") or uuid.uuid4()),
        "status": 200,
        "headers": numbered(),
        "wsc": cursor,
    }
    return frame(meta, notification)
