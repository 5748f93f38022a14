"""The three ways to sign in, each with what it needs to be told."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from rcdesk.services.session import Browser, Jwt, Password, Way
from rcdesk.ui import login_checks as checks
from rcdesk.ui.controls import Button, Field
from rcdesk.ui.form import LabelledField, label_for
from rcdesk.ui.theme import GAP, Size, Tone
from rcdesk.ui.widgets import Label, Notice, column, copy_text, row


class BrowserWay(QWidget):
    """Sign-in in the browser; while it is awaited, the address to open by hand."""

    title = "Browser"

    def __init__(self) -> None:
        super().__init__()
        self._words = Label(
            "Your browser opens the sign-in page of your server. rcdesk never sees your password.",
            tone=Tone.DIM, wrap=True,
        )  # fmt: skip
        self.address = Field("Address to open")
        self.address.setReadOnly(True)
        self.copy = Button("Copy address", "copy")
        self.copy.clicked.connect(lambda _checked=False: copy_text(self.address.text()))
        self._waiting = QWidget()
        notice = Notice(
            "globe", "Finish signing in in your browser. This window goes on by itself.", Tone.DIM
        )
        label = label_for("Nothing opened? Open this address yourself", self.address)
        field = row(self.address, self.copy)
        field.setStretch(0, 1)
        self._waiting.setLayout(column(notice, label, field, gap=2 * GAP))
        self._waiting.hide()
        self.setLayout(column(self._words, self._waiting))

    def show_address(self, address: str) -> None:
        """Show where the browser should be; "" while it is not awaited."""
        self.address.setText(address)
        self.address.setCursorPosition(0)
        self._waiting.setVisible(bool(address))
        self._words.setVisible(not address)

    def verified(self) -> Way | None:
        return Browser()

    def forget(self) -> None:
        """There is no secret here."""


class JwtWay(QWidget):
    """Sign-in by the JWT of a private app."""

    title = "JWT"

    def __init__(self) -> None:
        super().__init__()
        self.jwt = LabelledField(
            "JWT", checks.wrong_jwt, secret=True, placeholder="Paste it here",
            help_text="For your own private app: make it in the developer console, under your credentials.",
        )  # fmt: skip
        self.setLayout(column(self.jwt))
        self.setFocusProxy(self.jwt)
        self.secret = self.jwt

    def verified(self) -> Way | None:
        return Jwt(checks.bare_jwt(self.jwt.text)) if self.jwt.verify() else None

    def forget(self) -> None:
        """Take the secret off the screen and out of the field."""
        self.jwt.set_text("")


class PasswordWay(QWidget):
    """The sign-in of old: number, extension, password."""

    title = "Number + password"

    def __init__(self) -> None:
        super().__init__()
        legacy = Label(
            "Legacy – only where your server still offers it. RingCentral itself no longer does.",
            Size.SMALL, Tone.RINGING, wrap=True,
        )  # fmt: skip
        self.number = LabelledField("Phone number", checks.wrong_number, placeholder="+1 650 555 0101")
        self.extension = LabelledField("Extension (if any)", checks.wrong_extension, placeholder="101")
        self.password = LabelledField("Password", checks.wrong_password, secret=True)
        numbers = row(self.number, self.extension)
        numbers.setStretch(0, 3)
        numbers.setStretch(1, 2)
        for part in (self.number, self.extension):
            numbers.setAlignment(part, Qt.AlignmentFlag.AlignTop)
        self.setLayout(column(legacy, numbers, self.password, gap=3 * GAP))
        self.setFocusProxy(self.number)
        self.secret = self.password

    def verified(self) -> Way | None:
        fields = (self.number, self.extension, self.password)
        right = [field.verify() for field in fields]  # all of them: each says what is wrong with it
        if not all(right):
            fields[right.index(False)].setFocus()
            return None
        return Password(checks.bare_number(self.number.text), self.extension.text, self.password.field.text())

    def forget(self) -> None:
        """Take the secret off the screen and out of the field."""
        self.password.set_text("")


WayPage = BrowserWay | JwtWay | PasswordWay
