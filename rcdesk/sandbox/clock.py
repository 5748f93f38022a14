"""Two times in one place: the pretend world's, which can run fast, and the real one."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime


class Clock:
    """Tells the world's time and the real time, both as Unix seconds.

    World time scales with `speed`: how long people let a phone ring, how long an ended call stays in
    active-calls, how far the call log lags behind. Real time does not: the life of tokens and subscriptions,
    rate-limit windows, long polls and sync tokens, because a client measures those with its own clock.
    Both start at the same instant.
    """

    def __init__(
        self,
        speed: float = 1.0,
        *,
        start: float | None = None,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        """`start` is the Unix time of both clocks now; `ticks` counts real seconds from any origin."""
        if not speed > 0:
            raise ValueError("speed must be greater than 0")
        self.speed = speed
        self.start = time.time() if start is None else start
        self._ticks = ticks
        self._origin = ticks()

    def now(self) -> float:
        """The world's time."""
        return self.start + (self._ticks() - self._origin) * self.speed

    def real(self) -> float:
        """The real time; it never steps back."""
        return self.start + (self._ticks() - self._origin)

    def real_seconds(self, world_seconds: float) -> float:
        """How long `world_seconds` last for someone outside the world."""
        return world_seconds / self.speed

    async def sleep(self, world_seconds: float) -> None:
        """Sleep for `world_seconds` of the world's time; safe to cancel."""
        await asyncio.sleep(max(0.0, self.real_seconds(world_seconds)))


def iso(moment: float) -> str:
    """A Unix time as the platform writes it: ISO 8601 in UTC with milliseconds and `Z`."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
