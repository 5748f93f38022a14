"""Ticker: one timer for all clocks on screen, which stands still while there are none."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer, Signal

SECOND = 1000  # ms


class Ticker(QObject):
    """Ticks once a second while somebody wants it, and never else: at rest the program costs nothing.

    Signals:
        ticked: another second is over.
    """

    ticked = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wanted_by: set[str] = set()
        self._timer = QTimer(self, interval=SECOND, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.ticked)

    def want(self, who: str, *, wanted: bool) -> None:
        """Note whether `who` shows a clock just now."""
        (self._wanted_by.add if wanted else self._wanted_by.discard)(who)
        if not self._wanted_by:
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()

    @property
    def running(self) -> bool:
        """Whether it ticks."""
        return self._timer.isActive()
