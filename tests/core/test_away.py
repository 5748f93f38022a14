"""One word for each long stretch in which no live calls were shown, whatever the link does meanwhile."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcdesk.core.away import LONG, RINGS, SETTLED, Gap, Gaps, Summary, summary
from rcdesk.core.calls import Call, Direction, Stage
from rcdesk.core.history import CallRecord, Outcome

HOUR = 3600.0
GAP = Gap(1000.0, 1000.0 + HOUR)
IN, OUT = Direction.INBOUND, Direction.OUTBOUND


def call(session: str, stage: Stage = Stage.RINGING) -> Call:
    return Call(session, session, stage, IN, "", "", "", "", 100.0)


def record(outcome: Outcome, at: float = 2000.0, session: str = "s", direction: Direction = IN) -> CallRecord:
    return CallRecord(1, session, direction, outcome, at, 0.0, "", "")


def lost(at: float = 1000.0, *calls: Call) -> Gaps:
    """A link that was live with these calls on screen, until `at`."""
    gaps = Gaps()
    gaps.live(0.0, ())
    gaps.deaf(at, calls)
    return gaps


# Which stretches are told of.


@pytest.mark.parametrize(("lasted", "long"), [(1.0, False), (LONG, False), (LONG + 0.1, True), (HOUR, True)])
def test_only_a_long_stretch_is_a_gap(lasted: float, long: bool) -> None:
    gaps = lost()
    assert (gaps.deaf_since, gaps.gap) == (1000.0, None)
    gaps.live(1000.0 + lasted, ())
    assert gaps.gap == (Gap(1000.0, 1000.0 + lasted) if long else None)
    assert gaps.deaf_since is None


def test_a_snapshot_ends_a_gap_as_well_and_the_next_stretch_begins_with_it() -> None:
    gaps = lost()
    gaps.checked(1000.0 + HOUR, ())
    assert gaps.gap == GAP
    assert gaps.deaf_since == 1000.0 + HOUR
    gaps.told()
    gaps.live(1000.0 + HOUR + LONG, ())
    assert gaps.gap is None


def test_looks_now_and_then_leave_no_gap() -> None:
    gaps = lost()
    for now in range(1100, 5000, 100):
        gaps.checked(now, ())
    gaps.live(5000.0, ())
    assert gaps.gap is None


def test_a_snapshot_of_a_link_that_is_live_says_nothing_new() -> None:
    gaps = Gaps()
    gaps.live(0.0, ())
    gaps.checked(HOUR, ())
    gaps.live(2 * HOUR, ())
    gaps.deaf(3 * HOUR, ())
    assert (gaps.gap, gaps.deaf_since) == (None, 3 * HOUR)


def test_before_the_first_live_moment_there_was_nothing_to_miss() -> None:
    gaps = Gaps()
    gaps.deaf(0.0, ())
    gaps.slept(1.0, ())
    assert gaps.deaf_since is None
    gaps.live(HOUR, ())
    assert gaps.gap is None


def test_what_came_while_nobody_was_signed_in_is_nobodys() -> None:
    gaps = lost()
    gaps.forget()
    gaps.live(HOUR, ())
    assert gaps.gap is None
    gaps.deaf(HOUR, ())
    gaps.live(2 * HOUR, ())
    gaps.forget()
    assert gaps.gap is None


def test_who_loses_the_link_again_was_deaf_since_the_first_time() -> None:
    gaps = lost(1000.0, call("a"))
    gaps.deaf(2000.0, [call("b")])
    gaps.live(1000.0 + HOUR, ())
    assert gaps.gap == replace(GAP, rang=frozenset("a"))


def test_a_computer_that_slept_was_deaf_from_then_on_and_not_from_when_it_noticed() -> None:
    gaps = Gaps()
    gaps.live(0.0, ())
    gaps.slept(1000.0, [call("a")])
    gaps.live(1000.0 + HOUR, ())
    assert gaps.gap == replace(GAP, slept=True, rang=frozenset("a"))
    noticed_late = lost(900.0 + HOUR)
    noticed_late.slept(1000.0, ())
    noticed_late.live(1000.0 + HOUR, ())
    assert noticed_late.gap == replace(GAP, slept=True)
    lost_before = lost(1000.0)
    lost_before.slept(1500.0, ())
    lost_before.live(1000.0 + HOUR, ())
    assert lost_before.gap == replace(GAP, slept=True)


def test_a_clock_that_was_set_is_no_sleep() -> None:
    gaps = Gaps()
    gaps.live(0.0, ())
    gaps.clock_set(1000.0, [call("a")])
    assert gaps.deaf_since == 1000.0, "what is on screen is not known to be true"
    gaps.live(1000.0 + HOUR, ())
    assert gaps.gap == replace(GAP, rang=frozenset("a"))


def test_a_clock_that_is_set_back_hides_no_gap_that_follows() -> None:
    gaps = lost(1000.0 + 5 * HOUR)
    gaps.clock_set(1000.0, ())
    gaps.live(1000.0 + HOUR, ())
    assert gaps.gap == GAP
    forward = lost(1000.0)
    forward.clock_set(1500.0, ())
    forward.live(1000.0 + HOUR, ())
    assert forward.gap == GAP


def test_before_anything_was_known_a_clock_that_was_set_says_nothing() -> None:
    gaps = Gaps()
    gaps.clock_set(1000.0, ())
    assert gaps.deaf_since is None


def test_a_gap_that_is_still_to_be_told_of_does_not_wait_for_the_old_time() -> None:
    gaps = lost(1000.0)
    gaps.live(1000.0 + HOUR, ())
    gaps.clock_set(1000.0 + HOUR, ())
    assert gaps.gap == GAP
    gaps.clock_set(1000.0 - HOUR, ())
    assert gaps.gap == Gap(1000.0 - 2 * HOUR, 1000.0 - HOUR)


def test_the_next_gap_of_one_who_slept_is_not_of_sleep() -> None:
    gaps = lost()
    gaps.slept(1000.0, ())
    gaps.live(2000.0, ())
    gaps.told()
    gaps.deaf(3000.0, ())
    gaps.live(4000.0, ())
    assert gaps.gap == Gap(3000.0, 4000.0)


def test_two_gaps_of_which_nothing_was_told_yet_are_one() -> None:
    gaps = lost(1000.0, call("a"), call("b"))
    gaps.slept(1000.0, ())
    gaps.live(2000.0, [call("b"), call("c"), call("d", Stage.CONNECTED)])
    gaps.deaf(2010.0, [call("c"), call("d", Stage.CONNECTED)])
    gaps.live(3000.0, [call("e")])
    assert gaps.gap == Gap(1000.0, 3000.0, True, frozenset("abc"), frozenset("bde"))
    gaps.told()
    gaps.deaf(4000.0, ())
    gaps.live(5000.0, ())
    assert gaps.gap == Gap(4000.0, 5000.0)


steps = st.lists(
    st.tuples(
        st.sampled_from(("live", "deaf", "checked", "slept")), st.sampled_from((1.0, 20.0, 100.0, 200.0))
    ),
    max_size=30,
)


@given(steps)
def test_each_long_stretch_is_in_one_gap_and_the_gaps_are_apart(taken: list[tuple[str, float]]) -> None:
    gaps, now, live = Gaps(), 0.0, False
    known: list[float] = []  # when all was known last, of each stretch that has an end
    stretches: list[tuple[float, float]] = []
    told: list[Gap] = []
    for what, wait in (*taken, ("live", 200.0), ("live", 200.0)):
        if gaps.gap and now + wait >= gaps.gap.ended + SETTLED:
            told.append(gaps.gap)
            gaps.told()
        now += wait
        if live:
            known = [now]
        getattr(gaps, what)(now, ())
        if what in ("live", "checked"):
            if known and now - known[-1] > LONG:
                stretches.append((known[-1], now))
            known = [now]
        live = what == "live" or (live and what == "checked")
    assert gaps.gap is None
    for began, ended in stretches:
        assert len([gap for gap in told if gap.began <= began and ended <= gap.ended]) == 1
    assert {gap.began for gap in told} <= {began for began, _ in stretches}
    assert {gap.ended for gap in told} <= {ended for _, ended in stretches}
    assert all(one.ended + SETTLED <= other.ended for one, other in itertools.pairwise(told))
    assert all(one.ended <= other.began for one, other in itertools.pairwise(told))


# Which calls are told of, and how.


@pytest.mark.parametrize(
    ("at", "there"),
    [(999.9, False), (1000.0, True), (1000.0 + HOUR - 0.1, True), (1000.0 + HOUR, False)],
)
def test_a_call_is_of_the_gap_in_which_it_began(at: float, there: bool) -> None:
    assert GAP.has(record(Outcome.MISSED, at)) is there


def test_a_call_that_rang_when_the_gap_began_ended_unseen() -> None:
    gap = replace(GAP, rang=frozenset("a"))
    assert gap.has(record(Outcome.MISSED, 990.0, "a"))
    assert gap.has(record(Outcome.MISSED, 1000.0 - RINGS, "a"))
    assert not gap.has(record(Outcome.MISSED, 999.0 - RINGS, "a")), "an earlier call of the same session"
    assert not gap.has(record(Outcome.MISSED, 990.0, "b"))


def test_a_call_that_is_on_screen_speaks_for_itself() -> None:
    gap = replace(GAP, rang=frozenset("a"), shown=frozenset("ab"))
    assert not gap.has(record(Outcome.MISSED, 990.0, "a"))
    assert not gap.has(record(Outcome.MISSED, 2000.0, "b"))


def test_calls_are_counted_by_how_they_ended_those_that_matter_first() -> None:
    outcomes = [
        *(Outcome.UNKNOWN, Outcome.BUSY, Outcome.GAVE_UP, Outcome.DECLINED, Outcome.ANSWERED),
        *(Outcome.ANSWERED_ELSEWHERE, Outcome.VOICEMAIL, Outcome.VOICEMAIL),
        *(Outcome.ANSWERED_ELSEWHERE, Outcome.MISSED, Outcome.MISSED, Outcome.MISSED),
    ]
    out = [record(Outcome.CONNECTED, direction=OUT), record(Outcome.UNKNOWN, direction=OUT)]
    before = record(Outcome.MISSED, 10.0)
    told = summary(replace(GAP, slept=True), [*map(record, outcomes), *out, before])
    assert (told.began, told.ended, told.slept, told.known) == (GAP.began, GAP.ended, True, True)
    assert told.words == (
        "3 missed, 2 voicemails, 2 answered elsewhere, 1 answered, 1 declined, 1 hung up first, 2 outgoing, 2 others"
    )


@pytest.mark.parametrize(
    ("outcomes", "known", "words"),
    [
        ([Outcome.VOICEMAIL], True, "1 voicemail"),
        ([Outcome.BUSY], True, "1 other"),
        ([Outcome.MISSED] * 1200, True, "1,200 missed"),
        ([], True, "no calls"),
        ([Outcome.MISSED], False, "which calls came is not known"),
    ],
)
def test_the_words(outcomes: list[Outcome], known: bool, words: str) -> None:
    told = summary(GAP, map(record, outcomes), known=known)
    assert told.words == words
    assert bool(told.counts) is (known and bool(outcomes))


def test_where_there_is_little_room_the_rest_is_a_number() -> None:
    told = summary(
        GAP, map(record, [Outcome.MISSED, Outcome.MISSED, Outcome.DECLINED, *[Outcome.ANSWERED] * 1000])
    )
    assert [told.shortened(sorts) for sorts in range(4)] == [
        "1,003 more",
        "2 missed, 1,001 more",
        "2 missed, 1,000 answered, 1 more",
        told.words,
    ]


def test_a_summary_of_nothing_has_no_counts() -> None:
    assert summary(GAP, ()) == Summary(GAP.began, GAP.ended, slept=False)


def test_clocks_are_taken_for_the_same_unless_it_is_known_that_they_differ() -> None:
    assert summary(GAP, [record(Outcome.MISSED, GAP.began)]).words == "1 missed"


@pytest.mark.parametrize("ahead", [-600.0, 600.0])
def test_records_are_compared_by_the_clock_that_dates_them(ahead: float) -> None:
    edges = (GAP.began - 0.1, GAP.began, GAP.ended - 0.1, GAP.ended)
    told = summary(GAP, [record(Outcome.MISSED, at + ahead) for at in edges], ahead=ahead)
    assert (told.words, told.began, told.ended) == ("2 missed", GAP.began, GAP.ended)
