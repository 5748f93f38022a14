"""What holds for every test: the rules that fail one, and the loop that each runs on."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import Any

import hypothesis
import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # tests/desk runs on the desktop that set it to xcb
# A busy machine is no reason to fail; in CI hypothesis itself draws the same examples each time.
hypothesis.settings.register_profile("rcdesk", hypothesis.settings(), deadline=None)
hypothesis.settings.load_profile("rcdesk")

pytest_plugins = ("tests.helpers.rules",)

ON_QT = ("ui", "desk", "e2e")  # the folders whose async tests run on Qt's loop, as the program does
_kept: list[Any] = []  # the application: Qt ends with its last reference


def _qt_loop() -> asyncio.AbstractEventLoop:
    import qasync  # finds PySide6 loaded by pytest-qt, and so takes it
    from PySide6.QtWidgets import QApplication

    app = QApplication.instance() or QApplication(["rcdesk-tests"])
    _kept[:] = [app]
    loop: asyncio.AbstractEventLoop = qasync.QEventLoop(app)
    return loop


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Choose the loop of an async test by its folder, or by a marker that says otherwise."""
    folder = item.path.relative_to(config.rootpath / "tests").parts[0] if _is_ours(config, item) else ""
    on_qt = folder in ON_QT
    if item.get_closest_marker("qt_loop"):
        on_qt = True
    elif item.get_closest_marker("plain_loop"):
        on_qt = False
    return {"qt": _qt_loop} if on_qt else {"plain": asyncio.new_event_loop}


def _is_ours(config: pytest.Config, item: pytest.Item) -> bool:
    return item.path.is_relative_to(config.rootpath / "tests")
