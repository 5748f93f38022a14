"""Each call is one row, whoever told of it first and however often."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rcdesk.core.calls import Call, Direction, Stage
from rcdesk.core.history import CallRecord, LogRecord, Outcome
from rcdesk.core.merging import NEW, Merge, merge, merge_live, merge_ringout
from rcdesk.core.ringout import End, Order

IN, OUT = Direction.INBOUND, Direction.OUTBOUND
ME, PEER = "+16505550101", "+4722123456"


class Store:
    """Rows as the store keeps them."""

    def __init__(self) -> None:
        self.rows: dict[int, CallRecord] = {}
        self.ids = itertools.count(1)

    def write(self, merged: Merge) -> None:
        for row in merged.puts:
            row_id = row.id or next(self.ids)
            self.rows[row_id] = replace(row, id=row_id)
        for row_id, kept in merged.removes:
            del self.rows[row_id]
            assert kept in self.rows

    def log(self, *records: LogRecord, **more: Any) -> None:
        self.write(merge(self.rows.values(), records, **more))

    def live(self, call: Call, **more: Any) -> None:
        self.write(merge_live(self.rows.values(), call, **more))

    def polled(self, end: End, began_at: float, number: str = PEER) -> None:
        order = Order(number, own=ME, name="Martin")
        self.write(merge_ringout(self.rows.values(), order, end, began_at))

    @property
    def only(self) -> CallRecord:
        (row,) = self.rows.values()
        return row

    @property
    def seen(self) -> list[tuple[object, ...]]:
        """The rows without what only the store knows, in order of start."""
        rows = sorted(self.rows.values(), key=lambda row: (row.started_at, row.record_id))
        return [
            (row.direction, row.outcome, row.started_at, row.duration, row.number, row.record_id)
            for row in rows
        ]


def logged(record_id: str = "A", session: str = "s", direction: Direction = IN, **facts: Any) -> LogRecord:
    facts = {
        "outcome": Outcome.MISSED,
        "started_at": 100.0,
        "duration": 0.0,
        "number": PEER,
        "own_number": ME,
    } | facts
    return LogRecord(record_id, session, direction, **facts)


def seen_live(session: str = "s", direction: Direction = IN, **facts: Any) -> Call:
    here, there = (PEER, ME) if direction is IN else (ME, PEER)
    facts = {"started_at": 100.0, "ended_at": 119.0} | facts
    return Call(f"{session}-1", session, Stage.ENDED, direction, here[1:], "Martin", there, "Martin", **facts)


# Live calls and the log.


def test_a_call_seen_live_is_listed_at_once() -> None:
    store = Store()
    store.live(seen_live(answered_at=105.0, queue="Sales"))
    row = store.only
    assert (row.outcome, row.duration, row.number, row.own_number) == (Outcome.ANSWERED, 14.0, PEER, ME)
    assert (row.queue, row.name, row.provisional, row.seen) == ("Sales", "Martin", True, False)


def test_everything_that_is_known_of_a_call_is_in_its_row() -> None:
    facts = {"name": "Martin", "queue": "Sales"}
    assert merge_live([], seen_live(answered_at=105.0, queue="Sales")).puts == (
        CallRecord(NEW, "s", IN, Outcome.ANSWERED, 100.0, 14.0, PEER, own_number=ME, **facts),
    )
    facts |= {"location": "Oslo", "reason": "Odd"}
    told = logged("A", "s", OUT, outcome=Outcome.CONNECTED, duration=30.0, **facts)
    assert merge([], [told]).puts == (
        CallRecord(
            NEW, "s", OUT, Outcome.CONNECTED, 100.0, 30.0, PEER, own_number=ME, record_id="A", **facts
        ),
    )
    assert merge_ringout([], Order(PEER, own=ME, name="Martin"), End.CANCELLED, 100.0).puts == (
        CallRecord(
            NEW,
            "",
            OUT,
            Outcome.NO_ANSWER,
            100.0,
            0.0,
            PEER,
            "Martin",
            reason="You cancelled the call.",
            own_number=ME,
        ),
    )


def test_the_own_number_of_a_call_that_one_made_is_the_one_it_came_from() -> None:
    (row,) = merge_live([], seen_live(direction=OUT)).puts
    assert (row.own_number, row.number) == (ME, PEER)


@pytest.mark.parametrize(("answered_at", "duration"), [(118.5, 0.5), (119.0, 0.0), (120.0, 0.0)])
def test_a_call_lasts_from_its_answer_to_its_end_and_never_less_than_nothing(
    answered_at: float, duration: float
) -> None:
    (row,) = merge_live([], seen_live(answered_at=answered_at)).puts
    assert row.duration == duration


@pytest.mark.parametrize(
    "call", [seen_live(own_leg=True), seen_live(ended_at=None)], ids=["own leg", "still on"]
)
def test_own_legs_and_calls_still_on_are_not_listed(call: Call) -> None:
    assert merge_live([], call) == Merge()


def test_an_end_that_nobody_saw_is_no_duration_until_the_log_tells_it() -> None:
    store = Store()
    store.live(seen_live(answered_at=110.0, ended_at=900.0, unseen=True))
    row = store.only
    assert (row.outcome, row.duration, row.untimed) == (Outcome.ANSWERED, 0.0, True)
    store.log(logged(outcome=Outcome.ANSWERED, duration=42.0))
    row = store.only
    assert (row.duration, row.untimed) == (42.0, False)


def test_the_logs_record_replaces_the_provisional_row_in_its_place() -> None:
    store = Store()
    store.live(seen_live(queue="Sales"))
    store.rows[1] = replace(store.only, seen=True)
    store.log(logged(outcome=Outcome.VOICEMAIL, started_at=101.0, duration=12.0, location="Oslo"))
    row = store.only
    assert (row.id, row.record_id, row.outcome, row.duration) == (1, "A", Outcome.VOICEMAIL, 12.0)
    assert (row.seen, row.name, row.queue, row.location) == (True, "Martin", "Sales", "Oslo")


def test_what_the_log_tells_of_a_call_seen_live_is_truer_than_what_was_seen() -> None:
    store = Store()
    store.live(seen_live(answered_at=105.0))
    store.log(logged(outcome=Outcome.ANSWERED, duration=12.0))
    assert store.only.duration == 12.0
    store = Store()
    store.polled(End.CANCELLED, 100.0)
    store.log(logged("A", "s", OUT, outcome=Outcome.CONNECTED, reason="Odd"))
    assert (store.only.outcome, store.only.reason) == (Outcome.CONNECTED, "Odd")


def test_what_the_log_leaves_out_when_it_tells_again_is_kept() -> None:
    store = Store()
    store.log(logged(location="Oslo", name="Anna", queue="Sales"))
    before = store.only
    store.log(logged(number="", own_number=""))
    assert store.only == before


def test_an_outcome_that_the_log_does_not_know_is_kept() -> None:
    store = Store()
    store.live(seen_live())
    store.log(logged(outcome=Outcome.UNKNOWN, reason="Odd"))
    assert (store.only.outcome, store.only.reason) == (Outcome.MISSED, "")


def test_a_call_that_the_log_has_already_is_not_listed_again() -> None:
    store = Store()
    store.log(logged())
    store.live(seen_live(started_at=103.0))
    assert store.only.record_id == "A"


def test_a_call_discovered_while_it_was_on_is_the_logs_call() -> None:
    store = Store()
    store.live(seen_live(started_at=160.0, answered_at=160.0, ended_at=200.0))
    store.log(logged(outcome=Outcome.ANSWERED, duration=100.0))
    assert store.only.record_id == "A"


def test_a_long_call_discovered_late_is_not_listed_beside_the_logs_record() -> None:
    store = Store()
    store.log(logged(outcome=Outcome.ANSWERED, duration=4000.0))
    store.live(seen_live(started_at=3000.0, answered_at=3000.0, ended_at=4100.0))
    assert store.only.record_id == "A"


def test_more_seen_of_a_call_that_is_over_corrects_its_row() -> None:
    store = Store()
    store.live(seen_live())
    store.live(seen_live(answered_at=110.0))
    assert (store.only.outcome, store.only.duration) == (Outcome.ANSWERED, 9.0)
    store.live(seen_live(), declined=True)
    assert store.only.outcome is Outcome.DECLINED


def test_more_seen_of_a_call_takes_nothing_from_its_row() -> None:
    store = Store()
    store.live(seen_live())
    store.rows[1] = replace(store.only, seen=True)
    store.live(replace(seen_live(answered_at=110.0), from_name=""))
    assert (store.only.name, store.only.seen, store.only.outcome) == ("Martin", True, Outcome.ANSWERED)


def test_of_several_calls_seen_live_the_nearest_is_the_logs() -> None:
    store = Store()
    store.live(seen_live(started_at=100.0, answered_at=101.0, ended_at=108.0))
    store.live(seen_live(started_at=110.0, ended_at=112.0))
    store.log(logged(started_at=106.0, duration=20.0))
    assert [row.record_id for row in store.rows.values()] == ["", "A"]


def test_a_call_that_follows_at_the_very_end_of_another_is_another() -> None:
    store = Store()
    store.live(seen_live(answered_at=100.0, ended_at=120.0))
    store.log(logged(started_at=120.0))
    assert len(store.rows) == 2


@pytest.mark.parametrize(
    "other",
    [
        logged("A", "other"),
        logged("A", "s", OUT),
        logged("A", "s", started_at=105.0),
        logged("A", "s", started_at=106.0),
        logged("A", "", number="+15105550100"),
    ],
    ids=["another session", "the other direction", "just too late", "another time", "another number"],
)
def test_other_calls_leave_the_provisional_row_alone(other: LogRecord) -> None:
    store = Store()
    store.live(seen_live())
    store.log(other)
    assert len(store.rows) == 2


def test_the_tutorials_two_calls_of_one_session_stay_two() -> None:
    """They start 25.7 s apart: one is missed after 19.5 s, 6.2 s later the other begins and is answered."""
    store = Store()
    store.live(seen_live(started_at=100.0, ended_at=119.5))
    store.live(seen_live(started_at=125.7, answered_at=131.6, ended_at=146.7))
    missed = logged("A", started_at=100.0, duration=19.0)
    answered = logged("B", started_at=125.0, duration=21.0, outcome=Outcome.ANSWERED)
    store.log(answered)
    assert [row.record_id for row in store.rows.values()] == ["", "B"]
    store.log(missed, answered)
    assert [(row.id, row.record_id) for row in store.rows.values()] == [(1, "A"), (2, "B")]


def test_a_record_that_comes_again_replaces_itself() -> None:
    store = Store()
    store.log(logged())
    store.log(logged(outcome=Outcome.ANSWERED_ELSEWHERE, name="Anna"))
    assert (store.only.id, store.only.outcome, store.only.name) == (1, Outcome.ANSWERED_ELSEWHERE, "Anna")
    assert merge(store.rows.values(), [logged(outcome=Outcome.ANSWERED_ELSEWHERE)]) == Merge()


def test_calls_still_on_come_again_and_deleted_records_stay() -> None:
    store = Store()
    store.log(logged("A"), logged("B", "t", in_progress=True), logged("C", "u", deleted=True))
    store.log(logged("A", deleted=True))
    assert store.only.record_id == "A"


def test_missed_calls_of_long_ago_are_no_news() -> None:
    store = Store()
    store.log(logged("A"), logged("B", "t", started_at=5000.0), seen_before=1000.0)
    assert [row.seen for row in store.rows.values()] == [True, False]
    (row,) = merge([], [logged(started_at=0.0)]).puts
    assert not row.seen, "unless it is told from when on"
    (row,) = merge([], [logged(started_at=1000.0)], seen_before=1000.0).puts
    assert not row.seen


def test_numbers_are_kept_as_e164_where_they_can_be_read() -> None:
    store = Store()
    store.log(
        logged("A", number="4722123456"),
        logged("B", "t", number="204", started_at=1.0),
        logged("C", "u", number="anonymous", started_at=2.0),
    )
    assert {row.number for row in store.rows.values()} == {"+4722123456", "204", ""}


# RingOuts.

OUTER = logged("A", "406000", OUT, ringout=True, outcome=Outcome.CONNECTED, duration=30.0, location="Oslo")
INNER = logged(
    "B", "405000", IN, ringout=True, outcome=Outcome.ANSWERED, duration=36.0, started_at=98.0, name="M"
)


@pytest.mark.parametrize(
    "batches", [[[OUTER, INNER]], [[INNER], [OUTER]], [[OUTER], [INNER]], [[INNER, OUTER]] * 2]
)
@pytest.mark.parametrize("live", [True, False])
def test_the_two_halves_of_a_ringout_are_one_outbound_row(batches: list[list[LogRecord]], live: bool) -> None:
    store = Store()
    if live:
        store.live(seen_live("406000", OUT, answered_at=102.0))
    for batch in batches:
        store.log(*batch)
    row = store.only
    assert (row.direction, row.outcome, row.duration) == (OUT, Outcome.CONNECTED, 36.0)
    assert (row.record_id, row.session_id, row.location) == ("A", "406000", "Oslo")
    assert row.name == ("Martin" if live else "M")
    assert row.seen


def test_records_of_both_legs_in_one_session_are_one_row() -> None:
    store = Store()
    store.log(OUTER, replace(OUTER, record_id="B", started_at=103.0, duration=20.0))
    assert (store.only.record_id, store.only.duration) == ("A", 30.0)


def test_what_only_the_inner_half_knows_is_kept() -> None:
    store = Store()
    store.log(replace(OUTER, location=""), replace(INNER, location="Bergen"))
    assert (store.only.record_id, store.only.location) == ("A", "Bergen")


def test_two_inbound_legs_of_a_ringout_are_an_outbound_call() -> None:
    store = Store()
    store.log(INNER, replace(INNER, record_id="C"))
    assert store.only.direction is OUT


def test_the_halves_of_a_ringout_may_have_any_sessions() -> None:
    store = Store()
    store.log(replace(OUTER, session_id="1"), replace(INNER, session_id="77"))
    assert len(store.rows) == 1


@pytest.mark.parametrize(
    "other",
    [
        replace(INNER, started_at=94.0),
        replace(INNER, started_at=95.0),
        replace(INNER, number="+15105550100"),
        replace(INNER, own_number="+15105550100"),
        replace(INNER, number="", name="Finn"),
        replace(INNER, direction=OUT),
        replace(INNER, direction=OUT, session_id="406000", started_at=107.0),
    ],
    ids=[
        "too early",
        "just too early",
        "another caller",
        "another line",
        "withheld",
        "two dialled",
        "dialled again",
    ],
)
def test_what_is_not_mirrored_is_another_call(other: LogRecord) -> None:
    store = Store()
    store.log(OUTER, other)
    assert len(store.rows) == 2


def test_calls_that_cross_are_two_unless_they_are_of_a_ringout() -> None:
    crossing = replace(OUTER, ringout=False), replace(INNER, ringout=False, session_id="777")
    store = Store()
    store.log(*crossing)
    assert len(store.rows) == 2
    store = Store()
    store.log(crossing[0], replace(crossing[1], session_id="404000"))  # by its session it is the other leg
    assert len(store.rows) == 1


def test_a_half_without_a_number_is_not_known_by_name_if_the_other_has_one() -> None:
    store = Store()
    store.log(replace(OUTER, name="Anna"), replace(INNER, number="", name="Anna"))
    assert len(store.rows) == 2


def test_halves_of_which_neither_number_nor_name_is_known_are_two_calls() -> None:
    store = Store()
    store.log(replace(OUTER, number="", name=""), replace(INNER, number="", name=""))
    assert len(store.rows) == 2


def test_halves_without_numbers_are_known_by_name() -> None:
    store = Store()
    store.log(replace(OUTER, number="", name="Anna"), replace(INNER, number="", name="Anna", own_number=""))
    assert len(store.rows) == 1


def test_presence_shows_a_ringout_as_connected_but_the_polls_know_better() -> None:
    """Whichever of the two is told first."""
    for first, second in itertools.permutations(["live", "polled"]):
        store = Store()
        for told in (first, second):
            if told == "live":
                store.live(seen_live("406000", OUT, started_at=102.0, answered_at=104.0))
            else:
                store.polled(End.NOT_ANSWERED, 100.0)
        row = store.only
        assert (row.outcome, row.session_id, row.name) == (Outcome.OTHER_NO_ANSWER, "406000", "Martin")
        store.live(seen_live("406000", OUT, started_at=102.0, answered_at=103.0))
        store.polled(End.NOT_ANSWERED, 100.0)
        assert store.only.outcome is Outcome.OTHER_NO_ANSWER
        store.log(replace(OUTER, outcome=Outcome.OTHER_NO_ANSWER))
        assert store.only.record_id == "A"


@pytest.mark.parametrize("first", ["live", "polled"])
def test_what_the_polls_told_stands_whichever_of_the_two_is_told_first(first: str) -> None:
    store = Store()
    for told in ("live", "polled") if first == "live" else ("polled", "live"):
        if told == "live":
            store.live(replace(seen_live("406000", OUT, answered_at=104.0), to_name=""))
        else:
            store.polled(End.CANCELLED, 100.0)
    row = store.only
    assert (row.outcome, row.reason, row.name) == (Outcome.NO_ANSWER, "You cancelled the call.", "Martin")


@pytest.mark.parametrize(
    ("ordered_at", "shown_at", "rows"),
    [(100.0, 114.0, 1), (70.0, 80.0, 1), (10.0, 20.0, 1), (100.0, 115.0, 2), (6e5, 6e5 + 10, 1)],
)
def test_presence_shows_a_ringout_within_so_many_seconds(
    ordered_at: float, shown_at: float, rows: int
) -> None:
    """Wherever in a minute that is."""
    store = Store()
    store.polled(End.NOT_ANSWERED, ordered_at)
    store.live(seen_live("406000", OUT, started_at=shown_at, ended_at=shown_at + 1))
    assert len(store.rows) == rows


def test_a_ringout_that_no_presence_told_of_is_listed() -> None:
    store = Store()
    store.polled(End.CANCELLED, 100.0)
    store.polled(End.CANCELLED, 100.0)
    row = store.only
    assert (row.outcome, row.reason, row.number) == (Outcome.NO_ANSWER, "You cancelled the call.", PEER)


def test_a_number_dialled_again_soon_is_a_second_call() -> None:
    store = Store()
    store.polled(End.CANCELLED, 100.0)
    store.polled(End.CANCELLED, 108.0)
    assert len(store.rows) == 2


@pytest.mark.parametrize("end", [End.CONNECTED, End.NOT_CANCELLED, End.LOST])
def test_a_ringout_that_may_still_be_on_is_left_to_presence(end: End) -> None:
    store = Store()
    store.polled(end, 100.0)
    assert store.rows == {}


def test_a_ringout_that_the_log_has_already_is_left_as_it_is() -> None:
    store = Store()
    store.log(OUTER)
    store.polled(End.FAILED, 95.0)
    assert store.only.outcome is Outcome.CONNECTED


def test_two_rows_that_turn_out_to_be_one_ringout_become_one() -> None:
    store = Store()
    store.log(INNER)
    store.live(seen_live("406000", OUT))
    assert len(store.rows) == 2
    store.log(OUTER)
    assert (store.only.id, store.only.record_id) == (1, "A")


# Notes.


def noted(store: Store, **notes: str) -> None:
    for row_id, note in notes.items():
        at = int(row_id.removeprefix("row"))
        store.rows[at] = replace(store.rows[at], note=note)


def test_a_note_stays_when_more_is_told_of_its_call() -> None:
    store = Store()
    store.live(seen_live())
    noted(store, row1="Call back")
    store.live(seen_live(answered_at=105.0))
    assert (store.only.note, store.only.outcome) == ("Call back", Outcome.ANSWERED)
    store.log(logged(outcome=Outcome.VOICEMAIL))
    assert (store.only.note, store.only.outcome) == ("Call back", Outcome.VOICEMAIL)
    store.log(logged(name="Martin"))
    assert (store.only.note, store.only.name) == ("Call back", "Martin")


def test_the_notes_of_two_rows_that_become_one_stand_one_below_the_other() -> None:
    store = Store()
    store.log(INNER)
    store.live(seen_live("406000", OUT))
    noted(store, row1="of the one", row2="of the other")
    store.log(OUTER)
    assert store.only.note == "of the one\nof the other"


def three_halves(store: Store) -> list[LogRecord]:
    """Three rows, and records by which the third becomes part of the second, and that part of the first."""
    outer = logged("A", direction=OUT, started_at=106.0, outcome=Outcome.CONNECTED)
    store.log(outer)
    store.log(logged("B", started_at=99.0))
    store.log(logged("C", started_at=300.0))
    assert len(store.rows) == 3
    return [logged("C", started_at=100.0, ringout=True), logged("B", started_at=102.0, ringout=True)]


def test_it_is_told_of_which_row_each_that_goes_has_become_part() -> None:
    store = Store()
    corrected = three_halves(store)
    noted(store, row1="one", row2="two", row3="three")
    merged = merge(store.rows.values(), corrected)
    assert sorted(merged.removes) == [(2, 1), (3, 1)]
    store.write(merged)
    assert store.only.note == "one\ntwo\nthree"


def test_a_record_that_comes_once_more_after_it_became_part_of_another_row_is_that_row() -> None:
    store = Store()
    store.log(*three_halves(store), logged("B", started_at=103.0, ringout=True))
    assert store.only.id == 1


# Whatever the order and the batches.


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32))
def test_the_batches_in_which_records_come_do_not_matter(seed: int) -> None:
    chance = random.Random(seed)
    records = []
    for nth in range(12):
        at = chance.choice([100.0, 130.0, 160.0, 500.0]) + nth
        if chance.random() < 0.4:
            number = f"+1650555{nth:04}"
            records.append(
                replace(OUTER, record_id=f"o{nth}", session_id=f"{nth}9000", started_at=at, number=number)
            )
            records.append(
                replace(INNER, record_id=f"i{nth}", session_id=f"{nth}8000", started_at=at + 1, number=number)
            )
        else:
            records.append(
                logged(f"c{nth}", f"{nth % 3}", started_at=at + 20 * nth, duration=chance.choice([0.0, 9.0]))
            )
    at_once, in_batches = Store(), Store()
    at_once.log(*records)
    chance.shuffle(records)
    while records:
        size = chance.randint(1, 5)
        batch, records = records[:size], records[size:]
        in_batches.log(*batch)
        in_batches.log(*batch)
    assert in_batches.seen == at_once.seen


@pytest.mark.parametrize(
    ("outcome", "kept"), [(Outcome.MISSED, 0.0), (Outcome.ANSWERED_ELSEWHERE, 0.0), (Outcome.VOICEMAIL, 21.0)]
)
def test_ringing_is_no_duration_and_told_again_it_is_no_change(outcome: Outcome, kept: float) -> None:
    told = logged(outcome=outcome, duration=21.0)
    (row,) = merge([], [told]).puts
    assert row.duration == kept
    assert merge([replace(row, id=1)], [told]).puts == ()


def test_a_call_that_was_never_on_is_known_to_have_no_length() -> None:
    store = Store()
    store.live(seen_live())
    assert (store.only.outcome, store.only.untimed) == (Outcome.MISSED, False)
