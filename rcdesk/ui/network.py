"""Network: hears from Qt that this computer is on the network again, or on another one.

Importing this imports QtNetwork, which takes longer than a frame: it is done in a thread, when first needed.
"""

from __future__ import annotations

import logging

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QNetworkInformation

log = logging.getLogger(__name__)

Reachability = QNetworkInformation.Reachability
Medium = QNetworkInformation.TransportMedium
_AWAY = (Reachability.Disconnected, Reachability.Local, Reachability.Site)


class Network(QObject):
    """Gives a hint, no more: what Qt says of a network that it cannot see is never a reason not to try.

    Signals:
        changed: the network is back, or another one: what was open is most likely dead.
    """

    changed = Signal()

    def __init__(self, information: QNetworkInformation | None, parent: QObject | None = None) -> None:
        """`information`: Qt's, None if it offers none here."""
        super().__init__(parent)
        self.setObjectName("network")
        self._reachability, self._medium = Reachability.Unknown, Medium.Unknown
        if information is None:
            log.info("= Qt tells nothing of the network here")
            return
        self._reachability, self._medium = information.reachability(), information.transportMedium()
        information.reachabilityChanged.connect(self._on_reachability)
        information.transportMediumChanged.connect(self._on_medium)

    def _on_reachability(self, now: Reachability) -> None:
        before, self._reachability = self._reachability, now
        if now is Reachability.Online and before in _AWAY:
            self.changed.emit()

    def _on_medium(self, now: Medium) -> None:
        before, self._medium = self._medium, now
        if Medium.Unknown not in (before, now) and self._reachability is Reachability.Online:
            self.changed.emit()


def qt_network() -> QNetworkInformation | None:
    """Return what Qt knows of the network; to be called in Qt's own thread."""
    return QNetworkInformation.instance() if QNetworkInformation.loadDefaultBackend() else None
