"""Popup: a card in the corner of the screen that tells of one call and never takes the keyboard."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QHBoxLayout, QWidget

from rcdesk.ui import compositor, theme, words
from rcdesk.ui.controls import Button, IconButton, Kind
from rcdesk.ui.painted import draw_text
from rcdesk.ui.pills import Pill, paint_pill, pill_width
from rcdesk.ui.theme import GAP, Size, Tone
from rcdesk.ui.widgets import copy_text

WIDTH, TALL, MIDDLE, SHORT = 360, 126, 102, 61  # px
OPEN = "Open"
_BAR = 4  # px, the coloured bar at the left
_LEFT = _BAR + 4 * GAP - 2
_RIGHT = 3 * GAP
LINE_ROOM = WIDTH - _LEFT - _RIGHT  # px for a line that nothing stands beside
_TALL_FEET = (33, 54, 71)  # px from the top to the feet of name, number and queue
_SHORT_FEET = (26, 44)
_LINE = 16  # px from the foot of a dim line to the next one's


@dataclass(frozen=True, slots=True)
class Face:
    """What a card shows.

    Attributes:
        title, lines: the first line, and one or two dim ones below it.
        icon, tone, state: how the call stands, in picture, colour and word; the card's bar has the colour.
        since: unix seconds from which the pill counts, None for no pill.
        doubted: whether the pill stands still, since nobody knows whether the phone still rings.
        number: can be copied, "" if it cannot.
        stays: seconds after which the card leaves, None while the phone rings.
        call_back: the number that "Call back" puts into the dial pad, "" for no such button.
        opens: what is written on the button that opens the window, on a card that is of no single call; "" for none.
    """

    title: str
    lines: tuple[str, ...]
    icon: str
    tone: Tone
    state: str
    since: float | None = None
    number: str = ""
    stays: float | None = None
    call_back: str = ""
    opens: str = ""
    doubted: bool = False

    @property
    def height(self) -> int:
        """How tall the card is: a ringing one has room for its actions below."""
        if self.stays is None:
            return TALL
        return MIDDLE + (len(self.lines) - 1) * _LINE if self.opens else SHORT


def window_flags() -> Qt.WindowType:
    """Return the flags of a window that floats above all others and never gets the keyboard.

    On X11 the window manager is left out of it altogether: some focus or move what they manage, and
    under Wayland only such a window of XWayland keeps its place.
    """
    flags = (
        Qt.WindowType.Tool
        | Qt.WindowType.FramelessWindowHint
        | Qt.WindowType.WindowStaysOnTopHint
        | Qt.WindowType.WindowDoesNotAcceptFocus
    )
    return flags | Qt.WindowType.BypassWindowManagerHint if sys.platform.startswith("linux") else flags


class PopupCard(QWidget):
    """One call's card. It never moves by itself, and is only ever shown without being activated.

    Signals:
        open_asked: the user wants to see the call in the window.
        silence_asked: the user wants this card gone; the phone goes on ringing.
        call_back_asked: the user wants to call this number; nothing was dialled.
        left: it has been there long enough.
        painted: it is on screen, for the first time since it was shown.
    """

    open_asked = Signal()
    silence_asked = Signal()
    call_back_asked = Signal(str)
    left = Signal()
    painted = Signal()

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__(None, window_flags())
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_AlwaysShowToolTips)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWindowTitle("rcdesk call")
        self._radius = theme.CARD_RADIUS if compositor.blends() else 0  # else its corners would be black
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground, self._radius > 0)
        self._clock = clock
        self._face: Face | None = None
        self._seen = False
        self._pill_text = ""
        self._leaving = QTimer(self, singleShot=True)
        self._leaving.timeout.connect(self.left)
        self._build()
        self.resize(WIDTH, TALL)
        self.winId()  # the native window is made now, so that showing it later is only a mapping

    def _build(self) -> None:
        self.open_button = Button(OPEN, "open", focusable=False)
        self.silence_button = Button("Silence", "bell-off", focusable=False)
        self.silence_button.setAccessibleName("Silence: hide this card, the phone goes on ringing")
        self.copy_button = IconButton("copy", "Copy number", focusable=False)
        self.call_back_button = Button("Call back", focusable=False)
        self.close_button = IconButton("close", "Dismiss", Kind.BARE, focusable=False)
        self._row = QHBoxLayout(self)
        self._row.setSpacing(2 * GAP)
        for button in (self.open_button, self.silence_button):
            self._row.addWidget(button, 0, Qt.AlignmentFlag.AlignBottom)
        self._row.addStretch()
        for button in (self.copy_button, self.call_back_button, self.close_button):
            self._row.addWidget(button, 0, Qt.AlignmentFlag.AlignBottom)
        self.open_button.clicked.connect(lambda _checked=False: self.open_asked.emit())
        self.silence_button.clicked.connect(lambda _checked=False: self.silence_asked.emit())
        self.close_button.clicked.connect(lambda _checked=False: self.silence_asked.emit())
        self.copy_button.clicked.connect(lambda _checked=False: self._copy())
        self.call_back_button.clicked.connect(lambda _checked=False: self._call_back())

    @property
    def face(self) -> Face | None:
        """What it shows."""
        return self._face

    def show_face(self, face: Face) -> None:
        """Show something else; the caller gives the card its place."""
        if face == self._face:
            return
        self._face = face
        ringing = face.stays is None
        self.open_button.setVisible(ringing or bool(face.opens))
        self.open_button.setText(face.opens or OPEN)
        self.open_button.setAccessibleName(face.opens or "Open in rcdesk")
        self.silence_button.setVisible(ringing)
        self.copy_button.setVisible(ringing and bool(face.number))
        self.call_back_button.setVisible(bool(face.call_back))
        self.close_button.setVisible(not ringing)
        below = ringing or bool(face.opens)  # the buttons stand below the words, else beside them
        bottom = 3 * GAP - 1 if below else (SHORT - theme.CONTROL_HEIGHT) // 2
        self._row.setContentsMargins(_LEFT, 0, _RIGHT if ringing else GAP, bottom)
        self.setAccessibleName(". ".join((face.title, *face.lines, face.state)))
        self._pill_text = ""
        self.tick()
        self.update()
        self._await_end()

    def leave(self) -> None:
        """Go off the screen and forget the call; the card may serve for another one."""
        self._leaving.stop()
        self.hide()
        self._face, self._seen = None, False

    def tick(self) -> None:
        """Bring the seconds up to date."""
        if self._face is None or self._face.since is None or (self._face.doubted and self._pill_text):
            return
        text = words.clock(self._clock() - self._face.since)
        if text != self._pill_text:
            self._pill_text = text
            self.update(0, 0, self.width(), _TALL_FEET[1])

    def _await_end(self) -> None:
        """A card that is read does not leave."""
        stays = self._face.stays if self._face else None
        if stays is None or self.underMouse():
            self._leaving.stop()
        else:
            self._leaving.start(int(stays * 1000))

    def _copy(self) -> None:
        if self._face:
            copy_text(self._face.number)

    def _call_back(self) -> None:
        if self._face:
            self.call_back_asked.emit(self._face.call_back)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._face is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_surface(painter, self._face.tone.ink())
        if self._face.stays is None:
            self._paint_tall(painter, self._face)
        else:
            self._paint_short(painter, self._face)
        if not self._seen:
            self._seen = True
            self.painted.emit()

    def _paint_surface(self, painter: QPainter, ink: QColor) -> None:
        colours = theme.tokens()
        whole, radius = QRectF(self.rect()), self._radius
        painter.setClipRect(0, 0, _BAR, self.height())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawRoundedRect(whole, radius, radius)
        painter.setClipRect(_BAR, 0, self.width() - _BAR, self.height())
        painter.setPen(QPen(QColor(colours.line), 1))
        painter.setBrush(QColor(colours.surface))
        painter.drawRoundedRect(whole.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.setClipping(False)

    def _paint_tall(self, painter: QPainter, face: Face) -> None:
        right = self.width() - _RIGHT
        if self._pill_text:
            width = pill_width(self._pill_text)
            box = QRectF(right - width, 5 * GAP, width, Pill.HEIGHT)
            paint_pill(painter, box, face.icon, face.tone, self._pill_text, self.devicePixelRatioF())
            right = int(box.left()) - 2 * GAP
        room = right - _LEFT
        draw_text(
            painter, _LEFT, _TALL_FEET[0], room, face.title, theme.font(Size.LARGE, strong=True), Tone.TEXT
        )
        for feet, line in zip(_TALL_FEET[1:], face.lines, strict=False):
            draw_text(
                painter, _LEFT, feet, self.width() - _RIGHT - _LEFT, line, theme.font(Size.SMALL), Tone.DIM
            )

    def _paint_short(self, painter: QPainter, face: Face) -> None:
        first = self.call_back_button if face.call_back else self.close_button
        room = LINE_ROOM if face.opens else first.x() - 2 * GAP - _LEFT
        draw_text(painter, _LEFT, _SHORT_FEET[0], room, face.title, theme.font(strong=True), Tone.TEXT)
        for nth, line in enumerate(face.lines):
            feet = _SHORT_FEET[1] + nth * _LINE
            draw_text(painter, _LEFT, feet, room, line, theme.font(Size.SMALL), Tone.DIM)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._leaving.stop()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._await_end()
