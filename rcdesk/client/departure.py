"""Departure: a request that must not come late leaves in time or never."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self


class Departure:
    """Around a request, `async with`: raises TimeoutError if it has not left within so many seconds.

    All that it may wait for counts: a fresh token, its turn, a connection. It can be taken back without a trace
    for as long as it is `held`. Once it is on its way, its answer is waited for as for any other.
    """

    def __init__(self, within: float, clock: Callable[[], float]) -> None:
        self._within = within
        self._clock = clock  # a computer that sleeps does not count time otherwise
        self._began_at = clock()
        self._limit = asyncio.timeout(None)
        self.held = True

    async def __aenter__(self) -> Self:
        await self._limit.__aenter__()
        self._limit.reschedule(self._latest())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._limit.__aexit__(kind, error, trace)

    def leave(self) -> None:
        """The next thing that happens is that it is written to the network. Raises TimeoutError if that is late."""
        if self._clock() - self._began_at > self._within:
            raise TimeoutError
        self.held = False
        self._limit.reschedule(None)

    def come_back(self) -> None:
        """It was refused, and is held again until there is another token for it."""
        self.held = True
        self._limit.reschedule(self._latest())

    def _latest(self) -> float:
        waited = self._clock() - self._began_at
        return asyncio.get_running_loop().time() + self._within - waited
