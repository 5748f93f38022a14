"""Files that only the user may read, written whole or not at all, and never overwritten when damaged."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700


def local_now() -> datetime:
    """Return the time as the user's clock on the wall shows it."""
    return datetime.now().astimezone()


def make_private_folder(folder: Path) -> None:
    """Make `folder`, and what is missing above it, and close it to other users."""
    folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    folder.chmod(PRIVATE_FOLDER)


def make_private_file(path: Path) -> None:
    """Make an empty file unless there is one, and close it to other users before anything is written."""
    make_private_folder(path.parent)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE_FILE))
    path.chmod(PRIVATE_FILE)


def read_whole(path: Path) -> bytes:
    """Return what is in a file. What is no file, such as a pipe that nobody writes to, holds up nobody.

    Raises:
        OSError: there is none, or it cannot be read.
    """
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "it is no file")
        return file.read()


def write_whole(path: Path, content: bytes) -> None:
    """Replace `path` by `content`, which is on the disk when this returns. For one writer at a time.

    Whoever reads meanwhile, or after a crash at any moment, finds the old content or the new, both whole.
    """
    make_private_folder(path.parent)
    temporary = path.with_name(f".{path.name}.new")
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):  # the first failure is the one to tell
            temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def set_aside(path: Path, now: datetime, companions: Sequence[str] = ()) -> Path:
    """Rename a damaged file, so that it can be looked at and nothing overwrites it; return its new path.

    Args:
        now: local time, for the new name: `calls.damaged-20261123-204500.db`.
        companions: endings of files that belong to it (`calls.db-wal`) and follow it.
    """
    stamp = now.strftime("%Y%m%d-%H%M%S")
    return rename(path, f"{path.stem}.damaged-{stamp}{path.suffix}", companions)


def rename(path: Path, name: str, companions: Sequence[str] = ()) -> Path:
    """Give a file another name in its folder, or one like it if that is taken; return its new path."""
    wanted = new = path.with_name(name)
    nth = 1
    while new.exists():
        nth += 1
        new = wanted.with_name(f"{wanted.stem}-{nth}{wanted.suffix}")
    for ending in ("", *companions):
        part = path.with_name(path.name + ending)
        if part.exists():
            part.rename(new.with_name(new.name + ending))
    _sync_folder(path.parent)
    return new


def _sync_folder(folder: Path) -> None:
    """Make a rename last through a loss of power; Windows does so by itself and opens no folders."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
