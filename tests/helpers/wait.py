"""Wait for a condition, never for a time."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

STEP = 0.01  # seconds between two looks
WITHIN = 5.0  # seconds; generous, since a wait that is met costs only what it takes
_never = threading.Event()


async def until(look: Callable[[], T], *, within: float = WITHIN, why: str = "") -> T:
    """Return what `look` gives as soon as that is true, letting the loop run meanwhile.

    Raises AssertionError with `why` and what was seen last, when it is not true within `within` seconds.
    """
    deadline = time.monotonic() + within
    while not (seen := look()):
        if time.monotonic() > deadline:
            raise AssertionError(_complaint(why, within, seen))
        await asyncio.sleep(STEP)
    return seen


def wait_until(look: Callable[[], T], *, within: float = WITHIN, why: str = "") -> T:
    """Do the same without a loop, for what happens in another process or thread."""
    deadline = time.monotonic() + within
    while not (seen := look()):
        if time.monotonic() > deadline:
            raise AssertionError(_complaint(why, within, seen))
        _never.wait(STEP)
    return seen


def _complaint(why: str, within: float, seen: object) -> str:
    return f"{why or 'The condition was not met'} (waited {within:g} s; last seen: {seen!r})"
