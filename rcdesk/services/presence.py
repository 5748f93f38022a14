"""PresenceKeeper: the user's presence, from push and snapshots, and their wish to change it."""

from __future__ import annotations

from rcdesk.core.account import RESTORABLE, Availability, DndStatus, Presence, change_to
from rcdesk.services.feed import Latest
from rcdesk.services.session import Platform
from rcdesk.services.tasks import Group, Nursery


class PresenceKeeper:
    """What others see of the user. `presence` only ever shows what the platform has said of who is, or was last,
    signed in."""

    def __init__(self, nursery: Nursery, platform: Latest[Platform | None]) -> None:
        self.presence: Latest[Presence] = Latest(Presence())
        self._asking = Group(nursery)
        self._platform = platform
        self._of = ""  # whose presence it is
        self._dnd_before: DndStatus | None = None
        platform.subscribe(self._on_platform)

    def take(self, news: Presence) -> None:
        """Take in what the platform said; fields it did not mention stay."""
        presence = self.presence.value.updated(news)
        if presence.dnd_status in RESTORABLE:
            self._dnd_before = presence.dnd_status
        if presence != self.presence.value:
            self.presence.publish(presence)

    def choose(self, wish: Availability) -> None:
        """Ask the platform to show `wish`; `presence` follows when it has agreed."""
        platform = self._platform.value
        if platform:
            self._asking.start(self._ask(platform, wish), name="presence")

    def _on_platform(self, platform: Platform | None) -> None:
        self._asking.cancel()
        if platform and platform.account.key != self._of:
            if self._of:
                self.presence.publish(Presence())
            self._of, self._dnd_before = platform.account.key, None
            self.presence.publish(Presence())

    async def _ask(self, platform: Platform, wish: Availability) -> None:
        self.take(await platform.api.set_presence(change_to(wish, self._dnd_before)))
