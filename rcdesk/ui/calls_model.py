"""CallsModel: the live calls as rows, newest first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from rcdesk.core.calls import Call, Change
from rcdesk.core.people import Who
from rcdesk.services.feed import Feed

AnyIndex = QModelIndex | QPersistentModelIndex
CALL = Qt.ItemDataRole.UserRole + 1


class CallsModel(QAbstractListModel):
    """Every live call once, whatever the order in which its changes come; a call that ended is no row.

    Args:
        changes: what became of the calls.
        who: tells who is behind a number, given the name that the platform told.
        live: the calls that are live already.

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
        live: Iterable[Call] = (),
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._who = who
        self._rows = [call for call in reversed(list(live)) if _belongs(call)]
        undoings = (changes.subscribe(self._on_change), names.subscribe(self._on_names))
        self.destroyed.connect(lambda _object=None: [undo() for undo in undoings])

    @property
    def calls(self) -> tuple[Call, ...]:
        """The live calls, newest first."""
        return tuple(self._rows)

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

    def _on_change(self, change: Change) -> None:
        now = change.now
        row = next((row for row, call in enumerate(self._rows) if call.key == now.key), None)
        if row is None:
            if _belongs(now):
                self._insert(now)
        elif _belongs(now):
            self._rows[row] = now
            self.dataChanged.emit(self.index(row), self.index(row))
        else:
            self._remove(row)

    def _insert(self, call: Call) -> None:
        self.beginInsertRows(QModelIndex(), 0, 0)
        self._rows.insert(0, call)
        self.endInsertRows()
        self.count_changed.emit(len(self._rows))

    def _remove(self, row: int) -> None:
        self.beginRemoveRows(QModelIndex(), row, row)
        del self._rows[row]
        self.endRemoveRows()
        self.count_changed.emit(len(self._rows))

    def _on_names(self, _none: None) -> None:
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))
        self.names_changed.emit()

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        call = self._rows[index.row()]
        if role == CALL:
            return call
        return self.who_is(call).title if role == Qt.ItemDataRole.DisplayRole else None


def _belongs(call: Call) -> bool:
    """Whether `call` is a row: it lives, and is not the user's own phone ringing for a RingOut."""
    return call.live and not call.own_leg
