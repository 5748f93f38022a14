"""Short ways to say what a report says: only what matters to a test is written in it."""

from __future__ import annotations

from typing import Any

from rcdesk.core.calls import CallBook, Direction, Leg, Report, Snapshot, Stage

CALLER = "+13027430863"
ME = "+18885434778"
START = 1_000.0  # unix seconds of the tests: small, so that sums are exact
LATER = 10_000.0  # long after every grace


def leg(stage: Stage = Stage.RINGING, session: str = "67029198021", **facts: Any) -> Leg:
    """An inbound leg from CALLER to ME, or with `direction` given an outbound one the other way."""
    inbound = facts.setdefault("direction", Direction.INBOUND) is Direction.INBOUND
    facts.setdefault("from_number", CALLER if inbound else ME)
    facts.setdefault("to_number", ME if inbound else CALLER)
    return Leg(session, stage=stage, **facts)


def report(
    sequence: int, *legs: Leg, at: float | None = None, total: int | None = None, extension: str = "101"
) -> Report:
    """A report that the platform sent `sequence` seconds after START, unless `at` says otherwise."""
    return Report(extension, sequence, START + sequence if at is None else at, legs, total)


def snapshot(*legs: Leg, cut: bool = False) -> Snapshot:
    return Snapshot(legs, cut)


def said(sequence: int, stage: Stage, *, at: float | None = None, **facts: Any) -> Report:
    """A report that names one leg."""
    return report(sequence, leg(stage, **facts), at=at)


def stages(book: CallBook) -> list[Stage]:
    """What the live calls are doing, oldest first."""
    return [call.stage for call in book.calls]


def everything(book: CallBook) -> tuple[object, ...]:
    """All that a book shows, for comparing two of them."""
    return book.calls_and_own_legs, book.ended, book.next_wake
