"""PhoneChoice: one of the user's phones or numbers; where it makes sense, another one that they type."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QWidget

from rcdesk.core.account import Phone
from rcdesk.ui.choice import Choice
from rcdesk.ui.form import LabelledField, label_for
from rcdesk.ui.theme import GAP
from rcdesk.ui.widgets import column

_ANOTHER = "another"  # no number is this


class PhoneChoice(QWidget):
    """A picker with its label above. Its last entry may open a field for a number that is not offered.

    Args:
        default: a first entry, and its detail, that mean no number at all.
        another: the last entry, which opens the field.

    Signals:
        changed: another number is chosen or typed.
    """

    changed = Signal()

    def __init__(
        self,
        label: str,
        show_number: Callable[[str], str],
        *,
        default: tuple[str, str] | None = None,
        another: str = "",
    ) -> None:
        super().__init__()
        self._show_number = show_number
        self._default, self._another = default, another
        self._phones: tuple[Phone, ...] = ()
        self.touched = False  # the user chose by hand, which outlives another offer
        self.choice = Choice(label)
        self.typed = LabelledField("Number of that phone", placeholder="+1 650 555 0101")
        self.typed.hide()
        self.setLayout(column(label_for(label, self.choice), self.choice, self.typed, gap=GAP))
        self.setFocusProxy(self.choice)
        self.choice.currentIndexChanged.connect(lambda _index: self._on_chosen())
        self.choice.activated.connect(lambda _index: self._on_chosen_by_hand())
        self.typed.field.textChanged.connect(lambda _text: self.changed.emit())
        self.typed.field.textEdited.connect(lambda _text: self._on_touched())

    @property
    def typing(self) -> bool:
        """Whether the number is typed, not chosen."""
        return bool(self.choice.currentData() == _ANOTHER)

    @property
    def number(self) -> str:
        """The number as it was offered or typed; "" for none."""
        return self.typed.text if self.typing else str(self.choice.currentData() or "")

    @property
    def label(self) -> str:
        """What the user calls the chosen phone, "" for a number that was typed."""
        return next((p.label for p in self._phones if p.number == self.number and not self.typing), "")

    def offer(self, phones: Iterable[Phone], last: str) -> None:
        """Offer `phones`. What was chosen by hand stays, else `last` is; not among them, it counts as typed.

        Where there were some and now are none, somebody else has signed in, and the choice is theirs again.
        """
        before, self._phones = self._phones, tuple(phones)
        if before and not self._phones:
            self.touched = False
            self.typed.set_text("")
        wish = self.number if self.touched else last
        numbers = {phone.number for phone in self._phones}
        with QSignalBlocker(self.choice):
            self.choice.clear()
            if self._default:
                self.choice.add(*self._default, "")
            for phone in self._phones:
                self.choice.add(phone.label, self._show_number(phone.number), phone.number)
            if self._another:
                self.choice.add(self._another, "", _ANOTHER)
            if wish in numbers:
                self.choice.setCurrentIndex(self.choice.findData(wish))
            elif wish and self._another:
                self.choice.setCurrentIndex(self.choice.findData(_ANOTHER))
                self.typed.set_text(self._show_number(wish))
        self._on_chosen()

    def _on_chosen(self) -> None:
        self.typed.setVisible(self.typing)
        self.changed.emit()

    def _on_touched(self) -> None:
        self.touched = True

    def _on_chosen_by_hand(self) -> None:
        self.touched = True
        if self.typing:
            self.typed.field.setFocus(Qt.FocusReason.OtherFocusReason)
