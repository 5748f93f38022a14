"""Every kind of fault by its name: what it takes, and how it is switched on and off."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec

from rcdesk.sandbox.errors import invalid_parameter
from rcdesk.sandbox.faults import ANSWER_KINDS, PERMISSIONS, PUSH_KINDS, Faults, HttpFault, lacks, refusal
from rcdesk.sandbox.limits import PLATFORM_LIMITS, WINDOW, RateLimits
from rcdesk.sandbox.lines import Lines
from rcdesk.sandbox.push import Push
from rcdesk.sandbox.push_connection import IDLE, TOO_LONG
from rcdesk.sandbox.rest import convert
from rcdesk.sandbox.sessions import End, Sessions
from rcdesk.sandbox.sync_tokens import SyncTokens
from rcdesk.sandbox.waits import Waits

API = "/restapi/"
TOKEN = "/restapi/oauth/token"  # noqa: S105 - a path
SOCKET_TOKEN = "/restapi/oauth/wstoken"  # noqa: S105 - a path

Count = Annotated[int, msgspec.Meta(ge=1)]
Wait = Annotated[float, msgspec.Meta(ge=0, le=3600)]
Path = Annotated[str, msgspec.Meta(min_length=1)]
Status = Annotated[int, msgspec.Meta(ge=400, le=599)]


class _Kind(msgspec.Struct):
    kind: str


class _HttpStatus(msgspec.Struct):
    path: Path
    status: Status
    count: Count | None = None
    method: str | None = None
    retry_after: Wait | None = None


class _ServerErrors(msgspec.Struct):
    path: Path = API
    status: Annotated[int, msgspec.Meta(ge=500, le=599)] = 503
    rate: Annotated[float, msgspec.Meta(gt=0, le=1)] = 1.0
    count: Count | None = None


class _Refusal(msgspec.Struct):
    status: Status = 403
    count: Count | None = None


class _Latency(msgspec.Struct):
    path: Path
    seconds: Wait
    count: Count | None = None
    method: str | None = None


class _Answer(msgspec.Struct):
    path: Path
    count: Count | None = None
    method: str | None = None


class _SlowDrip(_Answer):
    seconds: Annotated[float, msgspec.Meta(gt=0, le=3600)] = 20.0


class _Late(msgspec.Struct):
    seconds: Wait
    count: Count | None = None


class _RateLimit(msgspec.Struct):
    group: str
    retry_after: Annotated[float, msgspec.Meta(gt=0, le=3600)] = WINDOW


class _Skew(msgspec.Struct):
    seconds: Annotated[int, msgspec.Meta(ge=-600, le=600)]


class _Counted(msgspec.Struct):
    count: Count | None = None


class _Once(msgspec.Struct):
    count: Count = 1


class _Close(msgspec.Struct):
    code: Literal["WSG-902", "WSG-903"]


class _HalfOpen(msgspec.Struct):
    block: bool = False


class _Expiry(msgspec.Struct):
    id: str | None = None


class _Ending(msgspec.Struct):
    reason: End = End.REVOKED


class _Limit(msgspec.Struct):
    seconds: Annotated[float, msgspec.Meta(gt=0, le=31_536_000)]


class _Lack(msgspec.Struct):
    permission: str


class Switchboard:
    """Switches faults on and off by name.

    A kind is an act, which happens once, or a state, which lasts until it is used up or switched off; what a
    state held back goes on when it ends.
    """

    def __init__(
        self,
        faults: Faults,
        waits: Waits,
        lines: Lines,
        sessions: Sessions,
        limits: RateLimits,
        sync_tokens: SyncTokens,
        push: Push,
    ) -> None:
        self._faults = faults
        self._lines = lines
        self._limits = limits
        self._push = push
        self._sessions = sessions
        self._on: dict[str, Callable[[dict[str, Any]], None]] = {
            "http-status": self._http_status,
            "server-errors": self._server_errors,
            "refuse-wstoken": self._refuse_wstoken,
            "latency": self._latency,
            "late-refresh": self._late_refresh,
            "rate-limit": self._rate_limit,
            "clock-skew": self._clock_skew,
            "drop-connections": lambda body: lines.cut_all(),
            "expire-subscription": self._expire_subscription,
            "expire-tokens": lambda body: sessions.expire_access_tokens(),
            "revoke-tokens": self._revoke,
            "session-limit": self._session_limit,
            "lack-permission": self._lack_permission,
            "expire-sync-tokens": lambda body: sync_tokens.expire_all(),
            "close-push": self._close_push,
            "fail-recovery": self._delivery,
            "overflow-buffer": self._delivery,
            "half-open": self._half_open,
            "refuse-pubnub": self._refuse_pubnub,
            "rollback-timetoken": self._rollback,
            "wrong-key": self._delivery,
            **dict.fromkeys(ANSWER_KINDS, self._answer),
            **dict.fromkeys(PUSH_KINDS, self._delivery),
        }
        self._afterwards: dict[str, Callable[[], None]] = {
            "latency": waits.end,
            "late-refresh": waits.end,
            "slow-drip": waits.end,
            "session-limit": lambda: sessions.limit(None),
            "half-open": lines.cut_dead,
            "wrong-key": push.pubnub.right_keys,
            "reorder": push.subscriptions.flush,
        }

    @property
    def kinds(self) -> list[str]:
        """Every kind there is."""
        return list(self._on)

    def on(self, body: dict[str, Any]) -> None:
        """Switch on the fault that a body tells of; ApiError 400 if it makes no sense."""
        kind: _Kind = convert(body, _Kind)
        switch = self._on.get(kind.kind)
        if switch is None:
            raise invalid_parameter("kind", kind.kind)
        switch(body)

    def off(self, kind: str) -> None:
        """Switch every fault of a kind off."""
        self._faults.remove(kind)
        if kind in self._afterwards:
            self._afterwards[kind]()

    def all_off(self) -> None:
        """Switch everything off, and forget penalties."""
        for kind in self._on:
            self.off(kind)
        self._limits.clear()

    def _http_status(self, body: dict[str, Any]) -> None:
        wanted: _HttpStatus = convert(body, _HttpStatus)
        self._http(
            body,
            wanted.path,
            wanted.count,
            method=_method(wanted.method),
            refusal=refusal(wanted.status, retry_after=wanted.retry_after),
        )

    def _server_errors(self, body: dict[str, Any]) -> None:
        wanted: _ServerErrors = convert(body, _ServerErrors)
        self._http(body, wanted.path, wanted.count, refusal=refusal(wanted.status), rate=wanted.rate)

    def _refuse_wstoken(self, body: dict[str, Any]) -> None:
        wanted: _Refusal = convert(body, _Refusal)
        self._http(body, SOCKET_TOKEN, wanted.count, refusal=refusal(wanted.status))

    def _latency(self, body: dict[str, Any]) -> None:
        wanted: _Latency = convert(body, _Latency)
        method = _method(wanted.method)
        self._http(body, wanted.path, wanted.count, method=method, seconds=wanted.seconds)

    def _answer(self, body: dict[str, Any]) -> None:
        slow = body["kind"] == "slow-drip"
        wanted: _Answer = convert(body, _SlowDrip if slow else _Answer)
        more = {"seconds": wanted.seconds} if isinstance(wanted, _SlowDrip) else {}
        self._http(body, wanted.path, wanted.count, method=_method(wanted.method), **more)

    def _late_refresh(self, body: dict[str, Any]) -> None:
        wanted: _Late = convert(body, _Late)
        self._http(body, TOKEN, wanted.count, seconds=wanted.seconds)

    def _revoke(self, body: dict[str, Any]) -> None:
        wanted: _Ending = convert(body, _Ending)
        self._sessions.end_all(wanted.reason)

    def _session_limit(self, body: dict[str, Any]) -> None:
        wanted: _Limit = convert(body, _Limit)
        self._sessions.limit(wanted.seconds)

    def _lack_permission(self, body: dict[str, Any]) -> None:
        wanted: _Lack = convert(body, _Lack)
        if wanted.permission not in PERMISSIONS:
            raise invalid_parameter("permission", wanted.permission)
        for path in PERMISSIONS[wanted.permission]:
            self._http(body, path, None, refusal=lacks(wanted.permission))

    def _http(self, body: dict[str, Any], path: str, count: int | None, **more: Any) -> None:
        self._faults.http.append(HttpFault(body["kind"], path, count, **more))

    def _delivery(self, body: dict[str, Any]) -> None:
        counted: _Counted = convert(body, _Counted)
        self._faults.push.arm(body["kind"], counted.count)

    def _close_push(self, body: dict[str, Any]) -> None:
        wanted: _Close = convert(body, _Close)
        self._push.gateway.end_all(IDLE if wanted.code == IDLE.code else TOO_LONG)

    def _half_open(self, body: dict[str, Any]) -> None:
        wanted: _HalfOpen = convert(body, _HalfOpen)
        self._lines.kill([*self._push.gateway.lines, *self._push.pubnub.held])
        self._faults.push.arm("half-open")
        self._faults.push.blocks_new = wanted.block

    def _refuse_pubnub(self, body: dict[str, Any]) -> None:
        self._faults.push.arm("refuse-pubnub")
        self._lines.cut(self._push.pubnub.held)

    def _rollback(self, body: dict[str, Any]) -> None:
        wanted: _Once = convert(body, _Once)
        self._faults.push.arm("rollback-timetoken", wanted.count)

    def _rate_limit(self, body: dict[str, Any]) -> None:
        wanted: _RateLimit = convert(body, _RateLimit)
        group = wanted.group.capitalize()
        if group not in PLATFORM_LIMITS:
            raise invalid_parameter("group", wanted.group)
        self._limits.force(group, wanted.retry_after)

    def _clock_skew(self, body: dict[str, Any]) -> None:
        wanted: _Skew = convert(body, _Skew)
        self._faults.skew = wanted.seconds

    def _expire_subscription(self, body: dict[str, Any]) -> None:
        wanted: _Expiry = convert(body, _Expiry)
        self._push.subscriptions.expire(wanted.id)


def _method(name: str | None) -> str | None:
    return None if name is None else name.upper()
