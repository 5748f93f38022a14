"""Worker: one thread for what may block, so that the loop never does."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import TypeVar

T = TypeVar("T")

log = logging.getLogger(__name__)

PATIENCE = 2.0  # seconds for which leaving waits; a disk or prompt that hangs must not hold up the exit


class Worker:
    """Does what it is given in one thread of its own, in order.

    The thread is a daemon: work that never returns does not keep the program from ending. It starts with the
    first piece of work.
    """

    def __init__(self, name: str) -> None:
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._closed = False

    def run(self, work: Callable[[], T]) -> asyncio.Future[T]:
        """Queue `work` and return its answer to come. For coroutines of any running loop.

        Cancelling: the work is done all the same; its failure is then logged, as nobody else hears of it.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()

        def settle(result: T | None, error: BaseException | None) -> None:
            if answer.done():
                self._tell_nobody_waits(error)
            elif error is not None:
                answer.set_exception(error)
            else:
                answer.set_result(result)  # type: ignore[arg-type]  # without an error it is a T

        def job() -> None:
            result, error = _attempt(work)
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens any more
                loop.call_soon_threadsafe(settle, result, error)

        self._put(job)
        return answer

    def start(self, work: Callable[[], None]) -> None:
        """Queue `work`, which tells of its failures itself. For callers on any thread, loop or none."""
        self._put(lambda: self._tell_nobody_waits(_attempt(work)[1]))

    def close(self, last: Callable[[], None] | None = None) -> bool:
        """Do what is queued, then `last`, then end. Return False if that took longer than is waited for."""
        if self._closed:
            return True
        if self._thread.ident is not None or last:
            if last:
                self.start(last)
            self._jobs.put(None)
            self._thread.join(PATIENCE)
        self._closed = True
        return not self._thread.is_alive()

    def _put(self, job: Callable[[], None]) -> None:
        if self._closed:
            raise RuntimeError(f"{self._thread.name} is closed")
        if self._thread.ident is None:
            self._thread.start()
        self._jobs.put(job)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()

    def _tell_nobody_waits(self, error: BaseException | None) -> None:
        if error is not None:
            log.error("%s: this failed and nobody waited for it", self._thread.name, exc_info=error)


def _attempt(work: Callable[[], T]) -> tuple[T | None, BaseException | None]:
    try:
        return work(), None
    except BaseException as error:  # noqa: BLE001  # carried to whoever waits for the answer
        return None, error
