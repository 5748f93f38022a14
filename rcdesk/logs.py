"""Logging: handlers, levels, redaction. No token and no full phone number is ever written."""

from __future__ import annotations

import contextlib
import logging
import re
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

log = logging.getLogger(__name__)

QUIET = ("httpx", "httpcore", "hpack", "pubnub", "aiohttp", "websockets", "asyncio", "keyring")
"""At info and debug they write URLs, headers and frames, and those hold tokens and phone numbers."""

_NAMED = r"[\w-]{0,40}(?:token|secret|passw|assertion|authorization|credential|cipher|api[_-]?key|jwt|verifier)[\w-]{0,40}"
_VALUE = (
    r"b?\"(?:[^\"\\]|\\.)*\"?|b?'(?:[^'\\]|\\.)*'?"  # quoted
    r"|\\+[\"'][^\"'\\]*"  # quoted within quotes
    r"|[^\s\"'&,;)}\]]+"
)
_SECRETS = (
    (re.compile(r"\b(Bearer|Basic)(?:\s+|%20|\+)[^\s\"',;&]+", re.IGNORECASE), r"\1 ***"),
    (re.compile(r"\beyJ[\w-]*(?:\.[\w-]*)*"), "***"),  # so every JWT begins
    (re.compile(r"(?<=://)[^/\s@]+@"), "***@"),
    (re.compile(r"(?<=[?&]code=)[^\s\"'&]+"), "***"),  # of OAuth
    (
        re.compile(rf"(?<![\w-])({_NAMED}(?:\\*[\"'])?\s*[=:]\s*)(?:{_VALUE})", re.IGNORECASE),
        r"\1***",
    ),
    # Long, unbroken, of capital and small letters and digits: so opaque tokens look.
    (
        re.compile(
            r"(?<![\w+=|~-])(?=[\w+=|~-]*\d)(?=[\w+=|~-]*[a-z])(?=[\w+=|~-]*[A-Z])[\w+=|~-]{32,}",
        ),
        "***",
    ),
)
_BETWEEN = r"(?:[^\S\r\n]|[().\-/\u2010-\u2015]|%[0-9A-Fa-f]{2})"
_NUMBER = re.compile(rf"\+?\d(?:{_BETWEEN}{{0,4}}\d){{6,}}")
_DIGIT = re.compile(r"\d")


def redact(text: str) -> str:
    """Return `text` without secrets, and with numbers of seven digits or more cut to their last two.

    Session ids, dates and unix times look like phone numbers and are cut as well: nothing tells them apart.
    """
    for secret, instead in _SECRETS:
        text = secret.sub(instead, text)
    return _NUMBER.sub(lambda number: "…" + "".join(_DIGIT.findall(number[0])[-2:]), text)


_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""What could break a line of the log or drive the terminal that shows it: a server's words are among them."""


def _escaped(control: re.Match[str]) -> str:
    return control[0].encode("unicode_escape").decode()


class RedactingFormatter(logging.Formatter):
    """Writes a record with its message, arguments, exception and stack redacted."""

    def format(self, record: logging.LogRecord) -> str:
        parts = [redact(record.getMessage()).replace("\n", "\\n")]
        if record.exc_info:
            parts.append(redact(self.formatException(record.exc_info)))
        if record.stack_info:
            parts.append(redact(self.formatStack(record.stack_info)))
        text = _CONTROL.sub(_escaped, "\n".join(parts))
        return f"{self.formatTime(record)} {record.levelname} {record.name}: {text}"


class _Discreet(logging.Handler):
    """What becomes of a record that cannot be written: Python would print it with its arguments, unredacted."""

    _told: frozenset[str] = frozenset()

    def handleError(self, record: logging.LogRecord) -> None:
        """Say once for each kind of trouble that something is missing in the log, and where it came from."""
        kind = type(sys.exc_info()[1]).__name__
        if kind not in self._told and sys.stderr is not None:
            self._told |= {kind}
            with contextlib.suppress(OSError, ValueError):  # the terminal is gone as well
                place = f"{record.filename}:{record.lineno}"
                sys.stderr.write(f"rcdesk: a log record of {place} was not written ({kind}).\n")


class _File(_Discreet):
    """The log's file, which is imported and made with the first record: a start has none."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._file: logging.Handler | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Write `record`."""
        if self._file is None:
            from rcdesk.log_file import PrivateFile

            self._file = PrivateFile(self._path, self.handleError)
            self._file.setFormatter(self.formatter)
        self._file.handle(record)

    def close(self) -> None:
        """Close the file, if there is one."""
        if self._file:
            with contextlib.suppress(OSError):  # the disk is full: that was told with the record it was about
                self._file.close()
        super().close()


class _Terminal(_Discreet, logging.StreamHandler[TextIO]):
    """Warnings and errors, for whoever started rcdesk in a terminal."""


def start(path: Path | None, level: int = logging.INFO) -> Callable[[], None]:
    """Write records of `level` and worse to `path`, and warnings to the terminal; return the undoing.

    What Python would print of faults that nobody can catch becomes a record, too: it would be printed as it is.
    `path`: None for no file (the demo, and runs that leave nothing behind). The last three megabytes are kept.
    """
    handlers: list[logging.Handler] = [_Terminal()]
    handlers[0].setLevel(logging.WARNING)
    if path:
        handlers.append(_File(path))
    root = logging.getLogger()
    before = {name: logging.getLogger(name).level for name in ("", *QUIET)}
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for handler in handlers:
        handler.setFormatter(RedactingFormatter())
        root.addHandler(handler)
    hooks = threading.excepthook, sys.unraisablehook
    threading.excepthook, sys.unraisablehook = _on_thread_failed, _on_unraisable

    def stop() -> None:
        threading.excepthook, sys.unraisablehook = hooks
        for handler in handlers:
            root.removeHandler(handler)
            handler.close()
        for name, old in before.items():
            logging.getLogger(name).setLevel(old)

    return stop


def _on_thread_failed(failed: threading.ExceptHookArgs) -> None:
    log.error("a thread failed", exc_info=failed.exc_value)


def _on_unraisable(failed: sys.UnraisableHookArgs) -> None:
    log.error("a fault where none can be raised", exc_info=failed.exc_value)


class _Moment(logging.Formatter):
    """A moment for benchmarks: what was reached, and CLOCK_MONOTONIC in ns, which all processes share."""

    def format(self, record: logging.LogRecord) -> str:
        return f"{record.getMessage()} {time.clock_gettime_ns(time.CLOCK_MONOTONIC)}"


def start_trace(path: Path) -> Callable[[], None]:
    """Append to `path` each moment that is told to the logger `rcdesk.trace`; return the undoing."""
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(_Moment())
    told = logging.getLogger("rcdesk.trace")
    told.addHandler(handler)
    told.setLevel(logging.DEBUG)
    told.propagate = False

    def stop() -> None:
        told.removeHandler(handler)
        told.setLevel(logging.NOTSET)
        told.propagate = True
        handler.close()

    return stop
