"""Call records as rows of the table `calls`, and back."""

from __future__ import annotations

import logging
import math
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from rcdesk.core.calls import Direction
from rcdesk.core.history import CallRecord, Outcome, search_key
from rcdesk.core.merging import NEW, Merge
from rcdesk.core.notes import joined
from rcdesk.core.numbers import digits

COLUMNS = (
    "id, session_id, direction, outcome, started_at, duration, number, name, location, queue, reason, record_id,"
    " seen, own_number, note"
)
_INSERT = f"INSERT INTO calls ({COLUMNS}, place, digits, folded) VALUES ({', '.join('?' * 18)})"  # noqa: S608

log = logging.getLogger(__name__)

_KINDS = (int, str, str, str, float, float, str, str, str, str, str, str, int, str, str)  # of COLUMNS
_LATEST = 253_370_764_800.0  # unix seconds: calendars end with the year 9999, in any time zone
_told: set[Any] = set()  # the ids of rows that cannot be read, each told once

_ID_BITS = 21
_OUTCOMES = {outcome.value: outcome for outcome in Outcome}
_DIRECTIONS = {direction.value: direction for direction in Direction}


def place_of(started_at: float, row_id: int) -> int:
    """Return the place of a row: newer is larger, and of one millisecond the later id is."""
    return (round(started_at * 1000) << _ID_BITS) | (row_id & ((1 << _ID_BITS) - 1))


def record_of(row: Sequence[Any]) -> CallRecord | None:
    """Return the record of a row of `COLUMNS`, None if it holds what nothing of ours has written."""
    if not all(map(isinstance, row, _KINDS)):
        return None
    row_id, session_id, direction, outcome, started_at, duration, number, name, location, queue, reason = row[
        :11
    ]
    record_id, seen, own_number, note = row[11:]
    known = direction in _DIRECTIONS and outcome in _OUTCOMES
    if not (known and 0 <= started_at < _LATEST and math.isfinite(duration)):
        return None
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
        note=note,
    )


def select(
    connection: sqlite3.Connection, found: str, *values: object, most: int | None = None
) -> list[CallRecord]:
    """Return the records of a query, no more than `most`. A row that cannot be read stays in the file and is left
    out with a warning. `found` is what follows FROM: SQL of this package, no user's text."""
    sql = f"SELECT {COLUMNS} FROM {found}"  # noqa: S608  # values are bound
    records: list[CallRecord] = []
    strange = []
    for row in connection.execute(sql, values):
        record = record_of(row)
        if record:
            records.append(record)
        else:
            strange.append(row)
        if len(records) == most:
            break
    _tell_of(strange)
    return records


def _tell_of(strange: Sequence[tuple[Any, ...]]) -> None:
    new = {row[0] for row in strange} - _told
    if new:
        _told.update(new)
        log.warning("rows of the call history cannot be read and were left out: %d", len(new))


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
    """Carry out what a merge asks for; a record that is overwritten keeps its id. A row that could not be read
    gives way to what the platform's log says of the same call, but its note stays."""
    gone = [*(row_id for row_id, _ in merge.removes), *(put.id for put in merge.puts if put.id != NEW)]
    connection.executemany("DELETE FROM calls WHERE id = ?", [(row_id,) for row_id in gone])
    next_id = _next_id(connection)
    for record in merge.puts:
        row_id = record.id
        if row_id == NEW:
            row_id, next_id = next_id, next_id + 1
        connection.execute(_INSERT, _row(_replacing(connection, record, row_id), row_id))
    for row_id, kept in merge.removes:
        _moved(connection, row_id, kept)


def _replacing(connection: sqlite3.Connection, record: CallRecord, row_id: int) -> CallRecord:
    """Remove the row that could not be read from the place of a logged record; return it with the note of that."""
    found = "SELECT id, CAST(note AS TEXT) FROM calls WHERE record_id = ? AND record_id <> ''"
    strange = connection.execute(found, (record.record_id,)).fetchone()  # no two rows have the same record_id
    if strange is None:
        return record
    connection.execute("DELETE FROM calls WHERE id = ?", (strange[0],))
    _moved(connection, strange[0], row_id)
    return replace(record, note=joined(record.note, strange[1]))


def _moved(connection: sqlite3.Connection, row_id: int, kept: int) -> None:
    connection.execute("UPDATE moved SET kept = ? WHERE kept = ?", (kept, row_id))
    connection.execute("INSERT OR REPLACE INTO moved VALUES (?, ?)", (row_id, kept))


def of_id(connection: sqlite3.Connection, row_id: int) -> CallRecord | None:
    """Return the record with this id, or the one that it has become part of; None if there is none."""
    here = "calls WHERE id IN (?1, (SELECT kept FROM moved WHERE id = ?1))"
    return next(iter(select(connection, here, row_id)), None)


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
    name, note = storable(record.name), storable(record.note)
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
        note,
        place_of(record.started_at, row_id),
        digits(record.number),
        search_key(name, note),
    )


def _next_id(connection: sqlite3.Connection) -> int:
    """Return an id that was never given before: the pane knows rows by their ids."""
    highest = "SELECT max(id) AS id FROM calls UNION SELECT CAST(seq AS INTEGER) FROM sqlite_sequence WHERE name = 'calls'"
    (last,) = connection.execute(f"SELECT ifnull(max(id), 0) FROM ({highest})").fetchone()  # noqa: S608
    return int(last) + 1
