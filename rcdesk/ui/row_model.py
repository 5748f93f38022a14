"""RowModel: a list whose rows are replaced as a whole, but told to the view as the few that differ."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import pairwise, takewhile
from typing import Generic, Protocol, TypeVar

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Signal

AnyIndex = QModelIndex | QPersistentModelIndex


class Row(Protocol):
    """A row: what equals another row looks like it; what has its key stands for the same thing."""

    @property
    def key(self) -> Hashable: ...


R = TypeVar("R", bound=Row)


class RowModel(QAbstractListModel, Generic[R]):
    """Rows with keys. Whatever is replaced, a key that stays keeps its selection and persistent indexes.

    Signals:
        about_to_replace, replaced: around each replacement, so that a view can keep its place.
    """

    about_to_replace = Signal()
    replaced = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[R] = []
        self._wanted: Sequence[R] | None = None
        self._replacing = False

    @property
    def rows(self) -> Sequence[R]:
        return self._rows

    def row_at(self, index: AnyIndex) -> R | None:
        """Return the row at `index`, None if it is not of this model."""
        return self._rows[index.row()] if index.isValid() and index.row() < len(self._rows) else None

    def index_of(self, key: Hashable) -> QModelIndex:
        """Return the index of the row with `key`, an invalid one if there is none."""
        for position, row in enumerate(self._rows):
            if row.key == key:
                return self.index(position)
        return QModelIndex()

    def replace_rows(self, new: Sequence[R]) -> None:
        """Show `new`, telling the view only of rows that went, moved, came or look different."""
        self._wanted = new
        if self._replacing:
            return  # a view asked for more rows while it was told of these: they follow below
        self._replacing = True
        while self._wanted is not None:
            wanted, self._wanted = self._wanted, None
            if self._rows != list(wanted):
                self._replace(wanted)
        self._replacing = False

    def _replace(self, new: Sequence[R]) -> None:
        """Change the stretch that differs; what stands above and below it is often most of the rows."""
        self.about_to_replace.emit()
        first = _same(self._rows, new)
        below = _same(reversed(self._rows[first:]), reversed(new[first:]))
        last_new = len(new) - below
        stretch = new[first:last_new]
        self._remove(first, len(self._rows) - below, {row.key for row in stretch})
        self._arrange(first, len(self._rows) - below, {row.key: place for place, row in enumerate(stretch)})
        self._insert(first, len(self._rows) - below, stretch)
        self._update(first, stretch)
        self.replaced.emit()

    def _remove(self, start: int, end: int, keys: set[Hashable]) -> None:
        """Remove the rows from `start` to before `end` that are not among `keys`."""
        gone = [position for position in range(start, end) if self._rows[position].key not in keys]
        for first, last in reversed(list(_runs(gone))):
            self.beginRemoveRows(QModelIndex(), first, last)
            del self._rows[first : last + 1]
            self.endRemoveRows()

    def _arrange(self, start: int, end: int, order: dict[Hashable, int]) -> None:
        """Bring the rows from `start` to before `end` into `order`."""
        stretch = self._rows[start:end]
        arranged = sorted(stretch, key=lambda row: order[row.key])
        if all(a is b for a, b in zip(arranged, stretch, strict=True)):
            return
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        keys = [self._rows[index.row()].key for index in before]
        self._rows[start:end] = arranged
        place = {row.key: position for position, row in enumerate(self._rows)}
        self.changePersistentIndexList(before, [self.index(place[key]) for key in keys])
        self.layoutChanged.emit()

    def _insert(self, start: int, end: int, stretch: Sequence[R]) -> None:
        """Insert those of `stretch` that are not among the rows from `start` to before `end`."""
        known = {row.key for row in self._rows[start:end]}
        fresh = [place for place, row in enumerate(stretch) if row.key not in known]
        for first, last in _runs(fresh):
            self.beginInsertRows(QModelIndex(), start + first, start + last)
            self._rows[start + first : start + first] = stretch[first : last + 1]
            self.endInsertRows()

    def _update(self, start: int, stretch: Sequence[R]) -> None:
        """Let the rows from `start` on look like `stretch`; their keys are the same by now."""
        differing = [p for p, row in enumerate(stretch, start) if self._rows[p] != row]
        self._rows[start : start + len(stretch)] = stretch
        for first, last in _runs(differing):
            self.dataChanged.emit(self.index(first), self.index(last))

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._rows)


def _same(one: Iterable[object], other: Iterable[object]) -> int:
    """Return at how many places from the beginning both are equal."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _runs(positions: list[int]) -> Iterator[tuple[int, int]]:
    """Yield first and last of each unbroken run of rising `positions`."""
    breaks = [i for i, (a, b) in enumerate(pairwise(positions), 1) if b != a + 1]
    starts, ends = [0, *breaks], [*breaks, len(positions)]
    if positions:
        for start, end in zip(starts, ends, strict=True):
            yield positions[start], positions[end - 1]
