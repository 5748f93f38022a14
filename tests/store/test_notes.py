"""A note stays with its call, whatever becomes of the row."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from rcdesk.core.errors import Problem
from rcdesk.core.history import CallRecord, Filter, Query
from rcdesk.core.merging import Merge
from rcdesk.store.database import Database
from rcdesk.store.history import MIGRATIONS, HistoryStore
from rcdesk.store.rows import write
from tests.store.builders import batch, found, live, logged, opened
from tests.store.make_records import NOW
from tests.store.test_history import spoil


async def only(store: HistoryStore) -> CallRecord:
    (row,) = (await store.page(Query())).records
    return row


async def test_a_note_outlives_the_program_and_the_record_that_takes_over_its_row(tmp_path: Path) -> None:
    with opened(tmp_path / "calls.db") as store:
        await store.add_live(live("7"), NOW)
        before = await only(store)
        await store.write_note(before.id, "Call back\non Tuesday", [""])
        await store.add_live(live("7", talked=30), NOW)
        await store.merge(batch(logged("7", name="Anna Berg")), NOW)
        await store.merge(batch(logged("7", name="Anna Berger")), NOW)
    with opened(tmp_path / "calls.db") as store:
        after = await only(store)
    assert (after.id, after.name, after.note) == (before.id, "Anna Berger", "Call back\non Tuesday")


async def test_what_is_being_written_loses_nothing_that_came_meanwhile(tmp_path: Path) -> None:
    with opened() as store:
        await store.merge(batch(logged("7")), NOW)
        row = await only(store)
        await store.write_note(row.id, "by a script")
        await store.write_note(row.id, "by hand", [""])
        assert (await only(store)).note == "by a script\nby hand"
        await store.write_note(row.id, "by hand, corrected", ["by hand", ""])
        assert (await only(store)).note == "by a script\nby hand, corrected"
        await store.write_note(row.id, "instead")
        assert (await only(store)).note == "instead"
        await store.write_note(row.id, " \n ", ["instead"])
        assert (await only(store)).note == ""
        await store.write_note(row.id, "half a \ud83d character")
        await store.write_note(row.id, "a whole character", ["half a \ud83d character"])
        assert (await only(store)).note == "a whole character"
        await store.write_note(row.id, "half a \ud83d character", ["a whole character"])
        assert (await only(store)).note == "half a ? character"


async def test_a_note_on_a_call_that_is_not_there_is_told() -> None:
    with opened() as store, pytest.raises(Problem, match="not saved"):
        await store.write_note(7, "lost?")


async def test_what_is_written_about_a_call_of_another_file_is_not_put_to_one_with_the_same_id() -> None:
    with opened() as store:
        await store.merge(batch(logged("7")), NOW)
        row = await only(store)
        with pytest.raises(Problem, match="not saved"):
            await store.write_note(row.id, "of another", [""], row.started_at - 4000)
        assert (await only(store)).note == ""
        await store.write_note(row.id, "of this one", [""], row.started_at - 5)
        assert (await only(store)).note == "of this one"


def half(nth: int, *, outbound: bool, ago: float = 600.0) -> object:
    return replace(logged("7", ago=ago, record_id=f"half-{nth}", outbound=outbound), ringout=True)


async def two_rows_of_one_call(store: HistoryStore) -> tuple[CallRecord, CallRecord]:
    """The halves of a RingOut, which nothing has joined yet as their starts lie too far apart."""
    await store.merge(batch(half(1, outbound=True), half(2, outbound=False, ago=610.0)), NOW)
    one, other = (await store.page(Query())).records
    return one, other


async def joined(store: HistoryStore) -> CallRecord:
    await store.merge(batch(half(2, outbound=False)), NOW)  # the platform corrects the start
    return await only(store)


async def test_both_notes_stay_when_two_rows_turn_out_to_be_one_call() -> None:
    with opened() as store:
        one, other = await two_rows_of_one_call(store)
        await store.write_note(one.id, "of the one")
        await store.write_note(other.id, "of the other")
        note = (await joined(store)).note
    assert sorted(note.split("\n")) == ["of the one", "of the other"]


async def test_what_is_written_about_a_row_that_is_gone_goes_to_the_one_that_it_is_part_of(
    tmp_path: Path,
) -> None:
    path = tmp_path / "calls.db"
    with opened(path) as store:
        one, other = await two_rows_of_one_call(store)
        await store.write_note(one.id, "of the one")
        await store.write_note(other.id, "of the other")
        kept = await joined(store)
    gone = other if kept.id == one.id else one
    with opened(path) as store:
        written = replace(gone, note="of the other" if gone is other else "of the one").note
        stays = "of the one" if gone is other else "of the other"
        await store.write_note(gone.id, "edited meanwhile", [written])
        assert sorted((await only(store)).note.split("\n")) == sorted(["edited meanwhile", stays])
        await store.write_note(gone.id, "by a script")
        lines = (await only(store)).note.split("\n")
    assert sorted(lines) == sorted(["by a script", "edited meanwhile", stays])


async def test_a_row_can_become_part_of_one_that_becomes_part_of_another() -> None:
    with opened() as store:
        await store.merge(batch(*(logged(str(nth), ago=nth * 60.0) for nth in range(1, 4))), NOW)
        first, second, third = (row.id for row in (await store.page(Query())).records)
        for merge in (Merge(removes=((third, second),)), Merge(removes=((second, first),))):
            await store._database.run(lambda it, merge=merge: write(it, merge))
        await store.write_note(third, "of the third", [""])
        assert (await only(store)).note == "of the third"


@pytest.mark.expected_log("rows of the call history cannot be read and were left out: 1")
async def test_the_note_of_a_row_that_cannot_be_read_stays_when_the_log_tells_of_the_call_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rcdesk.store.rows._told", set())
    path = tmp_path / "calls.db"
    with opened(path) as store:
        await store.merge(batch(logged("2")), NOW)
        before = await only(store)
        await store.write_note(before.id, "Call back")
    spoil(path, "duration = x'00'")
    with opened(path) as store:
        await store.merge(batch(logged("2", name="Anna Berg")), NOW)
        row = await only(store)
        assert (row.name, row.note) == ("Anna Berg", "Call back")
        assert await found(store, "back") == ["Anna Berg"]
        await store.write_note(before.id, "Called back", ["Call back"])
        assert (await only(store)).note == "Called back", "what is being written goes there too"


async def test_names_and_notes_are_searched_together() -> None:
    with opened() as store:
        await store.merge(
            batch(logged("1", name="Anna Berg"), logged("2", ago=60, name="Jürgen García")), NOW
        )
        ids = {row.name: row.id for row in (await store.page(Query())).records}
        await store.write_note(ids["Anna Berg"], "Wants the JULY invoice again")
        assert await found(store, "invoi") == await found(store, "anna july") == ["Anna Berg"]
        assert await found(store, "voice") == await found(store, "garcía july") == []
        assert await found(store, "0111 july") == ["Anna Berg"]
        await store.write_note(ids["Anna Berg"], "Has it")
        assert await found(store, "invoi") == []
        assert await found(store, "anna") == await found(store, "has it") == ["Anna Berg"]


async def test_calls_with_notes_are_a_filter() -> None:
    with opened() as store:
        await store.merge(batch(logged("1", ago=60), logged("2"), logged("3", ago=6000)), NOW)
        for row in (await store.page(Query())).records[1:]:
            await store.write_note(row.id, f"of {row.session_id}")
        page = await store.page(Query(Filter.NOTED), None, 1)
        rest = await store.page(Query(Filter.NOTED), page.after, 1)
        assert [row.note for row in (*page.records, *rest.records)] == ["of 2", "of 3"]
        assert await found(store, "of", filter=Filter.NOTED) == ["+16505550111"] * 2


async def test_what_was_begun_is_written_also_if_nobody_waits(tmp_path: Path) -> None:
    database = Database(tmp_path / "calls.db", MIGRATIONS)
    store = HistoryStore(database)
    await store.merge(batch(logged("7")), NOW)
    row = await only(store)
    store.write_note(row.id, "typed as the program ended").cancel()
    database.close()
    with opened(tmp_path / "calls.db") as store:
        assert (await only(store)).note == "typed as the program ended"


async def test_notes_come_to_a_file_of_before_there_were_any(tmp_path: Path) -> None:
    path = tmp_path / "calls.db"
    old = Database(path, MIGRATIONS[:1])
    await old.open()
    await old.run(
        lambda it: (
            it.execute(
                "INSERT INTO calls VALUES (7, (1795466100000 << 21) | 7, 'L7', '7', 'inbound', 'missed', 1795466100.0, 0.0,"
                " '+16505550111', '16505550111', 'Anna Berg', ' anna berg', '', '', '', '', 0)"
            )
            and None
        )
    )
    old.close()
    with opened(path) as store:
        assert await store._database.open() is None
        row = await only(store)
        assert (row.id, row.name, row.note) == (7, "Anna Berg", "")
        await store.write_note(7, "Call back")
        assert await found(store, "anna back") == ["Anna Berg"]
    with closing(sqlite3.connect(path)) as connection:
        for table in ("names", "numbers"):
            connection.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('integrity-check', 1)")


async def test_notes_written_at_once_are_all_there() -> None:
    with opened() as store:
        await store.merge(batch(*(logged(str(nth), ago=nth * 60.0) for nth in range(1, 20))), NOW)
        ids = [row.id for row in (await store.page(Query())).records]
        await asyncio.gather(*(store.write_note(row_id, f"of {row_id}") for row_id in ids))
        assert {row.id: row.note for row in (await store.page(Query())).records} == {
            row_id: f"of {row_id}" for row_id in ids
        }
