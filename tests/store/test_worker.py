"""The worker does everything in order, and neither a stuck job nor a closed loop holds anyone up."""

from __future__ import annotations

import asyncio
import threading

import pytest

from rcdesk.store import worker as worker_module
from rcdesk.store.worker import Worker


async def test_answers_and_errors_reach_the_one_who_asked() -> None:
    worker = Worker("test")
    assert await worker.run(lambda: 6 * 7) == 42
    with pytest.raises(ZeroDivisionError):
        await worker.run(lambda: 1 // 0)
    assert worker.close()


async def test_everything_is_done_in_order_by_one_thread() -> None:
    worker = Worker("test")
    done: list[tuple[int, str]] = []
    for nth in range(50):
        worker.start(lambda nth=nth: done.append((nth, threading.current_thread().name)))
    await worker.run(lambda: None)
    worker.close()
    assert done == [(nth, "test") for nth in range(50)]


async def test_who_stops_waiting_does_not_undo_the_work() -> None:
    worker = Worker("test")
    gate = threading.Event()
    done: list[str] = []
    worker.start(lambda: bool(gate.wait(5)) or None)
    waiting = worker.run(lambda: done.append("written"))
    waiting.cancel()
    gate.set()
    assert worker.close()
    assert done == ["written"]


@pytest.mark.expected_log("test: this failed and nobody waited for it")
async def test_a_failure_that_nobody_waits_for_is_told_in_the_log() -> None:
    worker = Worker("test")
    worker.start(lambda: 1 // 0 and None)
    assert worker.close()


@pytest.mark.expected_log("test: this failed and nobody waited for it")
async def test_the_failure_of_work_whose_caller_left_is_told_in_the_log() -> None:
    worker = Worker("test")
    worker.run(lambda: 1 // 0).cancel()
    await worker.run(lambda: None)
    worker.close()


async def test_leaving_does_not_wait_for_a_job_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "PATIENCE", 0.02)
    worker = Worker("test")
    gate = threading.Event()
    worker.start(lambda: bool(gate.wait(5)) or None)
    assert not worker.close()
    assert all(thread.daemon for thread in threading.enumerate() if thread.name == "test")
    gate.set()


def test_closing_does_what_is_queued_and_then_the_last_thing() -> None:
    worker = Worker("test")
    done: list[str] = []
    worker.start(lambda: done.append("queued"))
    assert worker.close(lambda: done.append("last"))
    assert worker.close()
    assert done == ["queued", "last"]
    with pytest.raises(RuntimeError, match="closed"):
        worker.start(lambda: None)


def test_an_answer_for_a_loop_that_is_gone_is_dropped() -> None:
    worker = Worker("test")
    gate = threading.Event()

    async def leave() -> None:
        worker.run(lambda: gate.wait(5))

    asyncio.run(leave())
    gate.set()
    assert worker.close()
