"""The rules of the book, one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from rcdesk.core.call_story import KEPT
from rcdesk.core.calls import (
    AHEAD,
    CLOCKS_APART,
    FORGOTTEN_AT_ONCE,
    GRACE,
    LATE,
    LISTS_KEPT,
    REMEMBERED,
    REMEMBERED_FOR,
    Call,
    CallBook,
    Change,
    Direction,
    Leg,
    Report,
    Snapshot,
    Stage,
)

from .builders import CALLER, LATER, ME, START, leg, report, said, snapshot, stages

RINGING, CONNECTED, ON_HOLD, PARKED, NO_CALL = (
    Stage.RINGING,
    Stage.CONNECTED,
    Stage.ON_HOLD,
    Stage.PARKED,
    Stage.ENDED,
)
OUTBOUND = Direction.OUTBOUND


def told(*reports: Report, now: float = START) -> tuple[CallBook, list[Change]]:
    """A book that took these reports in at one moment, and all the changes it told of."""
    book = CallBook()
    return book, [change for each in reports for change in book.apply(each, now)]


def only(book: CallBook) -> Call:
    (call,) = book.calls_and_own_legs or book.ended
    return call


# What the tutorial captured, number by number.


def captured(sequence: int, when: str, stage: Stage, **facts: object) -> Report:
    at = datetime.fromisoformat(f"{when}+00:00").timestamp()
    return report(sequence, leg(stage, **facts), at=at, extension="607457016")


CALLED = {"from_number": "13027430863", "to_number": "18885434778", "session": "67029198021"}
MISSED = [
    captured(133702, "2015-04-10T18:48:55.133", RINGING, **CALLED),
    captured(133857, "2015-04-10T18:49:14.679", NO_CALL, **CALLED),
]
ANSWERED = [
    captured(133897, "2015-04-10T18:49:20.858", RINGING, **CALLED),
    captured(133942, "2015-04-10T18:49:26.687", CONNECTED, **CALLED),
    captured(134051, "2015-04-10T18:49:41.828", NO_CALL, **CALLED | {"to_number": ""}),
]
DIALLED = {
    "direction": OUTBOUND,
    "from_number": "16509540334",
    "to_number": "16502008440",
    "session": "915021981016",
}
RINGOUT = [
    captured(46061598, "2015-04-17T19:38:59.718", RINGING, **DIALLED),
    captured(
        46062162, "2015-04-17T19:39:12.950", CONNECTED, **DIALLED, leg_id="b5ea44d61b6a4658aadf948348db069c"
    ),
    captured(
        46063265, "2015-04-17T19:39:40.172", NO_CALL, **DIALLED, leg_id="b5ea44d61b6a4658aadf948348db069c"
    ),
]


def test_the_tutorials_missed_call_is_one_call_that_rang_and_was_not_answered() -> None:
    book, _ = told(*MISSED)
    assert stages(book) == [RINGING]
    book.tick(START + GRACE)
    call = only(book)
    assert (call.stage, call.answered_at) == (NO_CALL, None)
    assert call.ended_at is not None
    assert call.ended_at - call.started_at == pytest.approx(19.546)


def test_the_tutorials_answered_call_keeps_the_number_that_its_end_leaves_empty() -> None:
    book, _ = told(*ANSWERED)
    book.tick(START + GRACE)
    call = only(book)
    assert call.to_number == "18885434778"
    assert call.answered_at is not None
    assert call.ended_at is not None
    assert call.ended_at - call.answered_at == pytest.approx(15.141)


def test_the_tutorials_ringout_is_one_outbound_call() -> None:
    book, changes = told(*RINGOUT)
    assert [change.now.stage for change in changes] == [RINGING, CONNECTED]
    book.tick(START + GRACE)
    call = only(book)
    assert (call.direction, call.peer_number, call.stage) == (OUTBOUND, "16502008440", NO_CALL)


def test_the_tutorials_two_calls_of_one_session_stay_two_even_if_posted_at_once() -> None:
    book, _ = told(*MISSED, *ANSWERED)
    book.tick(START + GRACE)
    missed, answered = book.ended
    assert missed.key != answered.key
    assert (missed.answered_at, answered.answered_at is None) == (None, False)


# What a call is doing.


def test_a_call_rings_is_answered_held_and_ends() -> None:
    book = CallBook()
    for sequence, stage in enumerate((RINGING, CONNECTED, ON_HOLD, PARKED, CONNECTED)):
        (change,) = book.apply(said(sequence, stage), START)
        assert change.now.stage is stage
    (change,) = book.apply(report(9, leg(NO_CALL, final=True)), START)
    assert (change.now.stage, change.now.ended_at) == (NO_CALL, START + 9)
    assert book.calls == ()
    assert book.get(change.now.key) == change.now


def test_a_report_repeated_or_overtaken_changes_nothing_of_what_the_call_is_doing() -> None:
    book, _ = told(said(1, RINGING), said(5, ON_HOLD))
    assert book.apply(said(5, ON_HOLD), START) == []
    assert book.apply(said(5, CONNECTED), START) == []
    book.apply(said(3, CONNECTED), START)
    assert stages(book) == [ON_HOLD]


def test_a_late_report_tells_of_the_past() -> None:
    book, _ = told(said(5, ON_HOLD))
    assert only(book).answered_at == START + 5
    (change,) = book.apply(said(3, CONNECTED), START)
    assert (change.now.stage, change.now.answered_at) == (ON_HOLD, START + 3)
    (change,) = book.apply(said(1, RINGING), START)
    assert change.now.started_at == START + 1


def test_a_late_report_does_not_revive_a_call_that_is_over() -> None:
    book, _ = told(said(1, RINGING), report(3, leg(NO_CALL, final=True)))
    (change,) = book.apply(said(2, CONNECTED), START)
    assert (change.was and change.was.stage, change.now.stage) == (NO_CALL, NO_CALL)
    assert change.now.answered_at == START + 2
    assert book.calls == ()


def test_a_report_without_legs_says_nothing_of_calls() -> None:
    book, _ = told(said(1, RINGING))
    assert book.apply(Report("101", 2, START + 2, None, 0), START) == []
    assert stages(book) == [RINGING]


@pytest.mark.parametrize(
    ("together", "aggregated"),
    [
        ((RINGING, RINGING), RINGING),
        ((NO_CALL, RINGING), RINGING),
        ((RINGING, PARKED), PARKED),
        ((PARKED, ON_HOLD), ON_HOLD),
        ((ON_HOLD, CONNECTED, RINGING), CONNECTED),
    ],
)
def test_a_call_of_several_legs_does_what_its_liveliest_leg_does(
    together: tuple[Stage, ...], aggregated: Stage
) -> None:
    book, _ = told(report(1, *(leg(stage, leg_id=str(n)) for n, stage in enumerate(together))))
    assert stages(book) == [aggregated]
    assert book.next_wake is None


def test_one_session_in_both_directions_is_two_calls() -> None:
    book, _ = told(report(1, leg(CONNECTED), leg(CONNECTED, direction=OUTBOUND)))
    assert {call.direction for call in book.calls} == set(Direction)


def test_several_calls_are_listed_in_order_of_start() -> None:
    book, _ = told(
        said(2, RINGING, session="b"), said(1, RINGING, session="c"), said(3, RINGING, session="a")
    )
    assert [call.session_id for call in book.calls] == ["c", "b", "a"]


# NoCall.


def test_a_no_call_is_provisional_for_its_grace() -> None:
    book, _ = told(said(1, RINGING))
    assert book.apply(said(2, NO_CALL), START) == []
    assert book.next_wake == START + GRACE
    assert book.tick(START + GRACE - 0.01) == []
    assert stages(book) == [RINGING]
    (change,) = book.tick(START + GRACE)
    assert (change.now.stage, change.now.ended_at) == (NO_CALL, START + 2)
    assert book.next_wake is None


@pytest.mark.parametrize("stage", [RINGING, CONNECTED])
def test_what_follows_within_the_grace_is_the_same_call(stage: Stage) -> None:
    book, _ = told(said(1, RINGING), said(2, NO_CALL), said(3, stage, at=START + 2 + GRACE))
    assert (len(book.calls), book.ended, book.next_wake) == (1, (), None)
    assert stages(book) == [stage]


def test_what_follows_after_the_grace_by_the_platforms_clock_is_a_new_call() -> None:
    book, _ = told(said(1, RINGING), said(2, NO_CALL))
    ended, begun = book.apply(said(3, RINGING, at=START + 2 + GRACE + 0.01), START)
    assert (ended.now.stage, ended.now.ended_at) == (NO_CALL, START + 2)
    assert (begun.was, begun.now.stage) == (None, RINGING)
    assert ended.now.key != begun.now.key


def test_what_follows_after_the_grace_ran_out_here_is_a_new_call() -> None:
    book, _ = told(said(1, RINGING), said(2, NO_CALL))
    book.tick(START + GRACE)
    (change,) = book.apply(said(3, CONNECTED, at=START + 2.1), START + 2)
    assert change.was is None
    assert (len(book.calls), len(book.ended)) == (1, 1)


def test_a_second_no_call_does_not_prolong_the_grace() -> None:
    book, _ = told(said(1, RINGING), said(2, NO_CALL))
    book.apply(said(3, NO_CALL), START + 1)
    assert book.next_wake == START + GRACE


def test_a_flicker_begins_a_new_grace_each_time() -> None:
    book, _ = told(said(1, RINGING), said(2, NO_CALL, at=START + 2), said(3, RINGING, at=START + 2.5))
    book.apply(said(4, NO_CALL), START + 1)
    assert book.next_wake == START + 1 + GRACE


def test_a_final_no_call_ends_at_once_and_what_follows_is_a_new_call() -> None:
    book, _ = told(said(1, CONNECTED), report(2, leg(NO_CALL, final=True)))
    assert (book.calls, book.next_wake) == ((), None)
    assert book.apply(said(3, NO_CALL), START) == []
    (change,) = book.apply(said(4, RINGING, at=START + 2.1), START)
    assert change.was is None


def test_a_final_no_call_within_the_grace_ends_the_call() -> None:
    book, _ = told(said(1, CONNECTED), said(2, NO_CALL))
    (change,) = book.apply(report(3, leg(NO_CALL, final=True)), START)
    assert change.now.ended_at == START + 2


def test_a_no_call_of_a_call_never_heard_of_is_no_news() -> None:
    book, changes = told(said(2, NO_CALL))
    assert (changes, book.next_wake) == ([], None)


def test_a_call_heard_of_only_after_its_no_call_does_not_ring_for_the_rest_of_the_grace() -> None:
    book, _ = told(said(2, NO_CALL))
    assert book.apply(said(1, RINGING), START) == []
    assert book.calls == ()
    (change,) = book.tick(LATER)
    assert (change.was, change.now.stage) == (None, NO_CALL)


def test_a_call_heard_of_only_after_its_no_call_rings_if_it_was_a_flicker() -> None:
    book, _ = told(said(2, NO_CALL), said(1, RINGING))
    (change,) = book.apply(said(3, RINGING), START)
    assert (change.was, change.now.stage, change.now.started_at) == (None, RINGING, START + 1)


def test_a_late_report_can_show_that_two_calls_were_one() -> None:
    book, _ = told(said(1, RINGING), said(2, NO_CALL, at=START + 2), said(4, CONNECTED, at=START + 6))
    revived, gone = book.apply(said(3, RINGING, at=START + 2.5), START)
    assert (revived.was and revived.was.stage, revived.now.stage) == (NO_CALL, CONNECTED)
    assert (gone.was and gone.was.stage, gone.now.stage) == (CONNECTED, NO_CALL)
    assert gone.was is not None
    assert gone.now.ended_at == gone.was.started_at  # it never was
    assert [call.key for call in book.calls] == [revived.now.key]
    assert book.ended == ()


# Answered elsewhere.

ELSEWHERE = leg(NO_CALL, elsewhere=True)


def ended(*reports: Report) -> Call:
    """The only call that these reports tell of, after every grace."""
    book, _ = told(*reports)
    book.tick(START + GRACE)
    (call,) = book.ended
    return call


def test_a_call_that_goes_on_elsewhere_is_in_its_grace_like_any_other() -> None:
    book, changes = told(said(1, RINGING), report(2, ELSEWHERE))
    assert (len(changes), stages(book), book.next_wake) == (1, [RINGING], START + GRACE)
    (change,) = book.tick(START + GRACE)
    assert (change.now.stage, change.now.ended_at, change.now.elsewhere) == (NO_CALL, START + 2, True)


@pytest.mark.parametrize("stage", [RINGING, CONNECTED])
def test_what_goes_on_here_within_the_grace_did_not_go_on_elsewhere(stage: Stage) -> None:
    call = ended(said(1, RINGING), report(2, ELSEWHERE), said(3, stage), said(9, NO_CALL))
    assert (call.elsewhere, call.ended_at) == (False, START + 9)


def test_what_goes_on_here_after_the_grace_is_another_call_than_went_on_elsewhere() -> None:
    book, _ = told(said(1, RINGING), report(2, ELSEWHERE), said(9, CONNECTED))
    assert ([call.elsewhere for call in book.ended], stages(book)) == ([True], [CONNECTED])


@pytest.mark.parametrize(
    ("words", "elsewhere"),
    [
        (["elsewhere", ""], True),
        (["", "elsewhere"], True),
        (["elsewhere", "final"], False),
        (["final", "elsewhere"], False),
        (["", ""], False),
    ],
    ids=str,
)
def test_of_several_words_of_the_end_a_final_one_counts_most(words: list[str], elsewhere: bool) -> None:
    ends = [leg(NO_CALL, **({word: True} if word else {})) for word in words]
    assert ended(said(1, RINGING), report(2, ends[0]), report(3, ends[1])).elsewhere is elsewhere
    assert ended(said(1, RINGING), report(2, *ends)).elsewhere is elsewhere


def test_a_leg_that_goes_on_elsewhere_beside_one_that_rings_tells_nothing() -> None:
    assert not ended(said(1, RINGING), report(2, ELSEWHERE, leg(RINGING)), said(3, NO_CALL)).elsewhere


def test_a_call_that_left_the_list_after_that_word_went_on_elsewhere() -> None:
    assert ended(said(1, RINGING), report(2, ELSEWHERE), report(3, total=0)).elsewhere
    assert not ended(said(1, RINGING), report(3, total=0)).elsewhere


def test_a_late_word_that_it_went_on_elsewhere_is_told_of_a_call_that_is_over() -> None:
    book, _ = told(said(1, RINGING), report(3, total=0))
    book.tick(START + GRACE)
    (change,) = book.apply(report(2, ELSEWHERE), START + 9)
    assert (change.was and change.was.elsewhere, change.now.elsewhere) == (False, True)


@pytest.mark.parametrize("there", [snapshot(), snapshot(leg(NO_CALL))], ids=["absent", "listed as over"])
def test_a_snapshot_ends_the_grace_of_a_call_that_went_on_elsewhere(there: Snapshot) -> None:
    book, _ = told(said(1, RINGING), report(2, ELSEWHERE))
    (change,) = book.reconcile(there, START + 1, START + 1)
    assert (change.now.stage, change.now.elsewhere) == (NO_CALL, True)


def test_a_snapshot_can_tell_that_a_call_went_on_elsewhere() -> None:
    book, _ = told(said(1, RINGING))
    (change,) = book.reconcile(snapshot(ELSEWHERE), START + 9, START + 8)
    assert (change.now.stage, change.now.ended_at, change.now.elsewhere) == (NO_CALL, START + 9, True)


# What is known of it.


def test_what_is_known_is_never_overwritten_by_nothing() -> None:
    facts = {"from_name": "Martin", "to_name": "Sales", "telephony_session_id": "s-1", "party_id": "p-1"}
    book, _ = told(
        said(1, RINGING, **facts, queue=True),
        said(2, CONNECTED, from_number="", to_number=""),
    )
    call = only(book)
    assert (call.from_number, call.to_number, call.peer_name) == (CALLER, ME, "Martin")
    assert (call.to_name, call.queue, call.telephony_session_id, call.party_id) == (
        "Sales",
        "Sales",
        "s-1",
        "p-1",
    )


def test_what_is_known_of_the_liveliest_leg_comes_first() -> None:
    book, _ = told(report(1, leg(RINGING, party_id="p-1", to_name="Desk"), leg(CONNECTED, party_id="p-2")))
    assert (only(book).party_id, only(book).to_name) == ("p-2", "Desk")


def test_a_queue_is_named_by_its_number_until_it_has_a_name() -> None:
    book, _ = told(said(1, RINGING, queue=True, to_number="204"))
    assert only(book).queue == "204"
    book.apply(said(2, RINGING, queue=True, to_number="204", to_name="Sales"), START)
    assert only(book).queue == "Sales"
    book.apply(said(3, CONNECTED, queue=True, to_number="101"), START)
    assert only(book).queue == "Sales"


def test_a_call_starts_when_the_platform_says_else_when_it_was_discovered() -> None:
    book, _ = told(said(5, RINGING))
    assert only(book).started_at == START + 5
    book.apply(said(6, CONNECTED, started_at=START + 3), START)
    assert only(book).started_at == START + 3


def test_a_peer_is_the_other_side() -> None:
    book, _ = told(said(1, RINGING, direction=OUTBOUND, to_name="Anna"))
    assert (only(book).peer_number, only(book).peer_name) == (CALLER, "Anna")


# Whole lists.


def test_a_call_that_left_a_whole_list_is_over_after_its_grace() -> None:
    book, _ = told(said(1, CONNECTED), report(2, leg(RINGING, "other"), total=1))
    assert (stages(book), book.next_wake) == ([CONNECTED, RINGING], START + GRACE)
    (change,) = book.tick(START + GRACE)
    assert (change.now.session_id, change.now.ended_at) == ("67029198021", START + 2)


@pytest.mark.parametrize(
    "partial",
    [
        report(2, leg(RINGING, "other"), total=None),
        report(2, leg(RINGING, "other"), total=2),
        report(2, leg(RINGING, "other"), total=1, extension="102"),
        report(0, leg(RINGING, "other"), total=1),
    ],
    ids=["total unknown", "list was cut", "another extension's", "older than the call"],
)
def test_absence_tells_nothing_unless_the_list_is_whole_newer_and_the_same_extensions(
    partial: Report,
) -> None:
    book, _ = told(said(1, CONNECTED), partial)
    assert book.next_wake is None


def test_a_call_heard_of_after_the_whole_list_that_lacks_it_is_over_too() -> None:
    book, _ = told(report(2, total=0), report(2, total=0), report(9, leg(RINGING), total=1))
    assert book.apply(report(1, leg(RINGING, "late"), total=1), START) == []
    (change,) = book.tick(LATER)
    assert (change.was, change.now.session_id, change.now.ended_at) == (None, "late", START + 2)


def test_of_several_whole_lists_that_lack_a_call_the_first_after_its_report_counts() -> None:
    book, _ = told(report(2, total=0), report(9, total=0), report(7, total=0))
    book.apply(said(5, RINGING), START)
    (change,) = book.tick(LATER)
    assert change.now.ended_at == START + 7


def test_a_whole_list_is_later_only_if_its_sequence_is_larger() -> None:
    book, _ = told(report(5, total=0), said(5, RINGING))
    assert (stages(book), book.unsure) == ([RINGING], False)


def test_a_later_list_that_names_the_call_does_not_contradict_its_late_report() -> None:
    book, _ = told(report(5, leg(CONNECTED), total=1), said(1, RINGING))
    assert (stages(book), book.unsure) == ([CONNECTED], False)


def test_of_the_whole_lists_so_many_are_remembered() -> None:
    book, _ = told(*(report(10 + nth, total=0) for nth in range(LISTS_KEPT + 1)))
    book.apply(said(1, RINGING), START)
    (change,) = book.tick(LATER)
    assert change.now.ended_at == START + 11


@pytest.mark.parametrize("later", [CLOCKS_APART, CLOCKS_APART + 1])
def test_a_count_that_begins_anew_does_not_make_the_book_deaf(later: float) -> None:
    book, _ = told(report(2**60, total=0, at=START))
    book.apply(report(1, leg(), at=START + later, total=1), START)
    assert stages(book) == [Stage.RINGING]


def test_a_late_whole_list_can_show_that_one_call_was_two() -> None:
    book, _ = told(said(1, RINGING), said(60, RINGING), report(70, leg(NO_CALL, final=True)))
    assert len(book.ended) == 1
    book.apply(report(3, total=0), START)
    assert [(call.started_at, call.ended_at) for call in book.ended] == [
        (START + 1, START + 3),
        (START + 60, START + 70),
    ]


def test_a_call_that_only_a_snapshot_told_of_leaves_a_whole_list_too() -> None:
    book = CallBook()
    book.reconcile(snapshot(leg(CONNECTED)), START, START)
    book.apply(report(3, total=0), START)
    assert book.next_wake == START + GRACE


# Snapshots.


def test_a_snapshot_shows_calls_that_no_report_told_of() -> None:
    book = CallBook()
    (change,) = book.reconcile(snapshot(leg(CONNECTED, started_at=START - 60)), START, START)
    assert (change.was, change.now.stage) == (None, CONNECTED)
    assert (change.now.started_at, change.now.answered_at) == (START - 60, START - 60)


def test_a_ringing_call_found_answered_by_a_snapshot_was_answered_by_now() -> None:
    book, _ = told(said(1, RINGING))
    book.reconcile(snapshot(leg(CONNECTED)), START + 9, START + 8)
    assert only(book).answered_at == START + 9


@pytest.mark.parametrize("there", [snapshot(), snapshot(leg(NO_CALL))], ids=["absent", "listed as over"])
def test_a_live_call_that_a_snapshot_lacks_is_over_at_once(there: Snapshot) -> None:
    book, _ = told(said(1, CONNECTED))
    (change,) = book.reconcile(there, START + 9, START + 8)
    assert (change.now.stage, change.now.ended_at) == (NO_CALL, START + 9)
    assert book.reconcile(there, START + 19, START + 18) == []


def test_a_snapshot_is_older_than_what_was_reported_after_it_was_asked_for() -> None:
    book, _ = told(said(1, RINGING), said(1, CONNECTED, session="ended"))
    book.apply(said(2, CONNECTED), START + 5)
    book.apply(report(3, leg(NO_CALL, "ended", final=True)), START + 5)
    book.apply(said(4, RINGING, session="new"), START + 5)
    assert (
        book.reconcile(snapshot(leg(RINGING), leg(CONNECTED, "ended")), START + 6, asked_at=START + 5) == []
    )
    assert book.reconcile(snapshot(leg(RINGING)), START + 5, asked_at=START + 4) == []
    assert stages(book) == [CONNECTED, RINGING]


def test_a_cut_snapshot_ends_no_call_that_it_lacks() -> None:
    book, _ = told(said(1, CONNECTED, session="missing"))
    (begun,) = book.reconcile(snapshot(leg(CONNECTED), cut=True), START + 9, START + 8)
    assert (begun.was, len(book.calls)) == (None, 2)


def test_a_call_that_a_cut_snapshot_lists_as_over_is_over() -> None:
    book, _ = told(said(1, CONNECTED))
    (change,) = book.reconcile(snapshot(leg(NO_CALL), cut=True), START + 9, START + 8)
    assert change.now.stage is NO_CALL


def test_an_old_report_that_comes_late_is_no_reason_to_doubt_a_snapshot() -> None:
    book, _ = told(said(5, RINGING))
    book.apply(said(4, RINGING), START + 2)
    (change,) = book.reconcile(snapshot(), START + 3, asked_at=START + 1)
    assert change.now.stage is NO_CALL


def test_a_snapshot_is_newer_than_every_report_so_far_but_not_than_the_next() -> None:
    book, _ = told(said(5, RINGING))
    book.reconcile(snapshot(leg(ON_HOLD)), START + 9, START + 8)
    assert stages(book) == [ON_HOLD]
    book.apply(said(4, CONNECTED), START + 10)
    assert stages(book) == [ON_HOLD]
    book.apply(said(6, CONNECTED), START + 11)
    assert stages(book) == [CONNECTED]


def test_a_snapshot_ends_a_grace_either_way() -> None:
    book, _ = told(
        said(1, RINGING), said(2, NO_CALL), said(1, RINGING, session="b"), said(2, NO_CALL, session="b")
    )
    ended, answered = book.reconcile(snapshot(leg(CONNECTED)), START + 100, START + 1)
    assert (ended.now.session_id, ended.now.stage) == ("b", NO_CALL)
    assert answered.was == replace(answered.now, stage=RINGING, answered_at=None)
    assert stages(book) == [CONNECTED]


# Memory.


def test_what_ended_long_ago_is_forgotten() -> None:
    book, _ = told(said(1, RINGING), report(2, leg(NO_CALL, final=True)), said(1, RINGING, session="live"))
    book.apply(said(3, RINGING, session="b"), START + REMEMBERED_FOR)
    assert len(book.ended) == 1
    book.apply(said(4, RINGING, session="c"), START + REMEMBERED_FOR + 1)
    assert book.get("67029198021-inbound-1") is None
    assert (len(book.calls), book.ended) == (3, ())


def test_only_so_many_are_forgotten_at_once() -> None:
    many = [f"s{nth}" for nth in range(FORGOTTEN_AT_ONCE + 5)]
    book, _ = told(report(1, *(leg(RINGING, each) for each in many)))
    book.apply(report(2, *(leg(NO_CALL, each, final=True) for each in many)), START)
    left = []
    for sequence in (3, 4):
        book.apply(said(sequence, RINGING, session="live"), START + REMEMBERED_FOR + 1)
        left.append(len(book.ended))
    assert left == [5, 0]


def test_of_many_that_end_together_no_more_are_remembered_either() -> None:
    many = [f"s{nth}" for nth in range(REMEMBERED + 4)]
    book, _ = told(report(1, *(leg(RINGING, each) for each in many)))
    book.apply(report(2, *(leg(NO_CALL, each, final=True) for each in many)), START)
    assert len(book.ended) == REMEMBERED


def test_no_more_than_so_many_ended_calls_are_remembered() -> None:
    book = CallBook()
    book.apply(said(1, CONNECTED, session="live"), START)
    for n in range(REMEMBERED + 20):
        book.apply(said(1, CONNECTED, session=f"s{n}"), START + n / 100)
        book.apply(report(2, leg(NO_CALL, f"s{n}", final=True)), START + n / 100)
    assert (len(book.ended), len(book.calls)) == (REMEMBERED - 1, 1)
    assert book.get("s20-inbound-1") is None
    assert book.get("s21-inbound-1") is not None


def test_a_report_of_more_calls_than_are_remembered_does_no_harm() -> None:
    book, changes = told(report(1, *(leg(NO_CALL, f"s{n}") for n in range(REMEMBERED + 9))))
    assert (changes, book.calls) == ([], ())


def test_of_a_long_call_only_the_last_words_are_kept_but_all_facts() -> None:
    book, _ = told(said(0, RINGING, from_name="Martin"))
    for sequence in range(2, KEPT + 10):
        book.apply(said(sequence, CONNECTED), START)
    call = only(book)
    assert (call.answered_at, call.from_name) == (START + 2, "Martin")
    assert book.apply(said(1, CONNECTED), START) == []  # comes too late to be heard


def test_two_calls_found_to_be_one_leave_no_word_of_the_second_if_it_is_over() -> None:
    book, _ = told(said(1, RINGING), said(2, NO_CALL, at=START + 2), said(4, CONNECTED, at=START + 6))
    book.apply(report(5, leg(NO_CALL, final=True)), START)
    (joined,) = book.apply(said(3, RINGING, at=START + 2.5), START)
    assert (joined.now.ended_at, joined.now.answered_at) == (START + 5, START + 6)
    assert book.ended == (joined.now,)


# What is not believed any more.


def test_in_doubt_a_call_that_rings_leaves_and_nobody_knows_how_it_ended() -> None:
    book, _ = told(said(1, RINGING, session="a"), said(2, CONNECTED, session="b"))
    (change,) = book.doubt()
    assert change.was is not None
    assert (change.was.stage, change.now) == (RINGING, replace(change.was, stage=NO_CALL))
    assert change.now.ended_at is None
    assert [call.session_id for call in book.calls] == ["b"]
    assert book.doubt() == []


def test_calls_that_are_over_are_in_order_of_their_end_those_in_doubt_first() -> None:
    book, _ = told(
        said(1, CONNECTED, session="a"), said(1, CONNECTED, session="b"), said(1, RINGING, session="c")
    )
    book.doubt()
    book.apply(report(2, leg(NO_CALL, "b", final=True)), START)
    book.apply(report(3, leg(NO_CALL, "a", final=True)), START)
    assert [call.session_id for call in book.ended] == ["c", "b", "a"]


def test_a_call_in_doubt_is_back_when_a_snapshot_confirms_it() -> None:
    book, _ = told(said(1, RINGING))
    (doubted,) = book.doubt()
    (change,) = book.reconcile(snapshot(leg(RINGING)), START + 300, START + 299)
    assert (change.was, change.now) == (doubted.now, doubted.was)
    assert stages(book) == [RINGING]


def test_a_call_in_doubt_that_was_answered_is_on() -> None:
    book, _ = told(said(1, RINGING))
    (doubted,) = book.doubt()
    book.apply(said(5, CONNECTED), START + 300)
    (call,) = book.calls
    assert doubted.was is not None
    assert (call.key, call.stage) == (doubted.was.key, CONNECTED)


def test_a_call_in_doubt_that_is_gone_has_ended() -> None:
    book, _ = told(said(1, RINGING))
    (doubted,) = book.doubt()
    (change,) = book.reconcile(snapshot(), START + 300, START + 299)
    assert change.was == doubted.now
    assert change.now.ended_at == START + 300
    assert book.calls == ()


def test_a_call_in_doubt_within_the_grace_of_its_end_ends_all_the_same() -> None:
    book, _ = told(said(1, RINGING), said(2, NO_CALL))
    book.doubt()
    (change,) = book.tick(START + GRACE)
    assert change.now.ended_at == START + 2


def test_a_report_from_the_far_future_does_not_make_us_deaf() -> None:
    book = CallBook()
    book.apply(report(10**12, at=LATER + 10**9, total=0), START)
    book.apply(said(5, Stage.RINGING, at=START + 60), START + 60)
    assert stages(book) == [Stage.RINGING]


def test_a_report_a_little_ahead_of_our_clock_is_believed() -> None:
    book = CallBook()
    book.apply(report(10, at=START + AHEAD, total=0), START)
    assert book.apply(said(5, RINGING, at=START + 60), START + 60) == []
    assert book.unsure


def test_one_further_ahead_is_not_believed_where_no_difference_of_the_clocks_is_known() -> None:
    book = CallBook()
    book.apply(report(10, at=START + AHEAD + 0.5, total=0), START)
    book.apply(said(5, RINGING, at=START + 60), START + 60)
    assert stages(book) == [RINGING]


def test_what_a_platform_says_whose_clock_is_known_to_be_ahead_is_believed() -> None:
    book, ahead = CallBook(), 2 * AHEAD
    book.apply(report(10, at=START + ahead, total=0), START, ahead=ahead)
    assert book.apply(said(5, RINGING, at=START + ahead), START, ahead=ahead) == []
    book = CallBook()
    book.apply(report(10, at=START + 3 * ahead, total=0), START, ahead=ahead)
    assert book.apply(said(5, RINGING, at=START + ahead + CLOCKS_APART - 1), START, ahead=ahead) == []


def test_what_a_snapshot_finds_is_dated_by_the_platforms_clock() -> None:
    book = CallBook()
    (change,) = book.reconcile(snapshot(leg(RINGING)), LATER, LATER, ahead=-600.0)
    assert change.now.started_at == LATER - 600.0
    (change,) = book.reconcile(snapshot(), LATER + 5, LATER + 5, ahead=-600.0)
    assert change.now.ended_at == LATER - 595.0


@pytest.mark.parametrize("wrong", [1.0, 86_400.0, 1e9])
def test_a_call_does_not_begin_after_it_is_told_of(wrong: float) -> None:
    book = CallBook()
    book.apply(said(1, RINGING, at=START, started_at=START + wrong), START)
    (call,) = book.calls
    assert call.started_at == START


# What is left open.


def checked(*legs: Leg, now: float = LATER) -> CallBook:
    """A book that has just taken in a snapshot."""
    book = CallBook()
    book.reconcile(snapshot(*legs), now, now - 1)
    return book


def test_news_soon_after_a_snapshot_may_be_older_than_it() -> None:
    book = checked(leg(CONNECTED))
    assert not book.unsure
    book.apply(report(5, total=0, at=LATER - 20), LATER + 1)
    book.tick(LATER + 3)
    assert stages(book) == []  # as the report says; but it was sent before the call began
    assert book.unsure
    book.reconcile(snapshot(leg(CONNECTED)), LATER + 12, LATER + 11)
    assert (stages(book), book.unsure) == ([CONNECTED], False)


def test_later_news_leave_nothing_open() -> None:
    book = checked(leg(RINGING))
    book.apply(said(5, CONNECTED), LATER + LATE)
    assert not book.unsure


def test_a_snapshot_asked_for_before_such_news_does_not_settle_it() -> None:
    book = checked(leg(RINGING))
    book.apply(said(5, CONNECTED), LATER + 1)
    book.reconcile(snapshot(leg(RINGING)), LATER + 2, LATER + 1)
    assert book.unsure
    book.reconcile(snapshot(leg(RINGING)), LATER + 1, LATER)  # taken in the very moment
    assert book.unsure
    book.reconcile(snapshot(leg(CONNECTED)), LATER + 3, LATER + 2)
    assert not book.unsure


def test_a_report_that_others_contradict_leaves_open_what_is_true() -> None:
    book = CallBook()
    book.apply(report(500, total=0, at=START), START)
    assert not book.unsure
    book.apply(said(7, RINGING, at=START + 3), START + 3)  # overtaken? Or did the count begin anew?
    assert book.unsure


@pytest.mark.parametrize(("total", "open_now"), [(9, False), (8, True)])
def test_a_cut_list_tells_that_a_call_which_it_does_not_name_is_over(total: int, open_now: bool) -> None:
    book = CallBook()
    many = [leg(CONNECTED, session=str(nth)) for nth in range(9)]
    book.apply(report(1, *many[:7], total=7), START)
    book.apply(report(2, *many[2:], total=9), START)
    assert not book.unsure
    book.apply(report(3, *many[2:], total=total), START)
    assert book.unsure is open_now


def test_a_cut_list_that_agrees_does_not_settle_what_is_open() -> None:
    many = [leg(CONNECTED, session=str(nth)) for nth in range(9)]
    book = checked(*many)
    book.apply(report(1, *many[:7], total=9), LATER + 1)
    assert book.unsure


def test_a_report_that_could_not_be_read_leaves_open_what_is_true() -> None:
    book = checked(leg(CONNECTED))
    book.miss(LATER + LATE)
    assert book.unsure
    book.reconcile(snapshot(leg(CONNECTED)), LATER + 99, LATER + 98)
    assert not book.unsure


def test_a_clock_that_was_set_back_makes_no_snapshot_worthless() -> None:
    book = CallBook()
    book.apply(said(1, CONNECTED), LATER)
    book.miss(LATER)
    book.reconcile(snapshot(), LATER - 400, LATER - 401)
    assert stages(book) == []
    assert not book.unsure


def test_a_cut_snapshot_leaves_calls_out_of_which_it_tells_nothing() -> None:
    book = checked(leg(CONNECTED), leg(ON_HOLD, session="2"), leg(CONNECTED, session="3"))
    listed = leg(CONNECTED), leg(NO_CALL, session="3")
    assert [call.session_id for call in book.left_out(snapshot(*listed, cut=True))] == ["2"]
    assert book.left_out(snapshot(*listed)) == ()
