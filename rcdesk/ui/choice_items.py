"""ChoiceItems: how the open list of a combo box looks: rows of 36 px, text and dimmed detail, a tick at the chosen."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QComboBox, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from rcdesk.ui import theme
from rcdesk.ui.painted import draw_icon, draw_text
from rcdesk.ui.theme import GAP, ICON_SIZE, RADIUS, Tone

PARTS = Qt.ItemDataRole.UserRole + 1  # (text, detail) of an item
HEIGHT = 36
AnyIndex = QModelIndex | QPersistentModelIndex


class ChoiceItems(QStyledItemDelegate):
    """Paints the items of `combo` from the theme's colours of the moment."""

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
