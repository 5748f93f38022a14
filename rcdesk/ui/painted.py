"""Painted: a button that paints itself, and helpers to paint text; for rows and cards that come and go fast."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFocusEvent, QFont, QFontMetrics, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from rcdesk.ui import theme, words
from rcdesk.ui.theme import Tone

LEAST_CUT = 32  # px; of a text that must give way less than this is not worth its place
_BY_KEY = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


class PaintedButton(QAbstractButton):
    """Something large that can be clicked, focused and read out; subclasses paint it."""

    def __init__(self, height: int) -> None:
        super().__init__()
        self.setFixedHeight(height)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._by_keyboard = False
        self._current = False

    @property
    def hovered(self) -> bool:
        return self.underMouse() and self.isEnabled()

    @property
    def current(self) -> bool:
        """Whether more of it is shown beside the list."""
        return self._current

    def set_current(self, *, current: bool) -> None:
        """Mark it as the one of which more is shown."""
        if current != self._current:
            self._current = current
            self.update()

    @property
    def ringed(self) -> bool:
        """Whether the keyboard is here, and came by a key: a click needs no ring."""
        return self._by_keyboard and self.hasFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()  # Qt gives its buttons the space bar only
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._by_keyboard = event.reason() in _BY_KEY
        super().focusInEvent(event)

    def paint_surface(self, painter: QPainter, border: QColor | None = None) -> None:
        """Paint a card that fills the widget: its ground, its border, and the ring if the keyboard is here."""
        colours = theme.tokens()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring = self.ringed
        lit = ring or (self._current and border is None)
        pen = QColor(colours.accent) if lit else (border or QColor(colours.line))
        width = 2.0 if ring else 1.0
        painter.setPen(QPen(pen, width))
        painter.setBrush(QColor(colours.surface))
        inset = width / 2
        box = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(box, theme.CARD_RADIUS, theme.CARD_RADIUS)

    def paint_ring(self, painter: QPainter) -> None:
        """Paint the focus ring just inside the widget, if the keyboard is here."""
        if self.ringed:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(theme.tokens().accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(2, 2, -2, -2), theme.RADIUS, theme.RADIUS)


def draw_text(
    painter: QPainter, x: float, baseline: float, width: float, text: str, font: QFont, tone: Tone
) -> int:
    """Draw one line from `x`, cut with … where `width` ends; return how wide it got."""
    metrics = QFontMetrics(font)
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(width))
    painter.setFont(font)
    painter.setPen(tone.ink())
    painter.drawText(QPointF(x, baseline), shown)
    return metrics.horizontalAdvance(shown)


def cut_before(text: str, kept: str, width: float, font: QFont) -> str:
    """Return "text · kept". Where that is wider than `width` it is `text` that gives way, and goes if next to
    nothing would be left of it."""
    metrics = QFontMetrics(font)
    tail = words.joined(text, kept)[len(text) :]
    room = width - metrics.horizontalAdvance(tail)
    if room < min(metrics.horizontalAdvance(text), LEAST_CUT):
        return kept
    return metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(room)) + tail


def draw_right(painter: QPainter, right: float, baseline: float, text: str, font: QFont, tone: Tone) -> int:
    """Draw one line that ends at `right`; return how wide it is."""
    width = QFontMetrics(font).horizontalAdvance(text)
    painter.setFont(font)
    painter.setPen(tone.ink())
    painter.drawText(QPointF(right - width, baseline), text)
    return width


def draw_icon(
    painter: QPainter, x: float, y: float, name: str, tone: Tone, size: int = theme.ICON_SIZE
) -> None:
    """Draw an icon with its upper left corner at `x`, `y`."""
    dpr = painter.device().devicePixelRatioF()
    painter.drawPixmap(QPointF(x, y), theme.pixmap(name, tone, size, dpr))
