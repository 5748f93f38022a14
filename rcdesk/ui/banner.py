"""Banner: what went wrong and what to do now, in the window, never as a dialog in front of it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy

from rcdesk.core.errors import Kind as Trouble
from rcdesk.core.errors import Problem
from rcdesk.ui.controls import Button, IconButton, Kind
from rcdesk.ui.theme import GAP, Size, Tone
from rcdesk.ui.widgets import IconLabel, Label, column, restyle, row

_PASSING = (Trouble.OFFLINE, Trouble.UNAVAILABLE, Trouble.SERVER)


class Banner(QFrame):
    """One problem at a time, the newest; a session that is over stays told until somebody signs in.

    Signals:
        sign_in_asked: the user wants to sign in again.
        retry_asked: the user wants it tried again now.
    """

    sign_in_asked = Signal()
    retry_asked = Signal()

    def __init__(self, *, can_retry: bool) -> None:
        super().__init__()
        self._can_retry = can_retry
        self._lasting: Problem | None = None
        self._shown: Problem | None = None
        self._warning: Problem | None = None
        self.setProperty("part", "bar")
        self.setProperty("tone", Tone.DANGER.value)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._icon = IconLabel("warning", Tone.DANGER)
        self._title = Label("", Size.BODY, strong=True, wrap=True)
        self._remedy = Label("", Size.SMALL, wrap=True)
        self.action = Button("")
        self.action.clicked.connect(lambda _checked=False: self._on_action())
        self.close_button = IconButton("close", "Dismiss this message", Kind.BARE)
        self.close_button.clicked.connect(lambda _checked=False: self.dismiss())
        self._lay_out()
        self.hide()

    def _lay_out(self) -> None:
        said = column(self._title, self._remedy, gap=GAP // 2)
        said.addSpacing(GAP)
        said.addLayout(row(self.action, 1))
        self._layout = layout = QHBoxLayout(self)
        layout.setSpacing(2 * GAP)
        top = Qt.AlignmentFlag.AlignTop
        layout.addWidget(self._icon, 0, top)
        layout.addLayout(said, 1)
        layout.addWidget(self.close_button, 0, top)

    @property
    def lasting(self) -> Problem | None:
        """What is told until it is over, whether or not something else is told above it just now."""
        return self._lasting

    @property
    def problem(self) -> Problem | None:
        """What is told just now."""
        return self._shown

    def tell(self, problem: Problem) -> None:
        """Show `problem` until it is dismissed or a newer one comes."""
        self._show(problem)

    def warn(self, problem: Problem | None) -> None:
        """Show what is good to know in time, once, until it is dismissed or this is called with None."""
        before, self._warning = self._warning, problem
        if problem is not None and problem != before:
            self._show(problem, Tone.RINGING)
        elif problem is None and before is not None and self._shown == before:
            self.dismiss()

    def tell_lasting(self, problem: Problem | None) -> None:
        """Show `problem` until this is called with None; what else comes meanwhile is shown above it."""
        before = self._lasting
        if problem == before:
            return
        self._lasting = problem
        if problem is not None or self._shown is before:
            self._show(problem)

    def dismiss(self) -> None:
        """Take away what is told; something lasting comes back into sight."""
        self._show(self._lasting)

    def _show(self, problem: Problem | None, tone: Tone = Tone.DANGER) -> None:
        self._shown = problem
        self.setVisible(problem is not None)
        if problem is None:
            return
        restyle(self, "tone", tone.value)
        self._icon.show_icon("info" if tone is Tone.RINGING else "warning", tone)
        self._title.setText(problem.title)
        self._remedy.setText(problem.remedy)
        self._remedy.setVisible(bool(problem.remedy))
        self.setAccessibleName(str(problem))
        signs_in = problem.kind is Trouble.SIGN_IN
        self.action.setText("Sign in" if signs_in else "Try again")
        self.action.setVisible(signs_in or (self._can_retry and problem.kind in _PASSING))
        closes = problem is not self._lasting
        self.close_button.setVisible(closes)
        self._layout.setContentsMargins(4 * GAP, 2 * GAP, (2 if closes else 4) * GAP, 2 * GAP)

    def _on_action(self) -> None:
        if self._shown and self._shown.kind is Trouble.SIGN_IN:
            self.sign_in_asked.emit()
        else:
            self.dismiss()
            self.retry_asked.emit()
