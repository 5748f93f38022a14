"""DialSource: what the dial pad asks of the services."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rcdesk.core.account import DialChoices
from rcdesk.core.numbers import Number, Unreadable
from rcdesk.core.people import Who
from rcdesk.core.ringout import Order, Progress
from rcdesk.services.feed import Latest


@dataclass(frozen=True, slots=True)
class DialSource:
    """What the dial pad works with: questions, wishes and news. See `services.dialer` and `services.people`.

    Attributes:
        dial: may raise Problem, then nothing was sent.
    """

    choices: Latest[DialChoices]
    progress: Latest[Progress | None]
    read: Callable[[str], Number | Unreadable]
    dial: Callable[[Order], None]
    cancel: Callable[[], None]
    clear: Callable[[], None]
    who: Callable[[str, str, str], Who]
    clock: Callable[[], float]
