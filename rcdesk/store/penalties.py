"""Rate-limit penalties that are on, in one small file: the next start must not break into them either."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path

from rcdesk.store import files
from rcdesk.store.worker import Worker

log = logging.getLogger(__name__)

Penalties = Mapping[str, Mapping[str, float]]
"""Of each server and app, by any name: for each barred group the unix seconds at which that is over."""


class PenaltyStore:
    """The penalties of one profile. A file that cannot be read or written costs a refused request, no more."""

    def __init__(self, path: Path | None) -> None:
        """`path`: None keeps nothing."""
        self._path = path
        self._worker = Worker("penalties")

    def read(self) -> Penalties:
        """Return what was kept; what is none of it is left out."""
        if self._path is None:
            return {}
        try:
            kept = json.loads(files.read_whole(self._path))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError) as error:
            log.info("the penalties were not read: %s", type(error).__name__)
            return {}
        return {of: _times(groups) for of, groups in kept.items()} if isinstance(kept, dict) else {}

    def write(self, penalties: Penalties) -> None:
        """Keep these in the place of all others, soon."""
        if self._path:
            path, content = self._path, json.dumps(penalties).encode()
            self._worker.start(lambda: _write(path, content))

    def close(self) -> None:
        """Let the file follow; give up waiting after two seconds."""
        if not self._worker.close():
            log.warning("the penalties are still being written; left to itself")


def _times(groups: object) -> dict[str, float]:
    if not isinstance(groups, dict):
        return {}
    return {group: until for group, until in groups.items() if isinstance(until, float)}


def _write(path: Path, content: bytes) -> None:
    try:
        files.write_whole(path, content)
    except OSError as error:
        log.info("the penalties were not kept: %s", error.strerror)
