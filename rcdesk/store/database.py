"""Database: opens, migrates, owns the one thread with the connection."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from rcdesk.core.errors import Problem
from rcdesk.store import files
from rcdesk.store.trouble import NewerFile, StrangeFile, code, damaged, is_damage, not_opened, trouble
from rcdesk.store.worker import Worker

T = TypeVar("T")
Migration = Sequence[str]
"""SQL statements that lead from one version of the tables to the next."""
Names = tuple[str, str]
"""What to call the file of now, and which one to go on with."""

log = logging.getLogger(__name__)

BUSY_FOR = 2.0  # seconds to wait for another process that has the file locked
COMPANIONS = ("-wal", "-shm")


class Database:
    """One SQLite file, or one database in memory, and the one thread that works on it.

    What is committed survives the process (WAL) and a loss of power (synchronous=FULL: one flush of the disk
    a transaction, off the loop). A damaged file is set aside under a new name, whenever the damage shows,
    and a new one begun. A file that cannot be used is left alone, and this run works in memory.
    """

    def __init__(
        self,
        path: Path | None,
        migrations: Sequence[Migration],
        clock: Callable[[], datetime] = files.local_now,
    ) -> None:
        """Open nothing yet. `path`: None for memory. `clock` gives the time for names of damaged files."""
        self._path = path
        self._migrations = migrations
        self._clock = clock
        self._worker = Worker("database")
        self._connection: sqlite3.Connection | None = None
        self._notice: Problem | None = None

    async def open(self) -> Problem | None:
        """Open and migrate, unless that is done. Return what the user should be told, None if all is well."""
        await self._worker.run(self._connected)
        return self._notice

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do `work` in one transaction, all of it or nothing, and return its answer. For any loop.

        `work` runs in the database's thread and returns no cursor: an open one keeps the file from closing.
        Cancelling: it is done all the same.

        Raises:
            Problem: disk full, file locked or damaged; nothing was changed. Other errors are bugs.
        """
        return await self.queue(work)

    def queue(self, work: Callable[[sqlite3.Connection], T]) -> asyncio.Future[T]:
        """As `run`, but queued by the time this returns: `close` does it first, whoever waits for the answer."""
        return self._worker.run(lambda: self._transact(work))

    async def exchange(
        self, decide: Callable[[sqlite3.Connection, Callable[[str], bool]], Names | None]
    ) -> bool:
        """Put the file away under another name, and go on with the one that has its name next, or with a new one.

        `decide` says so in a transaction of its own, and is given what tells whether there is a file of a name;
        it returns the two names, or None to leave things as they are. Without a file it is a new one in memory.
        A name of "" is nobody's: an empty file that need not be kept. Returns whether it was done.

        Raises:
            Problem: as `run` does; or the file could not be moved: it is left alone, and this run works in memory.
        """
        return await self._worker.run(lambda: self._exchange(decide))

    def close(self) -> None:
        """Finish what is queued and close the file; give up waiting after two seconds."""
        if not self._worker.close(self._disconnect):
            log.warning("the database is still busy; left to itself")

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            try:
                self._connection = self._connect_to_file(self._path) if self._path else self._in_memory()
            except (sqlite3.Error, OSError, NewerFile) as error:
                notice = not_opened(error)
                if notice is None:
                    raise
                log.warning("the database was not opened: %s", code(error))
                self._notice = notice
                self._connection = self._in_memory()
        return self._connection

    def _connect_to_file(self, path: Path) -> sqlite3.Connection:
        files.make_private_file(path)
        try:
            return self._connect(str(path))
        except sqlite3.Error as error:
            if not is_damage(error):
                raise
            self._set_aside(path, error)
        return self._connect(str(path))

    def _in_memory(self) -> sqlite3.Connection:
        self._path = None
        return self._connect(":memory:")

    def _connect(self, name: str) -> sqlite3.Connection:
        connection = sqlite3.connect(name, timeout=BUSY_FOR, isolation_level=None)
        connection.text_factory = _text
        try:
            _migrate(connection, self._migrations)
        except BaseException:
            connection.close()
            raise
        return connection

    def _transact(self, work: Callable[[sqlite3.Connection], T]) -> T:
        connection = self._connected()
        try:
            with _transaction(connection):
                return work(connection)
        except sqlite3.Error as error:
            if is_damage(error) and self._path:
                raise self._begin_anew(self._path, error) from error
            if told := trouble(error):
                raise told from error
            raise

    def _exchange(self, decide: Callable[[sqlite3.Connection, Callable[[str], bool]], Names | None]) -> bool:
        path = self._path
        names = self._transact(lambda connection: decide(connection, lambda name: _is_there(path, name)))
        if names is None:
            return False
        self._disconnect()
        try:
            if path:
                _rename(path, *names)
        except OSError as error:
            self._path = None
            raise not_opened(error) or error from error
        self._notice = None
        self._connected()
        if self._notice:
            raise self._notice
        return True

    def _begin_anew(self, path: Path, error: sqlite3.Error) -> Problem:
        """Put the file aside in the middle of the work; the next work finds an empty one."""
        self._disconnect()
        try:
            self._set_aside(path, error)
        except OSError as refused:
            self._path = None  # it cannot be moved: leave it alone
            self._notice = not_opened(refused)
        assert self._notice
        return self._notice

    def _set_aside(self, path: Path, error: sqlite3.Error) -> None:
        aside = files.set_aside(path, self._clock(), COMPANIONS)
        files.make_private_file(path)
        log.warning("the database is damaged (%s); it is now %s", code(error), aside.name)
        self._notice = damaged(aside)

    def _disconnect(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None


def _is_there(path: Path | None, name: str) -> bool:
    return path is not None and path.with_name(name).exists()


def _rename(path: Path, away: str, instead: str) -> None:
    """Cut short in between, there is no file of the usual name, and the next start begins an empty one."""
    if away:
        files.rename(path, away, COMPANIONS)
    else:
        path.unlink()
    if path.with_name(instead).exists():
        files.rename(path.with_name(instead), path.name, COMPANIONS)


def _migrate(connection: sqlite3.Connection, migrations: Sequence[Migration]) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(migrations):
        raise NewerFile
    if not _has_all(connection, migrations[: max(version, 0)]):
        raise StrangeFile
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    _lead_on(connection, migrations, version)


def _lead_on(connection: sqlite3.Connection, migrations: Sequence[Migration], version: int = 0) -> None:
    for number, statements in enumerate(migrations[version:], start=version + 1):
        with _transaction(connection):
            for statement in statements:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")


def _has_all(connection: sqlite3.Connection, migrations: Sequence[Migration]) -> bool:
    """Whether a file has all that the migrations which it had make; one that had none is empty."""
    found = _parts(connection)
    if not migrations:
        return not found
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as model:
        _lead_on(model, migrations)
        return _parts(model) <= found


def _parts(connection: sqlite3.Connection) -> set[tuple[str, ...]]:
    """Name every table, index and trigger, and every column of them."""
    return set(
        connection.execute(
            "SELECT part.type, part.name, column.name"
            " FROM sqlite_master AS part LEFT JOIN pragma_table_info(part.name) AS column"
        )
    )


def _text(written: bytes) -> str:
    """Read a text; what is no UTF-8 in it costs no more than itself."""
    return str(written, "utf-8", "replace")


@contextlib.contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):  # the first failure is the one to tell
            connection.rollback()
        raise
