"""DialPad: a number in any notation, the phone that rings first, the number they see; then the call itself."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget

from rcdesk.core.account import DialChoices
from rcdesk.core.errors import Problem
from rcdesk.core.numbers import Unreadable, inside
from rcdesk.core.ringout import End, Order, Progress
from rcdesk.ui.check_box import CheckBox
from rcdesk.ui.clear_field import ClearField
from rcdesk.ui.controls import Button, Kind
from rcdesk.ui.dial_source import DialSource
from rcdesk.ui.enter import Enter
from rcdesk.ui.fitted_scroll import FittedScroll
from rcdesk.ui.keypad import Keypad
from rcdesk.ui.number_hint import Hint, hint_of
from rcdesk.ui.phone_choice import PhoneChoice
from rcdesk.ui.preferences import Preferences
from rcdesk.ui.ringout_view import RingOutView
from rcdesk.ui.theme import GAP, Size, Tone
from rcdesk.ui.widgets import GUTTER, Label, Notice, column

NOTHING_TYPED = "Type or paste a number, in any notation."
FROM_OUTSIDE = "This number came from outside rcdesk. Choose the Call button to dial it."
TOLD = 30  # characters of what is no number
NOT_TYPED = (  # keys that are no act of their own: with them one leaves a window, or begins another key
    Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_AltGr,
    Qt.Key.Key_Meta, Qt.Key.Key_Super_L, Qt.Key.Key_Super_R, Qt.Key.Key_CapsLock, Qt.Key.Key_NumLock,
)  # fmt: skip


class DialPad(QWidget):
    """Places calls, one at a time, and only to a number that stands on the Call button in full.

    Signals:
        open_call_asked: the user wants to see the call among the live ones.
    """

    open_call_asked = Signal()

    def __init__(self, source: DialSource, preferences: Preferences, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self._preferences = preferences
        self._hint = Hint()
        self._settled = False  # what is typed is meant as a whole number, and judged as one
        self._enter = Enter(source.clock)
        self.field = ClearField("Number to call", "Number", size=Size.LARGE)
        self.hint = Label(NOTHING_TYPED, Size.SMALL, Tone.DIM, wrap=True)
        self.own = PhoneChoice("Ring me on", self._show_number, another="Another number…")
        self.seen = PhoneChoice(
            "They see", self._show_number, default=("Default", "as your account is set up")
        )
        self.prompt = CheckBox("Ask me to press 1 first")
        self.keypad = Keypad()
        self.call = Button("Call", "phone", Kind.FILLED)
        self.problem = Notice("warning", "", Tone.DANGER)
        self._ringout: RingOutView | None = None
        self._lay_out()
        self._connect()

    def fill(self, text: str, *, outside: bool = False) -> None:
        """Put a number from the history or, `outside`, from a link into the field. It is never dialled by this."""
        self._enter.on_fill(outside=outside)
        if outside:
            QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]
        if (progress := self._source.progress.value) and progress.end is not None:
            self._source.clear()
        self._settled = True
        self.field.setText(self._readable(text))
        self._read()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def ringout(self) -> RingOutView:
        """The call that is placed, in the pad's place; built when it is first wanted."""
        if self._ringout is None:
            self._ringout = view = RingOutView(self._show_number, self._source.clock)
            view.cancel_asked.connect(lambda: self._source.cancel())
            view.open_call_asked.connect(self.open_call_asked)
            view.done_asked.connect(self._on_done)
            view.again_asked.connect(self._on_again)
            view.again.installEventFilter(self)
            view.setContentsMargins(0, 0, GUTTER, 0)
            self._stack.addWidget(view)
        return self._ringout

    @property
    def _calling(self) -> bool:
        """Whether a call stands in the pad's place."""
        return self._ringout is not None and self._stack.currentWidget() is self._ringout

    @property
    def waiting(self) -> str:
        """What was put into the pad and cannot be seen there, in words, for who is to sign in first."""
        if self._hint.number:
            return f"{self._hint.shown} is in the dial pad. Sign in to call it."
        text = " ".join(self.field.text().split())
        told = f"“{text if len(text) <= TOLD else text[:TOLD] + '…'}” cannot be called." if text else ""
        return f"{told} {self._hint.wrong or 'There is no number in the link.'}".strip()

    def _readable(self, text: str) -> str:
        """A link's number as people write it, if that says the same; else what is in it."""
        read = self._source.read(text)
        if isinstance(read, Unreadable):
            return inside(text)
        shown = hint_of(read, self._source.who).shown
        return shown if self._source.read(shown) == read else text

    def _lay_out(self) -> None:
        self.hint.setContentsMargins(2, 0, 2, 0)
        self.prompt.setChecked(self._preferences.value.prompt)
        self.prompt.setToolTip("Your phone asks for a 1 before the other side is called.")
        self.call.setProperty("tall", True)  # noqa: FBT003 - Qt's own signature
        self.problem.hide()
        content = QWidget()
        content.setLayout(
            column(
                column(self.field, self.hint, gap=GAP),
                self.own,
                self.seen,
                self.prompt,
                self.keypad,
                gap=2 * GAP,
            )
        )
        pad = QWidget()
        below = column(self.problem, self.call, gap=2 * GAP)
        below.setContentsMargins(0, 0, GUTTER, 0)
        whole = column(FittedScroll(content), below, 1, gap=2 * GAP)
        whole.setContentsMargins(0, 0, 0, 3 * GAP)
        pad.setLayout(whole)
        self._stack = QStackedWidget()
        self._stack.addWidget(pad)
        self.setLayout(column(self._stack))

    def _connect(self) -> None:
        self.field.textEdited.connect(lambda _text: self._on_edited())
        self.field.textChanged.connect(lambda _text: self._read())
        self.field.editingFinished.connect(self._on_finished)
        self.keypad.typed.connect(self._on_key)
        self.own.changed.connect(self._tell)
        self.call.clicked.connect(lambda _checked=False: self._on_call())
        self.call.installEventFilter(self)
        undoings = (
            self._source.choices.follow(self._on_choices),
            self._source.progress.follow(self._on_progress),
        )
        self.destroyed.connect(lambda _object=None: [undo() for undo in undoings])

    def _show_number(self, number: str) -> str:
        return self._source.who(number, "", "").number or number

    def _read(self) -> None:
        text = self.field.text().strip()
        read = self._source.read(text) if text else None
        self._hint = hint_of(read, self._source.who) if read else Hint()
        self._tell()

    def _tell(self) -> None:
        """Say what was read, and on the button what it would call."""
        hint = self._hint
        self._tell_hint()
        self.call.setText(f"Call {hint.shown}" if hint.number else "Call")
        self.call.setEnabled(bool(hint.number))
        self.problem.hide()

    def _tell_hint(self) -> None:
        hint, wrong = self._hint, bool(self._hint.wrong) and self._settled
        self.hint.setText(hint.wrong or hint.text or ("" if hint.number else NOTHING_TYPED))
        self.hint.set_tone(Tone.DANGER if wrong else Tone.DIM)
        self.field.set_wrong(wrong=wrong)
        self.field.setAccessibleDescription(self.hint.text())

    def _on_edited(self) -> None:
        self._settled = False
        self._enter.on_edit()

    def _on_finished(self) -> None:
        self._settled = True
        self._tell()

    def _on_key(self, sign: str) -> None:
        self._settled = False
        self.field.insert(sign)

    def _on_call(self) -> None:
        if self._calling:
            return  # the number is not to be seen: whatever sent the key here, it was not meant
        self._settled = True
        self._tell()
        order = self._order()
        if order is None:
            return
        self._preferences.update(last_phone=order.own, last_caller_id=order.caller_id, prompt=order.prompt)
        self._place(order)

    def _order(self) -> Order | None:
        """What the button says, None while something is missing; that is then said where it is missing."""
        hint = self._hint
        own = self._own_number() if hint.number else ""
        if not own:
            return None
        return Order(
            hint.number, own, self.own.label, self.seen.number, self.prompt.isChecked(), hint.name, hint.shown
        )

    def _own_number(self) -> str:
        """The phone that rings first; "" if none can be told from what was typed, which is then said there."""
        if not self.own.typing:
            return self.own.number
        read = self._source.read(self.own.number)
        if isinstance(read, Unreadable):
            asked = "Type the number of the phone that shall ring first."
            self.own.typed.complain(hint_of(read, self._source.who).wrong if self.own.number else asked)
            return ""
        return read.dial

    def _place(self, order: Order) -> None:
        try:
            self._source.dial(order)
        except Problem as problem:
            self.problem.setText(f"{problem.title} {problem.remedy}")
            self.problem.show()

    def _on_choices(self, choices: DialChoices) -> None:
        last = self._preferences.value
        self.own.offer(choices.phones, last.last_phone)
        self.seen.offer(choices.caller_ids, last.last_caller_id)
        self._read()

    def _on_progress(self, progress: Progress | None) -> None:
        focused = QApplication.focusWidget()
        keyboard_was_here = focused is not None and self.isAncestorOf(focused)
        if progress is None:
            self._stack.setCurrentIndex(0)
            self._enter.on_view()
            if keyboard_was_here:
                self.field.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.ringout.show_progress(progress)
        if not self._calling:
            self._stack.setCurrentWidget(self.ringout)
            if keyboard_was_here:
                self.ringout.focus_first()

    def _on_done(self) -> None:
        progress = self._source.progress.value
        if progress and progress.end in (End.CONNECTED, End.OVER):
            self.field.clear()
        self._source.clear()

    def _on_again(self) -> None:
        """Once more the same call: its number stands in full above the button."""
        progress = self._source.progress.value
        if progress:
            self._source.clear()
            self._place(progress.order)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():  # the pane was chosen, not the window brought back
            self._enter.on_view()
            if self._source.progress.value is None:
                self.field.setFocus(Qt.FocusReason.OtherFocusReason)
            else:
                self.ringout.focus_first()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if not enter or not (self.field.hasFocus() or self.call.hasFocus()):
            super().keyPressEvent(event)
        elif not event.isAutoRepeat() and self._enter.meant():
            self._on_call()
        elif self._enter.unseen:
            self.hint.setText(FROM_OUTSIDE)
            self.field.setAccessibleDescription(FROM_OUTSIDE)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.ActivationChange and self.isActiveWindow():
            self._enter.on_view()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hear Space on what dials; and after a number came from outside, what the user does in the window."""
        if event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            dials = watched is self.call or (self._ringout is not None and watched is self._ringout.again)
            if dials and event.key() == Qt.Key.Key_Space:
                return not self._enter.meant()
            if self._enter.unseen and self._is_here(watched) and event.key() not in NOT_TYPED:
                self._on_act(self._enter.on_key)
        elif event.type() is QEvent.Type.MouseButtonPress and self._is_here(watched):
            self._on_act(self._enter.on_click)
        return False

    def _is_here(self, watched: QObject) -> bool:
        return isinstance(watched, QWidget) and watched.window() is self.window()

    def _on_act(self, tell: Callable[[], None]) -> None:
        tell()
        if not self._enter.unseen:
            QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]
