"""What is known of past calls, put together: seen live, written in the platform's log, ended as a RingOut.

Each source tells what it knows, in whatever order, once or again. The rows of the history follow from the facts
alone, so the order in which those came cannot matter.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rcdesk.core.calls import Call, Direction
from rcdesk.core.history import CallRecord, LogRecord, Outcome
from rcdesk.core.ringout import End, RingOut, Step

EARLY = 5.0  # seconds of ringing; who hangs up sooner has given up early, and nobody missed the call
SAME_CALL = 600.0  # seconds by which a live call may start before or after its record in the log
SLACK = 5.0  # seconds by which clocks differ where one thing lies within another

_VAGUE = (Outcome.CONNECTED, Outcome.NO_ANSWER, Outcome.UNKNOWN)
"""What presence and log say of a RingOut whose end is known more precisely."""


class Source(enum.Enum):
    """Where a fact comes from; in falling order of trust."""

    LOG = "log"
    LIVE = "live"
    RINGOUT = "ringout"


@dataclass(frozen=True, slots=True)
class Fact:
    """What one source says of one call.

    Attributes:
        key: names it within its source: record id, key of the call, id of the RingOut.
        record: the call as this source alone tells it.
        until: unix seconds at which it ended.
        ringout: a record of the log that says that it belongs to a RingOut.
        deleted: the log had it once; the call is not to be shown, whoever else tells of it.
    """

    source: Source
    key: str
    record: CallRecord
    until: float
    ringout: bool = False
    deleted: bool = False

    @property
    def digits(self) -> str:
        return digits_of(self.record.number)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the history: the fact that it stands for, and the other facts about the same call."""

    lead: Fact
    others: tuple[Fact, ...]

    @property
    def shown(self) -> bool:
        return not self.lead.deleted

    @property
    def record(self) -> CallRecord:
        """The call with all that is known of it; nothing known is replaced by an empty text.

        `id` and `seen` are the store's to say.
        """
        told = [fact.record for fact in (self.lead, *self.others)]
        return replace(
            self.lead.record,
            outcome=self._outcome(),
            number=_first(record.number for record in told),
            name=_first(record.name for record in told),
            location=_first(record.location for record in told),
            queue=_first(record.queue for record in told),
            reason=_first(record.reason for record in told),
            own_number=_first(record.own_number for record in told),
        )

    def _outcome(self) -> Outcome:
        outcome = self.lead.record.outcome
        live = [fact.record.outcome for fact in self.others if fact.source is Source.LIVE]
        ringouts = [fact.record.outcome for fact in self.others if fact.source is Source.RINGOUT]
        if outcome is Outcome.MISSED and Outcome.GAVE_UP in live:
            return Outcome.GAVE_UP  # the log does not tell how long it rang
        if outcome in _VAGUE and ringouts and ringouts[0] is not Outcome.UNKNOWN:
            return ringouts[0]
        return outcome


def _first(texts: Iterable[str]) -> str:
    return next(filter(None, texts), "")


def digits_of(number: str) -> str:
    """Return the digits of a number: two spellings of E.164, with + and without, have the same."""
    return "".join(character for character in number if character in "0123456789")


def of_live(call: Call, now: float) -> Fact:
    """Tell of a live call that ended, as far as it was seen."""
    ended = call.ended_at if call.ended_at is not None else now
    answered = call.answered_at is not None
    if call.direction is Direction.OUTBOUND:
        outcome = Outcome.CONNECTED if answered else Outcome.NO_ANSWER
    elif answered:
        outcome = Outcome.ANSWERED
    else:
        outcome = Outcome.GAVE_UP if ended - call.started_at < EARLY else Outcome.MISSED
    inbound = call.direction is Direction.INBOUND
    record = CallRecord(
        id=0,
        session_id=call.session_id,
        direction=call.direction,
        outcome=outcome,
        started_at=call.started_at,
        duration=max(0.0, ended - call.answered_at) if call.answered_at is not None else 0.0,
        number=call.peer_number,
        name=call.peer_name,
        queue=call.queue,
        own_number=call.to_number if inbound else call.from_number,
    )
    return Fact(Source.LIVE, call.key, record, ended)


def of_log(told: LogRecord) -> Fact:
    """Tell what the platform's log says."""
    record = CallRecord(
        id=0,
        session_id=told.session_id,
        direction=told.direction,
        outcome=told.outcome,
        started_at=told.started_at,
        duration=told.duration,
        number=told.number,
        name=told.name,
        location=told.location,
        queue=told.queue,
        reason=told.reason,
        record_id=told.record_id,
        own_number=told.own_number,
    )
    fact = Fact(Source.LOG, told.record_id, record, told.started_at + told.duration, told.ringout)
    return forgotten(fact) if told.deleted else fact


def forgotten(fact: Fact) -> Fact:
    """Return a deleted record: what tells that other facts are about the same call, and nothing else."""
    record = replace(
        fact.record,
        outcome=Outcome.UNKNOWN,
        number="",
        name="",
        location="",
        queue="",
        reason="",
        own_number="",
    )
    return replace(fact, record=record, deleted=True)


def of_ringout(ringout: RingOut, now: float) -> Fact | None:
    """Tell how a RingOut ended; None if the platform never took it, so that there was no call."""
    progress, order = ringout.progress, ringout.order
    if not ringout.ringout_id or progress.end is None:
        return None
    answered = progress.own is Step.ANSWERED
    outcome = {
        End.CONNECTED: Outcome.CONNECTED,
        End.CANCELLED: Outcome.OTHER_NO_ANSWER if answered else Outcome.OWN_NO_ANSWER,
        End.OWN_NOT_ANSWERED: Outcome.OWN_NO_ANSWER,
        End.NOT_ANSWERED: Outcome.OTHER_NO_ANSWER,
        End.FAILED: Outcome.FAILED,
    }.get(progress.end, Outcome.UNKNOWN)
    record = CallRecord(
        id=0,
        session_id="",
        direction=Direction.OUTBOUND,
        outcome=outcome,
        started_at=ringout.began_at,
        duration=0.0,
        number=order.number,
        name=order.name,
        reason=progress.summary if outcome is Outcome.FAILED else "",
        own_number=order.own,
    )
    return Fact(Source.RINGOUT, ringout.ringout_id, record, ringout.ended_at or now)


def explains(ringout: Fact, other: Fact) -> bool:
    """Whether `other` is the call that the RingOut made: that number was called while it was under way."""
    return (
        ringout.source is Source.RINGOUT
        and other.source is not Source.RINGOUT
        and other.record.direction is Direction.OUTBOUND
        and other.digits == ringout.digits
        and ringout.record.started_at - SLACK <= other.record.started_at <= ringout.until + SLACK
    )


def arrange(facts: Iterable[Fact]) -> list[Row]:
    """Return the rows that follow from facts which have a session or a RingOut in common.

    A record of the log stands for the live call of its session and direction that began nearest to it, and
    for those that began while it lasted. Two calls of one session stay two calls. The legs of a RingOut are
    one call, whatever the log makes of them.
    """
    ordered = sorted(facts, key=lambda fact: (fact.record.started_at, fact.source.value, fact.key))
    by_source = {source: [fact for fact in ordered if fact.source is source] for source in Source}
    leads = _one_for_each_ringout(by_source[Source.LOG])
    stands_for = _one_for_each_live(by_source[Source.LIVE], by_source[Source.LOG])
    leads |= {live: leads.get(lead, lead) for live, lead in stands_for.items()}
    for ringout in by_source[Source.RINGOUT]:
        made = [fact for fact in ordered if explains(ringout, fact)]
        logged = [leads[fact] for fact in made if leads[fact].source is Source.LOG]
        lead = next(iter(logged or [leads[fact] for fact in made]), ringout)
        leads[ringout] = lead
        if logged:
            leads |= {fact: lead for fact in made if leads[fact] is fact and fact.source is Source.LIVE}
    trust = list(Source)
    rows: dict[Fact, list[Fact]] = {lead: [] for lead in leads.values()}
    for fact in sorted(leads, key=lambda fact: (trust.index(fact.source), fact.record.started_at, fact.key)):
        if leads[fact] is not fact:
            rows[leads[fact]].append(fact)
    return [Row(lead, tuple(others)) for lead, others in rows.items()]


def _one_for_each_ringout(logged: Sequence[Fact]) -> dict[Fact, Fact]:
    """Map each record to itself, and the legs of a RingOut to the one that says most."""
    leads = {fact: fact for fact in logged}
    legs = [fact for fact in logged if fact.ringout and not fact.deleted and fact.record.session_id]
    for session_id in {fact.record.session_id for fact in legs}:
        of_one = [fact for fact in legs if fact.record.session_id == session_id]
        best = max(of_one, key=_says_most)
        leads |= dict.fromkeys(of_one, best)
    return leads


def _says_most(leg: Fact) -> tuple[bool, float, str]:
    return leg.record.direction is Direction.OUTBOUND, leg.record.duration, leg.key


def _one_for_each_live(lives: Sequence[Fact], logged: Sequence[Fact]) -> dict[Fact, Fact]:
    """Map each live call to the record of the log that stands for it, or to itself."""
    pairs = [(live, record) for live in lives for record in logged if _same_session(live, record)]
    pairs.sort(key=lambda pair: (_apart(*pair), pair[1].key, pair[0].key))
    leads: dict[Fact, Fact] = {}
    taken: set[Fact] = set()
    for live, record in pairs:
        if live not in leads and record not in taken and _apart(live, record) <= SAME_CALL:
            leads[live] = record
            taken.add(record)
    for live, record in pairs:
        started = live.record.started_at
        if record.record.duration and record.record.started_at - SLACK <= started <= record.until + SLACK:
            leads.setdefault(live, record)
    return {live: leads.get(live, live) for live in lives}


def _same_session(live: Fact, record: Fact) -> bool:
    return (live.record.session_id, live.record.direction) == (
        record.record.session_id,
        record.record.direction,
    )


def _apart(live: Fact, record: Fact) -> float:
    return abs(live.record.started_at - record.record.started_at)
