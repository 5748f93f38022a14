"""Awake: notices that this computer slept, by the system's word where it gives one, by its clocks everywhere."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from rcdesk.services.feed import Feed

log = logging.getLogger(__name__)

SLEPT = 30.0  # seconds by which the wall's clock gains on the monotonic one, which stands still in sleep
LOOK = 5.0  # seconds between looks at the clocks
ONE_SLEEP = 30.0  # seconds within which the system's word and the clocks tell of the same sleep


class Awake:
    """`woke` is told once for each sleep, as soon as it is noticed: the moment at which it began, in unix seconds,
    or a little before.

    A wall clock that is set forward looks like sleep. Where the system counts how long it slept, such a step is
    told as no sleep, but as None: what is open may have run into a time-out, but no time is missing. So is a step
    back: what is due at a moment of the old time would else wait for as long as the clock went back.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        asleep: Callable[[], float | None] = lambda: None,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        """`clock` gives unix seconds; `ticks` seconds that do not pass in sleep; `asleep` those that this computer
        has slept so far, None if nobody counts them."""
        self.woke: Feed[float | None] = Feed()
        self._clock = clock
        self._asleep = asleep
        self._ticks = ticks
        self._apart: float | None = None  # how far the clock was ahead of the ticks at the last look
        self._counted: float | None = None
        self._awake_at = 0.0  # of the last look
        self._told_at = float("-inf")
        self._alarm: asyncio.TimerHandle | None = None

    def open(self) -> None:
        """Look at the clocks now and every few seconds, until closed."""
        self.close()
        self.look()
        self._alarm = asyncio.get_running_loop().call_later(LOOK, self.open)

    def close(self) -> None:
        """Look no more."""
        if self._alarm:
            self._alarm.cancel()
            self._alarm = None

    def look(self) -> bool:
        """Return whether the computer slept since the last look; if so, `woke` has been told.

        Whoever has waited for something looks before they believe it: it may be from before the sleep.
        """
        now = self._clock()
        apart = now - self._ticks()
        before, self._apart = self._apart, apart
        counted, self._counted = self._counted, self._asleep()
        began: float | None = self._awake_at
        self._awake_at = now
        if before is None or abs(apart - before) <= SLEPT:
            return False
        if apart < before:
            log.info("= the clock was set back by %.0f s", before - apart)
            began = None
        elif counted is not None and self._counted is not None and self._counted - counted <= SLEPT:
            log.info("= the clock was set forward by %.0f s", apart - before)
            began = None
        else:
            log.info("= slept for %.0f s", apart - before)
        self._tell(began, now)
        return True

    def on_system(self, *, sleeps: bool) -> None:
        """The system says that it is about to sleep, or that it is awake again.

        The word that it is about to sleep may be heard only afterwards; then the clocks tell.
        """
        began = self._awake_at
        if self.look() or sleeps or self._clock() - self._told_at < ONE_SLEEP:
            return
        log.info("= awake, as the system says")
        self._tell(began, self._clock())

    def _tell(self, began: float | None, now: float) -> None:
        self._told_at = now
        self.woke.publish(began)
