"""Chips: one choice of a few, all in sight; arrow keys move between them, Tab goes past."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, TypeVar

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QButtonGroup, QWidget

from rcdesk.ui.controls import Button, Kind
from rcdesk.ui.flow import Flow
from rcdesk.ui.theme import GAP

C = TypeVar("C")


class ChipRow(QWidget, Generic[C]):
    """A row of checkable chips of which exactly one is chosen; two rows where there is no room.

    Signals:
        chosen: another one was chosen by the user; its value.
    """

    chosen = Signal(object)

    def __init__(self, name: str, options: Iterable[tuple[C, str]]) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._values: list[C] = []
        self._group = QButtonGroup(self)
        layout = Flow(GAP + 2)
        for value, text in options:
            chip = Button(text, kind=Kind.CHIP)
            self._group.addButton(chip, len(self._values))
            self._values.append(value)
            layout.addWidget(chip)
        self.setLayout(layout)
        self._group.button(0).setChecked(True)
        self._group.idToggled.connect(self._on_toggled)

    @property
    def value(self) -> C:
        """The chosen value."""
        return self._values[self._group.checkedId()]

    def choose(self, value: C) -> None:
        """Choose by program; `chosen` stays silent."""
        with QSignalBlocker(self._group):
            self.chip(value).setChecked(True)

    def chip(self, value: C) -> Button:
        """Return the chip of `value`."""
        button = self._group.button(self._values.index(value))
        assert isinstance(button, Button)
        return button

    def _on_toggled(self, number: int, checked: bool) -> None:
        if checked:
            self.chosen.emit(self._values[number])
