"""Records of the platform's call log to core types."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator

import msgspec

from rcdesk import wire
from rcdesk.client.decode import each, name, number
from rcdesk.client.log_words import is_ringout, outcome_of_log
from rcdesk.core.calls import Direction
from rcdesk.core.history import LogRecord, Outcome, SyncBatch

log = logging.getLogger(__name__)


def log_records(raw: Iterable[msgspec.Raw]) -> tuple[LogRecord, ...]:
    """Read the calls among records; faxes are none, and one that cannot be read costs only itself."""
    return tuple(_records(each(raw, wire.CallLogRecord)))


def sync_batch(answer: wire.CallLogSync, asked_for: int | None) -> SyncBatch:
    """Read an answer of the sync. `asked_for`: how many records were asked for at most, None for any number;
    with as many in the answer there may be older ones, although not every server says so."""
    info = answer.sync_info
    return SyncBatch(
        log_records(answer.records),
        info.sync_token,
        full=info.sync_type == "FSync",
        more=bool(info.older_records_exist) or len(answer.records) == asked_for,
    )


def _records(records: Iterable[wire.CallLogRecord]) -> Iterator[LogRecord]:
    for record in records:
        if record.type == "Fax":
            continue
        if record.deleted:
            yield _deleted(record)
            continue
        missing = _missing(record)
        if missing:
            log.warning("a record of the call log was left out: its field $.%s is missing", missing)
            continue
        yield _record(record)


def _missing(record: wire.CallLogRecord) -> str:
    """Name the first field that a record of a call must have and this one lacks, "" if none."""
    needed = {
        "sessionId": record.session_id,
        "direction": record.direction,
        "startTime": record.start_time,
        "result": record.result,
    }
    return next((name for name, value in needed.items() if value is None), "")


def _record(record: wire.CallLogRecord) -> LogRecord:
    direction = Direction.INBOUND if record.direction == "Inbound" else Direction.OUTBOUND
    inbound = direction is Direction.INBOUND
    other, own = (record.from_, record.to_) if inbound else (record.to_, record.from_)
    action, result, duration = record.action or "", record.result or "", max(record.duration or 0.0, 0.0)
    legs = [leg.leg_type for leg in record.legs or () if leg.leg_type]
    outcome, reason = outcome_of_log(direction, action, result, record.reason or "", duration, legs)
    return LogRecord(
        record_id=record.id,
        session_id=record.session_id or "",
        direction=direction,
        outcome=outcome,
        started_at=record.start_time or 0.0,
        duration=duration,
        number=_number(other),
        name=name(other.name if other else None),
        location=name(other.location if other else None),
        own_number=_number(own),
        reason=reason,
        ringout=is_ringout(action, legs),
        in_progress=result.casefold() == "in progress",
    )


def _deleted(record: wire.CallLogRecord) -> LogRecord:
    return LogRecord(
        record_id=record.id,
        session_id=record.session_id or "",
        direction=Direction.OUTBOUND if record.direction == "Outbound" else Direction.INBOUND,
        outcome=Outcome.UNKNOWN,
        started_at=record.start_time or 0.0,
        duration=0.0,
        number="",
        deleted=True,
    )


def _number(party: wire.Party | None) -> str:
    """A number, else the short extension; it may be missing, formatted, or partly masked."""
    return (party and (number(party.phone_number) or number(party.extension_number))) or ""
