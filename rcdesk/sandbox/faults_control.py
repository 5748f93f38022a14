"""Faults over the control API: POST /sandbox/v1/faults {kind, ...} switches one on, DELETE switches all off.

- ``http-status`` {path, status, count?, method?, retry_after?}: requests whose path matches get this status. `path`
  is a shell pattern, or a part of the path. Without a count, until cleared.
- ``latency`` {path, seconds, count?, method?}: requests whose path matches wait so many real seconds.
- ``rate-limit`` {group, retry_after?}: the group of every user is under a penalty from now on, for `retry_after`
  seconds (60); a request inside it restarts it, as always.
- ``drop-push``, ``mute-push``, ``reorder``, ``duplicate`` {count?}: see `faults.PushFaults`. Without a count,
  until cleared.
- ``expire-subscription`` {id?}: a subscription, or all of them, is over; nobody is told.
- ``expire-tokens``: every access token runs out now, refresh tokens live. ``revoke-tokens``: every session ends.
- ``expire-sync-tokens``: every sync token of the call log runs out now.
"""

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from starlette.requests import Request
from starlette.routing import Route

from rcdesk.sandbox.control import PREFIX, ControlEndpoint
from rcdesk.sandbox.errors import invalid_parameter
from rcdesk.sandbox.faults import PUSH_KINDS, Faults, HttpFault, refusal
from rcdesk.sandbox.limits import PLATFORM_LIMITS, WINDOW, RateLimits
from rcdesk.sandbox.rest import convert
from rcdesk.sandbox.sessions import Sessions
from rcdesk.sandbox.sync_tokens import SyncTokens

Count = Annotated[int, msgspec.Meta(ge=1)]
Wait = Annotated[float, msgspec.Meta(ge=0, le=3600)]
Status = Annotated[int, msgspec.Meta(ge=400, le=599)]


class _Kind(msgspec.Struct):
    kind: str


class _HttpStatus(msgspec.Struct):
    path: Annotated[str, msgspec.Meta(min_length=1)]
    status: Status
    count: Count | None = None
    method: str | None = None
    retry_after: Wait | None = None


class _Latency(msgspec.Struct):
    path: Annotated[str, msgspec.Meta(min_length=1)]
    seconds: Wait
    count: Count | None = None
    method: str | None = None


class _RateLimit(msgspec.Struct):
    group: str
    retry_after: Annotated[float, msgspec.Meta(gt=0, le=3600)] = WINDOW


class _Counted(msgspec.Struct):
    count: Count | None = None


class _Expiry(msgspec.Struct):
    id: str | None = None


class FaultsControl:
    """Switches faults on and off."""

    def __init__(self, faults: Faults, sessions: Sessions, limits: RateLimits, tokens: SyncTokens) -> None:
        self._faults = faults
        self._sessions = sessions
        self._limits = limits
        acts: dict[str, Callable[[dict[str, Any]], None]] = {
            "http-status": self._http_status,
            "latency": self._latency,
            "rate-limit": self._rate_limit,
            "expire-subscription": self._expire_subscription,
            "expire-tokens": lambda body: sessions.expire_access_tokens(),
            "revoke-tokens": lambda body: sessions.end_all(),
            "expire-sync-tokens": lambda body: tokens.expire_all(),
        }
        self._acts = acts

    def routes(self) -> list[Route]:
        """The routes."""
        return [Route(PREFIX + "/faults", ControlEndpoint(GET=self.read, POST=self.add, DELETE=self.clear))]

    def read(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        """What is on."""
        http = [{"path": one.path, "method": one.method, "count": one.left} for one in self._faults.http]
        return {"http": http, "push": self._faults.push.armed}

    def add(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        """Switch one on."""
        kind: _Kind = convert(body, _Kind)
        if kind.kind in PUSH_KINDS:
            counted: _Counted = convert(body, _Counted)
            self._faults.push.arm(kind.kind, counted.count)
        elif kind.kind in self._acts:
            self._acts[kind.kind](body)
        else:
            raise invalid_parameter("kind", kind.kind)
        return self.read(request, body)

    def clear(self, request: Request, body: dict[str, Any]) -> None:
        """Switch all off, and forget penalties."""
        self._faults.clear()
        self._limits.clear()

    def _http_status(self, body: dict[str, Any]) -> None:
        wanted: _HttpStatus = convert(body, _HttpStatus)
        error = refusal(wanted.status, retry_after=wanted.retry_after)
        self._faults.http.append(HttpFault(wanted.path, wanted.count, _method(wanted.method), refusal=error))

    def _latency(self, body: dict[str, Any]) -> None:
        wanted: _Latency = convert(body, _Latency)
        self._faults.http.append(
            HttpFault(wanted.path, wanted.count, _method(wanted.method), seconds=wanted.seconds)
        )

    def _rate_limit(self, body: dict[str, Any]) -> None:
        wanted: _RateLimit = convert(body, _RateLimit)
        group = wanted.group.capitalize()
        if group not in PLATFORM_LIMITS:
            raise invalid_parameter("group", wanted.group)
        self._limits.force(group, wanted.retry_after)

    def _expire_subscription(self, body: dict[str, Any]) -> None:
        wanted: _Expiry = convert(body, _Expiry)
        self._faults.push.on_expire(wanted.id)


def _method(name: str | None) -> str | None:
    return None if name is None else name.upper()
