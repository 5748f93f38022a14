"""Pages: the top of the store's answer to one query, kept right although the store changes meanwhile."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from rcdesk.core.history import CallRecord, Page, Query

Key = tuple[float, int]
"""Start and id of a record; records stand in falling order of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Ask:
    """One page that is wanted: the records below `after`, or the first ones."""

    query: Query
    after: Key | None


def key_of(record: CallRecord) -> Key:
    return record.started_at, record.id


class Pages:
    """What is known of one query's answer, from the newest record down to where reading stopped.

    At most one page is asked for at a time. A page speaks with authority for all keys between the one
    it was asked with and the one it names for the next. After `spoil` everything known is read again
    from the top; until then the old records stay, and each page puts its own stretch right.
    """

    def __init__(self, query: Query) -> None:
        self.query = query
        self.records: tuple[CallRecord, ...] = ()
        self.begun = False
        self._bottom: Key | None = None  # what is known reaches down to here; None with begun: to the end
        self._cursor: Key | None = None  # the page under way begins below this
        self._wanted = True
        self._rereading = False
        self._stale = False
        self._out: Ask | None = None

    @property
    def complete(self) -> bool:
        """Whether the last record is known, or was before the store changed."""
        return self.begun and self._bottom is None

    @property
    def waiting(self) -> bool:
        """Whether new records are on their way (reading known ones again is no news to wait for)."""
        return self._out is not None and not self._rereading

    def want_more(self) -> None:
        """Ask for the next page, unless all is known."""
        if not self.complete:
            self._wanted = True

    def spoil(self) -> None:
        """Take note that the store has changed."""
        self._stale = True

    def next_ask(self) -> Ask | None:
        """Return the page to ask for now; None while one is out or nothing is missing."""
        if self._out is not None:
            return None
        if self._stale and self.begun and not self._rereading:
            self._stale, self._rereading, self._cursor = False, True, None
        elif not self._rereading:
            if not self._wanted or self.complete:
                return None
            self._stale, self._wanted, self._cursor = False, False, self._bottom
        self._out = Ask(self.query, self._cursor)
        return self._out

    def take(self, ask: Ask, page: Page) -> bool:
        """Take in the answer to `ask`, which must be the one that is out; return whether `records` changed."""
        if ask is not self._out:
            raise ValueError("this page was not asked for")
        self._out = None
        changed = self._merge(page)
        if not self._rereading:
            self.begun, self._bottom = True, page.after
        elif page.after is None or (self._bottom is not None and page.after <= self._bottom):
            self._rereading, self._bottom = False, page.after
        self._cursor = page.after
        return changed

    def _merge(self, page: Page) -> bool:
        first = 0 if self._cursor is None else self._place_below(self._cursor)
        last = len(self.records) if page.after is None else self._place_below(page.after)
        stretch = self.records[first:last]
        if stretch == page.records:
            return False
        moved = {record.id for record in page.records} - {record.id for record in stretch}
        above = tuple(record for record in self.records[:first] if record.id not in moved)
        below = tuple(record for record in self.records[last:] if record.id not in moved)
        self.records = above + page.records + below
        return True

    def _place_below(self, key: Key) -> int:
        """Return how many of the known records stand at or above `key`."""
        return bisect_right(self.records, _falling(key), key=lambda record: _falling(key_of(record)))


def _falling(key: Key) -> Key:
    return -key[0], -key[1]
