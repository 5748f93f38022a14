"""TrayIcon: the picture in the tray, drawn from how the link, presence and missed calls stand."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QIcon, QPainter, QPen, QPixmap

from rcdesk.core.subscription import LinkState
from rcdesk.ui import theme

SIZES = (16, 22, 24, 32, 48, 64)  # px; hosts take the one that fits their bar
_GREY, _AMBER, _RED = "#69737f", "#b45309", "#c0302b"
_MARKS = {  # what is not as it should be: colour and sign
    LinkState.CONNECTING: (_AMBER, "…"),
    LinkState.RECOVERING: (_AMBER, "!"),
    LinkState.POLLING: (_AMBER, "~"),
    LinkState.SIGNED_OUT: (_GREY, "×"),
}


@dataclass(frozen=True, slots=True)
class TrayLook:
    """What the icon tells. At the size of a tray it is shapes that tell it, and colours second.

    Attributes:
        ringing: a call rings just now.
        missed: calls missed and not yet seen.
    """

    state: LinkState
    do_not_disturb: bool = False
    missed: int = 0
    ringing: bool = False


def draw(look: TrayLook) -> QIcon:
    """Return the icon for `look`, in every size that a tray may want."""
    made = QIcon()
    for size in SIZES:
        made.addPixmap(_drawn(look, size))
    return made


def _drawn(look: TrayLook, size: int) -> QPixmap:
    """A tile with the handset; grey when signed out; the mark at its foot tells what is not as it should be."""
    picture = QPixmap(size, size)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(size / 32, size / 32)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_ground(look))
    painter.drawRoundedRect(QRectF(1, 1, 30, 30), 8, 8)
    scaled = theme.pixmap("phone", QColor("#ffffff"), max(round(20 * size / 32), 1))
    painter.drawPixmap(QRectF(5, 7, 20, 20), scaled, QRectF(scaled.rect()))
    if look.missed:
        _mark(painter, QPointF(24, 8), _RED, _count(look.missed))
    if look.do_not_disturb:
        _mark(painter, QPointF(8, 24), _RED, "–")
    if look.state in _MARKS:
        _mark(painter, QPointF(24, 24), *_MARKS[look.state])
    painter.end()
    return picture


def _ground(look: TrayLook) -> QColor:
    if look.state in (LinkState.SIGNED_OUT, LinkState.OFF):
        return QColor(_GREY)
    return QColor(_AMBER if look.ringing else "#2563c9")


def _count(number: int) -> str:
    return str(number) if number < 10 else "9+"


def _mark(painter: QPainter, middle: QPointF, colour: str, sign: str) -> None:
    """A disc with a sign in it, set off from the tile by a ring."""
    painter.setPen(QPen(QColor("#ffffff"), 1.5))
    painter.setBrush(QColor(colour))
    disc = QRectF(middle.x() - 7.5, middle.y() - 7.5, 15, 15)
    painter.drawEllipse(disc)
    font = QFont(theme.font(strong=True))
    font.setPixelSize(11 if len(sign) == 1 else 9)
    painter.setFont(font)
    painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, sign)
    painter.setPen(Qt.PenStyle.NoPen)
