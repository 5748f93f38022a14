"""Call records as rows of the table `calls`, and back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rcdesk.core.calls import Direction
from rcdesk.core.history import CallRecord, Outcome, name_key
from rcdesk.core.merging import NEW, Merge
from rcdesk.core.numbers import digits

COLUMNS = (
    "id, session_id, direction, outcome, started_at, duration, number, name, location, queue, reason, record_id,"
    " seen, own_number"
)
_INSERT = f"INSERT INTO calls ({COLUMNS}, place, digits, folded) VALUES ({', '.join('?' * 17)})"  # noqa: S608

_ID_BITS = 21
_OUTCOMES = {outcome.value: outcome for outcome in Outcome}
_DIRECTIONS = {direction.value: direction for direction in Direction}


def place_of(started_at: float, row_id: int) -> int:
    """Return the place of a row: newer is larger, and of one millisecond the later id is."""
    return (round(started_at * 1000) << _ID_BITS) | (row_id & ((1 << _ID_BITS) - 1))


def record_of(row: Sequence[Any]) -> CallRecord:
    """Return the record of a row of `COLUMNS`."""
    row_id, session_id, direction, outcome, started_at, duration, number, name, location, queue, reason = row[
        :11
    ]
    record_id, seen, own_number = row[11:]
    return CallRecord(
        id=row_id,
        session_id=session_id,
        direction=_DIRECTIONS[direction],
        outcome=_OUTCOMES[outcome],
        started_at=started_at,
        duration=duration,
        number=number,
        name=name,
        location=location,
        queue=queue,
        reason=reason,
        record_id=record_id,
        seen=bool(seen),
        own_number=own_number,
    )


def select(connection: sqlite3.Connection, found: str, *values: object) -> list[CallRecord]:
    """Return the records of a query. `found` is what follows FROM: SQL of this package, no user's text."""
    sql = f"SELECT {COLUMNS} FROM {found}"  # noqa: S608  # values are bound
    return [record_of(row) for row in connection.execute(sql, values)]


def near(connection: sqlite3.Connection, starts: Iterable[float], reach: float) -> Iterator[CallRecord]:
    """Return the records that started within `reach` seconds of any of `starts`, each once."""
    for first, last in _spans(sorted(starts), reach):
        bounds = place_of(first - reach, 0), place_of(last + reach, -1)
        yield from select(connection, "calls WHERE place BETWEEN ? AND ?", *bounds)


def named(connection: sqlite3.Connection, record_ids: Iterable[str]) -> Iterator[CallRecord]:
    """Return the records that have these ids in the platform's log."""
    for record_id in record_ids:
        yield from select(connection, "calls WHERE record_id = ? AND record_id <> ''", record_id)


def write(connection: sqlite3.Connection, merge: Merge) -> None:
    """Carry out what a merge asks for; a record that is overwritten keeps its id."""
    gone = [*merge.removes, *(record.id for record in merge.puts if record.id != NEW)]
    connection.executemany("DELETE FROM calls WHERE id = ?", [(row_id,) for row_id in gone])
    next_id = _next_id(connection)
    for record in merge.puts:
        row_id = record.id
        if row_id == NEW:
            row_id, next_id = next_id, next_id + 1
        connection.execute(_INSERT, _row(record, row_id))


def _spans(starts: Iterable[float], reach: float) -> list[tuple[float, float]]:
    """Join sorted times whose surroundings overlap, so that no record is found twice."""
    spans: list[tuple[float, float]] = []
    for start in starts:
        if spans and start - spans[-1][1] <= 2 * reach + 1:
            spans[-1] = spans[-1][0], start
        else:
            spans.append((start, start))
    return spans


def storable(text: str) -> str:
    """Return `text` without half characters, which UTF-8 cannot write and the keyboard can still produce."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _row(record: CallRecord, row_id: int) -> tuple[object, ...]:
    """Return the values of `COLUMNS`, and what the indexes need."""
    name = storable(record.name)
    return (
        row_id,
        record.session_id,
        record.direction.value,
        record.outcome.value,
        record.started_at,
        record.duration,
        storable(record.number),
        name,
        storable(record.location),
        storable(record.queue),
        storable(record.reason),
        record.record_id,
        record.seen,
        storable(record.own_number),
        place_of(record.started_at, row_id),
        digits(record.number),
        name_key(name),
    )


def _next_id(connection: sqlite3.Connection) -> int:
    """Return an id that was never given before: the pane knows rows by their ids."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'calls'").fetchone()
    return int(row[0]) + 1 if row else 1
