"""RingOutView: a call that is being placed, from one's own phone ringing to how it ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QWidget

from rcdesk.core import ringout
from rcdesk.core.ringout import End, Progress
from rcdesk.ui import words
from rcdesk.ui.controls import Button, Kind
from rcdesk.ui.theme import GAP, Size, Tone
from rcdesk.ui.timeline import Mark, Step
from rcdesk.ui.widgets import (
    Card,
    ElidedLabel,
    IconLabel,
    Label,
    Notice,
    NumberLabel,
    Scroll,
    column,
    row,
)

ENDS: dict[End, tuple[str, Tone]] = {
    End.CONNECTED: ("phone", Tone.ON_CALL),
    End.OVER: ("check", Tone.DIM),
    End.CANCELLED: ("check", Tone.DIM),
    End.NOT_CANCELLED: ("warning", Tone.RINGING),
    End.OWN_NOT_ANSWERED: ("phone-off", Tone.DANGER),
    End.NOT_ANSWERED: ("phone-off", Tone.DANGER),
    End.FAILED: ("warning", Tone.DANGER),
    End.LOST: ("offline", Tone.RINGING),
}
NO_MORE = (End.CONNECTED, End.OVER, End.NOT_CANCELLED, End.LOST)  # after which nobody wants to try again
MARKS = {
    ringout.Step.WAITING: Mark.TO_COME,
    ringout.Step.RINGING: Mark.UNDER_WAY,
    ringout.Step.ANSWERED: Mark.DONE,
    ringout.Step.FAILED: Mark.FAILED,
    ringout.Step.OVER: Mark.STOPPED,
}


@dataclass
class Stopwatch:
    """How long one leg has been ringing, from when the screen first heard of it."""

    began: float | None = None
    ended: float | None = None

    def follow(self, step: ringout.Step, now: float) -> None:
        """Start when the leg rings, stop when it does no more."""
        if step is ringout.Step.RINGING and self.began is None:
            self.began = now
        elif step is not ringout.Step.RINGING and self.began is not None and self.ended is None:
            self.ended = now

    def words(self, now: float) -> str:
        """Return "0:11" while it rings, "after 4 s" when it rang, "" if it never did."""
        if self.began is None:
            return ""
        if self.ended is None:
            return words.clock(now - self.began)
        return f"after {words.span(self.ended - self.began)}"


class RingOutView(QWidget):
    """Both legs as a timeline. At the end: what became of it, in one sentence, and what to do now.

    Signals:
        cancel_asked, open_call_asked: the user wants to stop the call, or to see it among the live ones.
        done_asked: the user has seen the end.
        again_asked: the user wants the same call once more; its number stands above the button.
    """

    cancel_asked = Signal()
    open_call_asked = Signal()
    done_asked = Signal()
    again_asked = Signal()

    def __init__(
        self, show_number: Callable[[str], str], clock: Callable[[], float], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._show_number = show_number
        self._clock = clock
        self._progress: Progress | None = None
        self._watches = (Stopwatch(), Stopwatch())
        self._heading = Label("Calling", Size.SMALL, Tone.DIM)
        self._name = ElidedLabel("", Size.LARGE, strong=True)
        self._number = NumberLabel("", tone=Tone.DIM)
        self.steps = (Step(1), Step(2), Step(3, last=True))
        self._end_icon = IconLabel("phone")
        self._summary = Label("", Size.BODY, strong=True, wrap=True)
        self.hint = Notice("bell", "")
        self.advice = Notice("info", "")
        self._second = QTimer(self, interval=1000)
        self._second.timeout.connect(self._tell_steps)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._make_buttons()
        self._lay_out()

    def _make_buttons(self) -> None:
        self.cancel = Button("Cancel the call", "close", Kind.DANGER)
        self.open_call = Button("Open live call")
        self.done = Button("Done")
        self.again = Button("Try again", "phone", Kind.FILLED)
        for button, signal in (
            (self.cancel, self.cancel_asked),
            (self.open_call, self.open_call_asked),
            (self.done, self.done_asked),
            (self.again, self.again_asked),
        ):
            button.clicked.connect(lambda _checked=False, told=signal: told.emit())

    def _lay_out(self) -> None:
        self._end = QWidget()
        end = row(self._end_icon, self._summary)
        end.setStretch(1, 1)
        end.setAlignment(self._end_icon, Qt.AlignmentFlag.AlignTop)
        self._end.setLayout(end)
        heading = column(self._heading, self._name, self._number, gap=2)
        timeline = column(*self.steps, gap=0)
        inside = column(
            heading, timeline, self._end,
            row(self.cancel, self.again, 1, self.open_call, self.done), gap=4 * GAP,
        )  # fmt: skip
        inside.setContentsMargins(4 * GAP, 4 * GAP, 4 * GAP, 4 * GAP)
        card = Card()
        card.setLayout(inside)
        content = QWidget()
        content.setLayout(column(card, self.hint, self.advice, 1))
        whole = column(Scroll(content))
        self.setLayout(whole)

    def show_progress(self, progress: Progress) -> None:
        """Show how the call stands."""
        if self._progress is None or progress.order is not self._progress.order:
            self._watches = (Stopwatch(), Stopwatch())
        self._progress = progress
        now = self._clock()
        for watch, leg in zip(self._watches, (progress.own, progress.other), strict=True):
            watch.follow(leg, now)
        focused = QApplication.focusWidget()
        keyboard_here = focused is self or (focused is not None and self.isAncestorOf(focused))
        self._tell_whom(progress)
        self._tell_steps()
        self._tell_end(progress)
        self._keep_time()
        if keyboard_here:
            self.focus_first()

    def focus_first(self) -> None:
        """Put the keyboard where a key pressed in haste does no harm: never on what dials."""
        for button in (self.cancel, self.done, self.open_call):
            if button.isVisibleTo(self) and button.isEnabled():
                button.setFocus(Qt.FocusReason.OtherFocusReason)
                return
        self.setFocus(Qt.FocusReason.OtherFocusReason)  # else the window would give it to its first control

    def _tell_whom(self, progress: Progress) -> None:
        shown = self._show_number(progress.order.number)
        self._name.setText(progress.order.name or shown)
        self._number.show_number(shown, progress.order.number)
        self._number.setVisible(bool(progress.order.name))
        self._heading.setText("Calling" if progress.end is None else "Call to")

    def _tell_steps(self) -> None:
        progress = self._progress
        if progress is None:
            return
        now = self._clock()
        own, other = (watch.words(now) for watch in self._watches)
        order = progress.order
        seen = f"they see {self._show_number(order.caller_id)}" if order.caller_id else ""
        connected = progress.end in (End.CONNECTED, End.OVER)
        self.steps[0].tell(
            MARKS[progress.own], progress.own_words, words.joined(self._show_number(order.own), own)
        )
        self.steps[1].tell(MARKS[progress.other], progress.other_words, words.joined(seen, other))
        self.steps[2].tell(Mark.DONE if connected else Mark.TO_COME, "Connected", "")

    def _tell_end(self, progress: Progress) -> None:
        over = progress.end is not None
        if progress.end is not None:
            icon, tone = ENDS[progress.end]
            self._end_icon.show_icon(icon, tone)
            self._summary.setText(progress.summary)
            self._summary.set_tone(Tone.TEXT if tone is Tone.DIM else tone)
        self._end.setVisible(over)
        for notice, wanted in ((self.hint, not over), (self.advice, over)):
            notice.setText(progress.advice)
            notice.setVisible(wanted and bool(progress.advice))
        self.cancel.setVisible(not over)
        self.cancel.setEnabled(progress.can_cancel and not progress.cancelling)
        self.cancel.setText("Cancelling…" if progress.cancelling else "Cancel the call")
        answered = ringout.Step.ANSWERED in (progress.own, progress.other)
        self.open_call.setVisible(answered and progress.end in (None, End.CONNECTED, End.NOT_CANCELLED))
        self.done.setVisible(over)
        self.again.setVisible(over and progress.end not in NO_MORE)

    def _keep_time(self) -> None:
        ringing = any(watch.began is not None and watch.ended is None for watch in self._watches)
        under_way = self._progress is not None and self._progress.end is None
        if ringing and under_way and self.isVisible():
            self._second.start()
        else:
            self._second.stop()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter is for "Done", which dials nothing and cancels nothing; the others hear only Space, as the pad does."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and self.done.hasFocus() and not event.isAutoRepeat():
            self.done.click()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._tell_steps()
        self._keep_time()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._second.stop()
