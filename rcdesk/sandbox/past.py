"""Calls of the last thirty days: whom the user talked to, whom they missed, and how. Same seed, same past."""

import random

from rcdesk.sandbox.account import MAIN_NUMBER, Account, Colleague, Person
from rcdesk.sandbox.call_log import Leg, Record
from rcdesk.sandbox.calls import Outcome, Party
from rcdesk.sandbox.chance import chance
from rcdesk.sandbox.log_entries import (
    INBOUND,
    OUTBOUND,
    VOICEMAIL_SECONDS,
    first_leg,
    record_id,
    second_leg,
)

DAYS = 29
FRESH = 8
"""So many calls are of the last six hours, whatever the time of day."""
_DAY = 86_400.0
_INBOUND_FATES = (
    (Outcome.ANSWERED, 58),
    (Outcome.MISSED, 16),
    (Outcome.VOICEMAIL, 11),
    (Outcome.GAVE_UP, 5),
    (Outcome.ELSEWHERE, 6),
    (Outcome.DECLINED, 4),
)
_OUTBOUND_FATES = ((Outcome.ANSWERED, 78), (Outcome.NO_ANSWER, 15), (Outcome.BUSY, 7))


def past_records(account: Account, count: int, now: float, *, batch: int = 0) -> list[Record]:
    """`count` records that end before `now`, none older than thirty days; `batch` tells repeated calls apart."""
    rng = chance(f"past {batch}", account.seed)
    return [_record(account, rng, now, fresh=at < FRESH) for at in range(count)]


def _record(account: Account, rng: random.Random, now: float, *, fresh: bool) -> Record:
    inbound = rng.random() < 0.62
    peer = _peer(account, rng, inbound=inbound)
    me = Party(account.me.number, account.me.name)
    outcome = _pick(rng, _INBOUND_FATES if inbound else _OUTBOUND_FATES)
    ring_out = not inbound and not peer.is_extension and rng.random() < 0.4
    result, reason = (INBOUND if inbound else OUTBOUND)[outcome]
    duration = _duration(rng, outcome)
    started_at = _moment(rng, now - duration / 1000 - 60, fresh=fresh)
    session = f"{rng.getrandbits(64):016x}z{rng.getrandbits(64):016x}0000"
    callee = _called(account, rng, me) if inbound else peer
    recorded = outcome is Outcome.ANSWERED and duration > 60_000 and rng.random() < 0.12
    return Record(
        id=record_id(rng),
        session_id=str(rng.randrange(10**11, 10**12)),
        telephony_session_id=f"s-{session}",
        party_id=f"p-{session}-{2 if inbound else 1}",
        inbound=inbound,
        caller=peer if inbound else me,
        callee=callee,
        started_at=started_at,
        duration_ms=duration,
        action="RingOut Web" if ring_out else "Phone Call" if inbound else "VoIP Call",
        result=result,
        reason=reason,
        internal_type="RingOut" if ring_out else "Sip" if peer.is_extension else "Usual",
        transport="VoIP" if peer.is_extension else "PSTN",
        recording=(str(rng.randrange(10**9, 10**10)), rng.choice(("OnDemand", "Automatic")))
        if recorded
        else None,
        message_id=str(rng.randrange(10**9, 10**10)) if outcome is Outcome.VOICEMAIL else "",
        legs=_legs(account, peer, started_at, duration, (result, reason)) if ring_out else (),
        modified_at=started_at + duration / 1000 + 20,
    )


def _moment(rng: random.Random, latest: float, *, fresh: bool) -> float:
    """A moment of a working day, or of the last hours; milliseconds whole, as the log writes them."""
    if fresh:
        return round(latest - rng.uniform(0, 6) * 3600, 3)
    midnight = latest - latest % _DAY
    moment = midnight - rng.randrange(DAYS) * _DAY + rng.triangular(7.5, 19.0, 11.0) * 3600
    return round(moment if moment <= latest else moment - _DAY, 3)


def _peer(account: Account, rng: random.Random, *, inbound: bool) -> Party:
    roll = rng.random()
    if inbound and roll < 0.05:
        return Party()
    if roll < 0.22:
        users = [one for one in account.colleagues if one.type == "User"]
        colleague: Colleague = rng.choice(users)
        return Party(colleague.extension, colleague.name)
    person: Person = rng.choice(account.people)
    shown = person.name if person.known or rng.random() < 0.5 else ""
    return Party(person.number, shown)


def _called(account: Account, rng: random.Random, me: Party) -> Party:
    roll = rng.random()
    if roll < 0.2:
        queue = rng.choice(account.queues)
        return Party(queue.number, queue.name)
    return Party(MAIN_NUMBER, account.me.name) if roll < 0.3 else me


def _pick(rng: random.Random, fates: tuple[tuple[Outcome, int], ...]) -> Outcome:
    outcomes = [outcome for outcome, _ in fates]
    return rng.choices(outcomes, [weight for _, weight in fates])[0]


def _duration(rng: random.Random, outcome: Outcome) -> int:
    if outcome is Outcome.ANSWERED:
        seconds = min(5400.0, rng.lognormvariate(4.9, 1.0)) + 4
    elif outcome is Outcome.VOICEMAIL:
        seconds = rng.uniform(*VOICEMAIL_SECONDS)
    elif outcome is Outcome.GAVE_UP:
        seconds = rng.uniform(1, 5)
    else:
        seconds = rng.uniform(6, 32)
    return round(seconds * 1000)


def _legs(
    account: Account, peer: Party, began: float, duration: int, end: tuple[str, str]
) -> tuple[Leg, ...]:
    me = Party(account.phones[0].number, account.me.name)
    ended = began + duration / 1000
    return first_leg(me, began, ended), second_leg(me, peer, began + 4, ended, end)
