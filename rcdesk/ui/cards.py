"""Cards: carries out what core.notices decides: one card for each ringing call, told to its end."""

from __future__ import annotations

import logging
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from rcdesk.core.account import Presence
from rcdesk.core.calls import Call, Change, Stage
from rcdesk.core.notices import BELIEVED, Card, Close, Kind, Notices, Show
from rcdesk.core.people import Who
from rcdesk.core.subscription import LinkState, LinkStatus
from rcdesk.services.feed import Feed, Latest
from rcdesk.ui.faces import face
from rcdesk.ui.popups import Popups

trace = logging.getLogger("rcdesk.trace")  # for benchmarks: when a card got this far


class Cards(QObject):
    """The cards on screen, as the calls go. None says that a phone rings long after the link was lost, and none
    once nobody is signed in: what became of the call is not known then.

    Signals:
        dismissed: the user sent the card of this `Call` away; one that was missed counts as seen.
    """

    dismissed = Signal(object)

    def __init__(
        self,
        popups: Popups,
        changes: Feed[Change],
        presence: Latest[Presence],
        link: Latest[LinkStatus],
        who: Callable[[str, str], Who],
        wanted: Callable[[], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._popups = popups
        self._presence = presence
        self._who = who
        self._wanted = wanted
        self._notices = Notices()
        self._calls: dict[str, Call] = {}  # those with a card
        self._doubt = QTimer(self, singleShot=True, interval=round(BELIEVED * 1000))
        self._doubt.timeout.connect(self._give_up)
        self._undoings = (changes.subscribe(self._on_change), link.follow(self._on_link))
        popups.dismissed.connect(self._on_dismissed)
        popups.left.connect(lambda key: self._calls.pop(key, None))

    def clear(self) -> None:
        """Take every card away."""
        self._popups.clear()

    def close(self) -> None:
        """Take every card away and show no more."""
        for undo in self._undoings:
            undo()
        self._doubt.stop()
        self._popups.clear()

    def _on_change(self, change: Change) -> None:
        match self._notices.apply(change, self._presence.value, wanted=self._wanted()):
            case Show(card) if self._waited_in_vain(card):
                self._popups.take_away(card.key)
                del self._calls[card.key]
            case Show(card):
                self._calls[card.key] = change.now
                self._popups.show(card.key, face(card, self._who(card.number, card.name)))
                trace.debug("popup %s", change.now.session_id)
            case Close(key):
                self._popups.take_away(key)

    def _on_link(self, status: LinkStatus) -> None:
        match status.state:
            case LinkState.LIVE | LinkState.POLLING:
                self._doubt.stop()
            case LinkState.SIGNED_OUT:
                self._give_up()
            case _ if not self._doubt.isActive():
                self._doubt.start()

    def _give_up(self) -> None:
        for key, call in list(self._calls.items()):
            if call.stage is Stage.RINGING:
                self._popups.take_away(key)

    def _waited_in_vain(self, card: Card) -> bool:
        """Whether the screen had no room for the card while the phone rang: then its end is no news there."""
        waits = card.key in self._calls and self._popups.card(card.key) is None
        return waits and card.kind is not Kind.RINGING

    def _on_dismissed(self, key: str) -> None:
        self._notices.silence(key)
        if call := self._calls.get(key):
            self.dismissed.emit(call)
