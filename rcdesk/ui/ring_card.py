"""RingCard: shows the card of a ring test as that of any call, and tells whether it came onto the screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject

from rcdesk.core.account import Presence
from rcdesk.core.calls import Change, Stage
from rcdesk.core.notices import Card, Kind
from rcdesk.core.people import Source, Who
from rcdesk.core.subscription import LinkStatus
from rcdesk.services.feed import Latest
from rcdesk.services.ring_test import RingTest
from rcdesk.ui.cards import Cards
from rcdesk.ui.faces import face
from rcdesk.ui.popup import Face
from rcdesk.ui.popups import Popups

NOBODY = Who("Ring test", "", "Nobody is calling: rcdesk tests itself", Source.NONE)
OVER = "The ring test is over", "How far it came is told in the settings."
SWITCHED_OFF = "Cards are switched off here in the settings."
HUSHED = "Your presence is “Do not disturb”, which shows no cards."
SILENCED = "You have silenced it."
NO_ROOM = "There is no room on the screen for one more card."


class RingCard(QObject):
    """The card of the latest test. What shows it is what shows the cards of real calls, with its own memory."""

    def __init__(
        self,
        test: RingTest,
        popups: Popups,
        presence: Latest[Presence],
        link: Latest[LinkStatus],
        wanted: Callable[[], bool],
        parent: QObject | None = None,
    ) -> None:
        """`wanted`: whether the user wants cards at all."""
        super().__init__(parent)
        self._test = test
        self._popups = popups
        self._presence = presence
        self._wanted = wanted
        self._key = ""
        self._cards = Cards(
            popups, test.changes, presence, link, lambda _number, _name: NOBODY, wanted, self, _look
        )
        self._stop_listening = test.changes.subscribe(self._on_change)  # after the cards
        popups.painted.connect(self._on_painted)
        popups.dismissed.connect(self._on_dismissed)

    def is_its(self, key: str) -> bool:
        """Whether the card with this key is that of the test."""
        return key == self._key

    def close(self) -> None:
        """Show no more."""
        self._stop_listening()
        self._cards.close()

    def _on_change(self, change: Change) -> None:
        if change.now.stage is not Stage.RINGING:
            return
        self._key = change.now.key
        if self._popups.card(self._key) is None:
            self._test.not_shown(self._why())

    def _why(self) -> str:
        if not self._wanted():
            return SWITCHED_OFF
        return HUSHED if self._presence.value.silences_everything else NO_ROOM

    def _on_dismissed(self, key: str) -> None:
        if self.is_its(key):
            self._test.not_played(SILENCED)

    def _on_painted(self, key: str) -> None:
        if self.is_its(key):
            self._test.shown()


def _look(card: Card, who: Who) -> Face:
    """Of a real call it would be told that they hung up first; here nobody did."""
    looks = face(card, who)
    if card.kind is Kind.RINGING:
        return looks
    title, line = OVER
    return replace(looks, title=title, lines=(line,), state=title)
