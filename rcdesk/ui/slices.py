"""Slices: builds the parts of a page one by one, with a little time between, in which a card of a call may come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

BETWEEN = 8  # ms from one part to the next, in which the first is painted

Part = TypeVar("Part", bound=QWidget)


class Slices(QObject):
    """Together the parts would hold up everything else for longer than a frame of the screen.

    Args:
        parts: builds a part each time it is asked for the next.
        add: puts a part where it belongs.
        parent: the page; without it nothing more is built.
    """

    def __init__(self, parts: Iterator[Part], add: Callable[[Part], None], parent: QWidget) -> None:
        super().__init__(parent)
        self._steps = _steps(parts, add)
        self._pause = QTimer(self, singleShot=True, interval=BETWEEN)
        self._pause.timeout.connect(self._on_pause)
        self._pause.start()

    def finish(self) -> None:
        """Build at once what is still to come."""
        self._pause.stop()
        for _step in self._steps:
            pass

    def _on_pause(self) -> None:
        if next(self._steps, False):
            self._pause.start()


def _steps(parts: Iterator[Part], add: Callable[[Part], None]) -> Iterator[bool]:
    for part in parts:
        add(part)
        part.show()  # a layout shows what it is given later, with the loop's next turn
        yield True
