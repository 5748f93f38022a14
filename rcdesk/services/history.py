"""History: keeps the local records filled from the call log, and answers searches."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

from rcdesk.core.calls import Call, Change
from rcdesk.core.errors import Kind, Problem
from rcdesk.core.history import CallRecord, Filter, Page, Query, SyncBatch
from rcdesk.core.ringout import EndedRingOut
from rcdesk.services.feed import Feed, Latest
from rcdesk.services.notes import Notes
from rcdesk.services.session import Platform
from rcdesk.services.tasks import AGAIN, Group, Nursery
from rcdesk.store.history import HistoryStore

log = logging.getLogger(__name__)

RECENT = 20  # missed calls among which a dismissed one is looked for
SAME_START = 5.0  # seconds by which log and live start may differ
DAYS = 30  # how far back the first filling goes
LAG = 30.0  # seconds after a call's end by which the platform's log has it (15–30 s)
EVERY = 300.0  # seconds between looks at the log while nothing happens


class History:
    """All calls ever seen.

    `changed` says that rows are stale; `missed` is the badge; `syncing` is "" or says what is under way;
    `notes` are what the user writes about calls.
    A call that ended is listed at once from what was seen live; the platform's record replaces it.
    """

    def __init__(
        self,
        nursery: Nursery,
        platform: Latest[Platform | None],
        store: HistoryStore,
        clock: Callable[[], float],
    ) -> None:
        self.changed: Feed[None] = Feed()
        self.missed: Latest[int] = Latest(0)
        self.syncing: Latest[str] = Latest("")
        self._nursery = nursery
        self._store = store
        self._clock = clock
        self._due = asyncio.Event()
        self._asked = 0  # how often somebody wanted the log to be read anew
        self._read: Feed[tuple[int, bool]] = (
            Feed()
        )  # how many of them are answered, and whether it may be read
        self._keeping = Group(nursery)
        self.notes = Notes(nursery, store, lambda: self.changed.publish(None))
        platform.subscribe(self._on_platform)

    def open(self) -> None:
        """Show what is stored; nobody need be signed in."""
        self._nursery.start(self._tell(), name="missed calls")

    def on_change(self, change: Change) -> None:
        """Listen to live calls: one that ended is listed at once."""
        if change.now.ended_at is not None and not change.now.own_leg:
            self._nursery.start(self._list_live(change), name="list a call")

    def on_ringout_ended(self, ringout: EndedRingOut) -> None:
        """Listen to the dialer: presence shows a RingOut as connected although nobody answered."""
        self._nursery.start(self._list_ringout(ringout), name="list a RingOut")

    def find(self, query: Query, after: tuple[float, int] | None, on_page: Callable[[Page], None]) -> None:
        """Fetch the next page of what `query` finds; `on_page` is called with it, later."""
        self._nursery.start(self._find(query, after, on_page), name="search")

    async def page(self, query: Query, after: tuple[float, int] | None, limit: int) -> Page:
        """Return one page of what `query` finds, newest first."""
        return await self._store.page(query, after, limit)

    async def since(self, at: float) -> tuple[CallRecord, ...]:
        """Return the calls that began at `at` (unix seconds) or later, newest first."""
        found: list[CallRecord] = []
        after: tuple[float, int] | None = None
        while True:
            page = await self._store.page(Query(), after)
            found += [record for record in page.records if record.started_at >= at]
            after = page.after
            if after is None or page.records[-1].started_at < at:
                return tuple(found)

    async def caught_up(self) -> bool:
        """Read the platform's log and return once that is done; False if the user may not read it.

        Waits for a server that is away, and for somebody to be signed in. Cancelling is safe.
        """
        self._asked += 1
        mine = self._asked
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        def on_read(news: tuple[int, bool]) -> None:
            answered, read = news
            if answered >= mine and not answer.done():
                answer.set_result(read)

        undo = self._read.subscribe(on_read)
        self._due.set()
        try:
            return await answer
        finally:
            undo()

    def mark_seen(self, record_id: int | None = None) -> None:
        """Take one missed call, or all of them, off the badge."""
        self._nursery.start(self._mark_seen(record_id), name="mark as seen")

    def dismiss(self, call: Call) -> None:
        """The user sent the card of this call away: if it was missed, they know it."""
        self._nursery.start(self._dismiss(call), name="dismiss")

    async def _dismiss(self, call: Call) -> None:
        for record in (await self._store.page(Query(Filter.MISSED), None, RECENT)).records:
            apart = abs(record.started_at - call.started_at)
            if record.session_id == call.session_id and apart < SAME_START:
                await self._store.mark_seen(record.id)
        await self._tell()

    async def _find(
        self, query: Query, after: tuple[float, int] | None, on_page: Callable[[Page], None]
    ) -> None:
        on_page(await self._store.page(query, after))

    async def _mark_seen(self, record_id: int | None) -> None:
        await self._store.mark_seen(record_id)
        await self._tell()

    async def _list_live(self, change: Change) -> None:
        await self._store.add_live(change.now, self._clock())
        await self._tell()
        await asyncio.sleep(LAG)
        self._due.set()

    async def _list_ringout(self, ringout: EndedRingOut) -> None:
        await self._store.add_ringout(ringout, self._clock())
        await self._tell()

    async def _tell(self) -> None:
        self.missed.publish(await self._store.missed_unseen())
        self.changed.publish(None)

    def _on_platform(self, platform: Platform | None) -> None:
        self._keeping.cancel()
        if platform:
            self._keeping.start(self._keep_current(platform), name="call log")

    async def _keep_current(self, platform: Platform) -> None:
        told = False
        while True:
            self._due.clear()
            asked, pause = self._asked, EVERY
            try:
                await self._sync(platform)
                told = False
                self._read.publish((asked, True))
            except Problem as problem:
                log.info(
                    "the call log was not read: %s (%d %s)", problem.kind.value, problem.status, problem.code
                )
                if problem.retry:
                    pause = max(problem.retry_after or 0.0, AGAIN)
                else:
                    self._read.publish((asked, False))
                    if problem.kind is not Kind.SIGN_IN and not told:  # of that the session tells
                        self._nursery.tell(problem)
                        told = True
            finally:
                self.syncing.publish("")
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._due.wait()

    async def _sync(self, platform: Platform) -> None:
        if await self._store.belong_to(platform.account.key):
            self.notes.let_go()
            await self._tell()
        token = await self._store.cursor()
        batch = await platform.api.sync_since(token) if token else None
        if batch is None:  # never filled, or the platform has forgotten the token
            await self._fill(platform)
        elif batch.records or batch.token != token:
            await self._merge(batch)

    async def _fill(self, platform: Platform) -> None:
        """Fetch the last 30 days, newest first. The cursor is stored last: cut short, it begins anew."""
        until = self._clock()
        self.syncing.publish("Fetching your calls of the last 30 days…")
        newest = await platform.api.sync_full(until - DAYS * 86400)
        await self._merge(SyncBatch(newest.records, "", full=False))
        if newest.more:
            fetched = 0
            async for records in platform.api.call_log(until - DAYS * 86400, until):
                fetched += len(records)
                await self._merge(SyncBatch(records, "", full=False))
                self.syncing.publish(f"Fetching your calls of the last 30 days… {fetched:,} so far")
        await self._merge(SyncBatch((), newest.token, full=False))

    async def _merge(self, batch: SyncBatch) -> None:
        await self._store.merge(batch, self._clock())
        await self._tell()
