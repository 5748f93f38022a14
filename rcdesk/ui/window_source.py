"""WindowSource: what the window listens to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rcdesk.core.account import Presence
from rcdesk.core.errors import Problem
from rcdesk.core.subscription import LinkStatus
from rcdesk.services.feed import Feed, Latest
from rcdesk.services.session import SessionState


@dataclass(frozen=True, slots=True)
class WindowSource:
    """What the window listens to.

    Attributes:
        last_heard: unix seconds of the last sign of life of the link, None if there was none.
        retry: tries at once what is waiting to be tried again; None if nothing can.
        profile: shown in the title unless it is "default".
    """

    session: Latest[SessionState]
    presence: Latest[Presence]
    link: Latest[LinkStatus]
    missed: Latest[int]
    problems: Feed[Problem]
    last_heard: Callable[[], float | None]
    clock: Callable[[], float]
    retry: Callable[[], None] | None = None
    profile: str = "default"
