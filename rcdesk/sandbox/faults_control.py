"""Faults over the control API: POST /sandbox/v1/faults {kind, ...} switches one on, DELETE switches all off.

GET tells what is on. A `path` is a shell pattern, or a part of the path. Without a `count` a fault holds until it
is cleared; seconds are real ones. What is being held back when faults are cleared goes on at once.

Requests:

- ``http-status`` {path, status, count?, method?, retry_after?}: requests whose path matches get this status.
- ``server-errors`` {status?, path?, rate?, count?}: so does a share of them, from 0 to 1 (1): a burst of 5xx (503)
  over the whole API, or a path.
- ``latency`` {path, seconds, count?, method?}: requests whose path matches wait so many seconds.
- ``rate-limit`` {group, retry_after?}: the group of every user is under a penalty from now on, for `retry_after`
  seconds (60); a request inside it restarts it, as always.

- ``clock-skew`` {seconds}: the clock that clients see is fast by so many seconds (-600 to 600): the Date of answers,
  every moment in answers and notifications, and what moments in requests mean. Lives and the truth stay right.
- ``drop-connections``: every TCP connection is reset, once, but those over which the control API was asked last.

Answers, over HTTP alone, each with {path, count?, method?}:

- ``slow-drip`` {seconds?}: they come byte by byte, and take so many seconds (20).
- ``truncate-body``: half of them comes, then the connection is closed.
- ``oversize-body``: 10 MB, by a field that nobody knows.
- ``junk-json``: not the JSON they should be, each time in another way.
- ``wrong-content-type``: a page of HTML, with the status that the answer has.

Tokens:

- ``expire-tokens``: every access token runs out now, refresh tokens live.
- ``revoke-tokens`` {reason?}: every session ends, as if the password or JWT was changed (``revoked``), it was not
  used for too long (``unused``), it lasted for as long as the administrator allows (``limit``), newer ones took
  its place (``replaced``), or the app may no longer keep anybody signed in (``app``).
- ``session-limit`` {seconds}: the administrator lets a session last for so long. The answers to sign-in and
  refresh tell; one that is open already ends so many seconds from now.
- ``lack-permission`` {permission}: the app lacks it, so that what needs it is refused; see `faults.PERMISSIONS`.
- ``late-refresh`` {seconds, count?}: a refresh is carried out at once, but its answer comes so much later. A client
  that gave up holds a token that was used, and the platform's grace for it.
- ``refuse-wstoken`` {status?, count?}: no token for a socket, with this status (403).
- ``expire-sync-tokens``: every sync token of the call log runs out now.

Push:

- ``drop-push``, ``mute-push``, ``reorder``, ``duplicate`` {count?}: see `faults.PushFaults`.
- ``expire-subscription`` {id?}: a subscription, or all of them, is over; nobody is told.
- ``close-push`` {code}: every WebSocket is ended as after half an hour of silence (WSG-902) or a day (WSG-903); it
  can be recovered.
- ``fail-recovery`` {count?}: recoveries of a WebSocket fail, and the subscription is gone.
- ``overflow-buffer`` {count?}: recoveries succeed, but what came meanwhile is lost: a hundred newer notifications,
  of no interest to anybody, have pushed it out of the buffer.
- ``half-open`` {block?}: the WebSockets and held PubNub requests of this moment are dead. Nothing more is sent on
  them, not even an answer to a ping, and what comes is not read. New ones work, unless `block`: then those go
  dead as well. When cleared, dead connections are reset.
- ``refuse-pubnub``: the PubNub side cuts every connection, like a host that cannot be reached; all else works.
- ``rollback-timetoken`` {count?}: PubNub tells once (or `count` times), beside messages, a timetoken a minute older
  than they are, so that what was said since is delivered again.
- ``wrong-key`` {count?}: after the next renewal of a PubNub subscription notifications are encrypted with another
  key than the one told, until it is renewed again, or the fault is cleared.
"""

from typing import Any

from starlette.requests import Request
from starlette.routing import Route

from rcdesk.sandbox.control import PREFIX, ControlEndpoint
from rcdesk.sandbox.fault_kinds import Switchboard
from rcdesk.sandbox.faults import Faults


class FaultsControl:
    """Switches faults on and off."""

    def __init__(self, faults: Faults, switchboard: Switchboard) -> None:
        self._faults = faults
        self._switchboard = switchboard

    def routes(self) -> list[Route]:
        """The routes."""
        return [Route(PREFIX + "/faults", ControlEndpoint(GET=self.read, POST=self.add, DELETE=self.clear))]

    def read(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        """What is on."""
        http = [
            {"kind": one.kind, "path": one.path, "method": one.method, "count": one.left}
            for one in self._faults.http
        ]
        return {"http": http, "push": self._faults.push.armed, "clock_skew": self._faults.skew}

    def add(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        """Switch one on."""
        self._switchboard.on(body)
        return self.read(request, body)

    def clear(self, request: Request, body: dict[str, Any]) -> None:
        """Switch all off, and forget penalties."""
        self._switchboard.all_off()
