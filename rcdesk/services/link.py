"""Link: carries out what the link machine decides: listens, takes snapshots, and tells how things stand."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Iterable
from contextlib import aclosing
from typing import TYPE_CHECKING

from rcdesk.core import subscription
from rcdesk.core.cut_lists import completed
from rcdesk.core.errors import Problem
from rcdesk.core.pacing import Urgency
from rcdesk.core.subscription import Action, Close, LinkState, LinkStatus, Open, TakeSnapshot, Transport
from rcdesk.services.awake import Awake
from rcdesk.services.feed import Feed, Latest
from rcdesk.services.live_calls import LiveCalls
from rcdesk.services.presence import PresenceKeeper
from rcdesk.services.tasks import Nursery

if TYPE_CHECKING:
    from rcdesk.client.push import PushEvent
    from rcdesk.core.calls import Call
    from rcdesk.services.session import Platform

log = logging.getLogger(__name__)
ACTIVE_CALLS_LATE = 10.0  # seconds by which the list of active calls is behind, at most
APP_LACKS = "CMN-401"  # the platform's code for an app without a permission
MOST_SNAPSHOTS = 5  # under way at a time; so each is waited for for 20 s
JUST_OPENED = 30.0  # seconds within which what was opened anew is not opened once more for the network's sake

trace = logging.getLogger("rcdesk.trace")  # for benchmarks: when an event got this far


class Link:
    """`status` says whether what is on screen can be believed; `last_heard` is the moment of the last event,
    None before the first; `checked` is told whenever a snapshot was taken, `last_checked` is the moment of the last
    one: then all that is on screen was true.

    The machine in core decides which way to listen, when to try again and when to take a snapshot; here is
    no rule of its own. Events are applied at once also while a snapshot is under way: the call book leaves
    alone what changed after the snapshot was asked for, so a card never waits for a slow answer.
    """

    def __init__(
        self,
        nursery: Nursery,
        platform: Latest[Platform | None],
        calls: LiveCalls,
        presence: PresenceKeeper,
        clock: Callable[[], float],
        setting: str,
        awake: Awake,
    ) -> None:
        """`setting`: auto, websocket, pubnub or polling."""
        self.status: Latest[LinkStatus] = Latest(LinkStatus())
        self.checked: Feed[None] = Feed()
        self.last_heard: float | None = None
        self.last_checked: float | None = None
        self._nursery = nursery
        self._platform = platform
        self._calls = calls
        self._presence = presence
        self._clock = clock
        self._machine = subscription.Link(subscription.Push(setting), random.random)
        self._listeners: dict[Transport, asyncio.Task[None]] = {}
        self._leaving: dict[Transport, asyncio.Task[None]] = {}
        self._snapshots: list[asyncio.Task[None]] = []  # under way, in the order in which they were asked for
        self._lookup: asyncio.Task[None] | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._awake = awake
        self._reopened_at = float("-inf")
        self._forbidden: Platform | None = None  # whose app may not read presence, as they have been told
        awake.woke.subscribe(lambda _began: self._reopen())
        platform.subscribe(self._on_platform)

    def choose(self, setting: str) -> None:
        """Use another way from now on: auto, websocket, pubnub or polling."""
        self._do(self._machine.stop(self._clock()))
        self._machine = subscription.Link(subscription.Push(setting), random.random)
        self._on_platform(self._platform.value)

    def retry(self) -> None:
        """Try at once what waits to be tried again, since the user asks for it."""
        self._reopen()

    def on_network(self) -> None:
        """The network is back, or is another one: what is open is most likely dead. It is no more than a hint."""
        busy = self._listeners or self.status.value.transport is not Transport.NONE
        if not self._awake.look() and not (busy and self._clock() - self._reopened_at < JUST_OPENED):
            log.info("= the network is back")
            self._reopen()

    def close(self) -> None:
        """Wake no more; the nursery ends what listens."""
        if self._alarm:
            self._alarm.cancel()
            self._alarm = None

    def _reopen(self) -> None:
        """Begin anew. A snapshot under way may be from before whatever gave the reason."""
        self._keep_snapshots([])
        self._reopened_at = self._clock()
        self._do(self._machine.woke(self._reopened_at))

    def _on_platform(self, platform: Platform | None) -> None:
        now = self._clock()
        if platform:
            self.last_heard = self.last_checked = None  # what was heard before may have been another's
        self._do(self._machine.signed_in(now) if platform else self._machine.signed_out(now))

    def _do(self, actions: Iterable[Action]) -> None:
        for action in actions:
            match action:
                case Open(transport):
                    work = self._listen(transport, self._leaving.pop(transport, None))
                    self._listeners[transport] = self._nursery.start(work, name=f"push: {transport.value}")
                case Close(transport):
                    if listener := self._listeners.pop(transport, None):
                        listener.cancel()
                        self._leaving[transport] = listener
                case TakeSnapshot(beside):
                    self._keep_snapshots(self._snapshots[1 - MOST_SNAPSHOTS :] if beside else [])
                    self._snapshots.append(self._nursery.start(self._take_snapshot(), name="snapshot"))
        self._set_alarm()
        self._tell()

    def _tell(self) -> None:
        status = self._machine.status
        if status.state in (LinkState.OFF, LinkState.SIGNED_OUT):
            self._keep_snapshots([])
            if self._lookup:
                self._lookup.cancel()
        if status != self.status.value:
            log.info("= link: %s over %s", status.state.value, status.transport.value)
            self.status.publish(status)

    def _keep_snapshots(self, kept: list[asyncio.Task[None]]) -> None:
        """Give up all that are under way but for these."""
        for snapshot in self._snapshots:
            if snapshot not in kept:
                snapshot.cancel()
        self._snapshots = kept

    def _set_alarm(self) -> None:
        self.close()
        if self._platform.value is None:
            return
        wake = self._machine.next_wake
        if wake is not None:
            # Timers are cut to whole milliseconds and may fire early: wake a little late instead.
            delay = max(wake - self._clock(), 0.0) + 0.002
            self._alarm = asyncio.get_running_loop().call_later(delay, self._on_alarm)

    def _on_alarm(self) -> None:
        self._alarm = None
        if not self._awake.look():
            self._do(self._machine.tick(self._clock()))

    async def _listen(self, transport: Transport, before: asyncio.Task[None] | None) -> None:
        from rcdesk.client.push import Connected  # not before somebody is signed in

        platform = self._platform.value
        if platform is None:
            return
        if before:  # one listener of a transport at a time: the other one takes leave
            await asyncio.wait({before})
        try:
            async with aclosing(platform.pushes[transport].listen()) as news:
                async for item in news:
                    if self._awake.look() or self._listeners.get(transport) is not asyncio.current_task():
                        continue  # it is being closed: what it still brings is from before a sleep
                    if isinstance(item, Connected):
                        self._do(self._machine.connected(transport, self._clock()))
                    else:
                        self._take(item)
        except Problem as problem:
            log.info("! %s: %s (%d %s)", transport.value, problem.kind.value, problem.status, problem.code)
            self._awake.look()
            if self._listeners.get(transport) is asyncio.current_task():
                del self._listeners[transport]
                self._do(self._machine.lost(transport, problem, self._clock()))

    def _take(self, event: PushEvent) -> None:
        self.last_heard = self._clock()
        self._do(self._machine.heard(self._clock()))
        if event.presence:
            self._presence.take(event.presence)
        if event.report:
            trace.debug("heard %d", event.report.sequence)
            self._calls.take(event.report)
        if event.cut:
            self._calls.miss()
        self._look_again()

    def _look_again(self) -> None:
        if self._calls.unsure:
            self._do(self._machine.unsure(self._clock()))

    async def _take_snapshot(self) -> None:
        platform, asked_at = self._platform.value, self._clock()
        if platform is None:
            return
        try:
            found, presence = await platform.api.presence(self._urgency)
        except Problem as problem:
            earlier, later = self._beside()
            self._snapshots = earlier + later
            log.info("! no snapshot: %s (%d %s)", problem.kind.value, problem.status, problem.code)
            if problem.code == APP_LACKS and platform is not self._forbidden:
                self._forbidden = platform  # told once: it does not pass by itself
                self._nursery.tell(problem)
            self._do(self._machine.snapshot_failed(problem, self._clock()))
            return
        if self._awake.look():  # it may be the answer to a question from before the sleep
            return
        earlier, self._snapshots = self._beside()
        for snapshot in earlier:
            snapshot.cancel()
        self._presence.take(presence)
        changes = self._calls.reconcile(found, asked_at)
        self.last_checked = self._clock()
        self.checked.publish(None)
        self._do(self._machine.snapshot_taken(self._clock(), differed=bool(changes)))
        self._look_again()
        left_out = self._calls.left_out(found)
        if left_out and (self._lookup is None or self._lookup.done()):
            self._lookup = self._nursery.start(self._look_up(platform, left_out), name="active calls")

    def _beside(self) -> tuple[list[asyncio.Task[None]], list[asyncio.Task[None]]]:
        """The snapshots under way that were asked for before the one that asks this, and those asked for after."""
        mine = next(place for place, task in enumerate(self._snapshots) if task is asyncio.current_task())
        return self._snapshots[:mine], self._snapshots[mine + 1 :]

    @property
    def _urgency(self) -> Urgency:
        """How urgent a snapshot is: after a gap what is on screen is not known to be true."""
        known = self._machine.status.state in (LinkState.LIVE, LinkState.POLLING)
        return Urgency.POLL if known else Urgency.RECONCILE

    async def _look_up(self, platform: Platform, left_out: tuple[Call, ...]) -> None:
        """Look up the calls of which a cut list tells nothing; some of them may be over. What has just ended may
        still be told as on, so those that are said to be are looked up once more.

        That costs a request of a scarce group, but only for who has more calls than hands.
        """
        for pause in (0.0, ACTIVE_CALLS_LATE):
            await asyncio.sleep(pause)
            asked_at = self._clock()
            try:
                active = await platform.api.active_calls(Urgency.RECONCILE)
            except Problem as problem:
                log.info(
                    "! %d calls not looked up: %s (%d)", len(left_out), problem.kind.value, problem.status
                )
                return
            found = completed(left_out, active, asked_at + self._calls.ahead())
            self._calls.reconcile(found, asked_at)
