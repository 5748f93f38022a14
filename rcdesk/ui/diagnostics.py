"""Diagnostics: how the link stands, what the server still allows, what rcdesk runs on and where its files lie."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from rcdesk.ui import diagnostic_words
from rcdesk.ui.controls import Button, IconButton, Kind
from rcdesk.ui.diagnostic_parts import BudgetsPart, ComputerPart, DiagnosticsPart, FilesPart, LinkPart
from rcdesk.ui.diagnostic_words import DiagnosticsSource
from rcdesk.ui.slices import Slices
from rcdesk.ui.theme import GAP
from rcdesk.ui.ticker import Ticker
from rcdesk.ui.widgets import Label, Scroll, column, copy_text, row

COPY, COPIED = "Copy as text", "Copied"
COPIED_FOR = 2000  # ms


class Diagnostics(QWidget):
    """A page of the settings. It is brought up to date every second while it is on screen, and never else.

    Its parts are built one by one (`slices`).

    Signals:
        left: the user wants back to the settings.
    """

    left = Signal()

    def __init__(self, source: DiagnosticsSource, ticker: Ticker) -> None:
        super().__init__()
        self._source = source
        self._ticker = ticker
        self._shown = False
        self.parts: list[DiagnosticsPart] = []
        self.back = IconButton("back", "Back to the settings", Kind.BARE)
        self.back.clicked.connect(lambda _checked=False: self.left.emit())
        self.setFocusProxy(self.back)
        self.copy = Button(COPY, "copy")
        self.copy.clicked.connect(lambda _checked=False: self._copy())
        self._column = column(gap=4 * GAP)
        head = row(self.back, Label("Diagnostics", strong=True), 1, self.copy)
        layout = column(head, self._column, 1, gap=3 * GAP)
        layout.setContentsMargins(0, 0, 0, 4 * GAP)
        content = QWidget()
        content.setLayout(layout)
        self.setLayout(column(Scroll(content, gutter=True)))
        ticker.ticked.connect(self._tick)
        self.slices = Slices(self._build_parts(), self._add, self)

    def _build_parts(self) -> Iterator[DiagnosticsPart]:
        yield LinkPart(self._source)
        yield BudgetsPart(self._source)
        yield ComputerPart(self._source)
        yield FilesPart(self._source)

    def _add(self, part: DiagnosticsPart) -> None:
        part.refresh()
        self._column.addWidget(part)
        self.parts.append(part)

    def _copy(self) -> None:
        copy_text(diagnostic_words.as_text(self._source))
        self.copy.setText(COPIED)
        self.copy.show_icon("check")
        QTimer.singleShot(COPIED_FOR, self, self._offer_copy)

    def _offer_copy(self) -> None:
        self.copy.setText(COPY)
        self.copy.show_icon("copy")

    def _tick(self) -> None:
        if self._shown:
            self._refresh()

    def _refresh(self) -> None:
        for part in self.parts:
            part.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._shown = True
        self._refresh()
        self._ticker.want("diagnostics", wanted=True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._shown = False
        self._ticker.want("diagnostics", wanted=False)
