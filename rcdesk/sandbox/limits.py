"""Rate limits: counted per user, app and group in a sliding minute, with a penalty that restarts."""

import math
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from rcdesk.sandbox.errors import ApiError

WINDOW = 60
"""Seconds of the sliding window, and of a penalty."""

PLATFORM_LIMITS = {"Light": 50, "Medium": 40, "Heavy": 10, "Auth": 5}
"""Requests a minute in the platform's own plan ("Rate limits" of the developer guide)."""


@dataclass
class _Window:
    taken: deque[float] = field(default_factory=deque)
    penalty_until: float = 0.0
    penalty: float = WINDOW


class RateLimits:
    """Counts requests and refuses those beyond the limit.

    A request over the limit starts a penalty; every request of the group inside it is refused and restarts it.
    When it ends the window is empty again. Times are real seconds.
    """

    def __init__(self, real: Callable[[], float], factor: float | None = 1.0) -> None:
        """`factor` multiplies the platform's limits; None never limits, but still counts and tells."""
        self._real = real
        self._factor = factor
        self._windows: dict[tuple[str, str], _Window] = {}
        self._forced: dict[str, tuple[float, float]] = {}
        self.by_group: Counter[str] = Counter()
        self.in_penalty = 0
        """Requests that arrived inside a penalty, not counting those that started one."""

    def limit(self, group: str) -> int:
        """How many requests of a group are allowed in a window."""
        return max(1, round(PLATFORM_LIMITS[group] * (1.0 if self._factor is None else self._factor)))

    def take(self, session_key: str, group: str) -> dict[str, str]:
        """Count one request and return the headers of its answer; ApiError 429 if it is one too many."""
        now = self._real()
        self.by_group[group] += 1
        window = self._windows.setdefault((session_key, group), _Window())
        while window.taken and window.taken[0] <= now - WINDOW:
            window.taken.popleft()
        self._apply_forced(window, group, now)
        if now < window.penalty_until:
            self.in_penalty += 1
            window.penalty_until = now + window.penalty
            raise self._refusal(group, window.penalty)
        if self._factor is None:  # a client that paces itself must not wait for what is not limited
            return self._headers(group, self.limit(group))
        if len(window.taken) >= self.limit(group):
            window.taken.clear()
            window.penalty = WINDOW
            window.penalty_until = now + WINDOW
            raise self._refusal(group, WINDOW)
        window.taken.append(now)
        return self._headers(group, max(0, self.limit(group) - len(window.taken)))

    def force(self, group: str, retry_after: float) -> None:
        """Put a group of every user under a penalty that begins now and lasts `retry_after` seconds."""
        self._forced[group] = (self._real() + retry_after, retry_after)

    def clear(self) -> None:
        """Forget every window and penalty; the counts stay."""
        self._windows.clear()
        self._forced.clear()

    def forget_counts(self) -> None:
        """Start the counts again from nothing."""
        self.by_group.clear()
        self.in_penalty = 0

    def _apply_forced(self, window: _Window, group: str, now: float) -> None:
        until, seconds = self._forced.get(group, (0.0, 0.0))
        if now < until and window.penalty_until < until:
            window.taken.clear()
            window.penalty_until, window.penalty = until, seconds

    def _refusal(self, group: str, seconds: float) -> ApiError:
        headers = {**self._headers(group, 0), "Retry-After": str(math.ceil(seconds))}
        return ApiError(429, "CMN-301", "Request rate exceeded", headers=headers)

    def _headers(self, group: str, remaining: int) -> dict[str, str]:
        return {
            "X-Rate-Limit-Group": group,
            "X-Rate-Limit-Limit": str(self.limit(group)),
            "X-Rate-Limit-Remaining": str(remaining),
            "X-Rate-Limit-Window": str(WINDOW),
        }
