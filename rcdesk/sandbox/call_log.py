"""The call log: finished calls, newest first, with a revision for whoever keeps a copy."""

import bisect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from rcdesk.sandbox.calls import Party


@dataclass(frozen=True)
class Leg:
    """One leg of a call, in the log's Detailed view. Times in Unix seconds and milliseconds of the world."""

    type: str
    inbound: bool
    caller: Party
    callee: Party
    started_at: float
    duration_ms: int
    action: str
    result: str
    reason: str = ""
    master: bool = False


@dataclass(frozen=True)
class Record:
    """One finished call, in the platform's words for action, result and reason."""

    id: str
    session_id: str
    telephony_session_id: str
    party_id: str
    inbound: bool
    caller: Party
    callee: Party
    started_at: float
    duration_ms: int
    action: str
    result: str
    reason: str = ""
    internal_type: str = "Usual"
    transport: str = "PSTN"
    recording: tuple[str, str] | None = None
    """Id and type (OnDemand, Automatic) of a recording."""
    message_id: str = ""
    """Id of the voicemail that was left."""
    legs: tuple[Leg, ...] = ()
    deleted: bool = False
    modified_at: float = 0.0
    revision: int = field(default=0, compare=False)

    @property
    def missed(self) -> bool:
        """Whether the status group Missed has it."""
        return self.inbound and self.result in ("Missed", "Voicemail", "Hang Up")


class CallLog:
    """Keeps records by start time. Every change has a greater revision than those before it."""

    def __init__(self) -> None:
        self._records: list[Record] = []  # oldest first
        self._by_id: dict[str, Record] = {}
        self.revision = 0
        self.epoch = 0
        """Grows when the log is emptied: copies made before are worth nothing then."""

    def __len__(self) -> int:
        return len(self._records)

    def add(self, records: Iterable[Record]) -> None:
        """Put records in, wherever in time they belong."""
        for record in records:
            self.revision += 1
            kept = replace(record, revision=self.revision)
            self._by_id[kept.id] = kept
            self._records.append(kept)
        self._records.sort(key=lambda record: record.started_at)

    def get(self, record_id: str) -> Record:
        """The record with this id; KeyError if there is none."""
        return self._by_id[record_id]

    def select(
        self,
        date_from: float,
        date_to: float,
        matches: Callable[[Record], bool] = lambda record: True,
    ) -> list[Record]:
        """Records that started from `date_from` to `date_to`, both included, and match; newest first."""
        first = bisect.bisect_left(self._records, date_from, key=lambda record: record.started_at)
        last = bisect.bisect_right(self._records, date_to, key=lambda record: record.started_at)
        return [record for record in reversed(self._records[first:last]) if matches(record)]

    def newer(self, revision: int) -> list[Record]:
        """Records added or changed since a revision, newest start first."""
        return [record for record in reversed(self._records) if record.revision > revision]

    def delete(self, date_to: float, now: float) -> None:
        """Mark everything that started by `date_to` as deleted."""
        for at, record in enumerate(self._records):
            if record.started_at <= date_to and not record.deleted:
                self.revision += 1
                kept = replace(record, deleted=True, modified_at=now, revision=self.revision)
                self._records[at] = self._by_id[record.id] = kept

    def clear(self) -> None:
        """Empty the log; every sync token becomes worthless."""
        self._records.clear()
        self._by_id.clear()
        self.epoch += 1
