"""How the rows of the history look: calls, the headers of days, and placeholders."""

from __future__ import annotations

from PySide6.QtCore import QObject, QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from rcdesk.core.history import CallRecord, Outcome
from rcdesk.ui import outcomes, theme, words
from rcdesk.ui.history_model import DayRow, HistoryModel, RecordRow
from rcdesk.ui.painted import LEAST_CUT, cut_before, draw_icon, draw_right, draw_text
from rcdesk.ui.row_model import AnyIndex
from rcdesk.ui.theme import GAP, ICON_SIZE, ROW_HEIGHT, Size, Tone

HEADER_HEIGHT = 32
INDENT = 34  # px from the left edge to the words; the icon stands before them
BASELINES = (22, 39)  # px from the top of a row to the feet of its two lines
_HEADER_SIZE, _ROW_SIZE = QSize(0, HEADER_HEIGHT), QSize(0, ROW_HEIGHT)
NOTE_SIZE = 14  # px, the icon of a note
MARK = 3  # px, the bar that shows where the keyboard is


def second_line(record: CallRecord, title: str, number: str) -> tuple[str, str]:
    """Return what stands below the name: number and queue, and how it ended where the right side does not say so.

    How it ended is never cut for the rest.
    """
    missed = record.outcome is Outcome.MISSED
    shown = number if number != title else record.location
    queue = words.queue_name(record.queue)
    return words.joined(shown, queue), "" if missed else outcomes.words_inside(record)


def right_side(record: CallRecord) -> tuple[str, Tone]:
    """Return what stands below the time: how long it was, or that it was missed."""
    if record.outcome is Outcome.MISSED:
        return outcomes.words(record), outcomes.tone(record)
    return (words.clock(record.duration) if record.duration else ""), Tone.DIM


def draw_below(
    painter: QPainter, left: float, baseline: float, room: float, below: tuple[str, str], note: str
) -> None:
    """Draw the second line of a row. A note is told by its icon, which is never cut, and its first words."""
    small = theme.font(Size.SMALL)
    spare = room - (2 * GAP + NOTE_SIZE if note else 0)
    drawn = draw_text(painter, left, baseline, spare, cut_before(*below, spare, small), small, Tone.DIM)
    if not note:
        return
    at = left + drawn + (2 * GAP if drawn else 0)
    draw_icon(painter, at, baseline - NOTE_SIZE + 2, "note", Tone.DIM, NOTE_SIZE)
    begins = at + NOTE_SIZE + GAP
    if (rest := left + room - begins) >= LEAST_CUT:
        draw_text(painter, begins, baseline, rest, words.first_line(note), small, Tone.DIM)


class HistoryDelegate(QStyledItemDelegate):
    """Paints the rows of a `HistoryModel` from the theme's colours of the moment."""

    def __init__(self, model: HistoryModel, parent: QObject) -> None:
        super().__init__(parent)
        self._model = model

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        # Asked of every row at each layout: thousands of times, so as little as possible is done here.
        return _HEADER_SIZE if isinstance(self._model.rows[index.row()], DayRow) else _ROW_SIZE

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        row = self._model.row_at(index)
        rect: QRect = option.rect
        painter.save()
        if isinstance(row, DayRow):
            self._paint_day(painter, rect, index.data())
        elif isinstance(row, RecordRow):
            self._paint_ground(painter, rect, option.state)
            self._paint_record(painter, rect, row.record)
        else:
            self._paint_waiting(painter, rect)
        painter.restore()

    def _paint_day(self, painter: QPainter, rect: QRect, day: str) -> None:
        painter.setFont(theme.font(Size.SMALL, strong=True))
        painter.setPen(Tone.DIM.ink())
        painter.drawText(rect.adjusted(0, GAP, 0, 0), Qt.AlignmentFlag.AlignVCenter, day)

    def _paint_ground(self, painter: QPainter, rect: QRect, state: QStyle.StateFlag) -> None:
        colours = theme.tokens()
        flags = QStyle.StateFlag
        if state & (flags.State_Selected | flags.State_MouseOver):
            painter.fillRect(rect, colours.hover)
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, colours.line)
        if state & flags.State_HasFocus:
            painter.fillRect(rect.left(), rect.top(), MARK, rect.height() - 1, colours.accent)

    def _paint_record(self, painter: QPainter, rect: QRect, record: CallRecord) -> None:
        who = self._model.who_is(record)
        extent, tone = right_side(record)
        top = rect.center().y() - ICON_SIZE // 2
        draw_icon(painter, rect.left() + 6, top, outcomes.icon(record), outcomes.tone(record))
        first, second = (rect.top() + line for line in BASELINES)
        small, right = theme.font(Size.SMALL), rect.right() + 1 - GAP
        start = words.time_of_day(record.started_at)
        taken = max(
            draw_right(painter, right, first, start, small, Tone.DIM),
            draw_right(painter, right, second, extent, small, tone),
        )
        left = rect.left() + INDENT
        room = right - taken - left - 3 * GAP
        name_font = theme.font(Size.BODY, strong=record.outcome is Outcome.MISSED)
        draw_text(painter, left, first, room, who.title, name_font, Tone.TEXT)
        below = second_line(record, who.title, who.number)
        draw_below(painter, left, second, room, below, record.note)

    def _paint_waiting(self, painter: QPainter, rect: QRect) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(Tone.DIM.ground())
        left = rect.left() + INDENT
        for top, width, height in ((12, 140, 12), (31, 220, 10)):
            painter.drawRoundedRect(left, rect.top() + top, min(width, rect.width() // 2), height, 3, 3)
