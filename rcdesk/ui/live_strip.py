"""LiveStrip: the live calls in one line each, so that no other pane ever hides them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from rcdesk.core.calls import Call
from rcdesk.core.people import Who
from rcdesk.ui import theme, words
from rcdesk.ui.calls_model import CallsModel
from rcdesk.ui.painted import PaintedButton, draw_right, draw_text
from rcdesk.ui.pills import STAGE_LOOKS, Pill, paint_pill, pill_width
from rcdesk.ui.theme import GAP, Size, Tone
from rcdesk.ui.ticker import Ticker

HEIGHT = 38
MOST = 3  # lines; the rest is counted in one more
_PAD = 3 * GAP
_FEET = 24  # px from the top to the foot of the line


class StripRow(PaintedButton):
    """One live call: state, name and clock."""

    def __init__(self, call: Call, who: Who, now: float) -> None:
        super().__init__(HEIGHT)
        self.call = call
        self._name = who.title
        self._clock = ""
        self.tick(now)

    def tick(self, now: float) -> None:
        """Bring the clock up to date."""
        clock = words.call_clock(self.call, now)
        if clock != self._clock:
            self._clock = clock
            self.setAccessibleName(f"{self._name}, {words.stage_word(self.call)} {clock}. Show it")
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        icon, tone = STAGE_LOOKS[self.call.stage]
        self.paint_surface(painter)
        word = words.stage_word(self.call)
        box = QRectF(_PAD, (HEIGHT - Pill.HEIGHT) / 2, pill_width(word), Pill.HEIGHT)
        paint_pill(painter, box, icon, tone, word, self.devicePixelRatioF())
        taken = draw_right(painter, self.width() - _PAD, _FEET, self._clock, theme.font(), Tone.TEXT)
        left = box.right() + _PAD
        room = self.width() - _PAD - taken - 2 * GAP - left
        draw_text(painter, left, _FEET, room, self._name, theme.font(Size.BODY, strong=True), Tone.TEXT)


class MoreRow(PaintedButton):
    """Says how many live calls have no line of their own."""

    def __init__(self, count: int) -> None:
        super().__init__(theme.CONTROL_HEIGHT)
        self._text = f"and {words.counted(count, 'more call')}"
        self.setAccessibleName(f"{self._text}. Show them")

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        draw_text(painter, _PAD, 21, self.width() - 2 * _PAD, self._text, theme.font(Size.SMALL), Tone.DIM)
        self.paint_ring(painter)


class LiveStrip(QWidget):
    """Shows itself while there are live calls and it is wanted; every line leads to the calls pane.

    Signals:
        asked: the user wants to see the live calls.
    """

    asked = Signal()

    def __init__(self, model: CallsModel, clock: Callable[[], float], ticker: Ticker) -> None:
        super().__init__()
        self._model = model
        self._clock = clock
        self._ticker = ticker
        self._wanted = False
        self._lines: list[StripRow] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 3 * GAP)
        self._layout.setSpacing(GAP)
        model.count_changed.connect(lambda _count: self._rebuild())
        model.dataChanged.connect(lambda _first, _last: self._rebuild())
        ticker.ticked.connect(self._tick)
        self.hide()

    @property
    def lines(self) -> tuple[StripRow, ...]:
        """The lines of calls, from the top."""
        return tuple(self._lines)

    def set_wanted(self, *, wanted: bool) -> None:
        """Note whether the pane below leaves the live calls to the strip."""
        self._wanted = wanted
        self._rebuild()

    def _rebuild(self) -> None:
        while item := self._layout.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        calls = self._model.calls if self._wanted else ()
        now = self._clock()
        self._lines = [StripRow(call, self._model.who_is(call), now) for call in calls[:MOST]]
        more = [MoreRow(len(calls) - MOST)] if len(calls) > MOST else []
        for line in (*self._lines, *more):
            line.clicked.connect(lambda _checked=False: self.asked.emit())
            self._layout.addWidget(line)
        self.setVisible(bool(calls))
        self._want_ticks()

    def _tick(self) -> None:
        now = self._clock()
        for line in self._lines:
            line.tick(now)

    def _want_ticks(self) -> None:
        self._ticker.want("live strip", wanted=bool(self._lines) and self.isVisible())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._tick()
        self._want_ticks()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._want_ticks()
