"""One file, opened, migrated and kept, whatever the disk does."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rcdesk.core.errors import Kind, Problem
from rcdesk.store.database import Database

FIRST = ("CREATE TABLE words (word TEXT)", "INSERT INTO words VALUES ('first')")
SECOND = ("CREATE TABLE more (word TEXT)", "INSERT INTO words VALUES ('second')")
NIGHT = datetime(2026, 11, 23, 20, 45, tzinfo=UTC)


@contextmanager
def opened(path: Path | None, *migrations: tuple[str, ...]) -> Iterator[Database]:
    database = Database(path, migrations or (FIRST,), lambda: NIGHT)
    try:
        yield database
    finally:
        database.close()


def words(connection: sqlite3.Connection) -> list[str]:
    return [word for (word,) in connection.execute("SELECT word FROM words ORDER BY rowid")]


def add(word: str, connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO words VALUES (?)", (word,))


def many(connection: sqlite3.Connection) -> None:
    connection.executemany("INSERT INTO words VALUES (?)", [("x" * 500,)] * 500)


async def test_what_was_written_is_there_the_next_time(tmp_path: Path) -> None:
    path = tmp_path / "profile" / "calls.db"
    with opened(path) as database:
        assert await database.open() is None
        await database.run(lambda connection: add("kept", connection))
    with opened(path) as database:
        assert await database.run(words) == ["first", "kept"]
    assert [each.name for each in path.parent.iterdir()] == ["calls.db"]


async def test_every_file_of_it_is_private(tmp_path: Path) -> None:
    with opened(tmp_path / "profile" / "calls.db") as database:
        await database.run(lambda connection: add("secret", connection))
        modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in (tmp_path / "profile").iterdir()}
    assert modes == {"calls.db": 0o600, "calls.db-wal": 0o600, "calls.db-shm": 0o600}
    assert stat.S_IMODE((tmp_path / "profile").stat().st_mode) == 0o700


async def test_a_commit_is_flushed_to_the_disk(tmp_path: Path) -> None:
    with opened(tmp_path / "calls.db") as database:
        (synchronous,) = await database.run(lambda it: it.execute("PRAGMA synchronous").fetchone())
        (journal,) = await database.run(lambda it: it.execute("PRAGMA journal_mode").fetchone())
    assert (synchronous, journal) == (2, "wal")


async def test_a_newer_version_of_rcdesk_migrates_the_file_step_by_step(tmp_path: Path) -> None:
    path = tmp_path / "calls.db"
    with opened(path, FIRST) as database:
        await database.run(lambda connection: add("kept", connection))
    with opened(path, FIRST, SECOND) as database:
        assert await database.open() is None
        assert await database.run(words) == ["first", "kept", "second"]


async def test_a_migration_that_fails_changes_nothing_and_is_a_bug(tmp_path: Path) -> None:
    path = tmp_path / "calls.db"
    with opened(path, FIRST) as database:
        await database.open()
    broken = (*SECOND, "CREATE TABLE words (word TEXT)")
    with opened(path, FIRST, broken) as database, pytest.raises(sqlite3.OperationalError, match="exists"):
        await database.open()
    with opened(path, FIRST) as database:
        assert await database.open() is None
        assert await database.run(words) == ["first"]


@pytest.mark.expected_log("the database was not opened: NewerFile")
async def test_a_file_of_a_newer_rcdesk_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "calls.db"
    with opened(path, FIRST, SECOND) as database:
        await database.open()
    before = path.read_bytes()
    with opened(path, FIRST) as database:
        problem = await database.open()
        await database.run(lambda connection: add("this run only", connection))
        assert await database.run(words) == ["first", "this run only"]
    assert problem is not None
    assert "newer rcdesk" in problem.remedy
    assert problem.kind is Kind.LOCAL
    assert path.read_bytes() == before


@pytest.mark.expected_log("the database is damaged .SQLITE_NOTADB.")
@pytest.mark.parametrize("content", [b"not a database at all" * 400, b"\x00" * 8192])
async def test_a_file_that_is_no_database_is_set_aside_and_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "calls.db"
    path.write_bytes(content)
    with opened(path) as database:
        problem = await database.open()
        assert await database.run(words) == ["first"]
    aside = tmp_path / "calls.damaged-20261123-204500.db"
    assert aside.read_bytes() == content
    assert problem is not None
    assert str(aside) in problem.remedy


@pytest.mark.expected_log("the database is damaged .StrangeFile.")
@pytest.mark.parametrize(
    "spoil",
    [
        "DROP TABLE words",
        "DROP INDEX by_word",
        "ALTER TABLE words RENAME COLUMN word TO letters",
        "PRAGMA user_version = 0",
        "PRAGMA user_version = -1",
    ],
)
async def test_a_file_that_lacks_what_it_should_have_is_set_aside_and_told(
    tmp_path: Path, spoil: str
) -> None:
    path, index = tmp_path / "calls.db", "CREATE INDEX by_word ON words (word)"
    with opened(path, (*FIRST, index)) as database:
        await database.open()
    with closing(sqlite3.connect(path)) as other:
        other.execute(spoil)
    before = path.read_bytes()
    with opened(path, (*FIRST, index), SECOND) as database:
        problem = await database.open()
        assert await database.run(words) == ["first", "second"]
    aside = tmp_path / "calls.damaged-20261123-204500.db"
    assert aside.read_bytes() == before
    assert problem is not None
    assert str(aside) in problem.remedy


async def test_what_others_have_put_into_the_file_is_no_damage(tmp_path: Path) -> None:
    path = tmp_path / "calls.db"
    with opened(path) as database:
        await database.open()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE theirs (word TEXT)")
        other.execute("ANALYZE")
    with opened(path) as database:
        assert await database.open() is None


async def test_a_text_that_is_none_costs_itself_only(tmp_path: Path) -> None:
    with opened(tmp_path / "calls.db") as database:
        await database.run(lambda it: it.execute("INSERT INTO words VALUES (CAST(x'41ff42' AS TEXT))"))
        assert await database.run(words) == ["first", "A\ufffdB"]


@pytest.mark.expected_log("the database is damaged .SQLITE_CORRUPT")
async def test_damage_that_shows_later_sets_the_file_aside_and_the_work_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "calls.db"
    with opened(path) as database:
        await database.run(many)
    pages = bytearray(path.read_bytes())
    pages[8192:-4096] = b"\xa5" * (len(pages) - 12288)
    path.write_bytes(pages)
    with opened(path) as database:
        assert await database.open() is None
        with pytest.raises(Problem, match="damaged") as told:
            await database.run(words)
        await database.run(lambda connection: add("anew", connection))
        assert await database.run(words) == ["first", "anew"]
        assert await database.open() == told.value
    aside = tmp_path / "calls.damaged-20261123-204500.db"
    assert aside.read_bytes()[8192:9000] == b"\xa5" * 808
    with opened(path) as database:
        assert await database.run(words) == ["first", "anew"]


async def test_work_that_fails_leaves_nothing_behind() -> None:
    def half(connection: sqlite3.Connection) -> None:
        add("half", connection)
        raise ValueError("stop")

    with opened(None) as database:
        with pytest.raises(ValueError, match="stop"):
            await database.run(half)
        assert await database.run(words) == ["first"]


async def test_our_own_mistakes_stay_loud() -> None:
    with opened(None) as database, pytest.raises(sqlite3.OperationalError, match="no such table"):
        await database.run(lambda connection: connection.execute("SELECT * FROM nowhere"))


async def test_a_file_that_another_program_has_locked_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rcdesk.store.database.BUSY_FOR", 0.01)
    path = tmp_path / "calls.db"
    with opened(path) as database, closing(sqlite3.connect(path, isolation_level=None)) as other:
        await database.open()
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Problem, match="locked: close that program"):
            await database.run(lambda connection: add("refused", connection))
        other.execute("ROLLBACK")
        await database.run(lambda connection: add("taken", connection))
        assert await database.run(words) == ["first", "taken"]


@pytest.mark.expected_log("the database was not opened")
async def test_a_folder_that_is_a_file_leaves_this_run_in_memory(tmp_path: Path) -> None:
    (tmp_path / "profile").write_text("in the way")
    with opened(tmp_path / "profile" / "calls.db") as database:
        problem = await database.open()
        assert await database.run(words) == ["first"]
    assert problem is not None
    assert "for this run only" in problem.remedy
