"""HistoryPane: every call that was ever seen, to search, to filter and to call back."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QPlainTextEdit, QStackedWidget, QWidget

from rcdesk.core.history import Filter, Query
from rcdesk.ui import focus_order
from rcdesk.ui.chips import ChipRow
from rcdesk.ui.clear_field import ClearField
from rcdesk.ui.history_list import HistoryList
from rcdesk.ui.history_model import HistoryModel
from rcdesk.ui.history_source import HistorySource
from rcdesk.ui.theme import Size, Tone
from rcdesk.ui.widgets import GUTTER, ElidedLabel, EmptyState, column

SEEN_AFTER_MS = 1000  # of looking; a glance in passing takes no missed call off the badge
TYPING_MS = 120  # a search starts when the typing rests
FILTERS = (
    (Filter.ALL, "All"),
    (Filter.MISSED, "Missed"),
    (Filter.INCOMING, "Incoming"),
    (Filter.OUTGOING, "Outgoing"),
    (Filter.NOTED, "With notes"),
)
EMPTY = {
    Filter.ALL: (
        "No calls yet",
        "Calls you make, take or miss are listed here, on whichever phone they were.",
    ),
    Filter.MISSED: ("No missed calls", "Calls that nobody answered are listed here."),
    Filter.INCOMING: ("No incoming calls yet", "Calls that reach you are listed here, on whichever phone."),
    Filter.OUTGOING: ("No outgoing calls yet", "Calls you place, from any of your phones, are listed here."),
    Filter.NOTED: ("No notes yet", "Calls that you write a note on are listed here."),
}


class HistoryPane(QWidget):
    """Search, filters and the list, which has the keyboard. Missed calls count as seen once it was looked at for a
    second.

    Signals:
        record_selected: another call is the current one (a `CallRecord`), or none (None).
        call_back_asked: the user wants to call this number; nothing was dialled.
        detail_asked: the user wants to see all about this `CallRecord`, wherever there is room.
        note_asked: the user wants to write a note on this `CallRecord`.
    """

    record_selected = Signal(object)
    call_back_asked = Signal(str)
    detail_asked = Signal(object)
    note_asked = Signal(object)

    def __init__(self, source: HistorySource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self.model = HistoryModel(source.find, source.changed, source.who, source.clock, self)
        self.list = HistoryList(self.model)
        self.search = ClearField("Search calls", "Search names, numbers and notes", "search")
        self.filters = ChipRow[Filter]("Show", FILTERS)
        self.nothing = EmptyState("clock", "", "")
        self.not_found = EmptyState("search", "", "", "Clear search")
        self._syncing = ElidedLabel("", Size.SMALL, Tone.DIM)
        self._stack = QStackedWidget()
        for page in (self.list, self.nothing, self.not_found):
            self._stack.addWidget(page)
        self._noting = False  # the keyboard asked for a note on the first call of a search that is under way
        self.setFocusProxy(self.list)
        self._timers()
        self._lay_out()
        self._connect()

    def focus_search(self) -> None:
        """Put the keyboard into the search box, with its text selected."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def show_only(self, which: Filter) -> None:
        """Show the missed calls, as the badge and the tray ask for, or others; whatever was searched for."""
        self.search.clear()
        self.filters.choose(which)
        self._ask()

    def _timers(self) -> None:
        self._seen = QTimer(self, singleShot=True, interval=SEEN_AFTER_MS)
        self._seen.timeout.connect(self._on_looked_at)
        self._typing = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._typing.timeout.connect(self._ask)
        self._midnight = QTimer(self, singleShot=True, timerType=Qt.TimerType.VeryCoarseTimer)
        self._midnight.timeout.connect(self._on_midnight)

    def _lay_out(self) -> None:
        above = column(self.search, self.filters, self._syncing)
        above.setContentsMargins(0, 0, GUTTER, 0)
        for page in (self.nothing, self.not_found):
            page.setContentsMargins(0, 0, GUTTER, 0)
        layout = column(above, self._stack)
        layout.setStretch(1, 1)
        self.setLayout(layout)

    def _connect(self) -> None:
        self.search.textChanged.connect(lambda _text: self._on_typed())
        self.search.emptied.connect(self._ask)
        self.search.returnPressed.connect(self._on_search_entered)
        self.filters.chosen.connect(lambda _filter: self._ask())
        self.not_found.asked.connect(self._clear_search)
        self.list.record_selected.connect(self.record_selected)
        self.list.call_back_asked.connect(self.call_back_asked)
        self.list.detail_asked.connect(self.detail_asked)
        self.list.note_asked.connect(self.note_asked)
        self.model.answered.connect(self._on_answered)
        undoings = (
            self._source.syncing.follow(self._on_syncing),
            self._source.missed.subscribe(lambda _count: self._look()),
            self._source.names_changed.subscribe(lambda _none: self.model.names_changed()),
        )
        self.destroyed.connect(lambda _object=None: [undo() for undo in undoings])

    def _query(self) -> Query:
        return Query(self.filters.value, self.search.text().strip())

    def _ask(self) -> None:
        self._typing.stop()
        self.model.show(self._query())

    def _on_typed(self) -> None:
        self._noting = False
        self._typing.start()

    def _on_search_entered(self) -> None:
        self._ask()
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _note_first(self) -> None:
        """Ask for a note on the selected call, or the first one, once they are those that were searched for."""
        if not self._noting or not self.model.known:
            return
        self._noting = False
        if record := self.list.select_some():
            self.note_asked.emit(record)

    def _clear_search(self) -> None:
        self.search.clear()
        self._ask()
        self.focus_search()

    def _on_answered(self) -> None:
        """The first page of the query in force is there, or its answer changed."""
        query = self.model.query
        if not self.model.empty or query is None:
            self._stack.setCurrentWidget(self.list)
        elif query.text:
            self.not_found.tell(f"Nothing found for “{query.text}”", self._searched_in(query.filter))
            self._stack.setCurrentWidget(self.not_found)
        else:
            self.nothing.tell(*EMPTY[query.filter])
            self._stack.setCurrentWidget(self.nothing)
        self._note_first()

    def _searched_in(self, chosen: Filter) -> str:
        if chosen is Filter.ALL:
            return "Names and notes match by the beginning of a word, numbers by any part."
        return f"Only “{dict(FILTERS)[chosen]}” was searched."

    def _on_syncing(self, words: str) -> None:
        self._syncing.setText(words)
        self._syncing.setVisible(bool(words))

    def _look(self) -> None:
        """Begin to count the second, if there is something to see and somebody who may see it."""
        if self._source.missed.value and self.isVisible() and self.window().isActiveWindow():
            self._seen.start()
        else:
            self._seen.stop()

    def _on_looked_at(self) -> None:
        self._source.mark_seen()

    def _on_midnight(self) -> None:
        self.model.names_changed()  # "Today" has become "Yesterday"
        self._await_midnight()

    def _await_midnight(self) -> None:
        now = datetime.fromtimestamp(self._source.clock()).astimezone()
        midnight = datetime.combine(now.date() + timedelta(days=1), time.min).astimezone()
        self._midnight.start(int((midnight - now).total_seconds() * 1000) + 1000)

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.WindowActivate, QEvent.Type.WindowDeactivate):
            self._look()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F2:
            self._noting = True
            self._ask()
            self._note_first()
        elif event.key() == Qt.Key.Key_Down and self.search.hasFocus():
            self._on_search_entered()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        focused = self.window().focusWidget()
        if not (focus_order.is_in(self, focused) or isinstance(focused, QPlainTextEdit)):
            # The pane was chosen; else the window has come back, with the keyboard here or in a note.
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        self._ask()
        self._look()
        self._await_midnight()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._noting = False
        self._seen.stop()
        self._midnight.stop()
