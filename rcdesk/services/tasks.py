"""Nursery: owns every running task."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Self

from rcdesk.core.errors import Problem

log = logging.getLogger(__name__)


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
