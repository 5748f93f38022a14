"""HistorySource: what the ui asks of the calls of the past. Light, since the first window needs no more of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rcdesk.core.history import Page, Query
from rcdesk.core.people import Who
from rcdesk.services.feed import Feed, Latest

Find = Callable[[Query, tuple[float, int] | None, Callable[[Page], None]], None]


@dataclass(frozen=True, slots=True)
class HistorySource:
    """What panes and tray work with: questions, wishes and news. See `services.history` and `services.people`."""

    find: Find
    changed: Feed[None]
    missed: Latest[int]
    syncing: Latest[str]
    mark_seen: Callable[[], None]
    who: Callable[[str, str, str], Who]
    names_changed: Feed[None]
    clock: Callable[[], float]
