"""Theme: the look of the program, and the one place that knows where its resources lie.

For every other file of the ui:
    tokens()                     the colours of now: tokens().dim, tokens().line …
    Tone                         what a colour says: Tone.DIM, Tone.RINGING …; `.ink()`, `.ground()`
    pixmap(name, tone, size, dpr) / icon(name, tone)      our own icons, tinted, sharp
    font(Size.BODY, strong=True) the three text sizes (and the one of a card's name), with tabular digits
    GAP, RADIUS, CONTROL_HEIGHT … the grid
Colours are read when painting, so a switch of the theme needs no more than a repaint.
"""

from __future__ import annotations

import enum
import functools
from dataclasses import dataclass, fields
from pathlib import Path

from PySide6.QtCore import QByteArray, QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from rcdesk.ui import stylesheet

ICONS = (
    "phone", "call-in", "call-out", "call-missed", "phone-off", "voicemail", "pause", "parked", "bell", "bell-off", "keypad", "clock", "gear",
    "live", "recovering", "polling", "offline", "signed-out",
    "copy", "close", "check", "search", "filter", "chevron-down", "chevron-right", "back", "backspace", "open", "refresh", "plus", "trash", "note",
    "sign-in", "sign-out", "quit", "key", "globe",
    "person", "people", "available", "busy", "do-not-disturb", "invisible",
    "warning", "info", "desk-phone",
)  # fmt: skip

GAP = 4  # px, the grid; use GAP, 2 * GAP, 3 * GAP, 4 * GAP
RADIUS, CARD_RADIUS = 6, 8
TITLE_BAR = 32  # px that a window's own title takes above it, while that is not known
CONTROL_HEIGHT, FIELD_HEIGHT, ROW_HEIGHT, NAVIGATION_HEIGHT = 32, 40, 52, 56
ICON_SIZE = 16
SETTINGS = ("system", "light", "dark")
STYLE = ("-style", "fusion")  # arguments to start the QApplication with


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of one theme, as #rrggbb."""

    bg: str
    surface: str
    line: str
    text: str
    dim: str
    accent: str
    on_accent: str
    hover: str
    ringing: str
    ringing_ground: str
    on_call: str
    on_call_ground: str
    on_hold: str
    on_hold_ground: str
    danger: str
    danger_ground: str


LIGHT = Tokens(
    bg="#f6f7f9", surface="#ffffff", line="#e3e6ea", text="#1b2027", dim="#66707c",
    accent="#2563c9", on_accent="#ffffff", hover="#f0f3f6",
    ringing="#b45309", ringing_ground="#fff4e0", on_call="#157347", on_call_ground="#e5f5ec",
    on_hold="#6b4fbb", on_hold_ground="#efeafb", danger="#c0302b", danger_ground="#fdecea",
)  # fmt: skip
DARK = Tokens(
    bg="#16191d", surface="#1e2227", line="#2e343b", text="#e9ecf0", dim="#9aa4b0",
    accent="#6ea1ff", on_accent="#0d1320", hover="#262b31",
    ringing="#f2b35a", ringing_ground="#3a2c14", on_call="#5fd39a", on_call_ground="#15321f",
    on_hold="#b9a4ff", on_hold_ground="#2a2342", danger="#ff8a80", danger_ground="#3d1f1d",
)  # fmt: skip


class Tone(enum.Enum):
    """What a colour says. The values name the ink among the tokens."""

    TEXT = "text"
    DIM = "dim"
    ACCENT = "accent"
    ON_ACCENT = "on_accent"
    RINGING = "ringing"
    ON_CALL = "on_call"
    ON_HOLD = "on_hold"
    DANGER = "danger"

    def ink(self) -> QColor:
        """The colour for text, icons and lines."""
        return QColor(getattr(tokens(), self.value))

    def ground(self) -> QColor:
        """The colour to lie behind the ink, in pills and banners."""
        return QColor(getattr(tokens(), f"{self.value}_ground", tokens().hover))


class Size(enum.IntEnum):
    """Text sizes in px. There are no others, but for the digits of the dial pad's keys."""

    SMALL = 11
    BODY = 13
    NAME = 16
    LARGE = 18


def is_dark() -> bool:
    """Whether the dark theme is on."""
    return _is_dark(QGuiApplication.palette().cacheKey())


@functools.lru_cache(maxsize=4)
def _is_dark(_palette_key: int) -> bool:
    """Asked several times for each widget that is painted, so each palette is looked at once."""
    return QGuiApplication.palette().color(QPalette.ColorRole.Window) == QColor(DARK.bg)


def tokens() -> Tokens:
    """Return the colours of the theme that is on."""
    return DARK if is_dark() else LIGHT


@functools.cache
def font(size: Size | int = Size.BODY, *, strong: bool = False) -> QFont:
    """Return the system's own font in one of our sizes. Strong is for first lines only."""
    made = QFont(QGuiApplication.font())
    made.setPixelSize(int(size))
    made.setWeight(QFont.Weight.DemiBold if strong else QFont.Weight.Normal)
    if hasattr(made, "setFeature"):  # Qt 6.7; before, most system fonts have tabular digits anyway
        made.setFeature(QFont.Tag.fromString("tnum"), 1)
    return made


@functools.cache
def resources() -> Path:
    """Return the folder with the icons: inside the installed package, else beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "resources"
    return inside if inside.is_dir() else package.parent / "resources"


@functools.cache
def _drawing(name: str) -> bytes:
    return (resources() / "icons" / f"{name}.svg").read_bytes()


def pixmap(name: str, tone: Tone | QColor, size: int = ICON_SIZE, dpr: float = 1.0) -> QPixmap:
    """Return icon `name` in the colour of `tone`, `size` px wide, drawn for a screen of `dpr`."""
    ink = tone if isinstance(tone, QColor) else tone.ink()
    return _pixmap(name, ink.name(), size, dpr)


@functools.lru_cache(maxsize=512)
def _pixmap(name: str, colour: str, size: int, dpr: float) -> QPixmap:
    tinted = _drawing(name).replace(b"currentColor", colour.encode())
    return _rendered(tinted, size, dpr)


def _rendered(svg: bytes, size: int, dpr: float) -> QPixmap:
    drawn = QPixmap(round(size * dpr), round(size * dpr))
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    QSvgRenderer(QByteArray(svg)).render(painter)
    painter.end()
    drawn.setDevicePixelRatio(dpr)
    return drawn


def icon(name: str, tone: Tone = Tone.TEXT, size: int = ICON_SIZE, gap: int = 0) -> QIcon:
    """Return icon `name` for a button or a menu, with `gap` px of nothing after it; sharp on every screen.

    It keeps the colours of now: ask again after a switch of the theme (buttons of `controls` do so).
    """
    screens = {1.0, 2.0, *(screen.devicePixelRatio() for screen in QGuiApplication.screens())}
    return QIcon(_icon(name, tone.ink().name(), size, gap, tuple(sorted(screens))))


@functools.lru_cache(maxsize=256)
def _icon(name: str, colour: str, size: int, gap: int, dprs: tuple[float, ...]) -> QIcon:
    made = QIcon()
    for dpr in dprs:
        drawn = _pixmap(name, colour, size, dpr)
        made.addPixmap(_widened(drawn, gap) if gap else drawn)
    return made


def _widened(drawn: QPixmap, gap: int) -> QPixmap:
    dpr = drawn.devicePixelRatio()
    wide = QPixmap(drawn.width() + round(gap * dpr), drawn.height())
    wide.fill(Qt.GlobalColor.transparent)
    wide.setDevicePixelRatio(dpr)
    painter = QPainter(wide)
    painter.drawPixmap(0, 0, drawn)
    painter.end()
    return wide


def app_icon() -> QIcon:
    """Return the program's own icon."""
    made = QIcon()
    svg = (resources() / "rcdesk.svg").read_bytes()
    for size in (16, 32, 48, 128):
        made.addPixmap(_rendered(svg, size, 1.0))
    return made


class Theme(QObject):
    """Keeps the application dressed: in the system's light or dark, or in the one that the user chose.

    Its sheet and palette are made for the style Fusion. The application is started with it (`STYLE`): setting
    it here would cost a start 20 ms, as Qt would hand over the style to Python, with all its enumerations.

    Signals:
        changed: the colours are others now.
    """

    changed = Signal()

    def __init__(self, app: QApplication, setting: str = "system") -> None:
        super().__init__(app)
        self._app = app
        self._setting = setting
        app.setFont(font())
        self._dress()
        app.styleHints().colorSchemeChanged.connect(self._on_system_changed)

    def choose(self, setting: str) -> None:
        """Switch to "system", "light" or "dark" at once."""
        self._setting = setting
        if self._wants_dark() != is_dark():
            self._dress()
            self.changed.emit()

    def _wants_dark(self) -> bool:
        if self._setting == "system":
            return self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return self._setting == "dark"

    def _dress(self) -> None:
        chosen = DARK if self._wants_dark() else LIGHT
        self._app.setPalette(_palette(chosen))
        self._app.setStyleSheet(stylesheet.build({f.name: getattr(chosen, f.name) for f in fields(chosen)}))

    def _on_system_changed(self) -> None:
        self.choose(self._setting)


def _palette(chosen: Tokens) -> QPalette:
    roles = QPalette.ColorRole
    colours = {
        roles.Window: chosen.bg, roles.Base: chosen.surface, roles.AlternateBase: chosen.hover,
        roles.Button: chosen.surface, roles.ToolTipBase: chosen.surface, roles.ToolTipText: chosen.text,
        roles.WindowText: chosen.text, roles.Text: chosen.text, roles.ButtonText: chosen.text,
        roles.BrightText: chosen.danger, roles.PlaceholderText: chosen.dim, roles.Link: chosen.accent,
        roles.Highlight: chosen.accent, roles.HighlightedText: chosen.on_accent, roles.Accent: chosen.accent,
        roles.Light: chosen.surface, roles.Midlight: chosen.hover, roles.Mid: chosen.line,
        roles.Dark: chosen.line, roles.Shadow: chosen.line,
    }  # fmt: skip
    palette = QPalette()
    for role, colour in colours.items():
        palette.setColor(role, QColor(colour))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(chosen.dim))
    return palette
