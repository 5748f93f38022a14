"""Pacer: how long a request waits, so that none is sent inside a rate-limit penalty."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

WITHOUT_RETRY_AFTER = 60.0
"""Seconds to wait where a 429 names none. The platform asks for at least 30, but its penalties last 60, and
one that is broken into begins anew ("Rate limits")."""
FIRST_BACKOFF, LONGEST_BACKOFF = 2.0, 60.0  # seconds


class Urgency(enum.Enum):
    """Who waits for the answer. The value is how many requests of a window are left to the more urgent."""

    WISH = 0  # the user dials, cancels, signs in
    LIVE = 1  # what keeps the screen true
    BACKGROUND = 3  # history, contacts


@dataclass(slots=True)
class _Group:
    """What is known of one group. `left` is None until the platform has told."""

    left: int | None = None
    window_ends: float = 0.0
    barred_until: float = 0.0


class Pacer:
    """Knows of each rate-limit group what may still be sent. Groups are plain strings, learned as they come.

    A request of a group that is sent during a penalty restarts it, so nothing of that group is.
    """

    def __init__(self) -> None:
        self._groups: dict[str, _Group] = {}

    def wait(self, group: str, urgency: Urgency, now: float) -> float:
        """Return for how many seconds a request must wait and then ask again; 0 lets it go and counts it."""
        known = self._groups.get(group.casefold())
        if known is None:
            return 0.0
        if now < known.barred_until:
            return known.barred_until - now
        if known.left is None or now >= known.window_ends:
            known.left = None  # a new window, of which nothing is known yet
            return 0.0
        if known.left <= urgency.value:
            return known.window_ends - now
        known.left -= 1
        return 0.0

    def learn(self, headers: Mapping[str, str], now: float) -> None:
        """Learn from the headers of any answer; those of the rate limit may be absent or unreadable."""
        lower = {name.lower(): value for name, value in headers.items()}
        left, window = (_number(lower.get(f"x-rate-limit-{name}")) for name in ("remaining", "window"))
        name = lower.get("x-rate-limit-group", "")
        if name and left is not None and window is not None:
            group = self._group(name)
            group.left, group.window_ends = int(left), now + window

    def refused(self, group: str, retry_after: float | None, now: float) -> None:
        """Learn that a request was answered 429. A penalty never becomes shorter."""
        known = self._group(group)
        pause = WITHOUT_RETRY_AFTER if retry_after is None else retry_after
        known.barred_until = max(known.barred_until, now + pause)
        known.left = None

    def _group(self, name: str) -> _Group:
        return self._groups.setdefault(name.casefold(), _Group())


def backoff(attempt: int, chance: float) -> float:
    """Return the seconds to wait after failure number `attempt` (from 0); `chance` is in [0, 1).

    Full jitter: after an outage the clients of an office do not all come back in the same second.
    """
    return chance * min(LONGEST_BACKOFF, FIRST_BACKOFF * 2.0 ** min(attempt, 10))


def _number(text: str | None) -> float | None:
    """The number that `text` is, None if it is none or negative."""
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None
