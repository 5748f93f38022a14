"""Cards: which change of a call shows which card."""

from __future__ import annotations

import logging
from collections.abc import Callable

from PySide6.QtCore import QObject

from rcdesk.core.account import Presence
from rcdesk.core.calls import Call, Change, Direction, Stage
from rcdesk.core.people import Who
from rcdesk.services.feed import Feed, Latest
from rcdesk.ui import faces
from rcdesk.ui.popups import Popups

trace = logging.getLogger("rcdesk.trace")  # for benchmarks: when a card got this far
GAVE_UP = 5.0  # seconds; a caller who rings no longer than this has changed their mind


class Cards(QObject):
    """One card for each ringing call, until it left its last word on screen."""

    def __init__(
        self,
        popups: Popups,
        changes: Feed[Change],
        presence: Latest[Presence],
        who: Callable[[str, str], Who],
        clock: Callable[[], float],
        wanted: Callable[[], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._popups = popups
        self._presence = presence
        self._who = who
        self._clock = clock
        self._wanted = wanted
        self._undo = changes.subscribe(self._on_change)

    def clear(self) -> None:
        """Take every card away."""
        self._popups.clear()

    def close(self) -> None:
        """Take every card away and show no more."""
        self._undo()
        self._popups.clear()

    def _on_change(self, change: Change) -> None:
        call = change.now
        if call.direction is not Direction.INBOUND or call.own_leg:
            self._popups.take_away(call.key)
            return
        shown = self._popups.card(call.key) is not None
        who = self._who(call.peer_number, call.peer_name)
        if call.stage is Stage.RINGING:
            if shown or (self._wanted() and not self._silenced(call)):
                self._popups.show(call.key, faces.ringing(call, who))
                trace.debug("popup %s", call.session_id)
        elif not shown:
            self._popups.take_away(call.key)  # it may wait for room; a call that is over must not come then
        elif call.stage is not Stage.ENDED or call.answered_at is not None:
            if change.was and change.was.stage is Stage.RINGING:
                self._popups.show(call.key, faces.answered(call, who))
        elif call.ended_at is not None and call.ended_at - call.started_at < GAVE_UP:
            self._popups.show(call.key, faces.gone(call, who, "They hung up first"))
        else:
            self._popups.show(call.key, faces.missed(call, who))

    def _silenced(self, call: Call) -> bool:
        presence = self._presence.value
        return presence.silences_everything or (bool(call.queue) and presence.silences_queue_calls)
