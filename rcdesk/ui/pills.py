"""Pills: states as icon + word + colour, the avatar with its presence dot, and the badge.

Pill()                         .show_state(icon, tone, words)
StagePill()                    .show_call(call, now); with_word=False leaves the clock only
Avatar(name)                   .show_person(name), .show_presence(availability | None)
Badge()                        .show_count(n); hidden at 0
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from rcdesk.core.account import Availability
from rcdesk.core.calls import Call, Stage
from rcdesk.ui import theme, words
from rcdesk.ui.theme import GAP, Size, Tone

STAGE_LOOKS: dict[Stage, tuple[str, Tone]] = {
    Stage.RINGING: ("bell", Tone.RINGING),
    Stage.CONNECTED: ("phone", Tone.ON_CALL),
    Stage.ON_HOLD: ("pause", Tone.ON_HOLD),
    Stage.PARKED: ("parked", Tone.ON_HOLD),
    Stage.ENDED: ("phone-off", Tone.DIM),
}
PRESENCE_LOOKS: dict[Availability, tuple[str, Tone]] = {
    Availability.AVAILABLE: ("available", Tone.ON_CALL),
    Availability.BUSY: ("busy", Tone.DANGER),
    Availability.DO_NOT_DISTURB: ("do-not-disturb", Tone.DANGER),
    Availability.INVISIBLE: ("invisible", Tone.DIM),
}
_ICON = 12


def stage_look(stage: Stage, *, stale: bool) -> tuple[str, Tone]:
    """Return icon and colour of what a call does; without colour if it is not known whether it still does."""
    icon, tone = STAGE_LOOKS[stage]
    return icon, Tone.DIM if stale else tone


def paint_pill(painter: QPainter, box: QRectF, icon: str, tone: Tone, text: str, dpr: float) -> None:
    """Paint a pill that fills `box`: for delegates, which have no widget to show."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tone.ground())
    painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
    left = box.left() + 2 * GAP
    painter.drawPixmap(round(left), round(box.center().y() - _ICON / 2), theme.pixmap(icon, tone, _ICON, dpr))
    painter.setPen(tone.ink())
    painter.setFont(theme.font(Size.SMALL, strong=True))
    painter.drawText(box.adjusted(2 * GAP + _ICON + GAP, 0, -GAP, 0), Qt.AlignmentFlag.AlignVCenter, text)
    painter.restore()


def pill_width(text: str) -> int:
    """Return how wide a pill with `text` is."""
    metrics = QFontMetrics(theme.font(Size.SMALL, strong=True))
    return 2 * GAP + _ICON + GAP + metrics.horizontalAdvance(text) + 2 * GAP


class Pill(QWidget):
    """A state: icon, word and colour in a rounded box."""

    HEIGHT = 20

    def __init__(self) -> None:
        super().__init__()
        self._look = ("info", Tone.DIM)
        self._text = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_state(self, icon: str, tone: Tone, text: str) -> None:
        """Show a state; costs nothing while it is the same."""
        if ((icon, tone), text) == (self._look, self._text):
            return
        wider = pill_width(text) != pill_width(self._text)
        self._look, self._text = (icon, tone), text
        self.setAccessibleName(text)
        if wider:
            self.updateGeometry()
        self.update()

    def text(self) -> str:
        """Return the words in it."""
        return self._text

    def sizeHint(self) -> QSize:
        return QSize(pill_width(self._text), self.HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        icon, tone = self._look
        paint_pill(QPainter(self), QRectF(self.rect()), icon, tone, self._text, self.devicePixelRatioF())


class StagePill(Pill):
    """What a call is doing, and since when: "On a call 04:12"."""

    def __init__(self, *, with_word: bool = True) -> None:
        super().__init__()
        self._with_word = with_word

    def show_call(self, call: Call, now: float, *, stale: bool = False) -> None:
        """Show `call` as it stands at `now`. `stale`: it is not followed any more."""
        icon, tone = stage_look(call.stage, stale=stale)
        time = words.call_clock(call, now)
        word = words.stage_word(call)
        self.show_state(icon, tone, f"{word} {time}" if self._with_word else time)
        self.setAccessibleName(f"{word} {time}")
