"""CallsPane: the live calls, and below them the newest of the past."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from rcdesk.core.calls import Call
from rcdesk.core.history import CallRecord, Page, Query
from rcdesk.ui.call_cards import CallCards
from rcdesk.ui.calls_model import CallsModel
from rcdesk.ui.history_source import HistorySource
from rcdesk.ui.recent import Recent
from rcdesk.ui.theme import GAP, Size, Tone
from rcdesk.ui.ticker import Ticker
from rcdesk.ui.widgets import EmptyState, Label, Scroll

MINUTE = 60_000  # ms; "12 min ago" needs no finer timer
QUIET = "No call now. The next one appears here as soon as it rings."
EMPTY = ("No calls yet", "A call appears here as soon as it rings, on whichever of your phones.")


class CallsPane(QWidget):
    """What is going on now, and what went on last.

    Signals:
        call_chosen: the user wants to see more of this live `Call`.
        record_chosen: the user wants to see more of this `CallRecord`.
        call_back_asked: the user wants to call this number; nothing was dialled.
        dial_asked: the user wants the dial pad.
    """

    call_chosen = Signal(object)
    record_chosen = Signal(object)
    call_back_asked = Signal(str)
    dial_asked = Signal()

    def __init__(self, model: CallsModel, history: HistorySource, ticker: Ticker) -> None:
        super().__init__()
        self._model = model
        self._history = history
        self._ticker = ticker
        self.cards = CallCards(model)
        self.recent = Recent(history.who, history.clock)
        self._quiet = Label(QUIET, Size.SMALL, Tone.DIM, wrap=True)
        self._empty = EmptyState("phone", *EMPTY, "Open the dial pad")
        self._minutes = QTimer(self, interval=MINUTE, timerType=Qt.TimerType.VeryCoarseTimer)
        self._minutes.timeout.connect(self.recent.tick)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * GAP)
        for part in (self.cards, self._quiet, self.recent):
            layout.addWidget(part)
        layout.addWidget(self._empty, 1)
        layout.addStretch()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(Scroll(content, gutter=True))

    def _connect(self) -> None:
        self.cards.chosen.connect(self._on_call_chosen)
        self.recent.chosen.connect(self._on_record_chosen)
        self.recent.call_back_asked.connect(self.call_back_asked)
        self._empty.asked.connect(self.dial_asked)
        self._model.count_changed.connect(lambda _count: self._arrange())
        self._model.names_changed.connect(self.recent.names_changed)
        self._ticker.ticked.connect(self.cards.tick)
        undoings = (
            self._history.changed.subscribe(lambda _none: self._ask()),
            self._model.link.subscribe(lambda _status: self._arrange()),
        )
        self.destroyed.connect(lambda _object=None: [undo() for undo in undoings])
        self._arrange()

    def _on_call_chosen(self, call: Call) -> None:
        self.cards.set_current(call)
        self.recent.set_current(None)
        self.call_chosen.emit(call)

    def _on_record_chosen(self, record: CallRecord) -> None:
        self.cards.set_current(None)
        self.recent.set_current(record)
        self.record_chosen.emit(record)

    def _ask(self) -> None:
        if self.isVisible():
            self._history.find(Query(), None, self._on_page)

    def _on_page(self, page: Page) -> None:
        self.recent.show_records(page.records)
        self._arrange()

    def _arrange(self) -> None:
        """Show what there is, and say it where there is nothing."""
        live, past = bool(self._model.calls), bool(self.recent.rows)
        self.cards.setVisible(live)
        self._quiet.setVisible(past and not live and not self._model.stale)  # else it promises too much
        self._empty.setVisible(not past and not live)
        self._ticker.want("calls pane", wanted=live and self.isVisible())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._arrange()
        self.cards.tick()
        self._ask()
        self.recent.tick()
        self._minutes.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._ticker.want("calls pane", wanted=False)
        self._minutes.stop()
