"""Calls, records and stores that show only what a test is about."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rcdesk.core.calls import Call, Direction, Stage
from rcdesk.core.history import LogRecord, Outcome, Query, SyncBatch
from rcdesk.store.database import Database
from rcdesk.store.history import MIGRATIONS, HistoryStore
from tests.store.make_records import NOW


@contextmanager
def opened(path: Path | None = None) -> Iterator[HistoryStore]:
    """A history in a file, or in memory."""
    database = Database(path, MIGRATIONS)
    try:
        yield HistoryStore(database)
    finally:
        database.close()


def live(
    session: str = "1",
    *,
    ago: float = 600.0,
    rang: float = 20.0,
    talked: float = 0.0,
    number: str = "+16505550111",
    outbound: bool = False,
    nth: int = 1,
) -> Call:
    """A call seen live that began `ago` seconds ago, rang, and was talked on."""
    started = NOW - ago
    direction = Direction.OUTBOUND if outbound else Direction.INBOUND
    return Call(
        key=f"{session}-{direction.value}-{nth}",
        session_id=session,
        stage=Stage.ENDED,
        direction=direction,
        from_number="+16505550100" if outbound else number,
        from_name="",
        to_number=number if outbound else "+16505550100",
        to_name="",
        started_at=started,
        answered_at=started + rang if talked else None,
        ended_at=started + rang + talked,
    )


def logged(
    session: str = "1",
    *,
    ago: float = 600.0,
    outcome: Outcome = Outcome.MISSED,
    talked: float = 0.0,
    number: str = "+16505550111",
    name: str = "",
    outbound: bool = False,
    record_id: str = "",
    in_progress: bool = False,
) -> LogRecord:
    """What the platform's log says of a call that began `ago` seconds ago."""
    return LogRecord(
        record_id=record_id or f"L{session}",
        session_id=session,
        direction=Direction.OUTBOUND if outbound else Direction.INBOUND,
        outcome=outcome,
        started_at=NOW - ago,
        duration=talked,
        number=number,
        name=name,
        own_number="+16505550100",
        in_progress=in_progress,
    )


def batch(*records: LogRecord, token: str = "") -> SyncBatch:
    return SyncBatch(records, token, full=False)


async def found(store: HistoryStore, text: str = "", **query: object) -> list[str]:
    """The names, or else the numbers, of what a search finds, newest first."""
    page = await store.page(Query(text=text, **query))  # type: ignore[arg-type]
    return [record.name or record.number for record in page.records]
