"""Notes: keeps what the user writes about calls, and holds on to it while the disk does not take it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from rcdesk.core.errors import Kind, Problem
from rcdesk.core.history import CallRecord
from rcdesk.core.notes import LONGEST
from rcdesk.services.feed import Feed
from rcdesk.services.tasks import Nursery
from rcdesk.store.history import HistoryStore

log = logging.getLogger(__name__)

TRY_AGAIN = 5.0  # seconds after which a note that was not saved is tried again


@dataclass(frozen=True, slots=True)
class Draft:
    """A note that is not known to be on the disk.

    Attributes:
        seen: what the note of the call may be by now, so far as the writer knows: the newest text first.
        problem: why it could not be saved until now; None while nothing speaks against it.
    """

    record: CallRecord
    text: str
    seen: tuple[str, ...]
    problem: Problem | None = None


class Notes:
    """Notes on calls. What was taken in is not let go before it is on the disk: it is tried again until then.

    `news` tells the id of a call whose draft has come, could not be saved, or is on the disk now.
    """

    def __init__(self, nursery: Nursery, store: HistoryStore, on_saved: Callable[[], None]) -> None:
        self.news: Feed[int] = Feed()
        self._nursery = nursery
        self._store = store
        self._on_saved = on_saved
        self._drafts: dict[int, Draft] = {}

    def draft(self, record_id: int) -> Draft | None:
        """Return what was written about a call and is not known to be on the disk."""
        return self._drafts.get(record_id)

    def write(self, record: CallRecord, text: str, seen: str) -> None:
        """Take in what the user has made of a note that was `seen`; by the return it is on its way to the disk."""
        before = self._drafts.get(record.id)
        if before:
            known = tuple(dict.fromkeys((before.text, *before.seen)))
            self._save(Draft(record, text, known, before.problem))
        else:
            self._save(Draft(record, text, (seen,)))

    def let_go(self) -> None:
        """The calls of somebody else are in the store now: what it did not take before is about none of them."""
        drafts, self._drafts = self._drafts, {}
        for record_id in drafts:
            log.warning("a note could not be saved before somebody else signed in")
            self.news.publish(record_id)

    async def put(self, record_id: int, text: str) -> None:
        """Make `text` the note of a call, and return once that is on the disk.

        Raises:
            Problem: it is not; `text` is too long, or there is no such call.
        """
        if len(text) > LONGEST:
            raise Problem(
                "The note was not saved.", f"It may have at most {LONGEST:,} characters.", Kind.BAD_REQUEST
            )
        await self._store.write_note(record_id, text)
        self._on_saved()

    def _save(self, draft: Draft) -> None:
        record = draft.record
        self._drafts[record.id] = draft
        writing = self._store.write_note(record.id, draft.text, draft.seen, record.started_at)
        hearing = self._nursery.start(self._hear(draft, writing), name="save a note")
        hearing.add_done_callback(lambda _task: writing.cancel())  # at the end nobody hears of it any more
        self.news.publish(record.id)

    async def _hear(self, draft: Draft, writing: asyncio.Future[None]) -> None:
        record_id = draft.record.id
        try:
            await writing
        except Problem as problem:
            if self._drafts.get(record_id) is draft:
                await self._try_again(replace(draft, problem=problem))
            return
        self._on_saved()
        if self._drafts.get(record_id) is draft:
            del self._drafts[record_id]
            self.news.publish(record_id)

    async def _try_again(self, draft: Draft) -> None:
        record_id = draft.record.id
        news = all(other.problem is None for other in self._drafts.values())
        self._drafts[record_id] = draft
        if news and draft.problem:  # whoever wrote it may look at something else by now
            self._nursery.tell(draft.problem)
        self.news.publish(record_id)
        try:
            await asyncio.sleep(TRY_AGAIN)
        finally:  # also as the program ends, which cancels this: the store does it before it closes
            if self._drafts.get(record_id) is draft:
                self._save(draft)
