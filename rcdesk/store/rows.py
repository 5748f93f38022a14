"""Facts about calls as rows of the table `calls`, and back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rcdesk.core.calls import Direction
from rcdesk.core.history import CallRecord, Outcome
from rcdesk.store.facts import SLACK, Fact, Source, arrange, digits_of, explains, forgotten

COLUMNS = (
    "id, session_id, direction, outcome, started_at, duration, number, name, location, queue, reason,"
    " source, key, seen, own_number"
)
_FACT_COLUMNS = f"{COLUMNS}, until, ringout, deleted, told, place"
_ALL = (
    "id, place, source, key, session_id, direction, outcome, started_at, duration, until, number, digits, name,"
    " location, queue, reason, own_number, seen, ringout, deleted, told"
)
_INSERT = f"INSERT INTO calls ({_ALL}) VALUES ({', '.join('?' * 21)})"  # noqa: S608  # no value in it

_ID_BITS = 21


def place_of(started_at: float, row_id: int) -> int:
    """Return the place of a row: newer is larger, and of one millisecond the later id is."""
    return (round(started_at * 1000) << _ID_BITS) | (row_id & ((1 << _ID_BITS) - 1))


def record_of(row: Sequence[Any]) -> CallRecord:
    """Return the record of a row of `COLUMNS`."""
    return CallRecord(
        id=row[0],
        session_id=row[1],
        direction=Direction(row[2]),
        outcome=Outcome(row[3]),
        started_at=row[4],
        duration=row[5],
        number=row[6],
        name=row[7],
        location=row[8],
        queue=row[9],
        reason=row[10],
        record_id=row[12] if row[11] == Source.LOG.value else "",
        seen=bool(row[13]),
        own_number=row[14],
    )


@dataclass(frozen=True, slots=True)
class Stored:
    """A fact in the table.

    Attributes:
        fact: what its source said; its record has the row's id and whether it was seen.
        shown: the record as the history shows it, None for a fact that only supports another.
    """

    fact: Fact
    shown: CallRecord | None


def put(connection: sqlite3.Connection, news: Fact, *, seen: bool = False) -> None:
    """Take in what a source says of a call, and bring the rows of that call up to date."""
    stored = _related(connection, news)
    known = next((each for each in stored if _name(each.fact) == _name(news)), None)
    if known is None:
        news = replace(news, record=replace(news.record, seen=seen))
        facts = [*(each.fact for each in stored), news]
    else:
        news = _newer(known.fact, news)
        facts = [news if each is known else each.fact for each in stored]
    _write(connection, stored, _settle(facts, stored))


def forget(connection: sqlite3.Connection, row_id: int) -> None:
    """Delete a record of the log, so that nobody tells of its call any more."""
    for stored in _find(connection, "id = ?", row_id):
        put(connection, forgotten(stored.fact))


def _newer(known: Fact, news: Fact) -> Fact:
    """Return what a source says now, in the row of what it said before; what is deleted stays so."""
    record = replace(news.record, id=known.record.id, seen=known.record.seen)
    if news.deleted and not news.record.session_id:  # "only record_id is sure to be there"
        record = replace(
            record,
            session_id=known.record.session_id,
            direction=known.record.direction,
            started_at=known.record.started_at,
            duration=known.record.duration,
        )
        return replace(news, record=record, until=known.until)
    news = replace(news, record=record)
    return forgotten(news) if known.deleted else news


def _settle(facts: Iterable[Fact], stored: Sequence[Stored]) -> list[Stored]:
    """Arrange facts anew. A row keeps its id when another fact comes to stand for it."""
    was_shown = {_name(each.fact) for each in stored if each.shown}
    settled: list[Stored] = []
    for row in arrange(facts):
        lead, others = row.lead, list(row.others)
        seen = any(fact.record.seen for fact in (lead, *others))
        heir = next((nth for nth, fact in enumerate(others) if _name(fact) in was_shown), None)
        if heir is not None and _name(lead) not in was_shown:
            old, new = others[heir], lead
            others[heir] = replace(old, record=replace(old.record, id=new.record.id))
            lead = replace(new, record=replace(new.record, id=old.record.id))
        lead = replace(lead, record=replace(lead.record, seen=seen))
        shown = replace(row.record, id=lead.record.id, seen=seen) if row.shown else None
        settled.append(Stored(lead, shown))
        settled += [Stored(fact, None) for fact in others]
    return settled


def _write(connection: sqlite3.Connection, before: Iterable[Stored], after: Iterable[Stored]) -> None:
    """Replace the rows that changed. An id of 0 gets the next free one."""
    old, new = set(before), set(after)
    gone = [(each.fact.record.id,) for each in old - new if each.fact.record.id]
    connection.executemany("DELETE FROM calls WHERE id = ?", gone)
    for each in sorted(new - old, key=lambda each: each.fact.record.id == 0):
        _insert(connection, each)


def _insert(connection: sqlite3.Connection, stored: Stored) -> None:
    fact, told = stored.fact, stored.fact.record
    shown = stored.shown or told
    row_id = told.id or _next_id(connection)
    differs = _unlike(told) != _unlike(shown)
    values = (
        row_id,
        place_of(shown.started_at, row_id) if stored.shown else None,
        fact.source.value,
        fact.key,
        shown.session_id,
        shown.direction.value,
        shown.outcome.value,
        shown.started_at,
        shown.duration,
        fact.until,
        shown.number,
        digits_of(shown.number),
        shown.name,
        shown.location,
        shown.queue,
        shown.reason,
        shown.own_number,
        shown.seen,
        fact.ringout,
        fact.deleted,
        json.dumps(_unlike(told)) if differs else None,
    )
    connection.execute(_INSERT, values)


def _next_id(connection: sqlite3.Connection) -> int:
    """Return an id that was never given before: the pane knows rows by their ids."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'calls'").fetchone()
    return int(row[0]) + 1 if row else 1


def _unlike(record: CallRecord) -> list[str]:
    """What of a record other facts may say better."""
    return [
        record.outcome.value,
        record.number,
        record.name,
        record.location,
        record.queue,
        record.reason,
        record.own_number,
    ]


def _name(fact: Fact) -> tuple[Source, str]:
    return fact.source, fact.key


def _related(connection: sqlite3.Connection, news: Fact) -> list[Stored]:
    """Return what is stored about the same call: by key, by session, by a RingOut, and what that leads to."""
    found: dict[int, Stored] = {}
    waiting = [news, *(each.fact for each in _find(connection, "source = ? AND key = ?", *_key(news)))]
    seen_sessions: set[str] = set()
    while waiting:
        fact = waiting.pop()
        for each in _neighbours(connection, fact, seen_sessions):
            if each.fact.record.id not in found:
                found[each.fact.record.id] = each
                waiting.append(each.fact)
    return list(found.values())


def _key(fact: Fact) -> tuple[str, str]:
    return fact.source.value, fact.key


def _neighbours(connection: sqlite3.Connection, fact: Fact, seen_sessions: set[str]) -> Iterator[Stored]:
    yield from _find(connection, "source = ? AND key = ?", *_key(fact))
    session_id = fact.record.session_id
    if session_id and session_id not in seen_sessions:
        seen_sessions.add(session_id)
        yield from _find(connection, "session_id = ? AND session_id <> ''", session_id)
    if fact.source is Source.RINGOUT:
        since, until = fact.record.started_at - SLACK, fact.until + SLACK
        live = _find(connection, "source = 'live' AND started_at BETWEEN ? AND ?", since, until)
        bounds = place_of(since, 0), place_of(until + 0.001, 0)
        shown = _find(connection, "source = 'log' AND place BETWEEN ? AND ?", *bounds)
        yield from (each for each in [*live, *shown] if explains(fact, each.fact))
    elif fact.record.direction is Direction.OUTBOUND and fact.digits:
        ringouts = _find(connection, "source = 'ringout' AND digits = ?", fact.digits)
        yield from (each for each in ringouts if explains(each.fact, fact))


def _find(connection: sqlite3.Connection, where: str, *values: object) -> list[Stored]:
    sql = f"SELECT {_FACT_COLUMNS} FROM calls WHERE {where}"  # noqa: S608  # only texts of this file
    return [_stored(row) for row in connection.execute(sql, values)]


def _stored(row: Sequence[Any]) -> Stored:
    shown = record_of(row)
    until, ringout, deleted, told, place = row[15:]
    own = shown
    if told is not None:
        outcome, number, name, location, queue, reason, own_number = json.loads(told)
        own = replace(
            shown,
            outcome=Outcome(outcome),
            number=number,
            name=name,
            location=location,
            queue=queue,
            reason=reason,
            own_number=own_number,
        )
    fact = Fact(Source(row[11]), row[12], own, until, bool(ringout), bool(deleted))
    return Stored(fact, shown if place is not None else None)
