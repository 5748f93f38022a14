"""Which loop an async test runs on: Qt's for what runs in the program's window, asyncio's own for the rest."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Generator
from typing import Any

import pytest

ON_QT = ("ui", "desk", "e2e")  # the folders under tests/ that run on Qt's loop, as the program does
_application: list[Any] = []  # Qt ends with the last reference to it
_used: list[asyncio.AbstractEventLoop] = []


def _qt_loop() -> asyncio.AbstractEventLoop:
    from PySide6.QtWidgets import QApplication

    from rcdesk.app import qt_loop

    app = QApplication.instance() or QApplication(["rcdesk-tests"])
    _application[:] = [app]
    loop = qt_loop(app)
    _used.append(loop)
    return loop


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Choose the loop of an async test by its folder, or by a marker that says otherwise."""
    tests = config.rootpath / "tests"
    folder = item.path.relative_to(tests).parts[0] if item.path.is_relative_to(tests) else ""
    on_qt = folder in ON_QT
    if item.get_closest_marker("qt_loop"):
        on_qt = True
    elif item.get_closest_marker("plain_loop"):
        on_qt = False
    return {"qt": _qt_loop} if on_qt else {"plain": asyncio.new_event_loop}


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown() -> Generator[None, object, object]:
    """Take a closed Qt loop apart here, in Qt's thread.

    It is garbage in a circle, with a timer of Qt's in it. Collected in whichever other thread (a sandbox's, a
    database's) has the collector run next, it crashes the process: Qt's timers end in their own thread only.
    """
    try:
        return (yield)
    finally:
        if _used:
            gc.disable()
            _used.clear()
            gc.collect()
            gc.enable()
