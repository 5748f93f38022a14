"""What several rcdesk of one user share: a lock for each profile, and the places on the screen."""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rcdesk.config import RefusedError

if TYPE_CHECKING:
    from rcdesk.ui.placement import Box

PRIVATE = 0o700  # the folder's: whoever could write it could put a socket of theirs into it


def unusable(path: Path, error: OSError) -> RefusedError:
    """Tell why the lock or the socket at `path` cannot be made, and what helps."""
    return RefusedError(
        f"The folder {path.parent} cannot be used: {error.strerror or type(error).__name__}. "
        "Make room in it and see that it is yours, or set XDG_RUNTIME_DIR to another one."
    )


class Lock:
    """Held by the one instance of a profile; the system lets go of it when the process ends, however it ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def take(self) -> bool:
        """Take the lock and return True, or return False if another instance holds it.

        Raises:
            RefusedError: the folder cannot be made or written, or is not the user's own.
        """
        try:
            file = self._open()
        except OSError as error:
            raise unusable(self._path, error) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        except OSError as error:  # a file system without locks
            os.close(file)
            raise unusable(self._path, error) from error
        self._file = file
        return True

    def _open(self) -> int:
        folder = self._path.parent
        folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        if folder.stat().st_uid != os.getuid():
            raise PermissionError(errno.EPERM, "it belongs to somebody else")
        folder.chmod(PRIVATE)
        return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

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


class Spots:
    """Where on the screen the cards of any profile stand, a lock for each: no two cards stand on one spot."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._locks: dict[Box, Lock] = {}

    def take(self, spot: Box) -> bool:
        """Take `spot` for a card; False if another rcdesk has it. Where no lock can be made, all are free."""
        lock = Lock(self._folder / f"{spot.x},{spot.y}")
        try:
            if not lock.take():
                return False
        except RefusedError:
            return True
        self._locks[spot] = lock
        return True

    def release(self, spot: Box) -> None:
        """The card that stood there is gone."""
        if lock := self._locks.pop(spot, None):
            lock.release()

    def close(self) -> None:
        """Let go of every spot."""
        for spot in list(self._locks):
            self.release(spot)
