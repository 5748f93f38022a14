"""Ringer: a sound while a card says that a phone rings, played by what this desktop plays sounds with."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QElapsedTimer, QObject, QProcess, QTimer, Signal

log = logging.getLogger(__name__)

PLAYERS = (("pw-play",), ("paplay",), ("aplay", "-q"), ("afplay",))
"""PipeWire's, PulseAudio's, ALSA's and the Mac's own. Qt's part for sounds is not in what rcdesk installs, and
is larger than all of that."""

NO_PLAYER = "Nothing was found that plays sounds: install pw-play, paplay or aplay."
REFUSED = "{} could not play it: look at your sound settings."
LEAST = 1000  # ms in which no player can have played the sound
MOST = 8000  # ms after which a player that has not come to an end hangs
ENDS_WITHIN = 1000  # ms for which leaving waits for a player that was killed


class Ringer(QObject):
    """Plays one sound over and over from `ring` to `hush`; one player that fails gives way to the next.

    Attributes:
        ringing: whether it is asked to.

    Signals:
        played: the player of this name has played the whole sound, as it says.
        failed: no player could, and why, in words. It is tried anew with the next `ring`.
    """

    played = Signal(str)
    failed = Signal(str)

    def __init__(
        self, sound: Path, players: Sequence[Sequence[str]] = PLAYERS, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._sound = sound
        self._players = players
        self._nth = 0  # of the player that is tried, or that works
        self.ringing = False
        self._killed = False
        self._began = QElapsedTimer()
        self._hangs = QTimer(self, singleShot=True, interval=MOST)
        self._process = QProcess(self)
        self._hangs.timeout.connect(self._process.kill)
        self._process.setStandardOutputFile(QProcess.nullDevice())
        self._process.setStandardErrorFile(QProcess.nullDevice())
        self._process.finished.connect(self._on_finished)
        self._process.errorOccurred.connect(self._on_error)

    def ring(self) -> None:
        """Begin, unless it rings already; anew if no player could."""
        if not self.ringing or self._nth >= len(self._players):
            self.ringing = True
            self._nth = 0  # what plays sounds may have been installed, or started, since
            self._play()

    def hush(self) -> None:
        """Be silent at once."""
        self.ringing = False
        self._killed = self._process.state() is not QProcess.ProcessState.NotRunning
        self._process.kill()

    def close(self) -> None:
        """Be silent for good."""
        self.hush()
        self._process.waitForFinished(ENDS_WITHIN)

    def _play(self) -> None:
        if not self.ringing or self._process.state() is not QProcess.ProcessState.NotRunning:
            return  # hushed meanwhile, or the one that was killed has not ended yet
        while self._nth < len(self._players):
            name, *options = self._players[self._nth]
            if program := shutil.which(name):
                self._began.start()
                self._hangs.start()
                self._process.start(program, [*options, str(self._sound)])
                return
            self._nth += 1
        found = [name for name, *_ in self._players if shutil.which(name)]
        self.failed.emit(REFUSED.format(found[-1]) if found else NO_PLAYER)

    def _on_finished(self, code: int, status: QProcess.ExitStatus) -> None:
        killed, self._killed = self._killed, False
        self._hangs.stop()
        if not self.ringing:
            return
        if (
            not killed
            and status is QProcess.ExitStatus.NormalExit
            and code == 0
            and self._began.elapsed() >= LEAST
        ):
            self.played.emit(self._players[self._nth][0])
        elif not killed:
            self._give_way(f"ended with {code}")
        self._play()

    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart and self.ringing:
            self._give_way("did not start")
            QTimer.singleShot(0, self, self._play)  # this is told while `start` is still under way

    def _give_way(self, why: str) -> None:
        log.info("= the ring was not played by %s, which %s", self._players[self._nth][0], why)
        self._nth += 1
