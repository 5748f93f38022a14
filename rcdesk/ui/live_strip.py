"""LiveStrip: above every pane: the live calls in one line each, and how old what is shown is."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Signal, Slot
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from rcdesk.core.calls import Call
from rcdesk.core.people import Who
from rcdesk.ui import theme, words
from rcdesk.ui.calls_model import CallsModel
from rcdesk.ui.painted import PaintedButton, draw_right, draw_text
from rcdesk.ui.pills import Pill, paint_pill, pill_width, stage_look
from rcdesk.ui.theme import GAP, Size, Tone
from rcdesk.ui.ticker import Ticker
from rcdesk.ui.widgets import GUTTER, Notice

HEIGHT = 38
MOST = 3  # lines; the rest is counted in one more
_PAD = 3 * GAP
_FEET = 24  # px from the top to the foot of the line


class StripRow(PaintedButton):
    """One live call: state, name and clock."""

    def __init__(self, call: Call, who: Who, now: float, *, stale: bool) -> None:
        super().__init__(HEIGHT)
        self.call = call
        self._stale = stale
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
        icon, tone = stage_look(self.call.stage, stale=self._stale)
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
    """Shows itself while there is anything to show that is wanted; every line of a call leads to the calls pane.

    Signals:
        asked: the user wants to see the live calls.
    """

    asked = Signal()

    def __init__(self, model: CallsModel, ticker: Ticker) -> None:
        super().__init__()
        self._model = model
        self._ticker = ticker
        self._wanted = self._age_wanted = self._age_told = False
        self._lines: list[StripRow] = []
        self._rows: list[PaintedButton] = []
        self.age = Notice("offline", "")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, GUTTER, 3 * GAP)
        self._layout.setSpacing(GAP)
        self._layout.addWidget(self.age)
        model.count_changed.connect(self._rebuild)  # no lambda: the model outlives the window
        model.dataChanged.connect(self._rebuild)
        ticker.ticked.connect(self._tick)
        undo = model.link.subscribe(lambda _status: self._show_age())
        self.destroyed.connect(lambda _object=None: undo())
        self.hide()

    @property
    def lines(self) -> tuple[StripRow, ...]:
        """The lines of calls, from the top."""
        return tuple(self._lines)

    def set_wanted(self, *, calls: bool, age: bool, age_told: bool = False) -> None:
        """Note what the pane below leaves to the strip: the live calls, and to say how old calls without one are;
        and whether that is told above already."""
        self._wanted, self._age_wanted, self._age_told = calls, age, age_told
        self._rebuild()

    @Slot()
    def _rebuild(self) -> None:
        for row in self._rows:
            self._layout.removeWidget(row)
            row.hide()
            row.deleteLater()
        calls = self._model.calls if self._wanted else ()
        now, stale = self._model.clock(), self._model.stale
        self._lines = [StripRow(call, self._model.who_is(call), now, stale=stale) for call in calls[:MOST]]
        self._rows = [*self._lines, *([MoreRow(len(calls) - MOST)] if len(calls) > MOST else [])]
        for row in self._rows:
            row.clicked.connect(lambda _checked=False: self.asked.emit())
            self._layout.addWidget(row)
        self._show_age()
        self._want_ticks()

    def _show_age(self) -> None:
        wanted = (self._age_wanted or bool(self._rows)) and not self._age_told
        words = self._model.age if wanted else ""
        self.age.setText(words)
        self.age.setVisible(bool(words))
        self.setVisible(bool(words) or bool(self._rows))

    def _tick(self) -> None:
        now = self._model.clock()
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
