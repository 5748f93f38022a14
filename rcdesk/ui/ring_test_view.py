"""RingTestView: asks for a ring test, and tells step by step how far the pretend call came."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from rcdesk.core.subscription import LinkState, LinkStatus
from rcdesk.services.feed import Latest
from rcdesk.services.ring_test import Progress, Step
from rcdesk.ui import link_words, timeline
from rcdesk.ui.controls import Button
from rcdesk.ui.theme import GAP, Size, Tone
from rcdesk.ui.timeline import Mark
from rcdesk.ui.widgets import Label, Notice, column, row

EXPLAINED = (
    "A pretend call goes through rcdesk to a card on this screen. No phone rings, and nothing is kept of it."
)
ASK, RINGING = "Ring test", "Ringing…"
STEPS = {  # what is to be done, was done, was not done
    Step.READ: ("Read the message", "The message was read", "The message was not understood"),
    Step.FOLLOWED: ("Follow the call", "The call was followed", "The call was not followed"),
    Step.SHOWN: ("Show a card", "The card is on the screen", "No card is on the screen"),
    Step.PLAYED: ("Play the sound", "The sound was played", "No sound was played"),
}
SHOWN_AND_GONE = "The card was on the screen"
NO_SOUND = "No sound is wanted"
WAY_OPEN, WAY_UNTRIED = "The way from the server is open", "The way from the server was not tested"

Line = tuple[Mark, str, str]
"""Mark, title and detail of a step."""


class RingTestView(QWidget):
    """The button, and below it the steps of the latest test once there was one.

    Signals:
        asked: the user wants a test.
    """

    asked = Signal()

    def __init__(self, progress: Latest[Progress | None], clock: Callable[[], float]) -> None:
        super().__init__()
        self._clock = clock
        self.steps: list[timeline.Step] = []
        self.button = _wide_enough(Button("", "bell"))
        self.button.setAccessibleDescription(EXPLAINED)
        self.button.clicked.connect(lambda _checked=False: self.asked.emit())
        self.why = Notice("warning", "")
        self.why.hide()
        self._below = column(gap=0)
        top = row(Label(EXPLAINED, Size.SMALL, Tone.DIM, wrap=True), self.button, gap=3 * GAP)
        top.setStretch(0, 1)
        self.setLayout(column(top, self._below, self.why, gap=3 * GAP))
        undo = progress.follow(self._on_progress)
        self.destroyed.connect(lambda _object=None: undo())

    def _on_progress(self, progress: Progress | None) -> None:
        if progress is None:
            return
        if not self.steps:
            self._build()
        for step, line in zip(self.steps, lines(progress, self._clock()), strict=True):
            step.tell(*line)
        # Disabled it would lose the keyboard to another control; what is under way, it does not begin again.
        self.button.setText(ASK if progress.over else RINGING)
        self.why.setText(progress.why)
        self.why.setVisible(bool(progress.why))

    def _build(self) -> None:
        last = len(STEPS) + 1
        self.steps = [timeline.Step(number, last=number == last) for number in range(1, last + 1)]
        for step in self.steps:
            self._below.addWidget(step)


def _wide_enough(button: Button) -> Button:
    """Give `button` room for each of its words, so that it keeps its shape."""
    button.ensurePolished()
    for text in (RINGING, ASK):
        button.setText(text)
        button.setMinimumWidth(max(button.minimumWidth(), button.sizeHint().width()))
    return button


def lines(progress: Progress, now: float) -> Iterator[Line]:
    """Tell each step, from the server to the loudspeaker."""
    yield _way(progress.link, now)
    for step, (wish, done, failed) in STEPS.items():
        if step is Step.PLAYED and not progress.sound:
            yield Mark.TO_COME, NO_SOUND, ""
        elif step <= progress.reached:
            shown_and_gone = step is Step.SHOWN and progress.over
            yield Mark.DONE, SHOWN_AND_GONE if shown_and_gone else done, ""
        elif step > progress.reached + 1:
            yield Mark.TO_COME, wish, ""
        elif progress.why:
            yield Mark.FAILED, failed, ""
        else:
            yield Mark.UNDER_WAY, wish, ""


def _way(link: LinkStatus, now: float) -> Line:
    """The test begins on this computer: all that can be told of the way to it is how the link stands."""
    how = link_words.LOOKS[link.state].word.rstrip("…") + link_words.since(link, now)
    if link.state is LinkState.LIVE:
        return Mark.DONE, WAY_OPEN, how
    return Mark.STOPPED, WAY_UNTRIED, how
