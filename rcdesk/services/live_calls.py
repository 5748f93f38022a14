"""LiveCalls: reports and snapshots into the call book, changes out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from rcdesk.core.calls import Call, CallBook, Change, Report, Snapshot
from rcdesk.core.ringout import Order
from rcdesk.services.feed import Feed

OWN_PHONE_RINGS = 60.0  # seconds within which a RingOut has rung the user's own phone
CLOCKS_DIFFER = 5.0  # seconds by which the platform's clock may be behind ours


class LiveCalls:
    """The user's calls of this moment, and news of every change to them.

    `changes` tells each change once, in order, on the loop that called. The shell's only own act is
    to wake the book when the grace of a call that may be over runs out.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.changes: Feed[Change] = Feed()
        self._clock = clock
        self._book = CallBook()
        self._alarm: asyncio.TimerHandle | None = None

    @property
    def calls(self) -> tuple[Call, ...]:
        """The live calls, oldest first, without the user's own phone ringing for a RingOut."""
        return self._book.calls

    @property
    def unsure(self) -> bool:
        """Whether only a snapshot can tell what is true (`CallBook.unsure`)."""
        return self._book.unsure

    def left_out(self, snapshot: Snapshot) -> tuple[Call, ...]:
        """The live calls of which a cut snapshot tells nothing."""
        return self._book.left_out(snapshot)

    def take(self, report: Report) -> None:
        """Take in one push notification."""
        self._tell(self._book.apply(report, self._clock()))

    def miss(self) -> None:
        """Note that not all of a notification could be read."""
        self._book.miss(self._clock())

    def reconcile(self, snapshot: Snapshot, asked_at: float) -> list[Change]:
        """Take in what the platform lists, asked for at `asked_at`; return what it changed."""
        changes = self._book.reconcile(snapshot, self._clock(), asked_at)
        self._tell(changes)
        return changes

    def doubt(self) -> None:
        """Nothing was heard for longer than phones ring: show none that does."""
        self._tell(self._book.doubt())

    def expect_own_leg(self, order: Order) -> None:
        """A RingOut begins: the user's own phone is about to ring, and that is no call for them."""
        now = self._clock()
        self._book.expect_own_leg(order.own, order.number, now - CLOCKS_DIFFER, now + OWN_PHONE_RINGS)

    def close(self) -> None:
        """Stop waiting for graces; what is known stays."""
        if self._alarm:
            self._alarm.cancel()
            self._alarm = None

    def _tell(self, changes: Iterable[Change]) -> None:
        for change in changes:
            self.changes.publish(change)
        self.close()
        wake = self._book.next_wake
        if wake is not None:
            # Timers are cut to whole milliseconds and may fire early: wake a little late instead.
            delay = max(wake - self._clock(), 0.0) + 0.002
            self._alarm = asyncio.get_running_loop().call_later(delay, self._on_alarm, wake)

    def _on_alarm(self, wake: float) -> None:
        self._alarm = None
        # That moment has come by any clock, although one that was set back meanwhile says otherwise.
        self._tell(self._book.tick(max(wake, self._clock())))
