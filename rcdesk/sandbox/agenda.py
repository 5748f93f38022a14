"""What happens later: actions at moments of the world's time, without a loop or a thread of its own."""

import heapq
import itertools
from collections.abc import Callable


class Agenda:
    """Keeps actions until their moment; `run` carries out what is due, in order of time.

    `on_change` is called when the next moment may have moved, so that whoever sleeps until it can look again.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self.on_change: Callable[[], None] = lambda: None

    @property
    def next_moment(self) -> float | None:
        """World time of the next action, None if there is none."""
        return self._heap[0][0] if self._heap else None

    def at(self, moment: float, action: Callable[[], None]) -> None:
        """Have `action` carried out at `moment`. An action that became pointless must see so for itself."""
        heapq.heappush(self._heap, (moment, next(self._order), action))
        self.on_change()

    def run(self, now: float) -> None:
        """Carry out everything that is due by `now`, including what that adds."""
        while self._heap and self._heap[0][0] <= now:
            _, _, action = heapq.heappop(self._heap)
            action()

    def clear(self) -> None:
        """Forget everything."""
        self._heap.clear()
