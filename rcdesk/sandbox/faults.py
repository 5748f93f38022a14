"""What can be made to go wrong, as plain state that routes and transports ask."""

import random
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from rcdesk.sandbox.chance import chance
from rcdesk.sandbox.errors import ApiError

PUSH_KINDS = ("drop-push", "mute-push", "reorder", "duplicate")
ANSWER_KINDS = ("slow-drip", "truncate-body", "oversize-body", "junk-json", "wrong-content-type")

PERMISSIONS = {
    "ReadAccounts": ("*/extension/~",),
    "ReadPresence": ("*/presence",),
    "ReadCallLog": ("*/call-log*", "*/active-calls"),
    "ReadContacts": ("*/address-book/*", "*/directory/*"),
    "RingOut": ("*/ring-out*",),
    "WebSocketsSubscription": ("*/oauth/wstoken",),
}
"""Permissions of an app, and the paths that need them."""

_REFUSALS = {
    400: ("CMN-101", "Parameter value is invalid"),
    401: ("TokenInvalid", "OAuth token is invalid"),
    403: ("CMN-408", "In order to call this API endpoint, user needs to have a permission"),
    404: ("CMN-102", "Resource is not found"),
    405: ("CMN-120", "Method not allowed"),
    409: ("TAS-102", "Incorrect State"),
    410: ("CMN-102", "Resource is gone"),
    415: ("CMN-103", "Unsupported content type"),
    429: ("CMN-301", "Request rate exceeded"),
    500: ("CMN-203", "Internal server error"),
    503: ("CMN-201", "Service temporarily unavailable"),
}


class PushFaults:
    """Faults of delivery and of its two transports. Whoever asks `take(kind)` uses up one of its count.

    Delivery, asked once for each notification:

    - ``drop-push``: this notification is lost on its way, to everybody.
    - ``mute-push``: connections stay open and healthy, but no notification comes through.
    - ``reorder``: this notification is held back and sent after the next one.
    - ``duplicate``: this notification is sent twice.

    The gateway, asked at each recovery:

    - ``fail-recovery``: it fails, and the subscription is gone.
    - ``overflow-buffer``: it succeeds, but what waited was pushed out of the buffer by a hundred newer ones.

    PubNub:

    - ``wrong-key``, asked at each renewal: until the next one another key is used than was told.
    - ``rollback-timetoken``, asked with each answer that has messages: it tells an older timetoken.
    - ``refuse-pubnub``: it cannot be reached.

    Both: ``half-open``: connections that were open then are dead; with `blocks_new` new ones are as well.
    """

    def __init__(self) -> None:
        self._left: dict[str, int | None] = {}
        self.blocks_new = False

    def arm(self, kind: str, count: int | None = None) -> None:
        """Switch a fault on for the next `count` times, or until it is cleared."""
        self._left[kind] = count

    def clear(self) -> None:
        """Switch all of them off."""
        self._left.clear()
        self.blocks_new = False

    def disarm(self, kind: str) -> None:
        """Switch one of them off."""
        self._left.pop(kind, None)
        if kind == "half-open":
            self.blocks_new = False

    def active(self, kind: str) -> bool:
        """Whether the fault is on; nothing is used up by asking."""
        return kind in self._left

    def take(self, kind: str) -> bool:
        """Whether the fault hits this time; uses up one of its count."""
        if kind not in self._left:
            return False
        left = self._left[kind]
        if left is not None:
            if left <= 1:
                del self._left[kind]
            else:
                self._left[kind] = left - 1
        return True

    @property
    def armed(self) -> dict[str, int | None]:
        """Each fault that is on, with what is left of its count."""
        return dict(self._left)


@dataclass
class HttpFault:
    """What goes wrong with requests whose path matches.

    `path` is a shell pattern (`*/ring-out*`); without a wildcard it hits every path that contains it. `left` is
    how many requests it still hits, None for all; of those that match it hits the share `rate`, by chance.
    """

    kind: str
    path: str
    left: int | None = None
    method: str | None = None
    seconds: float = 0.0
    refusal: ApiError | None = None
    rate: float = 1.0

    def matches(self, method: str, path: str) -> bool:
        """Whether a request is hit."""
        if self.method not in (None, method):
            return False
        pattern = self.path if any(sign in self.path for sign in "*?[") else f"*{self.path}*"
        return fnmatchcase(path, pattern)


@dataclass
class Faults:
    """All faults of a sandbox. Whoever asks for one that has a count uses it up."""

    push: PushFaults = field(default_factory=PushFaults)
    http: list[HttpFault] = field(default_factory=list)
    skew: int = 0
    """Seconds by which the clock is fast, as clients see it."""
    _rng: random.Random = field(default_factory=lambda: chance("faults", 0))

    def clear(self) -> None:
        """Switch everything off."""
        self.push.clear()
        self.http.clear()
        self.skew = 0

    def remove(self, kind: str) -> None:
        """Switch every fault of this kind off."""
        self.push.disarm(kind)
        self.http[:] = [fault for fault in self.http if fault.kind != kind]
        if kind == "clock-skew":
            self.skew = 0

    def delay(self, method: str, path: str) -> float:
        """Real seconds to wait before this request is looked at."""
        waits = [fault for fault in self._hits(method, path) if fault.kind == "latency"]
        for fault in waits:
            self._use_up(fault)
        return sum(fault.seconds for fault in waits)

    def refusal(self, method: str, path: str) -> ApiError | None:
        """The refusal that this request gets instead of its answer, if any; the oldest fault first."""
        for fault in self._hits(method, path):
            if fault.refusal is not None and (fault.rate >= 1 or self._rng.random() < fault.rate):
                self._use_up(fault)
                return fault.refusal
        return None

    def of_answer(self, method: str, path: str) -> HttpFault | None:
        """What becomes of the body of this request's answer, if anything; the oldest fault first."""
        for fault in self._hits(method, path):
            if fault.kind in ANSWER_KINDS:
                self._use_up(fault)
                return fault
        return None

    def refresh_delay(self) -> float:
        """Real seconds by which the answer to a refresh comes late, after it was carried out."""
        for fault in self.http:
            if fault.kind == "late-refresh":
                self._use_up(fault)
                return fault.seconds
        return 0.0

    def _hits(self, method: str, path: str) -> list[HttpFault]:
        return [fault for fault in self.http if fault.matches(method, path)]

    def _use_up(self, fault: HttpFault) -> None:
        if fault.left is not None:
            fault.left -= 1
            if fault.left <= 0:
                self.http.remove(fault)


def refusal(status: int, *, retry_after: float | None = None) -> ApiError:
    """The error that the platform would give with this status."""
    code, message = _REFUSALS.get(status, ("CMN-203" if status >= 500 else "CMN-101", f"Error {status}"))
    headers = {} if retry_after is None else {"Retry-After": f"{retry_after:.0f}"}
    return ApiError(status, code, message, headers=headers, inner="OAU-149" if status == 401 else None)


def lacks(permission: str) -> ApiError:
    """The error that the platform gives an app without this permission."""
    message = f"In order to call this API endpoint, application needs to have [{permission}] permission"
    return ApiError(403, "InsufficientPermissions", message, inner="CMN-401", permissionName=permission)
