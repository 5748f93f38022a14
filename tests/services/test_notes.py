"""What is written about a call is on the disk in the end, although the disk is full, or the program ends."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from rcdesk.core.calls import Call, Direction, Stage
from rcdesk.core.history import CallRecord, Query
from rcdesk.services import notes
from rcdesk.store.database import Database
from rcdesk.store.history import MIGRATIONS, HistoryStore
from tests.helpers.wait import until
from tests.services.world import Served, World, world

CALL = Call("k", "s", Stage.ENDED, Direction.INBOUND, "+13025550101", "", "101", "", 1.0, 2.0, 900.0)
LONG = "A long note. " * 300  # more than the pages that are there have room for


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notes, "TRY_AGAIN", 0.05)


async def listed(me: World) -> CallRecord:
    await me.store.add_live(CALL, 900.0)
    (record,) = await me.newest(1)
    return record


@asynccontextmanager
async def full_disk(me: World) -> AsyncIterator[None]:
    """Let SQLite find no room for as much as one page."""
    await me.store._database.run(lambda it: limit(it, it.execute("PRAGMA page_count").fetchone()[0]))
    yield
    await me.store._database.run(lambda it: limit(it, 1_000_000))


def limit(connection: sqlite3.Connection, pages: int) -> None:
    connection.execute(f"PRAGMA max_page_count = {pages}")


async def test_a_note_is_saved_and_told(me: World) -> None:
    record = await listed(me)
    news: list[int] = []
    changed: list[None] = []
    me.history.notes.news.subscribe(news.append)
    me.history.changed.subscribe(changed.append)
    me.history.notes.write(record, "Call back", "")
    draft = me.history.notes.draft(record.id)
    assert draft
    assert (draft.text, draft.problem) == ("Call back", None)
    await until(lambda: me.history.notes.draft(record.id) is None)
    assert (await me.newest(1))[0].note == "Call back"
    assert news == [record.id, record.id]
    assert changed == [None]


async def test_what_is_written_while_it_is_being_saved_takes_its_place(me: World) -> None:
    record = await listed(me)
    drafts: list[object] = []
    me.history.changed.subscribe(lambda _news: drafts.append(me.history.notes.draft(record.id)))
    me.history.notes.write(record, "Call", "")
    me.history.notes.write(record, "Call back", "Call")
    me.history.notes.write(record, "Call back soon", "Call back")
    await until(lambda: me.history.notes.draft(record.id) is None)
    assert (await me.newest(1))[0].note == "Call back soon"
    assert len(drafts) == 3
    assert all(drafts), "the newest is not known to be saved before it is"


async def test_a_note_that_the_disk_does_not_take_is_tried_until_it_does(me: World) -> None:
    record = await listed(me)
    news: list[int] = []
    me.history.notes.news.subscribe(news.append)
    async with full_disk(me):
        me.history.notes.write(record, LONG, "")
        await until(lambda: (draft := me.history.notes.draft(record.id)) and draft.problem)
        assert news[:2] == [record.id, record.id], "that it could not be saved is told"
        (problem,) = me.problems
        assert "disk is full" in problem.remedy
        me.history.notes.write(record, LONG + "longer", LONG)
        draft = me.history.notes.draft(record.id)
        assert draft
        assert draft.problem == problem, "it is told until it is over"
        await until(lambda: me.history.notes.draft(record.id) is not draft)
        assert me.problems == [problem], "it is told once"
    await until(lambda: me.history.notes.draft(record.id) is None)
    assert (await me.newest(1))[0].note == LONG + "longer"


@pytest.mark.expected_log("a note could not be saved before somebody else signed in")
async def test_a_note_that_could_not_be_saved_becomes_nobody_elses(me: World) -> None:
    record = await listed(me)
    async with full_disk(me):
        me.history.notes.write(record, LONG, "")
        await until(lambda: (draft := me.history.notes.draft(record.id)) and draft.problem)
        me.history.notes.let_go()
        assert me.history.notes.draft(record.id) is None
    assert (await me.newest(1))[0].note == ""


async def test_what_is_written_while_the_disk_refuses_takes_the_place_of_it_all(me: World) -> None:
    record = await listed(me)
    await me.history.notes.put(record.id, "X")
    async with full_disk(me):
        me.history.notes.write(record, LONG, "X")
        await until(lambda: (draft := me.history.notes.draft(record.id)) and draft.problem)
        me.history.notes.write(record, "Z", LONG)
    await until(lambda: me.history.notes.draft(record.id) is None)
    assert (await me.newest(1))[0].note == "Z"


async def test_that_an_older_text_was_not_saved_changes_nothing_for_the_newer(me: World) -> None:
    record = await listed(me)
    async with full_disk(me):
        me.history.notes.write(record, LONG, "")
        me.history.notes.write(record, "Short", LONG)
        await until(lambda: me.history.notes.draft(record.id) is None)
    assert (await me.newest(1))[0].note == "Short"
    assert me.problems == []


async def test_what_was_written_as_the_program_ends_is_there_at_the_next_start(
    sandbox: Served, tmp_path: Path
) -> None:
    async with world(sandbox, tmp_path) as me:
        record = await listed(me)
        me.history.notes.write(record, "Typed at the very end", "")
    assert await kept(tmp_path) == "Typed at the very end"


async def test_what_could_not_be_saved_is_tried_once_more_as_the_program_ends(
    sandbox: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notes, "TRY_AGAIN", 1000.0)
    async with world(sandbox, tmp_path) as me:
        record = await listed(me)
        async with full_disk(me):
            me.history.notes.write(record, LONG, "")
            await until(lambda: (draft := me.history.notes.draft(record.id)) and draft.problem)
    assert await kept(tmp_path) == LONG


@pytest.mark.expected_log("this failed and nobody waited for it")
async def test_what_cannot_be_saved_at_the_very_end_is_in_the_log(sandbox: Served, tmp_path: Path) -> None:
    async with world(sandbox, tmp_path) as me:
        record = await listed(me)
        await me.store._database.run(lambda it: limit(it, 1))
        me.history.notes.write(record, LONG, "")
    assert await kept(tmp_path) == ""


async def kept(folder: Path) -> str:
    database = Database(folder / "calls.db", MIGRATIONS)
    try:
        (record,) = (await HistoryStore(database).page(Query())).records
    finally:
        database.close()
    return record.note
