"""BudgetRow: what may still be asked of the server in one rate-limit group, as words and a bar."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from rcdesk.core.pacing import Budget
from rcdesk.ui import theme, words
from rcdesk.ui.painted import draw_icon, draw_right, draw_text
from rcdesk.ui.theme import GAP, Size, Tone

HEIGHT = 44
_FEET = (13, 29)  # px from the top to the feet of the two lines
_BAR_TOP, _BAR = 36, 4  # px
SCARCE = 0.25  # the share of a limit below which what is left is told by the colour as well

SPENT_ON = {
    "auth": "signing in, starting push over WebSocket",
    "light": "checking live calls, following a call you place",
    "medium": "push, changing your presence, the directory",
    "heavy": "placing calls, the call log, contacts",
}


def left(budget: Budget) -> str:
    """Say what may be sent now: "7 of 10", "Throttled until 10:42:30"."""
    if budget.throttled_until is not None:
        return f"Throttled until {words.time_in_seconds(budget.throttled_until)}"
    return f"{budget.left} of {budget.limit}"


class BudgetRow(QWidget):
    """One group: its name, what it is spent on, and what is left of it."""

    def __init__(self, budget: Budget) -> None:
        super().__init__()
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._budget = budget
        self.show_budget(budget)

    def show_budget(self, budget: Budget) -> None:
        """Show how it stands now."""
        if budget != self._budget or not self.accessibleName():
            self._budget = budget
            barred = budget.throttled_until is not None
            self.setAccessibleName(f"{budget.group}: {left(budget)}{'' if barred else ' left'}")
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        budget, room = self._budget, self.width()
        barred = budget.throttled_until is not None
        tone = Tone.RINGING if barred else Tone.TEXT
        taken = draw_right(painter, room, _FEET[0], left(budget), theme.font(), tone)
        if barred:
            taken += theme.ICON_SIZE + GAP
            draw_icon(painter, room - taken, 0, "clock", tone)
        draw_text(painter, 0, _FEET[0], room - taken - 2 * GAP, budget.group, theme.font(), Tone.TEXT)
        use = SPENT_ON.get(budget.group.casefold(), "")
        draw_text(painter, 0, _FEET[1], room, use, theme.font(Size.SMALL), Tone.DIM)
        self._paint_bar(painter, room)

    def _paint_bar(self, painter: QPainter, room: float) -> None:
        share = self._budget.left / self._budget.limit
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.tokens().line))
        painter.drawRoundedRect(QRectF(0, _BAR_TOP, room, _BAR), _BAR / 2, _BAR / 2)
        if share > 0:
            painter.setBrush((Tone.RINGING if share < SCARCE else Tone.ACCENT).ink())
            painter.drawRoundedRect(QRectF(0, _BAR_TOP, max(room * share, _BAR), _BAR), _BAR / 2, _BAR / 2)
