"""All calls ever seen, each once, whatever comes first, and what was missed until it is seen."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rcdesk.core.calls import Call, Direction
from rcdesk.core.history import CallRecord, Filter, LogRecord, Outcome, Query
from rcdesk.core.ringout import End, EndedRingOut, Order, RingOut
from rcdesk.store.history import HistoryStore
from rcdesk.store.rows import near as rows_near
from rcdesk.store.rows import place_of
from tests.store.builders import batch, found, live, logged, opened
from tests.store.make_records import NOW, make_records


async def rows(store: HistoryStore) -> list[CallRecord]:
    return list((await store.page(Query())).records)


async def test_a_call_that_ended_is_listed_at_once(tmp_path: Path) -> None:
    with opened(tmp_path / "calls.db") as store:
        await store.add_live(live("7", talked=90, number="16505550111"), NOW)
        (row,) = await rows(store)
    assert row.provisional
    assert (row.outcome, row.duration, row.direction) == (Outcome.ANSWERED, 90.0, Direction.INBOUND)
    assert (row.number, row.own_number, row.session_id) == ("+16505550111", "+16505550100", "7")


async def test_the_record_of_the_log_takes_over_the_row_and_its_id(tmp_path: Path) -> None:
    with opened(tmp_path / "calls.db") as store:
        await store.add_live(live("7"), NOW)
        (before,) = await rows(store)
        await store.merge(batch(logged("7", outcome=Outcome.VOICEMAIL, name="Anna Berg"), token="t1"), NOW)
        (after,) = await rows(store)
        assert await store.cursor() == "t1"
    assert (after.id, after.record_id, after.outcome) == (before.id, "L7", Outcome.VOICEMAIL)
    assert not after.provisional


async def test_what_was_told_of_a_live_call_is_corrected(tmp_path: Path) -> None:
    with opened() as store:
        await store.add_live(live("7"), NOW)
        (before,) = await rows(store)
        assert before.outcome is Outcome.MISSED
        await store.add_live(live("7", talked=30), NOW)
        (after,) = await rows(store)
    assert (after.id, after.outcome, after.duration) == (before.id, Outcome.ANSWERED, 30.0)


@pytest.mark.parametrize("ringout_first", [False, True])
async def test_a_ringout_that_nobody_answered_is_no_connected_call(*, ringout_first: bool) -> None:
    seen = live("7", ago=600, talked=20, outbound=True)  # as presence shows it
    order = Order("+16505550111", own="+16505550100", name="Anna Berg")
    progress = replace(RingOut(order).progress, end=End.NOT_ANSWERED)
    ended = EndedRingOut("R1", progress, began_at=NOW - 603, ended_at=NOW - 560)
    with opened() as store:
        for first in (ringout_first, not ringout_first):
            await (store.add_ringout(ended, NOW) if first else store.add_live(seen, NOW))
        (row,) = await rows(store)
    assert (row.outcome, row.number, row.name) == (Outcome.OTHER_NO_ANSWER, "+16505550111", "Anna Berg")


async def test_a_ringout_under_way_is_not_told_of() -> None:
    progress = RingOut(Order("+16505550111", own="+16505550100")).progress
    with opened() as store:
        with pytest.raises(ValueError, match="under way"):
            await store.add_ringout(EndedRingOut("R1", progress, NOW, NOW), NOW)
        assert await rows(store) == []


async def test_everything_is_there_the_next_time(tmp_path: Path) -> None:
    records = tuple(make_records(20))
    with opened(tmp_path / "calls.db") as store:
        await store.merge(batch(*records, token="t1"), NOW)
        await store.add_live(live("7", ago=0), NOW)
        before = await rows(store)
    with opened(tmp_path / "calls.db") as store:
        assert await rows(store) == before
        assert await store.cursor() == "t1"
    assert len(before) == 21


async def test_pages_follow_each_other_without_gap_or_repetition() -> None:
    with opened() as store:
        await store.merge(batch(*make_records(250)), NOW)
        pages = [await store.page(Query())]
        while pages[-1].after:
            pages.append(await store.page(Query(), pages[-1].after))
        few = await store.page(Query(), limit=3)
    assert [len(page.records) for page in pages] == [100, 100, 50]
    everything = [record for page in pages for record in page.records]
    assert [record.record_id for record in everything] == [record.record_id for record in make_records(250)]
    assert few.records == tuple(everything[:3])


async def test_calls_of_the_same_moment_have_an_order_that_pages_keep() -> None:
    with opened() as store:
        await store.merge(batch(*(logged(str(nth), ago=60) for nth in range(7))), NOW)
        first = await store.page(Query(), None, 4)
        second = await store.page(Query(), first.after, 4)
    ids = [record.id for record in (*first.records, *second.records)]
    assert ids == sorted(ids, reverse=True)
    assert len(set(ids)) == 7
    assert second.after is None


@pytest.mark.parametrize(
    ("only", "sessions"),
    [
        (Filter.ALL, ["1", "2", "3", "4"]),
        (Filter.MISSED, ["2"]),
        (Filter.INCOMING, ["1", "2"]),
        (Filter.OUTGOING, ["3", "4"]),
    ],
)
async def test_filters(only: Filter, sessions: list[str]) -> None:
    calls = (
        logged("1", ago=100, outcome=Outcome.ANSWERED, talked=5),
        logged("2", ago=200, outcome=Outcome.MISSED),
        logged("3", ago=300, outcome=Outcome.CONNECTED, talked=5, outbound=True),
        logged("4", ago=400, outcome=Outcome.NO_ANSWER, outbound=True),
    )
    with opened() as store:
        await store.merge(batch(*calls), NOW)
        page = await store.page(Query(only))
        assert [record.session_id for record in page.records] == sessions
        searched = await store.page(Query(only, "5550111"))
        assert searched == page


async def test_missed_calls_count_until_they_are_seen(tmp_path: Path) -> None:
    with opened(tmp_path / "calls.db") as store:
        await store.merge(batch(*(logged(str(nth), ago=nth * 100) for nth in range(1, 5))), NOW)
        assert await store.missed_unseen() == 4
        newest, *_ = await rows(store)
        await store.mark_seen(newest.id)
        assert await store.missed_unseen() == 3
    with opened(tmp_path / "calls.db") as store:
        assert await store.missed_unseen() == 3
        await store.mark_seen(None)
        assert await store.missed_unseen() == 0
        await store.merge(batch(*(logged(str(nth), ago=nth * 100) for nth in range(1, 5))), NOW)
        assert await store.missed_unseen() == 0


async def test_a_missed_call_that_was_seen_stays_seen_when_the_log_tells_of_it() -> None:
    with opened() as store:
        await store.add_live(live("7"), NOW)
        assert await store.missed_unseen() == 1
        await store.mark_seen()
        await store.merge(batch(logged("7")), NOW)
        assert await store.missed_unseen() == 0


@pytest.mark.parametrize("back_first", [False, True])
async def test_who_was_called_back_is_no_longer_missed(*, back_first: bool) -> None:
    missed = logged("1", ago=900, number="+16505550111")
    back = logged("2", ago=300, outcome=Outcome.CONNECTED, talked=60, outbound=True, number="16505550111")
    other = logged("3", ago=900, number="+16505550122")
    with opened() as store:
        for record in (back, missed, other) if back_first else (missed, other, back):
            await store.merge(batch(record), NOW)
        assert await store.missed_unseen() == 1
        unseen = [row.number for row in await rows(store) if row.outcome is Outcome.MISSED and not row.seen]
    assert unseen == ["+16505550122"]


async def test_a_call_back_that_nobody_answered_or_that_came_before_does_not_count() -> None:
    tried = logged("2", ago=300, outcome=Outcome.NO_ANSWER, outbound=True)
    before = logged("3", ago=3000, outcome=Outcome.CONNECTED, talked=60, outbound=True)
    with opened() as store:
        await store.merge(batch(logged("1", ago=900), tried, before), NOW)
        assert await store.missed_unseen() == 1


async def test_what_was_missed_long_before_the_first_run_is_no_news() -> None:
    with opened() as store:
        await store.merge(batch(logged("1", ago=3600), logged("2", ago=9 * 86400)), NOW)
        assert await store.missed_unseen() == 1


async def test_records_and_token_are_kept_together_or_not_at_all(tmp_path: Path) -> None:
    with opened(tmp_path / "calls.db") as store:
        await store.merge(batch(logged("1"), token="t1"), NOW)
        broken = LogRecord("L2", "2", Direction.INBOUND, Outcome.MISSED, NOW, 0.0, None)  # type: ignore[arg-type]
        with pytest.raises((sqlite3.IntegrityError, TypeError, AttributeError)):
            await store.merge(batch(logged("3"), broken, token="t2"), NOW)
        assert await store.cursor() == "t1"
        assert [row.session_id for row in await rows(store)] == ["1"]


async def test_a_record_whose_start_the_platform_corrects_moves() -> None:
    with opened() as store:
        await store.merge(batch(logged("1", ago=20_000), logged("2", ago=10_000)), NOW)
        await store.merge(batch(logged("1", ago=300)), NOW)
        assert [row.session_id for row in await rows(store)] == ["1", "2"]


async def test_what_lies_near_several_times_is_found_once() -> None:
    agos = [100.0, 3000.0, 6000.0, 50_000.0]
    with opened() as store:
        await store.merge(batch(*(logged(str(ago), ago=ago) for ago in agos)), NOW)
        starts = [NOW - 90, NOW - 3050, NOW - 5900, NOW - 200_000]
        near = await store._database.run(lambda it: [row.session_id for row in rows_near(it, starts, 3600.0)])
    assert sorted(near) == sorted(map(str, agos[:3]))


async def test_a_part_of_the_log_without_a_token_leaves_the_old_one() -> None:
    with opened() as store:
        await store.merge(batch(token="t1"), NOW)
        await store.merge(batch(logged("1")), NOW)
        assert await store.cursor() == "t1"


async def test_an_id_is_never_given_twice(tmp_path: Path) -> None:
    with opened(tmp_path / "calls.db") as store:
        await store.merge(batch(*(logged(str(nth), ago=nth) for nth in range(1, 4))), NOW)
        ids = {row.id for row in await rows(store)}
        await store._database.run(lambda connection: connection.execute("DELETE FROM calls") and None)
    with opened(tmp_path / "calls.db") as store:
        await store.merge(batch(logged("9")), NOW)
        (row,) = await rows(store)
    assert row.id not in ids


def test_places_stand_in_the_order_of_time_and_id() -> None:
    keys = [
        (-1.0, 1),
        (0.0, 1),
        (0.001, 9),
        (NOW, 1),
        (NOW, 2),
        (NOW + 0.001, 1),
        (4_000_000_000.0, 2_000_000),
    ]
    assert [place_of(*key) for key in keys] == sorted(place_of(*key) for key in keys)
    assert place_of(4_000_000_000.0, 2_000_000) < 2**63


Facts = list[Call | LogRecord]

SESSIONS = st.integers(1, 4)


@st.composite
def some_facts(draw: st.DrawFn) -> Facts:
    """A few calls, minutes apart, each seen live, in the log, or both."""
    facts: Facts = []
    for nth in range(draw(SESSIONS)):
        session, ago = str(nth), 600.0 * (nth + 1)
        outbound, talked = draw(st.booleans()), draw(st.sampled_from([0.0, 30.0]))
        known = draw(st.sampled_from(["live", "log", "both"]))
        if known != "log":
            late = draw(st.sampled_from([0.0, 1.5]))  # discovered after it began
            facts.append(live(session, ago=ago - late, talked=talked, outbound=outbound))
        if known != "live":
            outcome = draw(st.sampled_from([Outcome.VOICEMAIL, Outcome.DECLINED, Outcome.ANSWERED]))
            record = logged(session, ago=ago, talked=talked, outbound=outbound, outcome=outcome, name="Anna")
            facts.append(record)
    return facts


async def _tell(store: HistoryStore, fact: Call | LogRecord) -> None:
    if isinstance(fact, Call):
        await store.add_live(fact, NOW)
    else:
        await store.merge(batch(fact), NOW)


@settings(max_examples=40)
@given(some_facts(), st.data())
async def test_in_whatever_order_and_however_often_things_are_told_the_same_rows_result(
    facts: Facts, data: st.DataObject
) -> None:
    again = data.draw(st.lists(st.sampled_from(facts), max_size=4))
    shuffled = data.draw(st.permutations([*facts, *again]))
    tables = []
    for order in (facts, shuffled):
        with opened() as store:
            for fact in order:
                await _tell(store, fact)
            tables.append([_without_id(row) for row in await rows(store)])
    assert tables[0] == tables[1]
    assert len(tables[0]) == len({fact.session_id for fact in facts})


def _without_id(row: CallRecord) -> tuple[object, ...]:
    return (
        row.session_id,
        row.direction,
        row.outcome,
        row.started_at,
        row.duration,
        row.number,
        row.name,
        row.record_id,
    )


def spoil(path: Path, changes: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"UPDATE calls SET {changes} WHERE session_id = '2'")


@pytest.mark.expected_log("rows of the call history cannot be read and were left out: 1")
@pytest.mark.parametrize(
    "changes",
    [
        "direction = 'sideways'",
        "outcome = '+16505550123'",
        "started_at = 'soon'",
        "started_at = 9e99",
        "started_at = -1",
        "duration = 9e999",
        "duration = x'00'",
        "name = x'00'",
        "seen = 'perhaps'",
    ],
)
async def test_a_row_that_cannot_be_read_costs_itself_only(
    tmp_path: Path, changes: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("rcdesk.store.rows._told", set())
    path = tmp_path / "calls.db"
    with opened(path) as store:
        await store.merge(batch(*(logged(str(nth), ago=60.0 * nth) for nth in range(1, 5)), token="t"), NOW)
    spoil(path, changes)
    with opened(path) as store:
        first = await store.page(Query(), None, 2)
        second = await store.page(Query(), first.after, 2)
        assert [record.session_id for record in first.records] == ["1", "3"]
        assert [record.session_id for record in second.records] == ["4"]
        await store.add_live(live("9", ago=125), NOW)
        assert len(await rows(store)) == 4
        kept = await store._database.run(lambda it: it.execute("SELECT count(*) FROM calls").fetchone())
        assert kept == (5,)
        await store.merge(batch(logged("2", ago=120, name="Anna Berg")), NOW)
        assert await found(store, "anna") == ["Anna Berg"], "the platform's log knows it anew"
    assert len(caplog.records) == 1, "it is told once"


@pytest.mark.parametrize(
    "spoiled", ["DELETE FROM sqlite_sequence", "UPDATE sqlite_sequence SET seq = 'many'"]
)
async def test_ids_go_on_although_the_count_of_them_is_lost(tmp_path: Path, spoiled: str) -> None:
    path = tmp_path / "calls.db"
    with opened(path) as store:
        await store.merge(batch(logged("1"), logged("2", ago=60)), NOW)
        known = {record.id for record in await rows(store)}
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(spoiled)
    with opened(path) as store:
        await store.merge(batch(logged("3", ago=30)), NOW)
        assert len({record.id for record in await rows(store)} - known) == 1


async def test_when_it_began_is_noted_anew_if_it_cannot_be_read(tmp_path: Path) -> None:
    with opened(tmp_path / "calls.db") as store:
        await store._database.run(lambda it: it.execute("INSERT INTO state VALUES ('began', 'once')"))
        await store.merge(batch(logged("1")), NOW)
        assert await store.missed_unseen() == 1
