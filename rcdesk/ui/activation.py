"""Activation: whether a desktop's token says that the user has just asked for a window."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

LIFE = (
    30.0  # seconds; a start takes less, and a terminal hands the token of its own start to all that run in it
)
EARLY = 1.0  # seconds by which the screen's clock may be ahead
WRAPS = 2**32  # ms: X counts with 32 bits

_STAMP = re.compile(r"_TIME(\d{1,10})$")


class Tokens:
    """Tells a token that is worth the keyboard from one that was used before or is old.

    A startup id ends with the time of the click (`…_TIME123`), in ms of the screen's clock, which on Linux is
    the system's monotonic one; other tokens tell no time.
    """

    def __init__(self, ticks: Callable[[], float] = time.monotonic) -> None:
        self._ticks = ticks
        self._used: set[str] = set()

    def spend(self, token: str) -> bool:
        """Use `token`, "" for none, up; return whether it was good."""
        good = bool(token) and token not in self._used and self._fresh(token)
        self._used.add(token)
        return good

    def _fresh(self, token: str) -> bool:
        stamp = _STAMP.search(token)
        if stamp is None:
            return True
        apart = (self._ticks() * 1000 - int(stamp[1])) % WRAPS
        return apart <= LIFE * 1000 or apart >= WRAPS - EARLY * 1000
