"""Pacers: what is known of every server's rate limits, by a clock that nobody sets, and beyond a restart."""

from __future__ import annotations

import time
from collections.abc import Callable

from rcdesk.core.pacing import Pacer
from rcdesk.store.penalties import PenaltyStore

LONGEST = 3600.0
"""Seconds for which a penalty from before a restart is believed at most: the clock may have been wrong then."""

Clock = Callable[[], float]


def steady() -> Clock:
    """Return a clock of unix seconds as of this moment, which goes on in sleep, and which nobody can set: a wall
    clock that was set forward would end a penalty before its time."""
    began = time.time() - _since_boot()
    return lambda: began + _since_boot()


def _since_boot() -> float:
    try:
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    except (AttributeError, OSError):  # not on this system
        return time.monotonic()


class Pacers:
    """One pacer for each server and app, as limits are counted so. A penalty outlasts a connection and, with a
    file in the store, the program.

    Attributes:
        clock: by which the pacers are to be asked.
    """

    def __init__(
        self, store: PenaltyStore, clock: Clock | None = None, wall: Callable[[], float] = time.time
    ) -> None:
        """`clock`: None for a `steady` one. `wall`: unix seconds that mean the same after a restart."""
        self.clock = clock or steady()
        self._store = store
        self._wall = wall
        self._pacers: dict[str, Pacer] = {}

    def of(self, server: str, client_id: str) -> Pacer:
        """Return the pacer for requests to `server` as the app `client_id`."""
        name = f"{server} {client_id}"
        pacer = self._pacers.setdefault(name, Pacer(lambda: self._keep(name)))
        now, wall = self.clock(), self._wall()
        for group, until in self._store.read(wall).get(name, {}).items():
            pacer.bar(group, now + min(until - wall, LONGEST), now)
        return pacer

    def _keep(self, name: str) -> None:
        """A penalty has begun, or begun anew."""
        now, wall = self.clock(), self._wall()
        barred = {one.group: one.throttled_until for one in self._pacers[name].budgets(now)}
        lasting = {group: wall + until - now for group, until in barred.items() if until is not None}
        self._store.add(name, lasting, wall)
