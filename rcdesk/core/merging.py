"""How calls seen live and records of the platform's log become rows of the history, each call once.

Pure: the store hands in the rows that could be concerned and writes what comes back. Whatever is merged
twice changes nothing the second time.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from rcdesk.core.calls import Call, Direction
from rcdesk.core.history import CallRecord, LogRecord, Outcome
from rcdesk.core.notes import joined
from rcdesk.core.numbers import same, with_plus
from rcdesk.core.outcomes import outcome_of, outcome_of_ringout
from rcdesk.core.own_legs import neighbours
from rcdesk.core.ringout import End, Order

SAME_START = 5.0  # seconds by which two accounts of one call may differ (the vendor's SDK: RingOut legs too)
POLLED_START = 15.0  # seconds between the order of a RingOut and what presence takes for its start
REACH = 3600.0  # seconds around a record within which rows can be concerned; hand those in

NEW = 0  # the id of a row that the store does not have yet


@dataclass(frozen=True, slots=True)
class Merge:
    """What the store writes.

    Attributes:
        puts: rows to insert (id is NEW) or to overwrite (id of the store).
        removes: ids of rows that turned out to be another row's call, each with the id of that row.
    """

    puts: tuple[CallRecord, ...] = ()
    removes: tuple[tuple[int, int], ...] = ()


def merge(known: Iterable[CallRecord], records: Iterable[LogRecord], *, seen_before: float = 0.0) -> Merge:
    """Merge records of the log into the rows `known`: those with the same record ids, and all within REACH.

    A record replaces the provisional row of its call, which keeps its id. The two halves of a RingOut are
    one outbound row. Records of calls that are still on come again; deleted ones are kept as they are,
    since the history is the user's own. Missed calls from before `seen_before` are no news.
    """
    rows = _Rows(known)
    for record in sorted(records, key=lambda record: (record.started_at, record.record_id)):
        if not record.deleted and not record.in_progress:
            rows.take(_row_of(record, seen=record.started_at < seen_before), ringout=record.ringout)
    return rows.merge


def merge_live(known: Iterable[CallRecord], call: Call, *, declined: bool = False) -> Merge:
    """Merge a call that ended; nothing if the log has it already, or if it was only an own leg."""
    if call.own_leg or call.ended_at is None:
        return Merge()
    own_number = call.to_number if call.direction is Direction.INBOUND else call.from_number
    row = CallRecord(
        id=NEW,
        session_id=call.session_id,
        direction=call.direction,
        outcome=outcome_of(call, declined=declined),
        started_at=call.started_at,
        duration=_talked(call.answered_at, None if call.unseen else call.ended_at),
        number=with_plus(call.peer_number),
        name=call.peer_name,
        queue=call.queue,
        own_number=with_plus(own_number),
    )
    rows = _Rows(known)
    rows.put(row)
    return rows.merge


def _talked(answered_at: float | None, ended_at: float | None) -> float:
    """Return for how long a call was talked; 0 if it was not, or nobody knows until when."""
    return 0.0 if answered_at is None or ended_at is None else max(0.0, ended_at - answered_at)


def merge_ringout(known: Iterable[CallRecord], order: Order, end: End, began_at: float) -> Merge:
    """Merge what the polls told of a RingOut, which knows better than presence whether the other answered.

    One that may still be on, or is known to the log, changes nothing.
    """
    told = outcome_of_ringout(end)
    if told is None:
        return Merge()
    outcome, reason = told
    row = CallRecord(
        id=NEW,
        session_id="",
        direction=Direction.OUTBOUND,
        outcome=outcome,
        started_at=began_at,
        duration=0.0,
        number=with_plus(order.number),
        name=order.name,
        reason=reason,
        own_number=with_plus(order.own),
    )
    rows = _Rows(known)
    rows.put(row)
    return rows.merge


_TALKED = frozenset({Outcome.ANSWERED, Outcome.CONNECTED, Outcome.VOICEMAIL, Outcome.UNKNOWN})
_VERDICTS = frozenset({Outcome.OTHER_NO_ANSWER, Outcome.OWN_NO_ANSWER, Outcome.FAILED})


class _Rows:
    """The rows that could be concerned, with what has become of them."""

    def __init__(self, known: Iterable[CallRecord]) -> None:
        self._rows: list[CallRecord | None] = []
        self._records: dict[str, int] = {}
        self._minutes: defaultdict[int, set[int]] = defaultdict(set)
        for row in known:
            self._set(len(self._rows), row)
        self._before = tuple(self._rows)
        self._given: dict[int, int] = {}  # the rows that were given up, each with the one that it is part of

    @property
    def merge(self) -> Merge:
        """What has changed."""
        before = itertools.chain(self._before, itertools.repeat(None))
        after = (row and _timed(row) for row in self._rows)
        changes = [(was, now) for was, now in zip(before, after, strict=False) if was != now]
        gone = (index for index in self._given if index < len(self._before))
        return Merge(
            tuple(now for _, now in changes if now),
            tuple((was.id, self.at(self._kept(index)).id) for index in gone if (was := self._before[index])),
        )

    def take(self, row: CallRecord, *, ringout: bool) -> None:
        """Put a record of the log where it belongs."""
        index = self._records.get(row.record_id)
        if index is None:
            index = self.provisional(row)
        if index is not None:
            self._set(index, _replaced(self.at(index), row))
        else:
            index = self._append(row)
        half = self._other_half(index, ringout=ringout)
        if half is not None:
            keep, give = min(index, half), max(index, half)
            del self._records[self.at(give).record_id]
            self._set(keep, _joined(self.at(keep), self.at(give)))
            self._rows[give] = None
            self._given[give] = keep  # the older row of the two: a known one never becomes part of a new one

    def put(self, row: CallRecord) -> None:
        """Put a row that was seen live or polled where it belongs; what the log has already stands."""
        if any(_near(self.at(index), row) for index in self._around(row) if not self.at(index).provisional):
            return
        index = self.provisional(row)
        if index is None:
            self._append(row)
        else:
            self._set(index, _corrected(self.at(index), row))

    def provisional(self, row: CallRecord) -> int | None:
        """The provisional row of the same call, the nearest if there are several."""
        found = [
            index for index in self._around(row) if self.at(index).provisional and _near(self.at(index), row)
        ]
        return min(found, key=lambda index: abs(self.at(index).started_at - row.started_at), default=None)

    def at(self, index: int) -> CallRecord:
        row = self._rows[index]
        assert row is not None  # an index of a row that was given up is not handed out
        return row

    def _kept(self, index: int) -> int:
        while index in self._given:
            index = self._given[index]
        return index

    def _other_half(self, index: int, *, ringout: bool) -> int | None:
        row = self.at(index)
        others = (other for other in self._around(row) if other != index)
        return next((other for other in others if _halves(row, self.at(other), ringout=ringout)), None)

    def _append(self, row: CallRecord) -> int:
        self._set(len(self._rows), row)
        return len(self._rows) - 1

    def _set(self, index: int, row: CallRecord) -> None:
        self._rows[index : index + 1] = [row]
        for minute in _minutes(row):
            self._minutes[minute].add(index)
        if row.record_id:
            self._records[row.record_id] = index

    def _around(self, row: CallRecord) -> list[int]:
        """The rows that could be of the same call, in the order in which they came."""
        found = {index for minute in _minutes(row) for index in self._minutes[minute]}
        return sorted(index for index in found if self._rows[index])


def _minutes(row: CallRecord) -> range:
    """The minutes in which a row of the same call could have begun or been on; of a day at most."""
    first = int((row.started_at - POLLED_START) // 60)
    last = int((row.started_at + min(row.duration, 86400.0) + POLLED_START) // 60)
    return range(first, last + 1)


def _timed(row: CallRecord) -> CallRecord:
    """A row as it is kept: the log counts ringing as well, and how long the phone of somebody else was used."""
    return row if row.outcome in _TALKED else replace(row, duration=0.0)


def _polled(row: CallRecord) -> bool:
    """Whether a RingOut's polls told how this provisional row ended."""
    return row.provisional and (bool(row.reason) or row.outcome in _VERDICTS)


def _near(one: CallRecord, other: CallRecord) -> bool:
    """Whether two rows, one seen live and one from the log or the polls, are one call.

    Calls of one session can follow each other within half a minute, so a little more than the same start is
    needed: one was discovered while the other was on, or they began together.
    """
    if one.direction is not other.direction:
        return False
    apart = abs(one.started_at - other.started_at)
    if not one.session_id or not other.session_id:  # polled: all that is known is who was called
        redialled = _polled(one) and _polled(other)
        return same(one.number, other.number) and apart < (SAME_START if redialled else POLLED_START)
    early, late = sorted((one, other), key=lambda row: row.started_at)
    on = early.started_at + early.duration
    return one.session_id == other.session_id and (apart < SAME_START or late.started_at < on)


def _halves(one: CallRecord, other: CallRecord, *, ringout: bool) -> bool:
    """Whether two records are the two calls of one RingOut: begun together, each with the other's numbers."""
    if abs(one.started_at - other.started_at) >= SAME_START or not one.record_id or not other.record_id:
        return False
    numbers = same(one.number, other.number) if one.number or other.number else one.name == other.name != ""
    own = same(one.own_number, other.own_number) or not (one.own_number and other.own_number)
    alike = one.session_id == other.session_id
    if one.direction is other.direction:
        return ringout and alike and numbers
    return numbers and own and (ringout or alike or other.session_id in neighbours(one.session_id))


def _replaced(old: CallRecord, row: CallRecord) -> CallRecord:
    """A row of the log in the place of `old`; what the log leaves out is kept."""
    untold = row.outcome is Outcome.UNKNOWN and old.provisional
    # Two records in one row are the halves of a RingOut: it is as long as the longer one.
    duration = row.duration if old.provisional else max(old.duration, row.duration)
    return replace(
        row,
        id=old.id,
        duration=duration,
        location=row.location or old.location,
        seen=old.seen or row.seen,
        name=row.name or old.name,
        number=row.number or old.number,
        queue=row.queue or old.queue,
        own_number=row.own_number or old.own_number,
        outcome=old.outcome if untold else row.outcome,
        reason=old.reason if untold else row.reason,
        note=old.note,
    )


def _joined(old: CallRecord, half: CallRecord) -> CallRecord:
    """The two halves of a RingOut as one outbound row, as long as the longer one."""
    first, second = (half, old) if half.direction is Direction.OUTBOUND is not old.direction else (old, half)
    return replace(
        first,
        id=old.id,
        direction=Direction.OUTBOUND,
        duration=max(old.duration, half.duration),
        name=first.name or second.name,
        location=first.location or second.location,
        seen=True,
        note=joined(old.note, half.note),
    )


def _corrected(old: CallRecord, row: CallRecord) -> CallRecord:
    """A provisional row after more was seen of its call. What a RingOut's polls told stands."""
    polled = _polled(old)
    seen_live = row if row.session_id else old
    return replace(
        seen_live,
        id=old.id,
        name=row.name or old.name,
        seen=old.seen,
        outcome=old.outcome if polled else row.outcome,
        reason=old.reason if polled else row.reason,
        note=old.note,
    )


def _row_of(record: LogRecord, *, seen: bool) -> CallRecord:
    return CallRecord(
        id=NEW,
        session_id=record.session_id,
        direction=record.direction,
        outcome=record.outcome,
        started_at=record.started_at,
        duration=record.duration,
        number=with_plus(record.number),
        name=record.name,
        location=record.location,
        queue=record.queue,
        reason=record.reason,
        record_id=record.record_id,
        seen=seen,
        own_number=with_plus(record.own_number),
    )
