"""HistoryList: the view over the history, which stays where the user is looking."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QWidget

from rcdesk.core.history import CallRecord
from rcdesk.core.people import WITHHELD
from rcdesk.ui import theme
from rcdesk.ui.history_model import HistoryModel
from rcdesk.ui.history_row import HistoryDelegate
from rcdesk.ui.menus import SEPARATOR, Entry, pop_up
from rcdesk.ui.row_model import AnyIndex
from rcdesk.ui.widgets import copy_text, in_gutter


@dataclass(frozen=True, slots=True)
class Anchor:
    """A row in sight: where it was, to bring it back there."""

    index: QPersistentModelIndex
    row: int
    top: int


class HistoryList(QListView):
    """Calls as rows. Whatever comes, goes or moves, what is read stays put and what is selected stays so.

    At the very top it stays at the top, so that new calls come into view.

    Signals:
        record_selected: another call is the current one (a `CallRecord`), or none (None).
        call_back_asked: the user wants to call this number; nothing was dialled.
        detail_asked: the user wants to see all about this `CallRecord`.
        note_asked: the user wants to write a note on this `CallRecord`.
    """

    record_selected = Signal(object)
    call_back_asked = Signal(str)
    detail_asked = Signal(object)
    note_asked = Signal(object)

    def __init__(self, model: HistoryModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._calls = model
        self._anchors: list[Anchor] = []
        self._told: CallRecord | None = None
        self.setModel(model)
        self.setItemDelegate(HistoryDelegate(model, self))
        self.setProperty("part", "list")
        in_gutter(self)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("Call history")
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.verticalScrollBar().setSingleStep(theme.ROW_HEIGHT // 2)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.activated.connect(self._on_activated)
        model.about_to_replace.connect(self._remember_place)
        model.replaced.connect(self._return_to_place)

    def current_record(self) -> CallRecord | None:
        """Return the call that the keyboard is at, None if it is at none."""
        return self._calls.record_at(self.currentIndex())

    def select_some(self) -> CallRecord | None:
        """Select the current call, or the first in sight where there is none; return it, None if there are no calls."""
        index = self.currentIndex()
        if self._calls.record_at(index) is None:
            index = self._nearest(max(self.indexAt(QPoint(1, 1)).row(), 0))
        if index.isValid():
            self.setCurrentIndex(index)
        return self._calls.record_at(index)

    def menu_of(self, record: CallRecord) -> list[Entry]:
        """Return what can be done with one call; little if its number was withheld."""
        about = [
            Entry("Show details", lambda: self.detail_asked.emit(record), "info"),
            Entry(
                "Edit the note" if record.note else "Add a note", lambda: self.note_asked.emit(record), "note"
            ),
        ]
        if not record.number:
            return [Entry(WITHHELD), SEPARATOR, *about]
        shown = self._calls.who_is(record).number
        return [
            Entry("Call back", lambda: self.call_back_asked.emit(record.number), "phone"),
            Entry("Copy number", lambda: copy_text(record.number), "copy"),
            Entry(f"Copy as shown: {shown}", lambda: copy_text(shown), "copy"),
            SEPARATOR,
            *about,
        ]

    def _tell(self) -> None:
        record = self.current_record()
        if record != self._told:
            self._told = record
            self.record_selected.emit(record)

    def _on_activated(self, index: QModelIndex) -> None:
        record = self._calls.record_at(index)
        if record and record.number:
            self.call_back_asked.emit(record.number)

    def _on_scrolled(self, value: int) -> None:
        bar = self.verticalScrollBar()
        if value > bar.maximum() - 2 * bar.pageStep():
            self._calls.fetchMore(QModelIndex())  # before its place is reached

    def _remember_place(self) -> None:
        self._anchors = []
        if self.verticalScrollBar().value() == 0:
            return
        index = self.indexAt(QPoint(1, 1))
        while index.isValid() and (top := self.visualRect(index).top()) < self.viewport().height():
            self._anchors.append(Anchor(QPersistentModelIndex(index), index.row(), top))
            index = index.siblingAtRow(index.row() + 1)

    def _return_to_place(self) -> None:
        anchor = next((anchor for anchor in self._anchors if anchor.index.isValid()), None)
        if anchor and anchor.index.row() != anchor.row:  # else nothing changed above it
            self.executeDelayedItemsLayout()
            bar = self.verticalScrollBar()
            top = self.visualRect(self._calls.index(anchor.index.row())).top()
            bar.setValue(bar.value() + top - anchor.top)
        self._anchors = []
        if self.hasFocus():
            self.select_some()  # else the keyboard would be nowhere
        self._tell()

    def _nearest(self, row: int, *, above_first: bool = False) -> QModelIndex:
        """Return the call that is nearest to `row`, below it unless `above_first`."""
        above, below = range(row, -1, -1), range(row, self._calls.rowCount())
        rows = chain(above, below) if above_first else chain(below, above)
        return next((i for i in map(self._calls.index, rows) if self._calls.record_at(i)), QModelIndex())

    def currentChanged(self, current: AnyIndex, previous: AnyIndex) -> None:
        super().currentChanged(current, previous)
        self._tell()

    def moveCursor(
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        index = super().moveCursor(action, modifiers)
        if self._calls.record_at(index) is not None:
            return index
        # A header or a placeholder
        to_end = action is QAbstractItemView.CursorAction.MoveEnd
        return self._nearest(max(index.row(), 0), above_first=to_end)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() is not Qt.FocusReason.MouseFocusReason:  # which selects what it is at
            self.select_some()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        record = self.current_record()
        if record and event.matches(QKeySequence.StandardKey.Copy):
            copy_text(record.number)
        elif record and event.key() == Qt.Key.Key_F2:  # by which lists edit
            self.note_asked.emit(record)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_keyboard = event.reason() is QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_keyboard else self.indexAt(event.pos())
        record = self._calls.record_at(index)
        if record:
            at = self.visualRect(index).center() if by_keyboard else event.pos()
            pop_up(self, self.menu_of(record), self.viewport().mapToGlobal(at))
