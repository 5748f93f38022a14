"""Plays a day of chaos: switches its faults on and off at their time, and keeps book of them."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from rcdesk.sandbox.agenda import Agenda
from rcdesk.sandbox.chaos import USUAL, Bout, day
from rcdesk.sandbox.clock import Clock, iso
from rcdesk.sandbox.fault_kinds import Switchboard

LOOK = 0.5
"""Real seconds between two looks whether somebody has subscribed."""
_REMEMBERED = 10_000
"""Faults of the past that are told."""


class ChaosDirector:
    """Has at most one day under way. Its moments are on the world's agenda, converted from real seconds."""

    def __init__(self, agenda: Agenda, clock: Clock, switchboard: Switchboard) -> None:
        self._agenda = agenda
        self._clock = clock
        self._switchboard = switchboard
        self._seed: int | None = None
        self._bouts: Iterator[Bout] | None = None
        self._bout: Bout | None = None
        self._since: float | None = None
        self._past: deque[dict[str, str]] = deque(maxlen=_REMEMBERED)

    def start(
        self,
        seed: int,
        kinds: Iterable[str] = USUAL,
        pause: float | None = None,
        ready: Callable[[], bool] = lambda: True,
    ) -> None:
        """Begin a day, with its first calm, as soon as `ready`; the one under way ends."""
        self.stop()
        self._past.clear()
        self._seed = seed
        self._since = self._clock.real()
        self._bouts = day(seed, kinds, pause)
        self._begin_when(ready)

    def stop(self) -> None:
        """End the day that is under way, and its fault; what is past can still be read."""
        self._bouts = None
        if self._bout is not None:
            self._mend(self._bout)

    def forget(self) -> None:
        """End the day as if it had never been."""
        self.stop()
        self._past.clear()
        self._seed = self._since = None

    def truth(self) -> dict[str, Any]:
        """The fault that is on and since when, or since when none is; and those that are past."""
        return {
            "seed": self._seed,
            "fault": None if self._bout is None else self._bout.kind,
            "since": None if self._since is None else iso(self._since),
            "past": list(self._past),
        }

    def _begin_when(self, ready: Callable[[], bool]) -> None:
        if ready():
            self._rest()
        else:
            self._later(LOOK, partial(self._begin_when, ready))

    def _rest(self) -> None:
        if self._bouts is not None:
            bout = next(self._bouts)
            self._later(bout.pause, partial(self._break, bout))

    def _break(self, bout: Bout) -> None:
        self._bout, self._since = bout, self._clock.real()
        for fault in bout.faults:
            self._switchboard.on(fault)
        self._later(bout.seconds, self._end)

    def _end(self) -> None:
        if self._bout is not None:
            self._mend(self._bout)
            self._rest()

    def _mend(self, bout: Bout) -> None:
        for fault in bout.faults:
            self._switchboard.off(fault["kind"])
        began, self._since = self._since or 0.0, self._clock.real()
        self._past.append({"kind": bout.kind, "from": iso(began), "until": iso(self._since)})
        self._bout = None

    def _later(self, seconds: float, action: Callable[[], None]) -> None:
        """Do something in so many real seconds, if the day of now is still the one under way."""
        moment = self._clock.now() + seconds * self._clock.speed
        self._agenda.at(moment, partial(self._if_still, self._bouts, action))

    def _if_still(self, bouts: Iterator[Bout] | None, action: Callable[[], None]) -> None:
        if bouts is self._bouts:
            action()
