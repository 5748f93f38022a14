"""What time it is, in a way that never runs backwards while a call's clock is on screen."""

from __future__ import annotations

import time

STEP = 30.0  # seconds; a wall clock that departs further has been set, or this computer slept


class Clock:
    """Unix seconds that grow evenly: the monotonic clock, anchored to the wall's.

    Small corrections of the wall clock are ignored. A departure of more than STEP (the machine
    slept, or the time was set) anchors it anew.
    """

    def __init__(self) -> None:
        self._offset = time.time() - time.monotonic()

    def now(self) -> float:
        """Return unix seconds."""
        offset = time.time() - time.monotonic()
        if abs(offset - self._offset) > STEP:
            self._offset = offset
        return time.monotonic() + self._offset


def asleep() -> float | None:
    """Return how many seconds this computer has slept since it was started, None where nobody counts them."""
    try:
        return time.clock_gettime(time.CLOCK_BOOTTIME) - time.monotonic()
    except (AttributeError, OSError):
        return None
