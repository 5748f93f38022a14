"""What disks and their files do to us, in words; whatever is not listed here is a bug of ours."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from rcdesk.core.errors import Kind, Problem

NOT_OPENED = "The call history was not opened."
NOT_SAVED = "The call history was not saved."
NOT_USED = "The call history could not be used."
THIS_RUN_ONLY = "until then calls are kept for this run only."

_WORDS = {
    sqlite3.SQLITE_FULL: (NOT_SAVED, "The disk is full: free some space."),
    sqlite3.SQLITE_READONLY: (NOT_SAVED, "Its file may only be read: allow yourself to write it."),
    sqlite3.SQLITE_BUSY: (NOT_SAVED, "Another program has its file locked: close that program."),
    sqlite3.SQLITE_IOERR: (NOT_USED, "The disk refuses it: make sure that it has free space and is sound."),
    sqlite3.SQLITE_CANTOPEN: (NOT_USED, "Make sure that you may read and write its file."),
    sqlite3.SQLITE_PERM: (NOT_USED, "Make sure that you may read and write its file."),
    sqlite3.SQLITE_NOMEM: (NOT_USED, "Close some programs to free memory."),
}
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class NewerFile(Exception):
    """The database was written by an rcdesk to come."""


class StrangeFile(sqlite3.DatabaseError):
    """The file is a database, but not of the tables that it should have."""


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file is no sound database any more, or none of ours."""
    return isinstance(error, StrangeFile) or _result(error) in _DAMAGE


def trouble(error: sqlite3.Error) -> Problem | None:
    """Tell the user what the environment did, None if `error` is a bug of ours."""
    words = _WORDS.get(_result(error))
    return Problem(*words, Kind.LOCAL, code=code(error)) if words else None


def not_opened(error: Exception) -> Problem | None:
    """Tell why the file is left alone and this run works in memory, None if `error` is a bug of ours."""
    if isinstance(error, NewerFile):
        remedy = f"A newer rcdesk wrote it: update this one; {THIS_RUN_ONLY}"
        return Problem(NOT_OPENED, remedy, Kind.LOCAL)
    if isinstance(error, sqlite3.Error) and trouble(error) is None:
        return None
    remedy = f"Make sure that its folder can be written and the disk is not full; {THIS_RUN_ONLY}"
    return Problem(NOT_OPENED, remedy, Kind.LOCAL, code=code(error))


def damaged(aside: Path) -> Problem:
    """Tell that a damaged database was put aside as `aside`."""
    return Problem(
        "The call history is damaged and could not be read.",
        f"A new one was begun; the damaged file is kept as {aside}.",
        Kind.LOCAL,
    )


def code(error: Exception) -> str:
    """What to write into the log about it."""
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorname", type(error).__name__)
    return type(error).__name__


def _result(error: sqlite3.Error) -> int:
    """SQLite's primary result code; -1 for what Python's module raises by itself."""
    extended: int = getattr(error, "sqlite_errorcode", -1)
    return extended & 0xFF if extended >= 0 else -1
