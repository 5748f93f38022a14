"""Whatever the order in which the same reports arrive, and however often, the book ends the same."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rcdesk.core.calls import CallBook, Direction, Leg, Report, Stage

from .builders import LATER, START, everything

STAGES = [Stage.RINGING, Stage.CONNECTED, Stage.ON_HOLD, Stage.PARKED, Stage.ENDED]
Step = tuple[float, str, Direction, int, Stage, str]

seeds = st.integers(0, 2**32)  # draws by the thousand are slow; a world from a seed is not


def life(nth: int, chance: random.Random) -> list[Step]:
    """One call: (when, session, direction, device, does what, how it ends), with holds and flickers.

    Some calls share a session, some have sessions that could be legs of one RingOut.
    """
    session = str(70_000 + 1000 * (nth // 2) if nth % 3 else 70_000 + nth)
    direction = chance.choice(list(Direction))
    when = chance.uniform(0, 20)
    steps: list[Step] = []
    for stage in chance.choices(STAGES, k=chance.randint(1, 4)):
        end = chance.choice(["", "elsewhere"]) if stage is Stage.ENDED else ""
        steps.append((when, session, direction, chance.randint(0, 1), stage, end))
        when += chance.choice([0.2, 1.0, 2.0, 7.0])
    end = chance.choice(["", "elsewhere", "final", "final"])
    return [*steps, *((when, session, direction, device, Stage.ENDED, end) for device in (0, 1))]


def leg_of(step: Step) -> Leg:
    when, session, direction, device, stage, end = step
    here, there = ("+1666", "1555") if direction is Direction.INBOUND else ("1555", "+1666")
    return Leg(
        session,
        direction,
        stage,
        leg_id=str(device),
        from_number=here,
        to_number="" if stage is Stage.ENDED else there,
        started_at=START + when if device else None,
        final=end == "final",
        elsewhere=end == "elsewhere",
        queue=device == 1,
    )


def sent_by_the_platform(calls: int, chance: random.Random) -> list[Report]:
    """The reports of so many overlapping calls: after each step every leg that is on or has just ended.

    Some lists are cut, of some the total is not told.
    """
    on: dict[tuple[str, Direction, int], Leg] = {}
    reports = []
    for sequence, step in enumerate(sorted(step for nth in range(calls) for step in life(nth, chance))):
        on[step[1:4]] = leg_of(step)
        legs = tuple(on.values())[-chance.choice([7, 100]) :]
        total = chance.choice([None, len(on), len(on)])
        reports.append(Report("101", sequence * 3, START + step[0], legs, total))
        on = {key: leg for key, leg in on.items() if leg.stage is not Stage.ENDED}
    return reports


def book_after(reports: list[Report]) -> CallBook:
    book = CallBook()
    for report in reports:
        book.apply(report, LATER)
    book.tick(2 * LATER)
    return book


@pytest.mark.timeout(240)  # thousands of reports; on a busy machine, under coverage, that takes a while
@settings(max_examples=200, deadline=None)
@given(seeds, seeds)
def test_shuffled_and_repeated_reports_of_ten_calls_end_in_the_same_book(world: int, order: int) -> None:
    reports = sent_by_the_platform(10, random.Random(world))
    chance = random.Random(order)
    shuffled = reports + chance.choices(reports, k=len(reports) // 2)
    chance.shuffle(shuffled)
    assert everything(book_after(shuffled)) == everything(book_after(reports))


@settings(max_examples=50, deadline=None)
@given(seeds)
def test_the_changes_alone_rebuild_the_book(world: int) -> None:
    """A listener that only hears of changes knows the same calls as the book, at every step."""
    chance = random.Random(world)
    reports = sent_by_the_platform(10, chance)
    chance.shuffle(reports)
    book = CallBook()
    heard = {}
    for report in reports:
        for change in book.apply(report, START):
            assert change.was != change.now
            before = heard.get(change.now.key)
            assert before == change.was or (change.was is None and not before.live)  # taken back, begun again
            heard[change.now.key] = change.now
        assert {call for call in heard.values() if call.live} == set(book.calls_and_own_legs)


@settings(max_examples=50, deadline=None)
@given(seeds)
def test_in_order_a_book_ends_with_no_live_call_once_all_have_ended(world: int) -> None:
    book = book_after(sent_by_the_platform(10, random.Random(world)))
    assert book.calls_and_own_legs == ()
    assert all(call.ended_at is not None and call.ended_at >= call.started_at for call in book.ended)


def test_a_report_of_ten_busy_calls_is_taken_in_within_a_frame() -> None:
    """The whole path from event to row has 16 ms; thinking may not take a large part of it."""
    legs = tuple(Leg(str(n), Direction.INBOUND, Stage.CONNECTED) for n in range(7))
    book = CallBook()
    began = time.process_time()
    for sequence in range(400):
        book.apply(Report("101", sequence, START + sequence, legs, 7), START)
    assert (time.process_time() - began) / 400 < 0.008
    assert len(book.calls) == 7
