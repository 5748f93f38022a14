"""CheckBox: painted from the theme, since the platform's own is all but invisible in the dark."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox

from rcdesk.ui import theme
from rcdesk.ui.theme import CONTROL_HEIGHT, GAP, Tone

BOX = 18  # px
INDENT = BOX + 2 * GAP  # px to the words; what explains them stands below them


class CheckBox(QCheckBox):
    """A check box, 32 px high; a click on its words counts too."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setFont(theme.font())

    def sizeHint(self) -> QSize:
        words = QFontMetrics(self.font()).horizontalAdvance(self.text())
        return QSize(INDENT + words + GAP, CONTROL_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(BOX, CONTROL_HEIGHT)

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(0, (self.height() - BOX) / 2, BOX, BOX)
        self._paint_box(painter, box)
        painter.setFont(self.font())
        painter.setPen((Tone.TEXT if self.isEnabled() else Tone.DIM).ink())
        shown = painter.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, self.width() - INDENT
        )
        painter.drawText(self.rect().adjusted(INDENT, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, shown)

    def _paint_box(self, painter: QPainter, box: QRectF) -> None:
        colours = theme.tokens()
        filled = self.isChecked() and self.isEnabled()
        ring = self.hasFocus()
        edge = colours.text if ring and filled else colours.accent if ring or filled else colours.dim
        width = 2.0 if ring else 1.0
        painter.setPen(QPen(QColor(edge), width))
        painter.setBrush(QColor(colours.accent if filled else colours.surface))
        inset = width / 2
        painter.drawRoundedRect(box.adjusted(inset, inset, -inset, -inset), 4, 4)
        if self.isChecked():
            tone = Tone.ON_ACCENT if filled else Tone.DIM
            drawn = theme.pixmap("check", tone, 14, self.devicePixelRatioF())
            painter.drawPixmap(round(box.left()) + 2, round(box.top()) + 2, drawn)
