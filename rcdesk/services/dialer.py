"""Dialer: places RingOuts and follows them to their end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from rcdesk.core.account import DialChoices
from rcdesk.core.errors import Kind, Problem
from rcdesk.core.numbers import Number, Unreadable, read
from rcdesk.core.ringout import Order, Progress, RingOut
from rcdesk.services.feed import Feed, Latest
from rcdesk.services.session import Platform
from rcdesk.services.tasks import Nursery

Sleep = Callable[[float], Awaitable[None]]

NOT_SIGNED_IN = Problem("The call was not placed.", "Sign in first.", Kind.SIGN_IN)
ONE_AT_A_TIME = Problem(
    "The call was not placed.", "Another call is being placed; cancel it or wait for its end.", Kind.LOCAL
)


class Dialer:
    """One RingOut at a time. `progress` shows the one under way, or the last one until it is cleared."""

    def __init__(
        self, nursery: Nursery, platform: Latest[Platform | None], clock: Callable[[], float]
    ) -> None:
        self.choices: Latest[DialChoices] = Latest(DialChoices())
        self.progress: Latest[Progress | None] = Latest(None)
        self.ended: Feed[RingOut] = Feed()
        self._nursery = nursery
        self._platform = platform
        self._clock = clock
        self._cancel = asyncio.Event()
        platform.subscribe(self._on_platform)

    @property
    def busy(self) -> bool:
        """Whether a RingOut is under way."""
        progress = self.progress.value
        return progress is not None and progress.end is None

    def read(self, text: str) -> Number | Unreadable:
        """Read a number in any notation, by the rules of the account's own country."""
        platform = self._platform.value
        return read(text, platform.account.region if platform else "US")

    def dial(self, order: Order) -> None:
        """Start ringing and return at once; the rest is told through `progress`.

        Raises:
            Problem: nobody is signed in, or another RingOut is under way; nothing was sent.
        """
        platform = self._platform.value
        if platform is None:
            raise NOT_SIGNED_IN
        if self.busy:
            raise ONE_AT_A_TIME
        self._cancel = asyncio.Event()
        ringout = RingOut(order, self._clock())
        self.progress.publish(ringout.progress)
        self._nursery.start(self._ring(platform, ringout), name="ringout")

    def cancel(self) -> None:
        """Ask to stop the RingOut under way; whether that worked is told through `progress`."""
        self._cancel.set()

    def clear(self) -> None:
        """The user has seen the end of the last RingOut."""
        if not self.busy:
            self.progress.publish(None)

    async def _ring(self, platform: Platform, ringout: RingOut) -> None:
        try:
            ringout.apply(await platform.api.start_ringout(ringout.order), self._clock())
        except Problem as problem:
            ringout.refused(problem)
        self.progress.publish(ringout.progress)
        while (pause := ringout.next_look) is not None:
            if await self._cancelled_within(pause) and not ringout.progress.cancelling:
                await self._cancel_at(platform, ringout)
            else:
                await self._look(platform, ringout)
        self.ended.publish(ringout)

    async def _cancelled_within(self, seconds: float) -> bool:
        """Wait, but no longer than until the user wants to cancel."""
        if self.progress.value and self.progress.value.cancelling:
            await asyncio.sleep(seconds)  # the wish is known; what is awaited is the platform
            return False
        try:
            async with asyncio.timeout(seconds):
                await self._cancel.wait()
        except TimeoutError:
            return False
        return True

    async def _cancel_at(self, platform: Platform, ringout: RingOut) -> None:
        self.progress.publish(ringout.cancel_asked(self._clock()))
        try:
            accepted = await platform.api.cancel_ringout(ringout.ringout_id)
        except Problem:
            accepted = False
        self.progress.publish(ringout.cancel_answered(accepted, self._clock()))

    async def _look(self, platform: Platform, ringout: RingOut) -> None:
        try:
            status = await platform.api.ringout_status(ringout.ringout_id)
        except Problem as problem:
            gone = problem.kind in (Kind.NOT_FOUND, Kind.GONE)
            self.progress.publish(ringout.missing(self._clock()) if gone else ringout.unseen(self._clock()))
            return
        self.progress.publish(ringout.apply(status, self._clock()))

    def _on_platform(self, platform: Platform | None) -> None:
        self.choices.publish(DialChoices())
        if platform:
            self._nursery.start(self._load_choices(platform), name="phones and numbers")

    async def _load_choices(self, platform: Platform) -> None:
        self.choices.publish(await platform.api.dial_choices())
