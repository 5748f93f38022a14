"""Form: fields with their label above and, when something is wrong, the reason below."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QLineEdit, QWidget

from rcdesk.ui.choice import Choice
from rcdesk.ui.controls import Field
from rcdesk.ui.theme import GAP, Size, Tone
from rcdesk.ui.widgets import Label, column

Check = Callable[[str], str]
"""Returns what is wrong with a text, in one sentence for the person who typed it; "" if nothing."""


def label_for(text: str, field: QWidget) -> Label:
    """Return the small label above `field`, which gives it its accessible name and its shortcut, if any."""
    label = Label(text, Size.SMALL, Tone.DIM)
    label.setBuddy(field)
    field.setAccessibleName(text)
    return label


class LabelledField(QWidget):
    """A line of text with label, help and check. What is wrong is said once asked, until it is edited."""

    def __init__(
        self,
        label: str,
        check: Check | None = None,
        *,
        placeholder: str = "",
        secret: bool = False,
        help_text: str = "",
    ) -> None:
        super().__init__()
        self._check = check
        self.field = Field(label, placeholder)
        if secret:
            self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self._help = Label(help_text, Size.SMALL, Tone.DIM, wrap=True)
        self._help.setVisible(bool(help_text))
        self._wrong = Label("", Size.SMALL, Tone.DANGER, wrap=True)
        self._wrong.hide()
        self.setLayout(column(label_for(label, self.field), self.field, self._help, self._wrong, gap=GAP))
        self.setFocusProxy(self.field)
        self.field.textEdited.connect(lambda _text: self._say(""))

    @property
    def text(self) -> str:
        """What was typed, without blanks around it."""
        return self.field.text().strip()

    def set_text(self, text: str) -> None:
        self.field.setText(text)
        self._say("")

    @property
    def wrong(self) -> str:
        """What is said to be wrong at the moment."""
        return self._wrong.text()

    def verify(self) -> bool:
        """Say below the field what is wrong with it, if anything; return whether all is well."""
        self._say(self._check(self.text) if self._check else "")
        return not self.wrong

    def complain(self, wrong: str) -> None:
        """Say below the field what somebody else found wrong, and put the keyboard there."""
        self._say(wrong)
        self.field.setFocus()

    def _say(self, wrong: str) -> None:
        self._wrong.setText(wrong)
        self._wrong.setVisible(bool(wrong))
        self._help.setVisible(bool(self._help.text()) and not wrong)
        self.field.set_wrong(wrong=bool(wrong))
        self.field.setAccessibleDescription(wrong or self._help.text())


class LabelledChoice(QWidget):
    """A combo box with its label above."""

    def __init__(self, label: str) -> None:
        super().__init__()
        self.choice = Choice(label)
        self.setLayout(column(label_for(label, self.choice), self.choice, gap=GAP))
        self.setFocusProxy(self.choice)
