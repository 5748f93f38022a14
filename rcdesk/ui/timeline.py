"""Timeline: steps below one another, each with a mark, a title and a small line."""

from __future__ import annotations

import enum

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from rcdesk.ui import theme
from rcdesk.ui.theme import GAP, Size, Tone
from rcdesk.ui.widgets import ElidedLabel, Label, column, row

MARK = 20  # px, the disc of a step


class Mark(enum.Enum):
    """How a step stands: the tone of its disc and the icon in it; no icon means the step's number."""

    TO_COME = (Tone.DIM, "")
    UNDER_WAY = (Tone.RINGING, "")
    DONE = (Tone.ON_CALL, "check")
    FAILED = (Tone.DANGER, "close")
    STOPPED = (Tone.DIM, "close")

    @property
    def tone(self) -> Tone:
        return self.value[0]

    @property
    def icon(self) -> str:
        return self.value[1]


class Step(QWidget):
    """One step. The words beside the mark say everything that its colour says."""

    def __init__(self, number: int, *, last: bool = False) -> None:
        super().__init__()
        self._number = number
        self._last = last
        self.setMinimumHeight(MARK)  # a single line of words is less high than the disc beside it
        self.mark = Mark.TO_COME
        self.title = Label("", Size.BODY, wrap=True)
        self.detail = ElidedLabel("", Size.SMALL, Tone.DIM)
        words = column(self.title, self.detail, gap=2)
        words.setContentsMargins(0, 1, 0, 0 if last else 3 * GAP)
        beside = row(words, gap=0)
        beside.setContentsMargins(MARK + 3 * GAP, 0, 0, 0)
        self.setLayout(beside)

    def tell(self, mark: Mark, title: str, detail: str) -> None:
        """Show how the step stands. A step to come is dimmed."""
        self.mark = mark
        self.title.setText(title)
        self.title.set_tone(Tone.DIM if mark is Mark.TO_COME else Tone.TEXT)
        self.title.set_strong(strong=mark is not Mark.TO_COME)
        self.detail.setText(detail)
        self.detail.setVisible(bool(detail))
        self.setAccessibleName(f"Step {self._number}: {title}")
        self.setAccessibleDescription(detail)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = QColor(theme.tokens().line)
        if not self._last:
            painter.fillRect(QRectF(MARK / 2 - 0.5, MARK + 3, 1, self.height() - MARK - 5), line)
        to_come = self.mark is Mark.TO_COME
        painter.setPen(QPen(line, 1) if to_come else Qt.PenStyle.NoPen)
        painter.setBrush(Qt.BrushStyle.NoBrush if to_come else self.mark.tone.ground())
        disc = QRectF(0.5, 0.5, MARK - 1, MARK - 1)
        painter.drawEllipse(disc)
        if self.mark.icon:
            drawn = theme.pixmap(self.mark.icon, self.mark.tone, 12, self.devicePixelRatioF())
            painter.drawPixmap(4, 4, drawn)
        else:
            painter.setPen(self.mark.tone.ink())
            painter.setFont(theme.font(Size.SMALL, strong=True))
            painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, str(self._number))
