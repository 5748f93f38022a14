"""Stylesheet: what Qt's own widgets look like, written once for both themes.

Properties that the widgets of `rcdesk.ui.widgets` set and this sheet reads:
    tone   on labels: text, dim, accent, on_call, ringing, on_hold, danger
    kind   on buttons: quiet, filled, danger, bare, chip, navigation
    part   on frames: card, bar, banner, panel
"""

from __future__ import annotations

import string
from collections.abc import Mapping

_LABELS = """
QLabel { background: transparent; color: $text; }
QLabel[tone="dim"] { color: $dim; }
QLabel[tone="accent"] { color: $accent; }
QLabel[tone="on_call"] { color: $on_call; }
QLabel[tone="ringing"] { color: $ringing; }
QLabel[tone="on_hold"] { color: $on_hold; }
QLabel[tone="danger"] { color: $danger; }
QToolTip { background: $surface; color: $text; border: 1px solid $line; padding: 4px 8px; }
"""

# A ring of 2 px replaces the border of 1 px; the padding gives that pixel back, so nothing moves. It is the only
# mark of the keyboard: without an outline the style draws none of its own inside.
_BUTTONS = """
QPushButton { min-height: 30px; padding: 0 12px; border: 1px solid $line; border-radius: 6px;
    background: $surface; color: $text; outline: none; }
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $line; }
QPushButton:disabled { color: $dim; background: $bg; }
QPushButton:focus { border: 2px solid $accent; min-height: 28px; padding: 0 11px; }
QPushButton[kind="danger"] { color: $danger; }
QPushButton[kind="danger"]:hover { background: $danger_ground; }
QPushButton[kind="filled"] { background: $accent; color: $on_accent; border-color: $accent; }
QPushButton[kind="filled"]:hover { background: $accent_hover; }
QPushButton[kind="filled"]:pressed { background: $accent_pressed; }
QPushButton[kind="filled"]:disabled { background: $line; color: $dim; border-color: $line; }
QPushButton[kind="filled"]:focus { border: 2px solid $text; }
QPushButton[kind="bare"] { border-color: transparent; background: transparent; }
QPushButton[kind="bare"]:hover { background: $hover; }
QPushButton[kind="bare"]:focus { border-color: $accent; }
QPushButton[kind="chip"] { min-height: 26px; padding: 0 10px; border-radius: 14px; margin: 2px 0; }
QPushButton[kind="chip"]:checked { color: $accent; border: 1px solid $accent; }
QPushButton[kind="chip"]:focus { border: 2px solid $accent; min-height: 24px; padding: 0 9px; }
QPushButton[square="true"] { padding: 0; min-width: 30px; }
QPushButton[square="true"]:focus { padding: 0; min-width: 28px; }
QPushButton[tall="true"] { min-height: 38px; }
QPushButton[tall="true"]:focus { min-height: 36px; }
QPushButton::menu-indicator { image: none; width: 0; }
"""

_FIELDS = """
QLineEdit, QPlainTextEdit { background: $surface; color: $text; border: 1px solid $line; border-radius: 6px;
    padding: 0 12px; selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit { min-height: 38px; placeholder-text-color: $dim; }
QPlainTextEdit { placeholder-text-color: $dim; }
QPlainTextEdit { padding: 8px; }
QLineEdit:focus, QPlainTextEdit:focus { border: 2px solid $accent; padding: 0 11px; }
QLineEdit:focus { min-height: 36px; }
QPlainTextEdit:focus { padding: 7px; }
QLineEdit[icon="true"] { padding-left: 4px; }
QLineEdit[icon="true"]:focus { padding-left: 3px; }
QLineEdit[wrong="true"] { border-color: $danger; }
QLineEdit:disabled { color: $dim; background: $bg; }
"""

_FRAMES = """
QFrame[part="card"] { background: $surface; border: 1px solid $line; border-radius: 8px; }
QFrame[part="card"][tone="ringing"] { border-color: $ringing; }
QFrame[part="header"] { background: $surface; border: none; border-bottom: 1px solid $line; }
QFrame[part="navigation"] { background: $surface; border: none; border-top: 1px solid $line; }
QFrame[part="detail"] { background: $bg; border: none; border-left: 1px solid $line; }
QFrame[part="banner"] { background: $ringing_ground; border: none; border-radius: 8px; }
QFrame[part="banner"][tone="danger"] { background: $danger_ground; }
QFrame[part="banner"][tone="dim"] { background: $hover; }
QFrame[part="bar"] { background: $ringing_ground; border: none; border-bottom: 1px solid $line; }
QFrame[part="bar"][tone="danger"] { background: $danger_ground; }
QFrame[part="line"] { background: $line; border: none; max-height: 1px; min-height: 1px; }
QScrollArea, QAbstractScrollArea[part="list"] { background: transparent; border: none; }
QWidget[part="pane"], QFrame[part="pane"] { background: transparent; border: none; }
"""

_MOVING = """
QMenu { background: $surface; color: $text; border: 1px solid $line; padding: 4px; }
QMenu::item { min-height: 24px; padding: 4px 24px 4px 8px; border-radius: 4px; }
QMenu::item:selected { background: $hover; }
QMenu::item:disabled { color: $dim; }
QMenu::icon { padding-left: 8px; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $line; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $dim; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; border: none; }
"""

_SHEET = string.Template(_LABELS + _BUTTONS + _FIELDS + _FRAMES + _MOVING)


def build(colours: Mapping[str, str]) -> str:
    """Return the sheet for the theme whose tokens are `colours`."""
    accent = colours["accent"]
    shades = {
        "accent_hover": _mixed(accent, colours["text"], 0.12),
        "accent_pressed": _mixed(accent, colours["text"], 0.24),
    }
    return _SHEET.substitute({**colours, **shades})


def _mixed(colour: str, other: str, share: float) -> str:
    """Return `colour` with `share` of `other` in it."""
    pairs = zip(bytes.fromhex(colour[1:]), bytes.fromhex(other[1:]), strict=True)
    return "#" + bytes(round(a * (1 - share) + b * share) for a, b in pairs).hex()
