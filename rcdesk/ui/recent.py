"""Recent: the newest calls of the history, below the live ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from rcdesk.core.history import CallRecord, Outcome
from rcdesk.core.people import Who
from rcdesk.ui import menus, outcomes, theme, words
from rcdesk.ui.history_row import draw_below, right_side, second_line
from rcdesk.ui.painted import PaintedButton, draw_icon, draw_right, draw_text
from rcdesk.ui.theme import GAP, ROW_HEIGHT, Size, Tone
from rcdesk.ui.widgets import SectionHeader, copy_text, plain

COUNT = 10  # rows
_INDENT = 34  # px to the words, as in the history
_FEET = (22, 39)  # px from the top of a row to the feet of its two lines


class RecentRow(PaintedButton):
    """One call of the past. A click shows more of it; Ctrl+C copies its number."""

    def __init__(self, on_call_back: Callable[[str], None]) -> None:
        super().__init__(ROW_HEIGHT)
        self._on_call_back = on_call_back
        self._when = ""

    def show_record(self, record: CallRecord, who: Who, now: float) -> None:
        """Show `record`, whose other side is `who`."""
        self.record, self._who = record, who
        self._extent, self._tone = right_side(record)
        self._below = _second_line(record, who)
        self._when = ""
        self.setToolTip(plain(f"{who.title}\n{words.in_full(record.started_at)}"))
        self.tick(now)

    def tick(self, now: float) -> None:
        """Bring "12 min" up to date."""
        when = words.ago(self.record.started_at, now)
        if when != self._when:
            self._when = when
            how = outcomes.words(self.record)
            note = words.note(self.record.note)
            self.setAccessibleName(words.joined(self._who.title, self._who.number, how, when, note))
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self.hovered or self.current:
            painter.fillRect(self.rect(), theme.tokens().hover)
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.tokens().line)
        draw_icon(painter, 6, 18, outcomes.icon(self.record), outcomes.tone(self.record))
        small = theme.font(Size.SMALL)
        right = self.width() - GAP
        taken = max(
            draw_right(painter, right, _FEET[0], self._when, small, Tone.DIM),
            draw_right(painter, right, _FEET[1], self._extent, small, self._tone),
        )
        room = right - taken - _INDENT - 3 * GAP
        strong = self.record.outcome is Outcome.MISSED
        name_font = theme.font(Size.BODY, strong=strong)
        draw_text(painter, _INDENT, _FEET[0], room, self._who.title, name_font, Tone.TEXT)
        draw_below(painter, _INDENT, _FEET[1], room, self._below, self.record.note)
        self.paint_ring(painter)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        number = self.record.number
        if number:
            call_back = menus.Entry("Call back", lambda: self._on_call_back(number), "phone")
            menus.pop_up(self, [call_back, menus.copy_entry(self._who.number)], event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy) and self.record.number:
            copy_text(self._who.number)
        else:
            super().keyPressEvent(event)


def _second_line(record: CallRecord, who: Who) -> tuple[str, str]:
    """As in the history, but an answered call needs no word where its length says so."""
    facts, ending = second_line(record, who.title, who.number)
    plain = record.outcome in (Outcome.ANSWERED, Outcome.CONNECTED) and bool(record.duration)
    return facts, "" if plain else ending


class Recent(QWidget):
    """The newest calls, newest first; nothing at all while there are none.

    Signals:
        chosen: the user wants to see more of this `CallRecord`.
        call_back_asked: the user wants to call this number; nothing was dialled.
    """

    chosen = Signal(object)
    call_back_asked = Signal(str)

    def __init__(self, who: Callable[[str, str, str], Who], clock: Callable[[], float]) -> None:
        super().__init__()
        self._who = who
        self._clock = clock
        self._records: tuple[CallRecord, ...] = ()
        self._rows: list[RecentRow] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 2 * GAP, 0, 0)
        self._layout.setSpacing(0)
        self._header = SectionHeader("Recent")
        self._layout.addWidget(self._header)
        self._layout.addSpacing(GAP)
        self.hide()

    @property
    def rows(self) -> tuple[RecentRow, ...]:
        """The rows, from the top."""
        return tuple(self._rows)

    def show_records(self, records: Sequence[CallRecord]) -> None:
        """Show `records`, newest first."""
        shown = tuple(records[:COUNT])
        if shown != self._records:
            self._records = shown
            self._rebuild()

    def set_current(self, record: CallRecord | None) -> None:
        """Mark the row of which more is shown; None for none of them."""
        for row in self._rows:
            row.set_current(current=record is not None and row.record.id == record.id)

    def names_changed(self) -> None:
        """Ask again who everybody is."""
        self._rebuild()

    def tick(self) -> None:
        """Bring the times up to date."""
        now = self._clock()
        for row in self._rows:
            row.tick(now)

    def _rebuild(self) -> None:
        while len(self._rows) > len(self._records):
            row = self._rows.pop()
            row.hide()
            row.deleteLater()
        while len(self._rows) < len(self._records):
            self._rows.append(self._new_row())
        now = self._clock()
        for row, record in zip(self._rows, self._records, strict=True):
            row.show_record(record, self._who(record.number, record.name, record.location), now)
        self.setVisible(bool(self._rows))

    def _new_row(self) -> RecentRow:
        row = RecentRow(self.call_back_asked.emit)
        row.clicked.connect(lambda _checked=False: self.chosen.emit(row.record))
        self._layout.addWidget(row)
        return row
