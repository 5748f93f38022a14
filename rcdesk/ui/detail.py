"""Detail: more of one call, live or past: beside the list in a wide window, else in its place."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout

from rcdesk.core.calls import Call
from rcdesk.core.history import CallRecord
from rcdesk.ui.call_detail import CallDetail
from rcdesk.ui.controls import Button, Kind
from rcdesk.ui.record_detail import RecordDetail
from rcdesk.ui.theme import GAP
from rcdesk.ui.widgets import GUTTER, restyle, row


class Detail(QFrame):
    """Shows one call in full.

    Signals:
        left: the user wants the list back (only where the detail stands in its place).
        call_back_asked: the user wants to call this number; nothing was dialled.
    """

    left = Signal()
    call_back_asked = Signal(str)

    def __init__(self, live: CallDetail, past: RecordDetail) -> None:
        super().__init__()
        self.live, self.past = live, past
        self.beside: bool | None = None
        self.back = Button("Back", "back", Kind.BARE)
        self.back.clicked.connect(lambda _checked=False: self.left.emit())
        past.call_back_asked.connect(self.call_back_asked)
        if inner := past.layout():
            inner.setContentsMargins(0, 0, 0, 0)
        self._stack = QStackedWidget()
        self._stack.addWidget(past)
        self._stack.addWidget(live)
        self._layout = QVBoxLayout(self)
        self._layout.setSpacing(GAP)
        self._layout.addLayout(row(self.back, 1))
        self._layout.addWidget(self._stack, 1)

    def set_beside(self, *, beside: bool) -> None:
        """Stand beside the list, or in its place with a way back to it."""
        self.beside = beside
        restyle(self, "part", "detail" if beside else "pane")
        self.back.setVisible(not beside)
        left, top, right = (4 * GAP, 3 * GAP, 4 * GAP) if beside else (0, 0, GUTTER)
        self._layout.setContentsMargins(left, top, right, 0)

    def show_call(self, call: Call) -> None:
        """Show a live call."""
        self.live.show_call(call)
        self._stack.setCurrentWidget(self.live)

    def show_record(self, record: CallRecord | None) -> None:
        """Show a call of the past, or that none is selected."""
        self.past.show_record(record)
        self._stack.setCurrentWidget(self.past)
