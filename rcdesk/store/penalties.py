"""Rate-limit penalties that are on, in one small file: the next start must not break into them either."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from rcdesk.store import files
from rcdesk.store.worker import Worker

log = logging.getLogger(__name__)

DAY = 86_400.0
"""Seconds from now after which no penalty ends: one that does was noted while the clock was wrong."""

MANY = 16_384
"""Bytes from which on what is over is thrown out: some two hundred penalties."""

Penalties = Mapping[str, Mapping[str, float]]
"""Of each server and app, by any name: for each barred group the unix seconds at which that is over."""


class _Penalty(NamedTuple):
    of: str
    group: str
    until: float


class PenaltyStore:
    """The penalties of one profile. A file that cannot be read or written costs a refused request, no more.

    `rcdesk sign-in` may run beside an instance. So the file only grows, a line for each penalty: what one adds
    takes nothing from the other, without a lock, and the longest counts. Only what comes in the very moment in
    which a file that has grown large is made smaller can be lost.
    """

    def __init__(self, path: Path | None) -> None:
        """`path`: None keeps nothing."""
        self._path = path
        self._worker = Worker("penalties")

    def read(self, now: float) -> Penalties:
        """Return what was kept and is on at `now`, in unix seconds; what is none of it is left out."""
        kept: dict[str, dict[str, float]] = {}
        for one in _read(self._path, now) if self._path else ():
            groups = kept.setdefault(one.of, {})
            groups[one.group] = max(one.until, groups.get(one.group, one.until))
        return kept

    def add(self, of: str, groups: Mapping[str, float], now: float) -> None:
        """Keep these beside all others, soon; `now`, in unix seconds, tells what may be forgotten."""
        if self._path:
            path, added = self._path, [_Penalty(of, group, until) for group, until in groups.items()]
            self._worker.start(lambda: _add(path, added, now))

    def close(self) -> None:
        """Let the file follow; give up waiting after two seconds."""
        if not self._worker.close():
            log.warning("the penalties are still being written; left to itself")


def _read(path: Path, now: float) -> Iterator[_Penalty]:
    try:
        lines = files.read_whole(path).splitlines()
    except FileNotFoundError:
        return
    except OSError as error:
        log.info("the penalties were not read: %s", type(error).__name__)
        return
    for line in filter(None, lines):
        try:
            match json.loads(line):
                case {"of": str(of), "group": str(group), "until": float(until)} if now < until < now + DAY:
                    yield _Penalty(of, group, until)
        except (ValueError, RecursionError) as error:
            log.info("a penalty was not read: %s", type(error).__name__)


def _add(path: Path, added: Iterable[_Penalty], now: float) -> None:
    try:
        if path.exists() and path.stat().st_size > MANY:
            files.write_whole(path, _lines(_read(path, now)))
        files.make_private_file(path)
        handle = os.open(path, os.O_WRONLY | os.O_APPEND)
        with os.fdopen(handle, "wb") as file:
            file.write(_lines(added))
            file.flush()
            os.fsync(handle)
    except OSError as error:
        log.info("the penalties were not kept: %s", error.strerror)


def _lines(penalties: Iterable[_Penalty]) -> bytes:
    """Each begins with the new line: one before it that was broken off spoils only itself."""
    return "".join("\n" + json.dumps(one._asdict()) for one in penalties).encode()
