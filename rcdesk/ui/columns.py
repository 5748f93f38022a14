"""Columns: a pane, and the detail beside it where there is room, or in its place where there is not."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from rcdesk.ui.detail import Detail
from rcdesk.ui.theme import GAP
from rcdesk.ui.widgets import GUTTER

WIDE, LIST_WIDTH = 840, 420  # px
NO_LIMIT = 16_777_215  # px, Qt's own QWIDGETSIZE_MAX


class Columns(QWidget):
    """What the window shows between its header and its bar. `arrange` says how wide the window is.

    Args:
        strip: stands above every pane.
        build_detail: builds the detail, once, when it is first wanted.

    Signals:
        detail_left: the user wants the list back that the detail stands in the place of.
    """

    detail_left = Signal()

    def __init__(self, strip: QWidget, build_detail: Callable[[], Detail]) -> None:
        super().__init__()
        self._build_detail = build_detail
        self._wide = False
        self.detail: Detail | None = None
        self.stack = QStackedWidget()
        self.list = QWidget()
        column = QVBoxLayout(self.list)
        column.setContentsMargins(4 * GAP, 3 * GAP, 4 * GAP - GUTTER, 0)
        column.setSpacing(0)
        column.addWidget(strip)
        column.addWidget(self.stack, 1)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._row.addWidget(self.list)

    def the_detail(self) -> Detail:
        """Return the detail, building it if nobody needed it before."""
        if self.detail is None:
            self.detail = self._build_detail()
            self.detail.left.connect(self.detail_left)
            self.detail.setParent(self)
            self._place_detail()
        return self.detail

    def arrange(self, *, wide: bool, beside: bool) -> None:
        """Give the list its width, and the detail its place: `beside` the list, if that is wanted there."""
        self._wide = wide
        self.list.setMinimumWidth(LIST_WIDTH if wide else 0)
        self.list.setMaximumWidth(LIST_WIDTH if wide else NO_LIMIT)
        if beside:
            self.the_detail()
        self._place_detail()
        if self.detail and wide:
            self.detail.setVisible(beside)

    def _place_detail(self) -> None:
        """Put the detail beside the list, or among the panes."""
        if self.detail is None or self.detail.beside == self._wide:
            return
        self.detail.set_beside(beside=self._wide)
        if self._wide:
            self.stack.removeWidget(self.detail)
            self._row.addWidget(self.detail, 1)
        else:
            self._row.removeWidget(self.detail)
            self.stack.addWidget(self.detail)
