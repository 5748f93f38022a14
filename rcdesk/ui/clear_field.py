"""ClearField: a field with a cross that empties it, there only while there is something to empty."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent

from rcdesk.ui import theme
from rcdesk.ui.controls import Field
from rcdesk.ui.theme import Size


class ClearField(Field):
    """A field that its cross or Escape empties. Qt's own clear button would not follow the theme.

    Signals:
        emptied: by the cross or by Escape.
    """

    emptied = Signal()

    def __init__(self, name: str, placeholder: str = "", icon: str = "", size: Size = Size.BODY) -> None:
        super().__init__(name, placeholder, icon, size)
        self._cross = self.addAction(theme.icon("close"), self.ActionPosition.TrailingPosition)
        self._cross.setToolTip("Clear")
        self._cross.setVisible(False)
        self._cross.triggered.connect(lambda _checked=False: self._empty())
        self.textChanged.connect(lambda text: self._cross.setVisible(bool(text)))

    def _empty(self) -> None:
        self.clear()
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.emptied.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self._empty()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and hasattr(self, "_cross"):
            self._cross.setIcon(theme.icon("close"))
