"""Services: all that the window, the cards and the tray work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # none of them is needed to name them
    from rcdesk.core.errors import Problem
    from rcdesk.services.awake import Awake
    from rcdesk.services.away import Away
    from rcdesk.services.dialer import Dialer
    from rcdesk.services.feed import Feed, Latest
    from rcdesk.services.history import History
    from rcdesk.services.link import Link
    from rcdesk.services.live_calls import LiveCalls
    from rcdesk.services.people import People
    from rcdesk.services.presence import PresenceKeeper
    from rcdesk.services.ring_test import RingTest
    from rcdesk.services.session import Session
    from rcdesk.ui.placement import Spots
    from rcdesk.ui.preferences import Place, Preferences


@dataclass(frozen=True, slots=True)
class Services:
    """All that the shell works with.

    Attributes:
        secrets_kept: the name of the keyring in use, "" while that is not known.
        places: where things are kept, for the diagnostics.
        redact: takes secrets and phone numbers out of a text.
        start_demo: signs in to a platform of one's own.
        spots: where cards of other profiles stand, None if that is not known.
    """

    session: Session
    link: Link
    presence: PresenceKeeper
    calls: LiveCalls
    people: People
    dialer: Dialer
    history: History
    awake: Awake
    away: Away
    ring_test: RingTest
    preferences: Preferences
    problems: Feed[Problem]
    clock: Callable[[], float]
    secrets_kept: Latest[str]
    places: tuple[Place, ...]
    redact: Callable[[str], str]
    start_demo: Callable[[], None]
    spots: Spots | None = None
