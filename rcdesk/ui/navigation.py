"""Navigation: the bar of four panes at the bottom of the window."""

from __future__ import annotations

import enum

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout

from rcdesk.ui import theme, words
from rcdesk.ui.painted import PaintedButton, draw_icon, draw_text
from rcdesk.ui.theme import GAP, NAVIGATION_HEIGHT, Size, Tone

_ICON = 20


class Pane(enum.Enum):
    """The panes, in their order."""

    CALLS = "Calls"
    DIAL = "Dial"
    HISTORY = "History"
    SETTINGS = "Settings"


ICONS = {Pane.CALLS: "phone", Pane.DIAL: "keypad", Pane.HISTORY: "clock", Pane.SETTINGS: "gear"}


class NavigationButton(PaintedButton):
    """Icon and word; a line above the pane that is shown, and a badge for what was missed."""

    def __init__(self, pane: Pane) -> None:
        super().__init__(NAVIGATION_HEIGHT)
        self.pane = pane
        self._count = 0
        self.setCheckable(True)
        self.show_count(0)

    @property
    def count(self) -> int:
        """The number in the badge."""
        return self._count

    def show_count(self, count: int) -> None:
        """Show a badge with `count`, none at 0."""
        self._count = count
        missed = words.counted(count, "missed call")
        self.setAccessibleName(f"{self.pane.value}, {missed}" if count else self.pane.value)
        place = list(Pane).index(self.pane) + 1
        self.setToolTip(f"{missed} · Ctrl+{place}" if count else f"Ctrl+{place}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        current = self.isChecked()
        if self.hovered and not current:
            painter.fillRect(self.rect().adjusted(0, 1, 0, 0), theme.tokens().hover)
        if current:
            painter.fillRect(0, 0, self.width(), 2, theme.tokens().accent)
        tone = Tone.ACCENT if current else Tone.DIM
        font = theme.font(Size.SMALL, strong=current)
        word = QFontMetrics(font).horizontalAdvance(self.pane.value)
        badge = self._badge_width()
        left = (self.width() - word - (badge + GAP if badge else 0)) / 2
        draw_icon(painter, (self.width() - _ICON) / 2, 9, ICONS[self.pane], tone, _ICON)
        draw_text(painter, left, 43, word + 1, self.pane.value, font, tone)
        if badge:
            self._paint_badge(painter, QRectF(left + word + GAP, 31, badge, 16))
        self.paint_ring(painter)

    def _badge_text(self) -> str:
        return "99+" if self._count > 99 else str(self._count)

    def _badge_width(self) -> int:
        metrics = QFontMetrics(theme.font(Size.SMALL, strong=True))
        return max(metrics.horizontalAdvance(self._badge_text()) + 3 * GAP, 20) if self._count else 0

    def _paint_badge(self, painter: QPainter, box: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(Tone.DANGER.ground())
        painter.drawRoundedRect(box, 8, 8)
        painter.setPen(Tone.DANGER.ink())
        painter.setFont(theme.font(Size.SMALL, strong=True))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._badge_text())


class Navigation(QFrame):
    """The four panes.

    Signals:
        chosen: the user wants this `Pane`.
    """

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("part", "navigation")
        self._buttons = {pane: NavigationButton(pane) for pane in Pane}
        group = QButtonGroup(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for button in self._buttons.values():
            group.addButton(button)
            layout.addWidget(button)
            button.clicked.connect(lambda _checked=False, pane=button.pane: self.chosen.emit(pane))

    def button(self, pane: Pane) -> NavigationButton:
        """Return the button of `pane`."""
        return self._buttons[pane]

    def show_current(self, pane: Pane) -> None:
        """Mark `pane` as the one that is shown."""
        self._buttons[pane].setChecked(True)
