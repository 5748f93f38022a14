"""The rules that fail a test although its own assertions hold.

- A log record of WARNING or worse that the test did not announce. It announces one by the marker
  `expected_log("pattern", ...)`, every pattern of which must then be met, or by having looked at it: records
  that the test took off with `caplog.clear()` count as seen.
- A message of Qt, from WARNING on, outside `qt_log_ignore`. pytest-qt sees to it until the test returns; the rule
  here covers what comes after, when widgets are taken down.
- An asyncio task that still runs when the test and all its fixtures are through.
- A thread that would keep the process from ending.

Warnings of Python are errors by pytest's own setting.
"""

from __future__ import annotations

import asyncio
import logging
import re
import threading
from collections.abc import AsyncIterator, Generator

import pytest

MOMENT = 0.05  # seconds; what ends by itself within it was not left behind
_logs = pytest.StashKey[pytest.LogCaptureFixture]()
_threads = pytest.StashKey[set[threading.Thread]]()


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(StrayLogs(), "rule: stray logs")
    config.pluginmanager.register(LateQtMessages(), "rule: late qt messages")


@pytest.fixture(autouse=True)
def _watched(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> None:
    """Note what was there before the test; set up first, so taken down last."""
    request.node.stash[_logs] = caplog
    request.node.stash[_threads] = set(threading.enumerate())
    if request.node.get_closest_marker("asyncio"):
        request.getfixturevalue("_no_task_left")


@pytest.fixture
async def _no_task_left() -> AsyncIterator[None]:
    before = asyncio.all_tasks()
    yield
    left = asyncio.all_tasks() - before - {asyncio.current_task()}
    if left:
        _, left = await asyncio.wait(left, timeout=MOMENT)
    if left:
        names = "\n".join(f"  {task.get_name()}: {task.get_coro()}" for task in left)
        pytest.fail(f"Tasks were left running:\n{names}", pytrace=False)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    result = yield
    before = item.stash.get(_threads, None)
    if before is not None:
        _fail_for_threads(set(threading.enumerate()) - before)
    return result


def _fail_for_threads(new: set[threading.Thread]) -> None:
    for thread in new:
        if not thread.daemon:
            thread.join(MOMENT)
    left = [thread for thread in new if thread.is_alive() and not thread.daemon]
    if left:
        pytest.fail(f"Threads were left running: {', '.join(map(str, left))}", pytrace=False)


class StrayLogs:
    """Fails a test for log records that it did not announce, and for announced ones that did not come."""

    @pytest.hookimpl(wrapper=True, trylast=True)  # inside pytest's own wrapper, which holds the records
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        result = yield
        patterns = [pattern for mark in item.iter_markers("expected_log") for pattern in mark.args]
        loud = _loud(item, "setup") + _loud(item, "call")
        _fail_for_stray(loud, patterns)
        said = [_text(record) for record in loud]
        missing = [each for each in patterns if not any(re.search(each, text) for text in said)]
        if missing:
            pytest.fail(f"These log records were expected and did not come: {missing}", pytrace=False)
        return result

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, object, object]:
        result = yield
        patterns = [pattern for mark in item.iter_markers("expected_log") for pattern in mark.args]
        _fail_for_stray(_loud(item, "teardown"), patterns)
        return result


def _loud(item: pytest.Item, phase: str) -> list[logging.LogRecord]:
    caplog = item.stash.get(_logs, None)
    records = caplog.get_records(phase) if caplog else []  # type: ignore[arg-type]  # a Literal by another name
    return [record for record in records if record.levelno >= logging.WARNING]


def _text(record: logging.LogRecord) -> str:
    return f"{record.levelname} {record.name}: {record.getMessage()}"


def _fail_for_stray(records: list[logging.LogRecord], patterns: list[str]) -> None:
    stray = [
        text for text in map(_text, records) if not any(re.search(pattern, text) for pattern in patterns)
    ]
    if stray:
        pytest.fail("Log records that the test did not announce:\n  " + "\n  ".join(stray), pytrace=False)


class LateQtMessages:
    """Fails a test for what Qt complains about after the test has returned."""

    @pytest.hookimpl(wrapper=True, tryfirst=True)  # outside pytest-qt's wrapper, which closes the widgets
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, object, object]:
        from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

        told: list[str] = []

        def take(kind: QtMsgType, _where: QMessageLogContext, text: str) -> None:
            if kind in (QtMsgType.QtWarningMsg, QtMsgType.QtCriticalMsg) and not ignored(text):
                told.append(text)

        harmless = [*item.config.getini("qt_log_ignore")]
        harmless += [pattern for mark in item.iter_markers("qt_log_ignore") for pattern in mark.args]

        def ignored(text: str) -> bool:
            return any(re.search(pattern, text) for pattern in harmless)

        before = qInstallMessageHandler(take)
        try:
            result = yield
        finally:
            qInstallMessageHandler(before)
        if told:
            pytest.fail("Qt complained while the test was taken down:\n  " + "\n  ".join(told), pytrace=False)
        return result
