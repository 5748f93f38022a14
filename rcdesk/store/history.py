"""Call records and the sync cursor, in one transaction."""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from rcdesk.core import merging
from rcdesk.core.calls import Call
from rcdesk.core.errors import Kind, Problem
from rcdesk.core.history import CallRecord, Filter, Page, Query, SyncBatch, terms
from rcdesk.core.notes import edited
from rcdesk.core.ringout import EndedRingOut
from rcdesk.store import rows
from rcdesk.store.database import Database, Names
from rcdesk.store.schema import MIGRATIONS
from rcdesk.store.search import matching

__all__ = ["MIGRATIONS", "HistoryStore"]

FRESH = 86400.0  # seconds; what was missed longer than this before the first run does not raise the badge
_NO_LIMIT = 2**63 - 1
_WHERE = {
    Filter.ALL: "",
    Filter.MISSED: "AND outcome = 'missed'",
    Filter.INCOMING: "AND direction = 'inbound'",
    Filter.OUTGOING: "AND direction = 'outbound'",
    Filter.NOTED: "AND note <> ''",
}
_CALLED_BACK = """
    UPDATE calls SET seen = 1 WHERE outcome = 'missed' AND NOT seen AND digits <> '' AND EXISTS (
        SELECT 1 FROM calls AS back WHERE back.digits = calls.digits AND back.place > calls.place
        AND back.outcome = 'connected'
    )
"""


class HistoryStore:
    """All calls ever seen, and how far the platform's log was read.

    A call that was seen live is listed at once; its record in the platform's log takes over its row and its
    id, by the rules of `core.merging`. Each method is one transaction in the database's thread, and raises
    Problem if the disk or the file fails; then nothing was changed. Cancelling: writes are done all the same.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_live(self, call: Call, now: float, *, declined: bool = False) -> None:
        """List a live call that ended, or correct what was told of it. `now`: unix seconds.

        `declined`: the user did it here; presence does not tell.
        """

        def work(connection: sqlite3.Connection) -> None:
            known = rows.near(connection, [call.started_at], merging.REACH)
            rows.write(connection, merging.merge_live(known, call, declined=declined))
            _tidy(connection, now)

        await self._database.run(work)

    async def add_ringout(self, ringout: EndedRingOut, now: float) -> None:
        """Tell how a RingOut ended: presence shows one that nobody answered as connected."""
        end = ringout.progress.end
        if end is None:
            raise ValueError("the RingOut is still under way")
        order, began_at = ringout.order, ringout.began_at

        def work(connection: sqlite3.Connection) -> None:
            known = rows.near(connection, [began_at], merging.REACH)
            rows.write(connection, merging.merge_ringout(known, order, end, began_at))
            _tidy(connection, now)

        await self._database.run(work)

    async def merge(self, batch: SyncBatch, now: float) -> None:
        """Take in records of the platform's log, together with the token to go on with unless that is ""."""

        def work(connection: sqlite3.Connection) -> None:
            seen_before = _began(connection, now) - FRESH
            known = _concerned(connection, batch)
            rows.write(connection, merging.merge(known, batch.records, seen_before=seen_before))
            _tidy(connection, now)
            if batch.token:
                _set_state(connection, "cursor", batch.token)

        await self._database.run(work)

    def write_note(
        self,
        record_id: int,
        text: str,
        before: Sequence[str] | None = None,
        began: float | None = None,
    ) -> asyncio.Future[None]:
        """Make `text` the note of a call, by its id in the store; blanks alone are none.

        `before`: what the writer may have had in sight; what else has come into the note stays then. None: the
        note becomes `text`, whatever it was. `began`: about when the call did, as the writer has it in sight; ids
        begin anew in another file. Queued by the time this returns: it is written also if nobody waits.

        Raises:
            Problem: also if there is no such call.
        """
        return self._database.queue(
            lambda connection: _write_note(connection, record_id, text, before, began)
        )

    async def belong_to(self, owner: str) -> bool:
        """Go on with the calls of `owner`, whatever names them; return whether there were somebody else's.

        Those are put away in a file of their own, and are back when that one signs in again. What an older rcdesk
        listed is the calls of whoever signs in first.
        """

        def work(connection: sqlite3.Connection, is_there: Callable[[str], bool]) -> Names | None:
            before = _state(connection, "owner")
            taken_back = not before and is_there(_file_of(owner)) and not _any(connection)
            if before == owner or not (before or taken_back):
                _set_state(connection, "owner", owner)
                return None
            return _file_of(before) if before else "", _file_of(owner)

        if not await self._database.exchange(work):
            return False
        await self._database.run(lambda connection: _set_state(connection, "owner", owner))
        return True

    async def page(self, query: Query, after: tuple[float, int] | None = None, limit: int = 100) -> Page:
        """Return what `query` finds, newest first, beginning after the key that the page before gave."""
        return await self._database.run(lambda connection: _page(connection, query, after, limit))

    async def missed_unseen(self) -> int:
        """Return how many missed calls nobody has looked at, called back or dismissed."""
        return await self._database.run(_count_unseen)

    async def mark_seen(self, record_id: int | None = None) -> None:
        """Take one missed call, by its id in the store, or all of them off the badge."""
        await self._database.run(lambda connection: _mark_seen(connection, record_id))

    async def cursor(self) -> str:
        """Return the token to go on with, "" if the log was never read to the end."""
        return await self._database.run(lambda connection: _state(connection, "cursor"))


def _file_of(owner: str) -> str:
    """Name the file of somebody's calls while another one is signed in; a server's words are no file names."""
    return f"calls.{hashlib.sha256(owner.encode('utf-8', 'replace')).hexdigest()[:16]}.db"


def _any(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM calls LIMIT 1").fetchone() is not None


def _concerned(connection: sqlite3.Connection, batch: SyncBatch) -> Iterable[CallRecord]:
    """Return each record that the batch could change, once."""
    starts = [record.started_at for record in batch.records if not record.deleted]
    known = {record.id: record for record in rows.near(connection, starts, merging.REACH)}
    known |= {record.id: record for record in rows.named(connection, (it.record_id for it in batch.records))}
    return known.values()


def _tidy(connection: sqlite3.Connection, now: float) -> None:
    """Note when the first call was taken in, and what is no news as it was called back."""
    _began(connection, now)
    connection.execute(_CALLED_BACK)


def _page(connection: sqlite3.Connection, query: Query, after: tuple[float, int] | None, limit: int) -> Page:
    before = rows.place_of(*after) if after else _NO_LIMIT
    found, values, order = matching(terms(rows.storable(query.text)), before)
    records = rows.select(
        connection, f"{found} {_WHERE[query.filter]} ORDER BY {order} DESC", *values, most=limit + 1
    )
    if len(records) <= limit:
        return Page(tuple(records), None)
    last = records[limit - 1]
    return Page(tuple(records[:limit]), (last.started_at, last.id))


def _count_unseen(connection: sqlite3.Connection) -> int:
    (count,) = connection.execute(
        "SELECT count(*) FROM calls WHERE outcome = 'missed' AND NOT seen"
    ).fetchone()
    return int(count)


def _mark_seen(connection: sqlite3.Connection, record_id: int | None) -> None:
    connection.execute(
        "UPDATE calls SET seen = 1 WHERE outcome = 'missed' AND NOT seen AND (? IS NULL OR id = ?)",
        (record_id, record_id),
    )


def _write_note(
    connection: sqlite3.Connection,
    record_id: int,
    text: str,
    before: Sequence[str] | None,
    began: float | None,
) -> None:
    record = rows.of_id(connection, record_id)
    if record is None or (began is not None and abs(began - record.started_at) > merging.REACH):
        raise Problem("The note was not saved.", "Its call is not in the history.", Kind.LOCAL)
    if before is None and record.id == record_id:
        before = [record.note]
    note = edited(record.note, [_kept(seen) for seen in before or ()], _kept(text))
    if note != record.note:
        rows.write(connection, merging.Merge(puts=(replace(record, note=note),)))


def _kept(text: str) -> str:
    """Return a note as it is kept."""
    return rows.storable(text) if text.strip() else ""


def _began(connection: sqlite3.Connection, now: float) -> float:
    """Return when the first call was taken in, in unix seconds; that is now if none was."""
    try:
        return float(_state(connection, "began"))
    except ValueError:  # none was, or it cannot be read
        _set_state(connection, "began", repr(now))
        return now


def _state(connection: sqlite3.Connection, name: str) -> str:
    row = connection.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()
    return str(row[0]) if row else ""


def _set_state(connection: sqlite3.Connection, name: str, value: str) -> None:
    connection.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (name, value))
