"""HistoryModel: calls of the past as rows, read page by page as they come into view."""

from __future__ import annotations

import enum
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time

from PySide6.QtCore import QModelIndex, QObject, Qt, QTimer, Signal
from shiboken6 import isValid

from rcdesk.core.history import CallRecord, Page, Query
from rcdesk.core.people import Who
from rcdesk.services.feed import Feed
from rcdesk.ui import outcomes, words
from rcdesk.ui.history_pages import Ask, Pages
from rcdesk.ui.history_source import Find
from rcdesk.ui.row_model import AnyIndex, RowModel

Clock = Callable[[], float]

PATIENCE_MS = 300  # what takes longer shows that it is under way
PLACEHOLDERS = 6


class Role(enum.IntEnum):
    """What a delegate asks for besides Qt's own roles."""

    ROW = Qt.ItemDataRole.UserRole + 1
    RECORD = enum.auto()
    WHO = enum.auto()


@dataclass(frozen=True, slots=True)
class DayRow:
    """The header above the calls of one day."""

    midnight: float

    @property
    def key(self) -> tuple[str, float]:
        return "day", self.midnight


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One call."""

    record: CallRecord

    @property
    def key(self) -> tuple[str, int]:
        return "call", self.record.id


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """The place of a call that is being fetched."""

    place: int

    @property
    def key(self) -> tuple[str, int]:
        return "waiting", self.place


HistoryRow = DayRow | RecordRow | WaitingRow


class HistoryModel(RowModel[HistoryRow]):
    """What the store finds for one query, newest first, with a header above each day.

    The rows of the last query stay until the first page of a new one is there; if that takes long,
    placeholders stand in. When the store changes, what is known is read again; rows keep their
    identity, so that selection and place survive. Nothing is fetched before `show`.

    Signals:
        answered: what is shown now is the answer to `query` as far as it was read, or placeholders for it.
    """

    answered = Signal()

    def __init__(
        self,
        find: Find,
        changed: Feed[None],
        who: Callable[[str, str, str], Who],
        clock: Clock,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._find = find
        self._who = who
        self._clock = clock
        self._pages: Pages | None = None
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._patience.timeout.connect(self._show_waiting)
        undo = changed.subscribe(self._on_changed)
        self.destroyed.connect(lambda _object=None: undo())

    @property
    def query(self) -> Query | None:
        """What is shown or being fetched, None before the first `show`."""
        return self._pages.query if self._pages else None

    @property
    def empty(self) -> bool:
        """Whether it is known that the query finds nothing."""
        return self._pages is not None and self._pages.complete and not self._pages.records

    @property
    def known(self) -> bool:
        """Whether what is shown is the answer to `query`, and not yet that to the one before."""
        return self._pages is not None and self._pages.begun

    def show(self, query: Query) -> None:
        """Turn to another query; answers to older ones are dropped from now on."""
        if self.query != query:
            self._pages = Pages(query)
            self._patience.start()
            self._read_on()

    def names_changed(self) -> None:
        """Paint again: who is behind a number may have become known."""
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    def index_of_record(self, record_id: int) -> QModelIndex:
        """Return the index of a call, an invalid one if it is not among the known."""
        return self.index_of(("call", record_id))

    def record_at(self, index: AnyIndex) -> CallRecord | None:
        """Return the call at `index`, None for a header or a placeholder."""
        row = self.row_at(index)
        return row.record if isinstance(row, RecordRow) else None

    def who_is(self, record: CallRecord) -> Who:
        """Tell who the other side of a call is, by what is known now."""
        return self._who(record.number, record.name, record.location)

    def _on_changed(self, _news: None) -> None:
        if self._pages:
            self._pages.spoil()
            self._read_on()

    def _read_on(self) -> None:
        pages = self._pages
        if pages and (ask := pages.next_ask()):
            self._find(ask.query, ask.after, lambda page: self._on_page(pages, ask, page))

    def _on_page(self, pages: Pages, ask: Ask, page: Page) -> None:
        if pages is not self._pages or not isValid(self):
            return  # the answer to a query that nobody asks any more
        before = pages.begun, pages.complete
        changed = pages.take(ask, page)
        self._patience.stop()
        self._read_on()
        if changed or before != (pages.begun, pages.complete):
            self._show_pages()
            self.answered.emit()

    def _show_waiting(self) -> None:
        self.replace_rows([WaitingRow(place) for place in range(PLACEHOLDERS)])
        self.answered.emit()

    def _show_pages(self) -> None:
        pages = self._pages
        if pages is None:
            return
        rows = list(_with_days(pages.records))
        if not pages.complete:  # they stand there before they are asked for: asking moves nothing
            rows.extend(WaitingRow(place) for place in range(PLACEHOLDERS))
        self.replace_rows(rows)

    def canFetchMore(self, parent: AnyIndex) -> bool:
        pages = self._pages
        return (
            pages is not None
            and pages.begun
            and not parent.isValid()
            and not (pages.complete or pages.waiting)
        )

    def fetchMore(self, parent: AnyIndex) -> None:
        if self._pages and self.canFetchMore(parent):
            self._pages.want_more()
            self._read_on()

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        if self.record_at(index) is None:
            return Qt.ItemFlag.ItemNeverHasChildren
        usable = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return usable | Qt.ItemFlag.ItemNeverHasChildren

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.row_at(index)
        if row is None:
            return None
        match role:
            case Role.ROW:
                return row
            case Role.RECORD:
                return row.record if isinstance(row, RecordRow) else None
            case Qt.ItemDataRole.DisplayRole:
                return self._title(row)
            case Qt.ItemDataRole.ToolTipRole:
                return self._tool_tip(row)
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._spoken(row)
        return None

    def _title(self, row: HistoryRow) -> str:
        match row:
            case DayRow(midnight):
                return words.day(midnight, self._clock())
            case RecordRow(record):
                return self.who_is(record).title
            case _:
                return "Fetching…"

    def _tool_tip(self, row: HistoryRow) -> str | None:
        return words.in_full(row.record.started_at) if isinstance(row, RecordRow) else None

    def _spoken(self, row: HistoryRow) -> str:
        if not isinstance(row, RecordRow):
            return self._title(row)
        record = row.record
        told = (self._title(row), outcomes.words(record), words.in_full(record.started_at))
        return ", ".join((*told, *filter(None, [words.note(record.note)])))


def _with_days(records: Iterable[CallRecord]) -> Iterator[HistoryRow]:
    midnight = math.inf
    for record in records:
        if record.started_at < midnight:
            begun = datetime.fromtimestamp(record.started_at).astimezone()
            midnight = datetime.combine(begun.date(), time.min).timestamp()
            yield DayRow(midnight)
        yield RecordRow(record)
