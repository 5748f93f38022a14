"""The log's file: private, and never larger than a few megabytes. Imported with the first record."""

from __future__ import annotations

import logging.handlers
import os
from collections.abc import Callable
from io import TextIOWrapper
from pathlib import Path

SIZE = 1_000_000  # bytes of one file
KEPT = 3  # older files beside it
PRIVATE = 0o600


class PrivateFile(logging.handlers.RotatingFileHandler):
    """A log that other users cannot read. Its folder and file are made with the first record."""

    def __init__(self, path: Path, on_lost: Callable[[logging.LogRecord], None]) -> None:
        """`on_lost` is told of each record that could not be written, while the error is being handled."""
        super().__init__(path, maxBytes=SIZE, backupCount=KEPT, encoding="utf-8", delay=True)
        self._on_lost = on_lost

    def _open(self) -> TextIOWrapper:
        path = Path(self.baseFilename)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        waiting = getattr(os, "O_NONBLOCK", 0)  # not for who reads, if it is a pipe
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | waiting, PRIVATE)
        return TextIOWrapper(
            os.fdopen(handle, "ab"), self.encoding, errors="backslashreplace", write_through=True
        )

    def handleError(self, record: logging.LogRecord) -> None:
        """Tell that a record was not written."""
        self._on_lost(record)
