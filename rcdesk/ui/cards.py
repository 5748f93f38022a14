"""Cards: carries out what core.notices decides: one card for each ringing call, told to its end."""

from __future__ import annotations

import logging
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from rcdesk.core.account import Presence
from rcdesk.core.calls import Call, Change, Stage
from rcdesk.core.notices import Card, Close, Kind, Notices, Show
from rcdesk.core.people import Who
from rcdesk.core.subscription import LinkState, LinkStatus
from rcdesk.services.feed import Feed, Latest
from rcdesk.ui.faces import doubted, face
from rcdesk.ui.popup import Face
from rcdesk.ui.popups import Popups

trace = logging.getLogger("rcdesk.trace")  # for benchmarks: when a card got this far


class Cards(QObject):
    """The cards on screen, as the calls go. None says that a phone rings once its row does not, nor once nobody is
    signed in: what becomes of the call is not known then, and the card says so before it leaves.

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
        look: Callable[[Card, Who], Face] = face,
    ) -> None:
        """`look`: how a card looks."""
        super().__init__(parent)
        self._look = look
        self._popups = popups
        self._presence = presence
        self._link = link
        self._who = who
        self._wanted = wanted
        self._notices = Notices()
        self._calls: dict[str, Call] = {}  # those with a card
        self._lost: set[str] = set()  # of those, the ones that rang when they were heard of last
        self._undoings = (changes.subscribe(self._on_change), link.follow(self._on_link))
        popups.dismissed.connect(self._on_dismissed)
        popups.left.connect(self._on_left)

    def clear(self) -> None:
        """Take every card away, and tell nothing more of these calls."""
        for key in self._calls:
            self._notices.forget(key)
        self._popups.clear()

    def close(self) -> None:
        """Take every card away and show no more."""
        for undo in self._undoings:
            undo()
        self._popups.clear()

    def _on_change(self, change: Change) -> None:
        call = change.now
        if self._unheard(call):
            self._lose_sight(call)
            return
        self._lost.discard(call.key)
        match self._notices.apply(change, self._presence.value, wanted=self._wanted()):
            case Show(card):
                if self._show(card, call):
                    trace.debug("popup %s", call.session_id)
            case Close(key):
                self._popups.take_away(key)

    def _show(self, card: Card, call: Call) -> bool:
        if self._waited_in_vain(card):
            self._popups.take_away(card.key)
            self._notices.forget(card.key)
            return False
        self._calls[card.key] = call
        shown, link = self._look(card, self._who(card.number, card.name)), self._link.value
        if card.kind is Kind.RINGING and link.state is LinkState.RECOVERING:
            shown = doubted(shown, link.since)
        self._popups.show(card.key, shown)
        return True

    def _on_link(self, status: LinkStatus) -> None:
        match status.state:
            case LinkState.LIVE | LinkState.POLLING:
                self._find_again()
                self._tell_ringing()
            case LinkState.RECOVERING:
                self._tell_ringing()
            case LinkState.SIGNED_OUT:
                self._give_up()

    def _unheard(self, call: Call) -> bool:
        """Whether its card said that it rings, and nobody believes that any more since nothing is heard."""
        heard = self._link.value.state in (LinkState.LIVE, LinkState.POLLING)
        return call.key in self._calls and call.stage is Stage.ENDED and call.ended_at is None and not heard

    def _give_up(self) -> None:
        for call in list(self._calls.values()):
            if call.stage is Stage.RINGING:
                self._lose_sight(call)

    def _tell_ringing(self) -> None:
        """Say of the calls that ring whether that is sure."""
        for key, call in list(self._calls.items()):
            if call.stage is Stage.RINGING and key not in self._lost:
                self._show(self._notices.found_again(call).card, call)

    def _lose_sight(self, call: Call) -> None:
        if call.key in self._lost and call.stage is Stage.ENDED:
            self._popups.take_away(call.key)  # nor is it known any more: the session that it came in is gone
        elif call.key not in self._lost and self._show(self._notices.lose_sight(call).card, call):
            self._lost.add(call.key)

    def _find_again(self) -> None:
        """What has become of calls meanwhile was told before this: the others ring still."""
        for call in [self._calls[key] for key in self._lost]:
            if call.stage is Stage.RINGING:  # else nobody believes it, and if it does ring it is told anew
                self._lost.remove(call.key)
                self._show(self._notices.found_again(call).card, call)

    def _on_left(self, key: str) -> None:
        self._calls.pop(key, None)
        if key in self._lost:
            self._lost.remove(key)
            self._notices.forget(key)

    def _waited_in_vain(self, card: Card) -> bool:
        """Whether the screen had no room for the card while the phone rang: then its end is no news there."""
        waits = card.key in self._calls and self._popups.card(card.key) is None
        return waits and card.kind is not Kind.RINGING

    def _on_dismissed(self, key: str) -> None:
        self._notices.silence(key)
        if call := self._calls.get(key):
            self.dismissed.emit(call)
