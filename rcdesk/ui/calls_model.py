"""CallsModel: the live calls as rows, what rings first."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Iterable
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from rcdesk.core.calls import Call, Change, Stage
from rcdesk.core.people import Who
from rcdesk.core.subscription import LinkStatus
from rcdesk.services.feed import Feed, Latest
from rcdesk.ui import link_words

AnyIndex = QModelIndex | QPersistentModelIndex
CALL = Qt.ItemDataRole.UserRole + 1
_ORDER = (Stage.RINGING, Stage.CONNECTED, Stage.ON_HOLD, Stage.PARKED)


class CallsModel(QAbstractListModel):
    """Every live call once, whatever the order in which its changes come; a call that ended is no row.

    What rings stands first, then what is talked, then what waits; of those that do the same, what began first.

    Args:
        changes: what became of the calls.
        who: tells who is behind a number, given the name that the platform told.
        clock: tells the moment as of which the calls are known, in unix seconds.
        link: how the link stands, and since when the calls are not followed.
        live: the calls that are live already.
        as_shown: gives a call as it is for the user, where more is known of it than the platform tells.

    Signals:
        count_changed: there are more or fewer live calls now.
        names_changed: who the callers are may be known better now.
    """

    count_changed = Signal(int)
    names_changed = Signal()

    def __init__(
        self,
        changes: Feed[Change],
        who: Callable[[str, str], Who],
        names: Feed[None],
        clock: Callable[[], float],
        link: Latest[LinkStatus],
        live: Iterable[Call] = (),
        parent: QObject | None = None,
        as_shown: Callable[[Call], Call] = lambda call: call,
    ) -> None:
        super().__init__(parent)
        self._who = who
        self.clock = clock
        self.link = link
        self._as_shown = as_shown
        self._told = {call.key: call for call in live if _belongs(call)}
        self._rows = sorted(map(as_shown, self._told.values()), key=_place)
        undoings = (
            changes.subscribe(self._on_change),
            names.subscribe(self._on_names),
            link.subscribe(lambda _status: self._repaint()),
        )
        self.destroyed.connect(lambda _object=None: [undo() for undo in undoings])

    @property
    def calls(self) -> tuple[Call, ...]:
        """The live calls, from the top."""
        return tuple(self._rows)

    @property
    def age(self) -> str:
        """How old the calls are, in words; "" while they are followed, or never were."""
        return link_words.age(self.link.value, self.clock())

    @property
    def stale(self) -> bool:
        """Whether the calls are as they were some time ago, since they are not followed any more."""
        return bool(self.age)

    def call_at(self, row: int) -> Call:
        """Return the call of `row`."""
        return self._rows[row]

    def call_with(self, key: str) -> Call | None:
        """Return the live call with `key`, None if it is over."""
        return next((call for call in self._rows if call.key == key), None)

    def who_is(self, call: Call) -> Who:
        """Return who is at the other side of `call`."""
        return self._who(call.peer_number, call.peer_name)

    def shown(self, number: str) -> str:
        """Return `number` as the screen writes it."""
        return self._who(number, "").number or number

    def refresh(self) -> None:
        """Show each call anew that is not what it was for the user."""
        for shown in tuple(self._rows):
            told = self._told[shown.key]
            if self._as_shown(told) != shown:
                self._put(self._rows.index(shown), told)

    def _on_change(self, change: Change) -> None:
        now = change.now
        row = next((row for row, call in enumerate(self._rows) if call.key == now.key), None)
        if row is None:
            if _belongs(now):
                self._insert(now)
        elif _belongs(now):
            self._put(row, now)
        else:
            self._remove(row)

    def _insert(self, call: Call) -> None:
        shown = self._as_shown(call)
        row = bisect(self._rows, _place(shown), key=_place)
        self.beginInsertRows(QModelIndex(), row, row)
        self._told[call.key] = call
        self._rows.insert(row, shown)
        self.endInsertRows()
        self.count_changed.emit(len(self._rows))

    def _put(self, row: int, call: Call) -> None:
        """Let the call of `row` be as it is now, and stand where it belongs."""
        shown = self._as_shown(call)
        self._told[call.key] = call
        others = self._rows[:row] + self._rows[row + 1 :]
        place = bisect(others, _place(shown), key=_place)
        if place != row:
            below = place + (place > row)  # Qt counts with the row that moves still in its place
            self.beginMoveRows(QModelIndex(), row, row, QModelIndex(), below)
            self._rows.insert(place, self._rows.pop(row))
            self.endMoveRows()
        self._rows[place] = shown
        self.dataChanged.emit(self.index(place), self.index(place))

    def _remove(self, row: int) -> None:
        self.beginRemoveRows(QModelIndex(), row, row)
        del self._told[self._rows.pop(row).key]
        self.endRemoveRows()
        self.count_changed.emit(len(self._rows))

    def _on_names(self, _none: None) -> None:
        self._repaint()
        self.names_changed.emit()

    def _repaint(self) -> None:
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        call = self._rows[index.row()]
        if role == CALL:
            return call
        return self.who_is(call).title if role == Qt.ItemDataRole.DisplayRole else None


def _place(call: Call) -> tuple[int, float, str]:
    return _ORDER.index(call.stage), call.started_at, call.key


def _belongs(call: Call) -> bool:
    """Whether `call` is a row: it lives, and is not the user's own phone ringing for a RingOut."""
    return call.live and not call.own_leg
