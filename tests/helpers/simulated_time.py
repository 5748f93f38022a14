"""A loop whose time goes on only while everybody waits: a day of it takes seconds."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")

START = 1_800_000_000.0  # unix seconds at which its clocks begin


class _Selector(selectors.DefaultSelector):  # type: ignore[valid-type,misc]
    """Waits for nothing: whoever would wait lets the time go on by as much."""

    now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if not ready and timeout is None:
            raise RuntimeError("everybody waits, and for nothing that time could bring")
        if not ready:
            self.now += max(timeout or 0.0, 0.0)
        return ready


class SimulatedLoop(asyncio.SelectorEventLoop):
    """What else would go to a thread is done at once: a thread cannot wait for a time that is not there."""

    def __init__(self) -> None:
        self._simulated = _Selector()
        super().__init__(self._simulated)

    def time(self) -> float:
        return float(self._simulated.now)

    def clock(self) -> float:
        """The time of day, in unix seconds."""
        return START + self.time()

    def run_in_executor(self, _executor: Any, work: Callable[..., T], *args: Any) -> asyncio.Future[T]:
        return done(work, *args)


class InlineWorker:
    """Stands in for `store.worker.Worker`: one thread less."""

    def __init__(self, _name: str) -> None: ...

    def run(self, work: Callable[[], T]) -> asyncio.Future[T]:
        return done(work)

    def start(self, work: Callable[[], None]) -> None:
        work()

    def close(self, last: Callable[[], None] | None = None) -> bool:
        if last:
            last()
        return True


def done(work: Callable[..., T], *args: Any) -> asyncio.Future[T]:
    """Return the answer of `work`, which is there already."""
    answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
    try:
        answer.set_result(work(*args))
    except Exception as error:  # noqa: BLE001 - it belongs to whoever waits
        answer.set_exception(error)
    return answer
