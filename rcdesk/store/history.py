"""Call records and the sync cursor, in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from rcdesk.core.calls import Call
from rcdesk.core.history import CallRecord, Filter, Page, Query, SyncBatch
from rcdesk.core.ringout import RingOut
from rcdesk.store import facts, rows
from rcdesk.store.database import Database
from rcdesk.store.schema import MIGRATIONS
from rcdesk.store.search import places, terms

__all__ = ["MIGRATIONS", "HistoryStore"]

FRESH = 86400.0  # seconds; calls missed longer than this before the first run do not raise the badge
_NO_PLACE_YET = 2**63 - 1
_WHERE = {
    Filter.ALL: "",
    Filter.MISSED: "AND outcome = 'missed'",
    Filter.INCOMING: "AND direction = 'inbound'",
    Filter.OUTGOING: "AND direction = 'outbound'",
}
_UNSEEN = "outcome = 'missed' AND NOT seen AND place IS NOT NULL"
_CALLED_BACK = f"""
    UPDATE calls SET seen = 1 WHERE {_UNSEEN} AND digits <> '' AND EXISTS (
        SELECT 1 FROM calls AS back WHERE back.digits = calls.digits AND back.place > calls.place
        AND back.outcome = 'connected' AND back.place IS NOT NULL
    )
"""  # noqa: S608  # only texts of this file


class HistoryStore:
    """All calls ever seen, and how far the platform's log was read.

    A call that was seen live is listed at once, and its record in the platform's log takes over its row with
    its id. Whatever the order in which the facts come, and however often, the same rows result. Each method is
    one transaction in the database's thread. Cancelling: writes are done all the same.

    Every method raises Problem when the disk or the file fails; then nothing was changed.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_live(self, call: Call, now: float) -> None:
        """List a live call that ended, or correct what was told of it. `now`: unix seconds."""
        await self._take([facts.of_live(call, now)], "", now)

    async def add_ringout(self, ringout: RingOut, now: float) -> None:
        """Tell how a RingOut ended: presence shows one that nobody answered as connected.

        One that the platform refused was no call and is not listed.
        """
        if fact := facts.of_ringout(ringout, now):
            await self._take([fact], "", now)

    async def merge(self, batch: SyncBatch, now: float) -> None:
        """Take in records of the platform's log and, unless it is "", the token to go on with.

        A full batch stands for all there is between its oldest record and its newest: what is stored there
        and not in it was deleted. Calls that are still on are left out; they come again with their outcome.
        """
        news = [facts.of_log(record) for record in batch.records if not record.in_progress]
        await self._take(news, batch.token, now, full=batch.full)

    async def page(self, query: Query, after: tuple[float, int] | None = None, limit: int = 100) -> Page:
        """Return what `query` finds, newest first, beginning after the key of the page before."""
        return await self._database.run(lambda connection: _page(connection, query, after, limit))

    async def recent(self, count: int) -> tuple[CallRecord, ...]:
        """Return the newest `count` calls."""
        return (await self.page(Query(), None, count)).records

    async def missed_unseen(self) -> int:
        """Return how many missed calls nobody has looked at, called back or dismissed."""
        return await self._database.run(_count_unseen)

    async def mark_seen(self, record_id: int | None = None) -> None:
        """Take one missed call off the badge, by its id in the store, or all of them."""
        await self._database.run(lambda connection: _mark_seen(connection, record_id))

    async def cursor(self) -> str:
        """Return the token to go on with, "" if the log was never read to the end."""
        return await self._database.run(lambda connection: _state(connection, "cursor") or "")

    async def _take(self, news: Iterable[facts.Fact], token: str, now: float, *, full: bool = False) -> None:
        news = list(news)

        def work(connection: sqlite3.Connection) -> None:
            began = _began(connection, now)
            if full:
                _drop_absent(connection, news)
            for fact in news:
                rows.put(connection, fact, seen=fact.record.started_at < began - FRESH)
            connection.execute(_CALLED_BACK)
            if token:
                _set_state(connection, "cursor", token)

        await self._database.run(work)


def _page(connection: sqlite3.Connection, query: Query, after: tuple[float, int] | None, limit: int) -> Page:
    before = rows.place_of(*after) if after else _NO_PLACE_YET
    asked = terms(query.text)
    where = _WHERE[query.filter]
    found: list[CallRecord] = []
    if asked.empty:
        sql = f"SELECT {rows.COLUMNS} FROM calls WHERE place < ? {where} ORDER BY place DESC LIMIT ?"  # noqa: S608
        found += map(rows.record_of, connection.execute(sql, (before, limit + 1)))
    else:
        sql = f"SELECT {rows.COLUMNS} FROM calls WHERE place = ? {where}"  # noqa: S608  # only texts of this file
        for place in connection.execute(*places(asked, before)):
            found += map(rows.record_of, connection.execute(sql, place))
            if len(found) > limit:
                break
    last = found[limit - 1] if len(found) > limit else None
    return Page(tuple(found[:limit]), (last.started_at, last.id) if last else None)


def _drop_absent(connection: sqlite3.Connection, news: Iterable[facts.Fact]) -> None:
    """Delete the records that a full batch passes over."""
    starts = {fact.key: fact.record.started_at for fact in news if not fact.deleted}
    if not starts:
        return
    stored = connection.execute(
        "SELECT id, key FROM calls WHERE source = 'log' AND place BETWEEN ? AND ?",
        (rows.place_of(min(starts.values()), 0), rows.place_of(max(starts.values()), 0)),
    )
    for row_id, key in stored.fetchall():
        if key not in starts:
            rows.forget(connection, row_id)


def _count_unseen(connection: sqlite3.Connection) -> int:
    (count,) = connection.execute(f"SELECT count(*) FROM calls WHERE {_UNSEEN}").fetchone()  # noqa: S608
    return int(count)


def _mark_seen(connection: sqlite3.Connection, record_id: int | None) -> None:
    connection.execute(
        f"UPDATE calls SET seen = 1 WHERE {_UNSEEN} AND (? IS NULL OR id = ?)",  # noqa: S608
        (record_id, record_id),
    )


def _began(connection: sqlite3.Connection, now: float) -> float:
    """Return when the first call was taken in, in unix seconds; that is now if none was."""
    if (began := _state(connection, "began")) is None:
        _set_state(connection, "began", began := repr(now))
    return float(began)


def _state(connection: sqlite3.Connection, name: str) -> str | None:
    row = connection.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()
    return str(row[0]) if row else None


def _set_state(connection: sqlite3.Connection, name: str, value: str) -> None:
    connection.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (name, value))
