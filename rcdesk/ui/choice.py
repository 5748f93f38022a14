"""Choice: a combo box of texts and dimmed details, and how its open list looks."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QComboBox, QSizePolicy, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from rcdesk.ui import theme
from rcdesk.ui.painted import draw_icon, draw_text
from rcdesk.ui.theme import GAP, ICON_SIZE, RADIUS, Tone

PARTS = Qt.ItemDataRole.UserRole + 1  # (text, detail) of an item
HEIGHT = 36
AnyIndex = QModelIndex | QPersistentModelIndex


class ChoiceItems(QStyledItemDelegate):
    """Rows of 36 px, text and dimmed detail, a tick at the chosen; in the theme's colours of the moment."""

    def __init__(self, combo: QComboBox) -> None:
        super().__init__(combo)
        self._combo = combo

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        words = QFontMetrics(theme.font()).horizontalAdvance(index.data() or "")
        return QSize(words + ICON_SIZE + 8 * GAP, HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        rect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(rect, theme.tokens().surface)
        if option.state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(Tone.DIM.ground())
            painter.drawRoundedRect(QRectF(rect).adjusted(GAP, 2, -GAP, -2), RADIUS, RADIUS)
        text, detail = index.data(PARTS) or (index.data(), "")
        font, left = theme.font(), rect.left() + 3 * GAP
        baseline = rect.center().y() + QFontMetrics(font).ascent() // 2 - 1
        room = rect.width() - ICON_SIZE - 8 * GAP
        taken = draw_text(painter, left, baseline, room, text, font, Tone.TEXT) + 2 * GAP
        draw_text(painter, left + taken, baseline, room - taken, detail, font, Tone.DIM)
        if index.row() == self._combo.currentIndex():
            top = rect.center().y() - ICON_SIZE // 2
            draw_icon(painter, rect.right() - ICON_SIZE - 3 * GAP, top, "check", Tone.ACCENT)
        painter.restore()


class Choice(QComboBox):
    """A combo box, 40 px high. Each item is a text and, dimmed after it, a detail.

    The mouse wheel scrolls the page it is on: who turns it over a closed list means no other choice.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # Qt's own includes the wheel
        self.setAccessibleName(name)
        self.setFont(theme.font())
        self.setFixedHeight(theme.FIELD_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSizeAdjustPolicy(self.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.setItemDelegate(ChoiceItems(self))

    def add(self, text: str, detail: str = "", data: object = None) -> None:
        """Add an item; `data` is what `currentData()` gives once it is chosen."""
        self.addItem(f"{text}  {detail}" if detail else text, data)
        self.setItemData(self.count() - 1, (text, detail), PARTS)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring = 2.0 if self.hasFocus() else 1.0
        painter.setPen(QPen(QColor(theme.tokens().accent if self.hasFocus() else theme.tokens().line), ring))
        painter.setBrush(QColor(theme.tokens().surface if self.isEnabled() else theme.tokens().bg))
        frame = QRectF(self.rect()).adjusted(ring / 2, ring / 2, -ring / 2, -ring / 2)
        painter.drawRoundedRect(frame, theme.RADIUS, theme.RADIUS)
        self._paint_words(painter)

    def _paint_words(self, painter: QPainter) -> None:
        size = theme.ICON_SIZE
        chevron = theme.pixmap("chevron-down", Tone.DIM, size, self.devicePixelRatioF())
        painter.drawPixmap(self.width() - size - 3 * GAP, (self.height() - size) // 2, chevron)
        text, detail = self.currentData(PARTS) or (self.currentText(), "")
        metrics = QFontMetrics(self.font())
        room = self.rect().adjusted(3 * GAP, 0, -size - 5 * GAP, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        for words, tone in ((text, Tone.TEXT if self.isEnabled() else Tone.DIM), (detail, Tone.DIM)):
            shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room.width())
            painter.setPen(tone.ink())
            painter.drawText(room, middle, shown)
            room.setLeft(room.left() + metrics.horizontalAdvance(f"{shown} "))
