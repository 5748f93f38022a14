"""Controls: the buttons and fields that every pane uses. All follow a switch of the theme by themselves.

Button(text, icon, kind=Kind.QUIET | FILLED | DANGER | BARE | CHIP)
IconButton(icon, name)               square; `name` is its accessible name and its tooltip
Field(name, placeholder, icon)       a line of text, 40 px high; .set_wrong(wrong=True) reddens its border
The combo box is in `rcdesk.ui.choice`, which less of the program needs.
"""

from __future__ import annotations

import enum

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QPushButton, QSizePolicy

from rcdesk.ui import theme
from rcdesk.ui.theme import GAP, Size, Tone


class Kind(enum.Enum):
    """What a button is. At most one FILLED in a view: its main action."""

    QUIET = "quiet"
    FILLED = "filled"
    DANGER = "danger"
    BARE = "bare"
    CHIP = "chip"  # checkable, for filters

    @property
    def tone(self) -> Tone:
        """The colour of the icon."""
        return {
            Kind.FILLED: Tone.ON_ACCENT,
            Kind.DANGER: Tone.DANGER,
            Kind.BARE: Tone.DIM,
        }.get(self, Tone.TEXT)


class Button(QPushButton):
    """A push button, 32 px high. `focusable=False` keeps the keyboard where it is, even when clicked."""

    def __init__(self, text: str, icon: str = "", kind: Kind = Kind.QUIET, *, focusable: bool = True) -> None:
        super().__init__(text)
        self._icon_name = icon
        self._kind = kind
        self.setProperty("kind", kind.value)
        self.setFont(theme.font(Size.BODY, strong=kind is not Kind.CHIP))
        self._gap = GAP  # Qt's own distance from icon to text is too small
        self.setIconSize(QSize(theme.ICON_SIZE + self._gap, theme.ICON_SIZE))
        self.setCheckable(kind is Kind.CHIP)
        self.setAutoDefault(
            False
        )  # Enter belongs to the view's main action, never to what has focus by chance
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if focusable else Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self._tint()

    def show_icon(self, name: str) -> None:
        """Show another icon."""
        if name != self._icon_name:
            self._icon_name = name
            self._tint()

    def _tint(self) -> None:
        if self._icon_name:
            tone = self._kind.tone if self.isEnabled() else Tone.DIM
            self.setIcon(theme.icon(self._icon_name, tone, gap=self._gap))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.EnabledChange):
            self._tint()


class IconButton(Button):
    """A square button with an icon only; `name` is read out and shown as its tooltip."""

    def __init__(self, icon: str, name: str, kind: Kind = Kind.QUIET, *, focusable: bool = True) -> None:
        super().__init__("", icon, kind, focusable=focusable)
        self.setProperty("square", True)  # noqa: FBT003 - Qt's own signature
        self._gap = 0
        self.setIconSize(QSize(theme.ICON_SIZE, theme.ICON_SIZE))
        self._tint()
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setFixedWidth(theme.CONTROL_HEIGHT if kind is Kind.BARE else 40)


class Field(QLineEdit):
    """A line of text, 40 px high. `name` is its accessible name."""

    def __init__(self, name: str, placeholder: str = "", icon: str = "", size: Size = Size.BODY) -> None:
        super().__init__()
        self._icon_name = icon
        self._action: QAction | None = None
        self.setAccessibleName(name)
        self.setPlaceholderText(placeholder)
        self.setFont(theme.font(size))
        self.setFixedHeight(theme.FIELD_HEIGHT)
        self.setProperty("icon", bool(icon))
        if icon:
            self._action = self.addAction(theme.icon(icon, Tone.DIM), self.ActionPosition.LeadingPosition)

    def set_wrong(self, *, wrong: bool) -> None:
        """Redden the border; say why beside the field, since colour alone says nothing."""
        if bool(self.property("wrong")) != wrong:
            self.setProperty("wrong", wrong)
            self.style().unpolish(self)
            self.style().polish(self)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and self._action:
            self._action.setIcon(theme.icon(self._icon_name, Tone.DIM))
