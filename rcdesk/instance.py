"""One instance for each profile: the lock that says so."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self


class Lock:
    """Held by the one instance of a profile; the system lets go of it when the process ends, however it ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def take(self) -> bool:
        """Take the lock and return True, or return False if another instance holds it.

        Raises:
            OSError: the folder cannot be made or written, or is not the user's own.
        """
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        owner = self._path.parent.stat().st_uid
        if owner != os.getuid():
            raise PermissionError(f"{self._path.parent} belongs to somebody else")
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        self._file = file
        return True

    def release(self) -> None:
        """Let go of the lock, if it is held."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
