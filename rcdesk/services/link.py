"""Link: keeps news of calls coming, and takes a snapshot after every gap."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import aclosing
from typing import TYPE_CHECKING

from rcdesk.core.errors import Kind, Problem
from rcdesk.core.subscription import LinkPlan, LinkState, LinkStatus, Step, Transport
from rcdesk.services.feed import Latest
from rcdesk.services.live_calls import LiveCalls
from rcdesk.services.presence import PresenceKeeper
from rcdesk.services.tasks import Nursery

if TYPE_CHECKING:
    from rcdesk.client.push import Push, PushEvent
    from rcdesk.services.session import Platform

log = logging.getLogger(__name__)

SNAPSHOT_RETRY = 5.0  # seconds


class Link:
    """`status` says whether what is on screen can be believed; `last_heard` is the moment of the last event.

    While the platform is signed in, one task listens: over the way that the plan says, for as long as it
    says. After each (re)connect a snapshot is taken; until it is taken in, the status is not LIVE.
    Events are applied at once also while a snapshot is under way: the call book leaves alone what
    changed after the snapshot was asked for, so a card never waits for a slow answer.
    """

    def __init__(
        self,
        nursery: Nursery,
        platform: Latest[Platform | None],
        calls: LiveCalls,
        presence: PresenceKeeper,
        clock: Callable[[], float],
        setting: str,
    ) -> None:
        self.status: Latest[LinkStatus] = Latest(LinkStatus())
        self.last_heard: float | None = None
        self._nursery = nursery
        self._platform = platform
        self._calls = calls
        self._presence = presence
        self._clock = clock
        self._setting = setting
        self._task: asyncio.Task[None] | None = None
        platform.subscribe(self._on_platform)

    def choose(self, setting: str) -> None:
        """Use another way from now on: auto, websocket, pubnub or polling."""
        if setting != self._setting:
            self._setting = setting
            self._on_platform(self._platform.value)

    def _on_platform(self, platform: Platform | None) -> None:
        if self._task:
            self._task.cancel()
            self._task = None
        plan = LinkPlan(self._setting, self._clock())
        if platform:
            self._task = self._nursery.start(self._keep(platform, plan), name="link")
        else:
            plan.signed_out(self._clock())
            self._tell(plan)

    def _tell(self, plan: LinkPlan) -> None:
        if plan.status != self.status.value:
            log.info("= link %s over %s", plan.status.state.value, plan.status.transport.value)
            self.status.publish(plan.status)

    async def _keep(self, platform: Platform, plan: LinkPlan) -> None:
        self._tell(plan)
        retry_after = 0.0
        while True:
            step = plan.next_step(retry_after)
            await asyncio.sleep(step.pause)
            try:
                async with asyncio.timeout(self._time_left(step)):
                    await self._hold(platform, plan, step)
            except TimeoutError:
                plan.climb(self._clock())
                retry_after = 0.0
            except Problem as problem:
                log.info(
                    "! %s lost: %s (%d %s)",
                    step.transport.value,
                    problem.kind.value,
                    problem.status,
                    problem.code,
                )
                if problem.kind is Kind.SIGN_IN:
                    plan.signed_out(self._clock())
                    self._tell(plan)
                    return  # the session asks the user; a new platform starts a new link
                plan.lost(self._clock(), usable=problem.kind is not Kind.FORBIDDEN)
                retry_after = problem.retry_after or 0.0
            self._tell(plan)

    def _time_left(self, step: Step) -> float | None:
        return None if step.until is None else max(step.until - self._clock(), 0.0)

    async def _hold(self, platform: Platform, plan: LinkPlan, step: Step) -> None:
        """Listen until the way is lost, which is the only way to leave: by Problem."""
        if step.transport is Transport.POLLING:
            plan.connected(self._clock())
            while True:
                await self._snapshot(platform, plan)
                await asyncio.sleep(plan.check_in())
        await self._listen(platform, plan, platform.pushes[step.transport])

    async def _listen(self, platform: Platform, plan: LinkPlan, push: Push) -> None:
        from rcdesk.client.push import Connected  # not before somebody is signed in

        snapshots: asyncio.Task[None] | None = None
        try:
            async with aclosing(push.listen()) as news:
                async for item in news:
                    self.last_heard = self._clock()
                    if isinstance(item, Connected):
                        plan.connected(self._clock())
                        self._tell(plan)
                        if snapshots:
                            snapshots.cancel()
                        snapshots = self._nursery.start(self._keep_checking(platform, plan), name="snapshots")
                    else:
                        self._take(item)
        finally:
            if snapshots:
                snapshots.cancel()

    def _take(self, event: PushEvent) -> None:
        if event.presence:
            self._presence.take(event.presence)
        if event.report:
            self._calls.take(event.report)

    async def _keep_checking(self, platform: Platform, plan: LinkPlan) -> None:
        """One snapshot for the gap, then one now and then to prove that the stream is not dead."""
        while True:
            try:
                await self._snapshot(platform, plan)
                pause = plan.check_in()
            except Problem as problem:
                if problem.kind is Kind.SIGN_IN:
                    raise
                log.info("! no snapshot: %s (%d %s)", problem.kind.value, problem.status, problem.code)
                pause = max(problem.retry_after or 0.0, SNAPSHOT_RETRY)
            await asyncio.sleep(pause)

    async def _snapshot(self, platform: Platform, plan: LinkPlan) -> None:
        asked_at = self._clock()
        legs, presence = await platform.api.presence()
        self._presence.take(presence)
        changes = self._calls.reconcile(legs, asked_at)
        if changes and plan.status.state is LinkState.LIVE:
            log.info("! a snapshot knew better than the stream about %d calls", len(changes))
        plan.reconciled(self._clock())
        self._tell(plan)
