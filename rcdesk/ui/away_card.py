"""AwayCard: one quiet card that says what came while no live calls were shown."""

from __future__ import annotations

import logging
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QFontMetrics

from rcdesk.core.away import Summary
from rcdesk.services.feed import Feed
from rcdesk.ui import theme, words
from rcdesk.ui.popup import LINE_ROOM, Face
from rcdesk.ui.popups import Popups
from rcdesk.ui.theme import Size, Tone

trace = logging.getLogger("rcdesk.trace")  # for tests of the whole program: that it was told, and once

STAYS = 120.0  # seconds: whoever comes back to the desk looks at other things first


class AwayCard(QObject):
    """Shows the newest summary, like the card of a call: never with the keyboard, gone after a while.

    If no call came there is nothing to show: what the link did, the tray and the window say.

    Signals:
        history_asked: the user wants to see the calls.
    """

    KEY = "away"  # among the cards of calls, whose keys are longer

    history_asked = Signal()

    def __init__(
        self,
        popups: Popups,
        summaries: Feed[Summary],
        clock: Callable[[], float],
        wanted: Callable[[], bool],
        parent: QObject | None = None,
    ) -> None:
        """`wanted`: whether the user wants cards at all."""
        super().__init__(parent)
        self._popups = popups
        self._clock = clock
        self._wanted = wanted
        self._stop_listening = summaries.subscribe(self._on_summary)
        popups.open_asked.connect(self._on_open)

    def close(self) -> None:
        """Show no more."""
        self._stop_listening()

    def _on_summary(self, summary: Summary) -> None:
        if self._wanted() and (summary.counts or not summary.known):
            self._popups.show(self.KEY, face(summary, self._clock()))
            trace.debug("summary %s", summary.words)

    def _on_open(self, key: str) -> None:
        if key == self.KEY:
            self._popups.take_away(self.KEY)
            self.history_asked.emit()


def face(summary: Summary, now: float) -> Face:
    """Return how the card of `summary` looks."""
    period = words.period(summary.began, summary.ended, now)
    line = words.joined(period, summary.words)
    return Face(
        title="While this computer slept" if summary.slept else "No live calls were shown",
        lines=(line,) if _fits(line) else (period, _shortened(summary)),
        icon="clock",
        tone=Tone.DIM,
        state="Summary",
        stays=STAYS,
        opens="Show them" if summary.counts else "Open history",
    )


def _shortened(summary: Summary) -> str:
    """The calls in as many words as there is room for."""
    tries = (summary.shortened(sorts) for sorts in range(len(summary.counts), 0, -1))
    return next((text for text in tries if _fits(text)), summary.words)


def _fits(line: str) -> bool:
    return QFontMetrics(theme.font(Size.SMALL)).horizontalAdvance(line) <= LINE_ROOM
