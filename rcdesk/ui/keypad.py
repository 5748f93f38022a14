"""Keypad: twelve keys that type into a field and leave the keyboard where it is."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QSizePolicy, QWidget

from rcdesk.ui import theme
from rcdesk.ui.theme import GAP, Size, Tone

KEYS = (
    ("1", ""), ("2", "ABC"), ("3", "DEF"),
    ("4", "GHI"), ("5", "JKL"), ("6", "MNO"),
    ("7", "PQRS"), ("8", "TUV"), ("9", "WXYZ"),
    ("*", ""), ("0", "+"), ("#", ""),
)  # fmt: skip
NAMES = {"*": "star", "#": "hash", "0": "zero, hold for plus"}
DIGIT = 20  # px, the one size of text beside the theme's
LONG_PRESS_MS = 500


class Key(QAbstractButton):
    """One key. It takes no focus: what is typed goes into the field.

    Signals:
        typed: this sign is meant; a long press of 0 means +.
    """

    typed = Signal(str)

    def __init__(self, digit: str, letters: str) -> None:
        super().__init__()
        self._digit, self._letters = digit, letters
        self.setText(digit)
        self.setAccessibleName(NAMES.get(digit, digit))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(44)
        self._held = QTimer(self, singleShot=True, interval=LONG_PRESS_MS)
        self._held.timeout.connect(self._on_held)
        self.clicked.connect(lambda _checked=False: self.typed.emit(digit))

    def _on_held(self) -> None:
        self.setDown(False)  # so that letting go is no click
        self.typed.emit("+")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if self._digit == "0" and event.button() is Qt.MouseButton.LeftButton:
            self._held.start()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._held.stop()
        super().mouseReleaseEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = theme.tokens()
        ground = colours.line if self.isDown() else colours.hover if self.underMouse() else colours.surface
        painter.setPen(QPen(QColor(colours.line), 1))
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(
            QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), theme.CARD_RADIUS, theme.CARD_RADIUS
        )
        centre = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
        painter.setPen(Tone.TEXT.ink())
        painter.setFont(theme.font(DIGIT))
        painter.drawText(self.rect().adjusted(0, 0, 0, -14 if self._letters else 0), centre, self._digit)
        if self._letters:
            painter.setPen(Tone.DIM.ink())
            painter.setFont(theme.font(Size.SMALL))
            painter.drawText(self.rect().adjusted(0, 24, 0, 0), centre, self._letters)


class Keypad(QWidget):
    """The keys in four rows of three.

    Signals:
        typed: this sign is meant.
    """

    typed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Keypad")
        self.keys: dict[str, Key] = {}
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * GAP)
        for place, (digit, letters) in enumerate(KEYS):
            key = self.keys[digit] = Key(digit, letters)
            key.typed.connect(self.typed)
            layout.addWidget(key, place // 3, place % 3)
