"""Nursery: owns every running task; a Group of them ends together; `patiently` waits for a server that is away."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from types import TracebackType
from typing import Any, Self, TypeVar

from rcdesk.core.errors import Problem

log = logging.getLogger(__name__)
T = TypeVar("T")

AGAIN = 60.0  # seconds after which what nobody waits for is asked again


class Nursery:
    """Keeps a hold on tasks until they end, and ends them all on leaving.

    A task that ends with a `Problem` reports it to the user; one that ends with anything else is a bug:
    it goes to `on_bug`, which ends the program loudly.

    On leaving, every task is cancelled and awaited.
    """

    def __init__(
        self, on_problem: Callable[[Problem], None], on_bug: Callable[[BaseException], None]
    ) -> None:
        self._on_problem = on_problem
        self._on_bug = on_bug
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, Any], *, name: str) -> asyncio.Task[Any]:
        """Run `work` from now on. The task is returned to be cancelled, not to be awaited."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def tell(self, problem: Problem) -> None:
        """Report trouble of a task that goes on all the same."""
        self._on_problem(problem)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if task.cancelled() or (error := task.exception()) is None:
            return
        if isinstance(error, Problem):
            log.info("%s gave up: %s (%d %s)", task.get_name(), error.kind.value, error.status, error.code)
            self._on_problem(error)
        else:
            log.error("%s failed", task.get_name(), exc_info=error)
            self._on_bug(error)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._tasks:
            running = list(self._tasks)
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            await asyncio.sleep(
                0
            )  # from Python 3.12 on tasks that have ended cost no turn: `_ended` needs one


class Group:
    """Tasks of a nursery that end together, such as all that is asked in the name of one user."""

    def __init__(self, nursery: Nursery) -> None:
        self._nursery = nursery
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, Any], *, name: str) -> asyncio.Task[Any]:
        """Run `work` in the nursery from now on."""
        task = self._nursery.start(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def cancel(self) -> None:
        """End them all; those that start later are others."""
        for task in self._tasks:
            task.cancel()


async def patiently(ask: Callable[[], Awaitable[T]], *, what: str) -> T | None:
    """Return what `ask` gives, as soon as the server can be reached; None if it is refused for good.

    For what makes the screen better but was not asked for: nobody is told of a permission that the app
    lacks, the log has one line of it.
    """
    while True:
        try:
            return await ask()
        except Problem as problem:
            log.info("%s: %s (%d %s)", what, problem.kind.value, problem.status, problem.code or "-")
            if not problem.retry:
                return None
            pause = max(problem.retry_after or 0.0, AGAIN)
        await asyncio.sleep(pause)
